// The policy as test vectors: requests, and what every stack that enforces it must answer.
import type { Decision } from "../policy/decision.ts";
import { WRITTEN_HEADERS } from "../policy/fields.ts";
import type { Layer, RouteData } from "../policy/options.ts";
import type { Policy } from "../policy/policy.ts";
import { type EdgeExport, Notes } from "./notes.ts";
import { originsOf } from "./routes.ts";
import { FOREIGN } from "./vector-origins.ts";
import {
  type CaseRequest,
  passageRequests,
  type RuleChoices,
  ruleRequests,
  spellings,
  uncoveredRequests,
} from "./vector-requests.ts";

/** The format; a change that a reader could stumble over gets another number. */
const SCHEMA = "boring-cors/vectors/1";

/**
 * One request, and what must answer it.
 *
 * @example const isRefusal = ({ verdict }: TestVector) => verdict === "blocked";
 */
export interface TestVector {
  /** The key of the route, and what is asked. No two vectors have the same. */
  readonly name: string;
  /** What is asked. */
  readonly request: {
    /** Case counts. */
    readonly method: string;
    /** As it stands in the request line: to be sent as it is, dot segments and doubled slashes too. */
    readonly path: string;
    /** Lower-case name to value; a header that is not here is not sent. */
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Who answers for the route: `null`, every layer; `"application"`: whatever stands behind the policy. */
  readonly owner: Layer | "application" | null;
  /** What answers it. */
  readonly expected: {
    /** `null`: the application's own. */
    readonly status: number | null;
    /** Lower-case name to value, `null`: absent. All six; or `null`: the application's own. Lists compare as sets. */
    readonly headers: Readonly<Record<(typeof WRITTEN_HEADERS)[number], string | null>> | null;
    /** Names that Vary must hold, among others; or `null`: the application's own. */
    readonly vary: readonly string[] | null;
    /** Does the request reach the application? */
    readonly reachesApplication: boolean;
  };
  /** Would a browser let the page proceed? `"unknown"`: the application says. */
  readonly verdict: "readable" | "blocked" | "unknown";
  /** Why not; see {@link Decision.reason}. */
  readonly reason: Decision["reason"];
  /** The same in a sentence; absent where nothing is refused. */
  readonly detail?: string;
}

/**
 * The file `cors-vectors.json`.
 *
 * @example const { digest }: TestVectors = JSON.parse(toVectors(policy).files["cors-vectors.json"]);
 */
export interface TestVectors {
  /** The format; docs/test-vectors.md describes it. */
  readonly schema: typeof SCHEMA;
  /** Of the policy, see {@link Policy.digest}. */
  readonly digest: string;
  /** In the order of the routes. */
  readonly vectors: readonly TestVector[];
}

/**
 * Options of {@link toVectors}.
 *
 * @example toVectors(policy, { origins: 100 });
 */
export interface VectorOptions {
  /**
   * How many origins of each route are asked with: this many that are listed, this many patterns, this many RegExps.
   *
   * @defaultValue `20`
   */
  readonly origins?: number | undefined;
}

/**
 * What {@link toVectors} returns.
 *
 * @example const text = (exported: VectorExport) => exported.files["cors-vectors.json"];
 */
export interface VectorExport extends EdgeExport {
  /** One file, the JSON of {@link TestVectors}. */
  readonly files: {
    /** {@link TestVectors} as JSON, a line for each vector. */
    readonly "cors-vectors.json": string;
  };
}

/**
 * Writes a policy as test vectors, against which any other stack can be tested: requests, and what this library
 * answers. Nothing can be said of a route whose origins a function decides: it has none, and a note says so.
 *
 * @param policy The policy.
 * @param options How many origins.
 * @returns `cors-vectors.json`, and a note for each route.
 * @example
 * const { files } = toVectors(policy);
 * writeFileSync("cors-vectors.json", files["cors-vectors.json"]);
 */
export function toVectors(policy: Policy, options: VectorOptions = {}): VectorExport {
  const { origins: most = 20 } = options;
  const notes = new Notes();
  const cases = new Map<string, TestVector>();
  const add = (key: string, requests: readonly CaseRequest[]) => {
    for (const request of requests) {
      const vector = vectorOf(policy, key, request);
      // Where two reasons lead to the same request, the first stands.
      const same = JSON.stringify(vector?.request);
      if (vector !== undefined && !cases.has(same)) cases.set(same, vector);
    }
  };
  const requests = new Map(
    Object.entries(policy.routes).map(([key, data]) => [key, requestsOf(policy, key, data, most)]),
  );
  for (const [key, data] of Object.entries(policy.routes)) {
    const before = cases.size;
    add(key, requests.get(key) ?? []);
    if (isAsked(data)) {
      const message = "an origin function decides when a request is there; the route has no vectors";
      notes.add("exact", "ORIGIN_FUNCTION", key, message);
      continue;
    }
    // From an origin that is let in here, or around here: what is not granted then is not for the path.
    const welcome = [key, ...keysAround(policy, key)].map((at) => welcomeAt(policy, requests.get(at) ?? []));
    if (key !== "/" && data !== "passthrough")
      add(key, spellings(key, welcome.find((origin) => origin !== undefined) ?? FOREIGN.origin));
    notes.add("exact", "EXACT", key, `${cases.size - before} vectors${cut(data, most)}`);
  }
  const uncovered = uncoveredPath(policy);
  if (uncovered !== undefined) add("", uncoveredRequests(uncovered));
  const text = fileOf(policy.digest, [...cases.values()]);
  return Object.freeze({
    files: Object.freeze({ "cors-vectors.json": text }),
    notes: notes.settle("A test", {}),
  });
}

function requestsOf(policy: Policy, key: string, data: RouteData, most: number): readonly CaseRequest[] {
  if (data === "passthrough") return passageRequests(key);
  if (isAsked(data)) return [];
  const origins = originsOf(data === false ? false : data.origin);
  const rule: RuleChoices = data === false ? NOBODY : data;
  const below = firstFree(
    (name) => `${key === "/" ? "" : key}/${name}`,
    "below",
    (path) => routeAt(policy, path) === key,
  );
  return ruleRequests({
    origins,
    data: rule,
    paths: [key, below],
    grants: (origin) => grants(policy, key, origin),
    most,
  });
}

function grants(policy: Policy, path: string, origin: string): boolean {
  return policy.decide({ method: "GET", path, origin }).headers[WRITTEN_HEADERS[0]] !== undefined;
}

/** The keys that would hold, were this one not there; the longest first. */
function keysAround(policy: Policy, key: string): readonly string[] {
  return Object.keys(policy.routes)
    .filter((other) => other !== key && (other === "/" || key.startsWith(`${other}/`)))
    .sort((a, b) => b.length - a.length);
}

/** The first origin among requests that the policy lets in. */
function welcomeAt(policy: Policy, requests: readonly CaseRequest[]): string | undefined {
  return requests.find(
    ({ path, headers: { origin } }) => origin !== undefined && grants(policy, path, origin),
  )?.headers.origin;
}

/** What requests are chosen by, of a route that lets nobody in. */
const NOBODY: RuleChoices = { methods: [], allowedHeaders: [], blockRefused: false };

function isAsked(data: RouteData | undefined): boolean {
  return typeof data === "object" && typeof data.origin === "object" && "function" in data.origin;
}

/** Without an origin: a function is not asked. */
function routeAt(policy: Policy, path: string): string | undefined {
  return policy.decide({ method: "GET", path }).route;
}

function cut(data: RouteData, most: number): string {
  if (typeof data !== "object" || !Array.isArray(data.origin) || data.origin.length <= most) return "";
  return `; of its ${data.origin.length} origins, patterns and RegExps the first ${most} of each kind are asked with`;
}

/** A path under no key, not even in the eyes of a generous reader. */
function uncoveredPath(policy: Policy): string | undefined {
  const keys = Object.keys(policy.routes);
  if (keys.includes("/")) return undefined;
  return firstFree(
    (name) => `/${name}`,
    "uncovered",
    (path) => keys.every((key) => !key.toLowerCase().startsWith(path)),
  );
}

function firstFree(path: (name: string) => string, name: string, fits: (path: string) => boolean): string {
  for (let count = 1; ; count++) {
    const candidate = path(count === 1 ? name : `${name}-${count}`);
    if (fits(candidate)) return candidate;
  }
}

/** What the policy says; `undefined` where a function would have to be asked. */
function vectorOf(
  policy: Policy,
  key: string,
  { what, method, path, headers }: CaseRequest,
): TestVector | undefined {
  const at = routeAt(policy, path);
  const data = at === undefined ? undefined : policy.routes[at];
  if (isAsked(data)) return undefined;
  const decision = policy.decide({
    method,
    path,
    origin: headers.origin,
    requestMethod: headers["access-control-request-method"],
    requestHeaders: headers["access-control-request-headers"],
    sameOrigin: headers["sec-fetch-site"] === "same-origin",
  });
  const { reason, detail, allowed, status } = decision;
  const isForeign = data === "passthrough" || reason === "not-covered";
  return {
    name: `${key === "" ? "" : `${key}: `}${what}`,
    request: { method, path, headers },
    owner: isForeign ? "application" : typeof data === "object" ? (data.owner ?? null) : null,
    expected: {
      status: status ?? null,
      headers: isForeign ? null : sixHeaders(decision),
      vary: isForeign ? null : decision.vary,
      reachesApplication: status === undefined,
    },
    verdict: isForeign ? "unknown" : allowed ? "readable" : "blocked",
    reason,
    ...(detail === "" ? {} : { detail }),
  };
}

type SixHeaders = NonNullable<TestVector["expected"]["headers"]>;

function sixHeaders({ headers }: Decision): SixHeaders {
  return Object.fromEntries(WRITTEN_HEADERS.map((name) => [name, headers[name] ?? null])) as SixHeaders;
}

/** One vector a line: what changes in a policy is what changes in the file. */
function fileOf(digest: string, vectors: readonly TestVector[]): string {
  const lines = vectors.map((vector) => `    ${JSON.stringify(vector)}`);
  return `{\n  "schema": ${JSON.stringify(SCHEMA)},\n  "digest": ${JSON.stringify(digest)},\n  "vectors": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
