// A policy as one Java class: a servlet filter that answers exactly as the Express adapter does, in any container.
import type { Layer } from "../policy/options.ts";
import type { Policy } from "../policy/policy.ts";
import { filterSource, TAKEN } from "./java-filter.ts";
import { javaRegExp } from "./java-regexp.ts";
import { Room } from "./java-room.ts";
import { javaNames, javaString } from "./java-text.ts";
import { type EdgeExport, type EdgeOptions, Notes } from "./notes.ts";
import { type EdgeOrigins, type EdgeRoute, type EdgeRule, edgeRoutes } from "./routes.ts";

/**
 * Options of {@link toServletFilter}.
 *
 * @example toServletFilter(policy, { package: "com.example.web", servlet: "javax" });
 */
export interface ServletFilterOptions extends EdgeOptions {
  /**
   * The Java package.
   *
   * @defaultValue `"cors"`
   */
  readonly package?: string | undefined;
  /**
   * The name of the class, and of its file.
   *
   * @defaultValue `"CorsPolicyFilter"`
   */
  readonly className?: string | undefined;
  /**
   * Which servlet API: `"jakarta"` (Tomcat 10, Jetty 11, Spring Boot 3 and later) or `"javax"` (before).
   *
   * @defaultValue `"jakarta"`
   */
  readonly servlet?: "jakarta" | "javax" | undefined;
  /**
   * Which layer the filter runs in, where routes have an `owner`; as the `layer` of `cors()`.
   *
   * @defaultValue `"service"`
   */
  readonly layer?: Layer | undefined;
}

/**
 * The policy as one self-contained Java class that implements `Filter`: no library, no Spring, and a bean in Spring Boot.
 * It answers as `cors(policy)` does on Express: same status, same Access-Control-* values, same names in Vary, and what an
 * application or an upstream writes is replaced or removed. Java 8 and later.
 *
 * @param policy What to export.
 * @param options The names in the source, the servlet API, and the layer.
 * @returns The file, and a note for each route.
 * @throws {EdgeExportError} `ORIGIN_FUNCTION` for an origin function; `ORIGIN_PATTERN` for a RegExp that Java would read
 * otherwise; `ORIGIN_COUNT`, `HEADERS` for more than a class can hold.
 * @throws {TypeError} for options that are no names in Java, or none of the values named.
 * @example
 * const { files } = toServletFilter(policy, { package: "com.example.web" });
 * writeFileSync("src/main/java/com/example/web/CorsPolicyFilter.java", files["CorsPolicyFilter.java"] ?? "");
 */
export function toServletFilter(policy: Policy, options: ServletFilterOptions = {}): EdgeExport {
  const { servlet = "jakarta", layer = "service" } = options;
  oneOf("servlet", servlet, ["jakarta", "javax"]);
  oneOf("layer", layer, ["service", "edge"]);
  const { package: packageName = "cors", className = "CorsPolicyFilter" } = options;
  const names = javaNames("toServletFilter", packageName, className, TAKEN);
  const notes = new Notes();
  const room = new Room();
  const rules = edgeRoutes(policy, layer).map((route) => ruleText(route, notes, room));
  return Object.freeze({
    files: Object.freeze({
      [`${className}.java`]: filterSource({ ...names, servlet, digest: policy.digest, rules }),
    }),
    notes: notes.settle("toServletFilter", options),
  });
}

function oneOf(name: string, value: unknown, values: readonly string[]): void {
  if (values.includes(value as string)) return;
  const written = values.map((one) => JSON.stringify(one)).join(" or ");
  throw new TypeError(
    `toServletFilter(): options.${name}: ${JSON.stringify(value)} is none of its values; write ${written}`,
  );
}

function ruleText(route: EdgeRoute, notes: Notes, room: Room): string {
  const calls =
    route.kind === "passage"
      ? [call("handsOff")]
      : [...originCalls(route, notes, room), ...ruleCalls(route, notes)];
  // Also where another layer answers: a path that could mean such a route is not let through either.
  if (route.blocks && !(route.kind === "rule" && route.data.blockRefused))
    calls.push(call("blocksAmbiguous"));
  if (!notes.differs(route.key)) notes.add("exact", "EXACT", route.key, "answers as cors(policy) does");
  return [`new Rule(${javaString(route.key)})`, ...calls].join("\n                ");
}

function call(method: string, ...args: readonly string[]): string {
  return `.${method}(${args.map(javaString).join(", ")})`;
}

function originCalls({ key, origins }: EdgeRule, notes: Notes, room: Room): string[] {
  if (origins.kind === "any") return [call("anyOrigin")];
  if (origins.kind === "function") {
    notes.refuse(
      "ORIGIN_FUNCTION",
      key,
      "origin",
      "an origin function cannot leave the process",
      "list the origins, or write a filter that asks where they are kept",
    );
  }
  return origins.kind === "list" ? listCalls(key, origins, notes, room) : [];
}

function listCalls(
  key: string,
  { exact, patterns, regexps }: EdgeOrigins & { readonly kind: "list" },
  notes: Notes,
  room: Room,
): string[] {
  const count = exact.length + patterns.length + regexps.length;
  if (!room.takes(count, key, notes)) return [];
  return [
    ...(exact.length === 0 ? [] : [call("origins", ...exact)]),
    ...patterns.map(({ scheme, base, subdomains, port }) =>
      subdomains ? call("below", scheme, base, port) : call("anyPort", scheme, base),
    ),
    ...regexps.flatMap((data) => {
      const translated = javaRegExp(data);
      if ("pattern" in translated) return [call("matching", translated.pattern)];
      const written = `/${data.regexp}/${data.flags}`;
      notes.refuse("ORIGIN_PATTERN", key, "origin", `${written} ${translated.wrong}`, translated.instead);
      return [];
    }),
  ];
}

function ruleCalls(rule: EdgeRule, notes: Notes): string[] {
  const { data, varies } = rule;
  const flags: readonly (readonly [string, boolean])[] = [
    ["credentials", data.credentials],
    ["allowsInsecure", data.dangerouslyAllowInsecureOrigins && data.credentials],
    ["varies", varies],
    ["preflightContinues", data.preflightContinue],
    ["blocksRefused", data.blockRefused],
    ["allowsOverride", data.allowOverride],
  ];
  return [
    ...flags.flatMap(([method, isSet]) => (isSet ? [call(method)] : [])),
    ...(rule.origins.kind === "none" ? [] : answerCalls(rule, notes)),
  ];
}

/** What only who is granted gets to see. */
function answerCalls(
  { key, data, allowMethods, allowHeaders, exposeHeaders }: EdgeRule,
  notes: Notes,
): string[] {
  const list = (method: string, open: string, option: string, value: string | null) => {
    if (value === null) return [call(open)];
    if (value.length <= MOST_BYTES) return value === "" ? [] : [call(method, value)];
    notes.refuse("HEADERS", key, option, "the list is longer than a Java string", 'shorten it, or write "*"');
    return [];
  };
  return [
    ...list("methods", "anyMethod", "methods", allowMethods),
    ...list("headers", "anyHeader", "allowedHeaders", allowHeaders),
    ...list("exposes", "", "exposedHeaders", exposeHeaders),
    ...(data.maxAge === 600 ? [] : [call("maxAge", String(data.maxAge))]),
    ...(data.optionsSuccessStatus === 204 ? [] : [`.status(${data.optionsSuccessStatus})`]),
  ];
}

// Of 65535 in a constant of a class.
const MOST_BYTES = 60_000;
