// One route in the words of Spring's CorsConfiguration, and what they cannot say.
import { isOpaqueOrigin, type OriginPattern, parseOrigin } from "../policy/origin.ts";
import type { Room } from "./java-room.ts";
import { javaString } from "./java-text.ts";
import type { Notes } from "./notes.ts";
import type { EdgeRoute, EdgeRule } from "./routes.ts";

export type Servlet = "jakarta" | "javax";

const FILTER = "use toServletFilter";

/** The expression that makes the route's `Rule`. */
export function routeCalls(route: EdgeRoute, servlet: Servlet, notes: Notes, room: Room): string {
  const { key } = route;
  if (route.kind === "passage") {
    notes.add(
      "same-verdict",
      "SAME_VERDICT",
      key,
      "is left to whoever else answers for it: what a handler writes is not touched",
    );
    return [`new Rule(${javaString(key)})`, ".handsOff()"].join(INDENT);
  }
  const calls = [...originCalls(route, notes, room), ...listCalls(route, servlet, notes)];
  // What an application writes stands in Spring, with `allowOverride` and without.
  if (route.data.preflightContinue) {
    notes.refuse(
      "OPTION",
      key,
      "preflightContinue",
      "Spring's filter answers every preflight itself",
      FILTER,
    );
  }
  if (!notes.differs(key)) notes.add("same-verdict", "SAME_VERDICT", key, SAME);
  return [`new Rule(${javaString(key)})`, ...calls].join(INDENT);
}

const INDENT = "\n                ";

const SAME =
  "browsers conclude the same; requests whose origin is refused get 403 and do not run, granted preflights 200, Vary has three lines, and what a handler writes itself is not corrected";

/** Spring 5.3 resolves methods to an enumeration: what it does not know, no preflight gets. */
const SPRING_5_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

function originCalls({ key, origins }: EdgeRule, notes: Notes, room: Room): string[] {
  const refuse = (
    code: "ORIGIN_FUNCTION" | "ORIGIN_FORM" | "ORIGIN_PATTERN",
    message: string,
    instead: string,
  ) => notes.refuse(code, key, "origin", message, instead);
  if (origins.kind === "any") return [call("origins", ["*"])];
  if (origins.kind === "function") {
    refuse("ORIGIN_FUNCTION", "an origin function cannot leave the process", "list the origins");
  }
  if (origins.kind !== "list") return [];
  if (!room.takes(origins.exact.length + origins.patterns.length, key, notes)) return [];
  for (const { regexp, flags } of origins.regexps) {
    refuse("ORIGIN_PATTERN", `Spring has no form for the RegExp /${regexp}/${flags}`, FILTER);
  }
  const exact = origins.exact.filter((origin) => {
    const scheme = parseOrigin(origin)?.scheme;
    if (origin === "null" || scheme === "https" || scheme === "http") return true;
    // `app://Foo` is another page than `app://foo`; of http(s), browsers send lower case alone.
    const why = isOpaqueOrigin(origin) ? "drops its last slash" : "compares it without regard to case";
    refuse("ORIGIN_FORM", `${JSON.stringify(origin)} is no http or https origin, and Spring ${why}`, FILTER);
    return false;
  });
  return [
    ...(exact.length === 0 ? [] : [call("origins", exact)]),
    ...(origins.patterns.length === 0 ? [] : [call("originPatterns", origins.patterns.map(springPattern))]),
  ];
}

/** On a serialized origin, Spring's `*` covers labels and nothing else; `:[*]` is any port or none. */
function springPattern({ scheme, base, subdomains, port }: OriginPattern): string {
  const host = subdomains ? `*.${base}` : base;
  return `${scheme}://${host}${port === "*" ? ":[*]" : port === "" ? "" : `:${port}`}`;
}

function listCalls(rule: EdgeRule, servlet: Servlet, notes: Notes): string[] {
  const { data, origins } = rule;
  if (origins.kind === "none") return [];
  const exposed = data.exposedHeaders === "*" ? ["*"] : data.exposedHeaders;
  const allowed = allowedHeaders(rule, notes);
  return [
    ...(data.credentials ? [".credentials()"] : []),
    call("methods", allowedMethods(rule, servlet, notes)),
    ...(allowed.length === 0 ? [] : [call("headers", allowed)]),
    ...(exposed.length === 0 ? [] : [call("exposes", exposed)]),
    `.maxAge(${data.maxAge}L)`,
  ];
}

/** Spring checks what browsers need no grant for, and actual requests too. */
function allowedMethods(
  { key, data: { methods } }: EdgeRule,
  servlet: Servlet,
  notes: Notes,
): readonly string[] {
  const isKnown = (method: string) => servlet === "jakarta" || SPRING_5_METHODS.has(method);
  if (methods === "*") {
    if (servlet === "jakarta") return ["*"];
    notes.refuse(
      "METHOD",
      key,
      "methods",
      '"*" is eight methods to Spring 5.3',
      'list them, or write servlet: "jakarta"',
    );
    return [...SPRING_5_METHODS];
  }
  for (const method of methods.filter((one) => !isKnown(one))) {
    notes.refuse("METHOD", key, "methods", `Spring 5.3 does not know ${JSON.stringify(method)}`, FILTER);
  }
  return [...new Set(["GET", "HEAD", "POST", ...methods.filter(isKnown)])];
}

/** Spring answers `*` with what is asked for. */
function allowedHeaders({ key, data, allowHeaders }: EdgeRule, notes: Notes): readonly string[] {
  if (allowHeaders === null) return ["*"];
  const names = data.allowedHeaders === "*" ? ["*"] : (data.allowedHeaders ?? []);
  if (!names.includes("*") || names.some((name) => name.toLowerCase() === "authorization")) return names;
  notes.refuse(
    "HEADERS",
    key,
    "allowedHeaders",
    '"*" covers Authorization too in Spring',
    'list the names, or add "Authorization"',
  );
  return names.filter((name) => name !== "*");
}

function call(method: string, values: readonly string[]): string {
  return `.${method}(${values.map(javaString).join(", ")})`;
}
