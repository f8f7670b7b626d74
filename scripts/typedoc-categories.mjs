// The headings of the API reference, and which public name stands under which: as tags, every hover would show them.
import { Application, CommentTag, Converter, ReflectionKind } from "typedoc";

const CATEGORIES = {
  Middleware: ["cors", "CorsMiddleware", "CorsMiddlewareOptions", "CorsSource", "Next"],
  Policy: ["definePolicy", "livePolicy", "Policy", "LivePolicy"],
  Options: [
    "RuleOptions",
    "RouteTable",
    "RouteOptions",
    "PolicyOptions",
    "originsFromEnv",
    "OriginsFromEnvOptions",
  ],
  Origins: ["Origin", "StaticOrigin", "OriginEntry", "RegExpData", "OriginFunction", "OriginCallback"],
  "Per-request sources": ["SourceFunction", "SourceAnswer", "SourceOptions", "SourceCallback"],
  Decisions: ["Decision", "DecisionReason", "DecisionRequest"],
  Errors: ["CorsConfigError", "ConfigIssue", "ConfigIssueCode"],
  Events: ["DecisionEvent", "OverrideEvent", "ErrorEvent"],
  "Report mode": ["DifferenceEvent", "Difference", "ReportProblem", "DifferenceCounts"],
  "Policies as data": ["RouteData", "RuleData", "CompleteRegExpData", "FunctionData", "Layer"],
  "Names of @types/cors": ["CorsOptions", "CorsRequest", "CorsOptionsDelegate"],
  Pages: ["page", "Page", "PageOptions", "RequestOptions", "RequestBody", "StoredCookie"],
  Targets: ["Target", "SingleTarget", "DecidingPolicy", "PolicyAnswer", "Send"],
  Results: [
    "FetchResult",
    "AnsweredFetch",
    "BlockedFetch",
    "FetchRecord",
    "ScriptResponse",
    "Blocked",
    "BlockedCode",
    "BlockedStep",
    "Note",
    "NoteCode",
  ],
  "On the wire": ["WireExchange", "WireRequest", "WireResponse", "HeaderList"],
  Modes: ["CredentialsMode", "RequestMode", "RedirectMode"],
  Exports: [
    "toNginx",
    "NginxOptions",
    "NginxUpstream",
    "toGatewayApi",
    "GatewayApiOptions",
    "GatewayParent",
    "toIngressNginx",
    "IngressNginxOptions",
    "KubernetesBackend",
    "toServletFilter",
    "ServletFilterOptions",
    "toSpring",
    "SpringOptions",
  ],
  "Test vectors": ["toVectors", "VectorOptions", "VectorExport", "TestVectors", "TestVector"],
  "What an export says": [
    "EdgeExport",
    "EdgeOptions",
    "EdgeNote",
    "EdgeNoteCode",
    "EdgeSeverity",
    "EdgeExportError",
  ],
  Matchers: ["toBeReadable", "toBeBlocked", "MatcherResult"],
};
// What users import, in the place of the source file's name.
const ENTRIES = {
  index: "boring-cors",
  testing: "boring-cors/testing",
  "testing/matchers": "boring-cors/testing/matchers",
  edge: "boring-cors/edge",
};
const ORDER = Object.values(CATEGORIES).flat();

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue("categoryOrder", Object.keys(CATEGORIES));
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of project.getChildrenByKind(ReflectionKind.Module)) {
      entry.name = ENTRIES[entry.name] ?? entry.name;
      // The namespace beside the function `cors` only names types once more.
      for (const namespace of entry.getChildrenByKind(ReflectionKind.Namespace))
        project.removeReflection(namespace);
      for (const list of [entry.children, entry.childrenIncludingDocuments])
        list?.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
      for (const reflection of entry.children ?? []) categorize(reflection, app.logger);
    }
  });
}

function categorize({ name, comment, signatures = [] }, logger) {
  const category = Object.keys(CATEGORIES).find((key) => CATEGORIES[key].includes(name));
  if (category === undefined)
    logger.warn(`${name} has no category: add it in scripts/typedoc-categories.mjs`);
  for (const target of [comment, ...signatures.map((signature) => signature.comment)]) {
    target?.blockTags.push(new CommentTag("@category", [{ kind: "text", text: category ?? "" }]));
  }
}
