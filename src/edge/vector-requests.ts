// The requests that test one route: origins, preflights, and other spellings of its path. Few, and always the same.
import { isForbiddenRequestHeader } from "../policy/fields.ts";
import type { RuleData } from "../policy/options.ts";
import type { EdgeOrigins } from "./routes.ts";
import { besidePattern, type CaseOrigin, FOREIGN, lookAlikes, meantOrigins } from "./vector-origins.ts";

/** One request, and why it is asked. */
export interface CaseRequest {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What of a rule decides which requests are worth asking. */
export type RuleChoices = Pick<RuleData, "methods" | "allowedHeaders" | "blockRefused">;

/** What is known of a route when its requests are chosen. */
export interface CaseRoute {
  readonly origins: EdgeOrigins;
  readonly data: RuleChoices;
  /** The key, and a path below it. */
  readonly paths: readonly [at: string, below: string];
  /** Does the policy grant this origin here? */
  readonly grants: (origin: string) => boolean;
  /** Origins of each kind. */
  readonly most: number;
}

/** Everything to ask of a rule, but what depends on how its path is spelt. */
export function ruleRequests(route: CaseRoute): readonly CaseRequest[] {
  const { origins, data, grants, most } = route;
  const [at, below] = route.paths;
  const meant = meantOrigins(origins, most);
  const patterns = origins.kind === "list" ? origins.patterns.slice(0, most) : [];
  const granted = origins.kind === "any" ? FOREIGN : meant.find(({ origin }) => grants(origin));
  const asked = granted ?? FOREIGN;
  const others = [
    FOREIGN,
    { origin: "null", what: "of every sandboxed frame" },
    ...(granted === undefined || origins.kind === "any" ? [] : lookAlikes(granted.origin)),
    ...patterns.flatMap(besidePattern),
  ];
  const from = ({ origin, what }: CaseOrigin) =>
    get(`GET from ${JSON.stringify(origin)}, ${what}`, at, { origin });
  const refused = others.find(({ origin }) => !grants(origin));
  return [
    ...meant.map(from),
    ...others.map(from),
    get("GET without Origin", at, {}),
    get(`GET below, from ${asked.what}`, below, { origin: asked.origin }),
    get(`GET that only looks like a preflight, from ${asked.what}`, at, {
      origin: asked.origin,
      "access-control-request-method": "PUT",
    }),
    options("OPTIONS without Origin", at, {}),
    options(`OPTIONS that is no preflight, from ${asked.what}`, at, { origin: asked.origin }),
    ...preflights(asked, data, at),
    ...(refused === undefined ? [] : [preflight(`refused: from ${refused.what}`, at, refused.origin, "PUT")]),
    ...(refused === undefined || !data.blockRefused ? [] : blocks(refused, at)),
  ];
}

/** Other spellings of a key, which some reader of paths takes for it; and the path that only begins like it. */
export function spellings(key: string, origin: string): readonly CaseRequest[] {
  const first = key.charAt(1);
  const escaped = `%${first.charCodeAt(0).toString(16).padStart(2, "0")}`;
  const paths = [
    [key.toUpperCase(), "in upper case"],
    [`/${key}`, "after two slashes"],
    [`${key}//below`, "before two slashes"],
    [`/${escaped}${key.slice(2)}`, "percent-encoded"],
    [`${key}%2fbelow`, "before an encoded slash"],
    [`${key};x=1`, "with a path parameter"],
    [`${key}/./below`, "before a dot segment"],
    [`${key}/../foreign`, "left by two dots"],
    [`/foreign/..${key}`, "entered by two dots"],
    [`${key}x`, "as the beginning of another name"],
  ] as const;
  return paths
    .filter(([path]) => path !== key)
    .map(([path, how]) => get(`the key ${how}: GET ${path}`, path, { origin }));
}

function preflights(from: CaseOrigin, data: RuleChoices, at: string): CaseRequest[] {
  const { origin } = from;
  const methods = data.methods === "*" ? ["PUT", "PATCH", "PROPFIND"] : data.methods;
  const other = ["DELETE", "PATCH", "PUT", "PROPFIND", "REPORT", "SEARCH"].find(
    (name) => !methods.includes(name),
  );
  const [method = "GET"] = methods;
  const headers = (what: string, names: string) => preflight(what, at, origin, method, names);
  return [
    ...methods.map((name) => preflight(`for ${name}`, at, origin, name)),
    ...(other === undefined ? [] : [preflight(`for ${other}, which is not listed`, at, origin, other)]),
    preflight("for a method that is no token", at, origin, "B AD"),
    ...namesAsked(data.allowedHeaders).map((names) => headers(`for the headers ${names}`, names)),
    headers("for a header that nobody lists", "x-not-listed"),
    headers("for Authorization", "authorization"),
    headers('for a header of the name "*"', "*"),
    headers("for headers spelt as no browser does", "X-One , x-two,,X-ONE"),
    headers("for headers that are malformed", "x-one x-two"),
  ];
}

/** As browsers send them: lower case, sorted, without those that scripts cannot set. */
function namesAsked(allowed: RuleChoices["allowedHeaders"]): string[] {
  const names = allowed === null || allowed === "*" ? ["content-type", "x-any"] : allowed;
  const asked = names
    .map((name) => name.toLowerCase())
    .filter((name) => name !== "*" && !isForbiddenRequestHeader(name))
    .sort();
  // More than a scan of such a list reads would be another test.
  return asked.length === 0 ? [] : [asked.slice(0, 50).join(",")];
}

function blocks({ origin, what }: CaseOrigin, at: string): CaseRequest[] {
  return ["cross-site", "same-site", "same-origin"].map((site) =>
    get(`GET from ${what}, with Sec-Fetch-Site: ${site}`, at, { origin, "sec-fetch-site": site }),
  );
}

/** Under no key. */
export function uncoveredRequests(path: string): readonly CaseRequest[] {
  return [
    get("no key covers it: GET", path, { origin: FOREIGN.origin }),
    preflight("no key covers it", path, FOREIGN.origin, "PUT"),
  ];
}

/** Of a route that is somebody else's. */
export function passageRequests(at: string): readonly CaseRequest[] {
  return [
    get("somebody else owns it: GET", at, { origin: FOREIGN.origin }),
    preflight("somebody else owns it", at, FOREIGN.origin, "PUT"),
  ];
}

function get(what: string, path: string, headers: CaseRequest["headers"]): CaseRequest {
  return { what, method: "GET", path, headers };
}

function options(what: string, path: string, headers: CaseRequest["headers"]): CaseRequest {
  return { what, method: "OPTIONS", path, headers };
}

function preflight(what: string, path: string, origin: string, method: string, names?: string): CaseRequest {
  return options(`preflight ${what}`, path, {
    origin,
    "access-control-request-method": method,
    ...(names === undefined ? {} : { "access-control-request-headers": names }),
  });
}
