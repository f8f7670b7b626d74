// The pinned public names, and what the built package exports and declares.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";

export const VALUES = ["CorsConfigError", "cors", "default", "definePolicy", "livePolicy", "originsFromEnv"];

export const TYPES = [
  "CompleteRegExpData",
  "ConfigIssue",
  "ConfigIssueCode",
  "CorsMiddleware",
  "CorsMiddlewareOptions",
  "CorsOptions",
  "CorsOptionsDelegate",
  "CorsRequest",
  "CorsSource",
  "Decision",
  "DecisionEvent",
  "DecisionReason",
  "DecisionRequest",
  "Difference",
  "DifferenceCounts",
  "DifferenceEvent",
  "ErrorEvent",
  "FunctionData",
  "Layer",
  "LivePolicy",
  "Next",
  "Origin",
  "OriginCallback",
  "OriginEntry",
  "OriginFunction",
  "OriginsFromEnvOptions",
  "OverrideEvent",
  "Policy",
  "PolicyOptions",
  "RegExpData",
  "ReportProblem",
  "RouteData",
  "RouteOptions",
  "RouteTable",
  "RuleData",
  "RuleOptions",
  "SourceAnswer",
  "SourceCallback",
  "SourceFunction",
  "SourceOptions",
  "StaticOrigin",
];

/** Those of the entries beside the middleware. */
export const OTHER_ENTRIES = [
  {
    entry: "testing",
    file: "testing",
    values: ["page"],
    types: [
      "AnsweredFetch",
      "Blocked",
      "BlockedCode",
      "BlockedFetch",
      "BlockedStep",
      "CredentialsMode",
      "DecidingPolicy",
      "FetchRecord",
      "FetchResult",
      "HeaderList",
      "Note",
      "NoteCode",
      "Page",
      "PageOptions",
      "PolicyAnswer",
      "RedirectMode",
      "RequestBody",
      "RequestMode",
      "RequestOptions",
      "ScriptResponse",
      "Send",
      "SingleTarget",
      "StoredCookie",
      "Target",
      "WireExchange",
      "WireRequest",
      "WireResponse",
    ],
  },
  {
    entry: "testing/matchers",
    file: "matchers",
    values: ["toBeBlocked", "toBeReadable"],
    types: ["MatcherResult"],
  },
  {
    entry: "edge",
    file: "edge",
    values: [
      "EdgeExportError",
      "toGatewayApi",
      "toIngressNginx",
      "toNginx",
      "toServletFilter",
      "toSpring",
      "toVectors",
    ],
    types: [
      "EdgeExport",
      "EdgeNote",
      "EdgeNoteCode",
      "EdgeOptions",
      "EdgeSeverity",
      "NginxOptions",
      "NginxUpstream",
      "ServletFilterOptions",
      "SpringOptions",
      "GatewayApiOptions",
      "GatewayParent",
      "IngressNginxOptions",
      "KubernetesBackend",
      "TestVector",
      "TestVectors",
      "VectorExport",
      "VectorOptions",
    ],
  },
];

/** The names that a consumer in `folder` gets, by `require` or by `import`. */
export async function exportedNames(way, folder, entry = "") {
  const require = createRequire(join(folder, "package.json"));
  if (way === "require") return Object.keys(require(join("boring-cors", entry)));
  const root = join(folder, "node_modules/boring-cors");
  const { exports } = require("boring-cors/package.json");
  const key = entry === "" ? "." : `./${entry}`;
  return Object.keys(await import(pathToFileURL(join(root, exports[key].import.default)).href));
}

/** The names that a declaration file declares: values, and types that are nothing but types. */
export function declaredNames(file) {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const values = [];
  const types = [];
  for (const symbol of checker.getExportsAndPropertiesOfModule(module)) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    // Each name once; a class is a type as well, but pinned as the value that it is. A function's own are no exports.
    if (target.flags & ts.SymbolFlags.Value) values.push(symbol.name);
    else types.push(symbol.name);
  }
  const inherited = new Set(["prototype", ...Object.getOwnPropertyNames(Function.prototype)]);
  return {
    values: values.filter((name) => !inherited.has(name)),
    // `export =` has no single symbol for what is both.
    types: types.filter((name) => !values.includes(name)),
  };
}
