// What the CORS filter of the Gateway API and ingress-nginx do by their documentation, at their most generous.

/** A page's request that needs a preflight, or one that does not where method and headers need none. */
export interface PageRequest {
  readonly path: string;
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** `"service"`: the edge says nothing, and takes nothing away. `undefined`: refused. */
export type Granted =
  | "service"
  | undefined
  | { readonly credentials: boolean; readonly exposed: readonly string[] };

export interface HttpRoute {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly rules: readonly {
      readonly matches: readonly { readonly path: { readonly value: string } }[];
      readonly filters?: readonly {
        readonly responseHeaderModifier?: {
          readonly remove: readonly string[];
          readonly add?: readonly object[];
        };
        readonly cors?: {
          readonly allowOrigins: readonly string[];
          readonly allowCredentials?: boolean;
          readonly allowMethods: readonly string[];
          readonly allowHeaders: readonly string[];
          readonly exposeHeaders?: readonly string[];
          readonly maxAge: number;
        };
      }[];
    }[];
  };
}

export interface Ingress {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly rules: readonly { readonly http: { readonly paths: readonly { readonly path: string }[] } }[];
  };
}

export function gatewayGrants(routes: readonly HttpRoute[], request: PageRequest): Granted {
  const candidates = routes.flatMap(({ spec }) =>
    spec.rules.flatMap((rule) => rule.matches.map(({ path }) => ({ prefix: path.value, rule }))),
  );
  const { filters } = longest(candidates, request.path).rule;
  if (filters === undefined) return "service";
  const cors = filters.find((filter) => filter.cors !== undefined)?.cors;
  if (cors === undefined || !cors.allowOrigins.some((entry) => gatewayMatches(entry, request.origin)))
    return undefined;
  // A gateway may answer "*" with the method and the names that are asked for: Authorization, too.
  if (!listed(cors.allowMethods, request.method, [...SAFE_METHODS])) return undefined;
  if (!request.headers.every((name) => listed(lower(cors.allowHeaders), name.toLowerCase(), [])))
    return undefined;
  return { credentials: cors.allowCredentials === true, exposed: cors.exposeHeaders ?? [] };
}

/** "a greedy match to the left, including any number of DNS labels" */
function gatewayMatches(entry: string, origin: string): boolean {
  if (entry === "*") return true;
  if (!entry.includes("*")) return entry === origin;
  const [before = "", after = ""] = entry.split("*");
  return origin.length > before.length + after.length && origin.startsWith(before) && origin.endsWith(after);
}

const PREFIX = "nginx.ingress.kubernetes.io/";
const SAFE_METHODS = ["GET", "HEAD", "POST"];

export function ingressGrants(ingresses: readonly Ingress[], request: PageRequest): Granted {
  const candidates = ingresses.flatMap(({ metadata, spec }) =>
    spec.rules.flatMap(({ http }) => http.paths.map(({ path }) => ({ prefix: path, metadata }))),
  );
  const { annotations } = longest(candidates, request.path).metadata;
  const value = (name: string) => annotations[PREFIX + name] ?? "";
  if (value("enable-cors") !== "true") return "service";
  if (!ingressMatches(value("cors-allow-origin"), request.origin)) return undefined;
  const methods = orDefault(
    value("cors-allow-methods"),
    /^([A-Za-z]+,?\s?)+$/,
    "GET, PUT, POST, DELETE, PATCH, OPTIONS",
  );
  if (![...SAFE_METHODS, ...split(methods)].includes(request.method)) return undefined;
  const names = orDefault(
    value("cors-allow-headers"),
    /^[A-Za-z0-9-_, ]+$/,
    "DNT,Range,Content-Type,Authorization",
  );
  if (!request.headers.every((name) => lower(split(names)).includes(name.toLowerCase()))) return undefined;
  return {
    credentials: value("cors-allow-credentials") !== "false",
    exposed: split(value("cors-expose-headers")),
  };
}

/** One list that does not fit turns into `*`; what fits becomes one RegExp, not anchored in front, case ignored. */
function ingressMatches(value: string, origin: string): boolean {
  const spaceless = value.replaceAll(" ", "");
  if (spaceless === "" || !/^(?:https?:\/\/|\*\.|[A-Za-z0-9\-.]|:\d+|,)*$|^\*$/.test(spaceless)) return true;
  const entries = value.split(",").map((entry) => entry.trim());
  if (entries.includes("*") || entries.at(-1) === "") return true;
  const sources = entries
    .filter((entry) => /^https?:\/\/(\*\.)?[A-Za-z0-9\-.]*(:\d+)?$/.test(entry))
    .map((entry) => entry.replace(/[.-]/g, "\\$&").replace("*", "[A-Za-z0-9\\-]+"));
  return (
    sources.length > 0 &&
    new RegExp(`(${sources.map((source) => `(${source})`).join("|")})$`, "i").test(origin)
  );
}

function orDefault(value: string, pattern: RegExp, fallback: string): string {
  return pattern.test(value) ? value : fallback;
}

function split(value: string): readonly string[] {
  return value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function listed(list: readonly string[], value: string, always: readonly string[]): boolean {
  return list.includes("*") || list.includes(value) || always.includes(value);
}

function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}

function longest<T extends { readonly prefix: string }>(candidates: readonly T[], path: string): T {
  const fitting = candidates.filter(
    ({ prefix }) => prefix === "/" || path === prefix || path.startsWith(`${prefix}/`),
  );
  const [first] = [...fitting].sort((a, b) => b.prefix.length - a.prefix.length);
  if (first === undefined) throw new Error(`no rule for ${path}`);
  return first;
}
