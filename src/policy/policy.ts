// definePolicy and livePolicy: what everything else asks.
import { judgeOrigin } from "./answer.ts";
import { askOnce, judgeAnswer, mustAsk, unasked } from "./ask.ts";
import { type CompiledPolicy, type CompiledRule, compilePolicy, routeData } from "./compile.ts";
import type { Decision, DecisionRequest } from "./decision.ts";
import { type ConfigIssue, CorsConfigError, IssueReport, show } from "./issues.ts";
import type { Origin, PolicyOptions, RouteData } from "./options.ts";
import { isInsecure, parseOrigin } from "./origin.ts";
import { covers } from "./origin-set.ts";
import { type CleanRequest, cleanRequest, GRANTED, type OriginVerdict } from "./request.ts";
import { pathOfTarget } from "./routes.ts";
import { asError, digestOf, explain, refuse } from "./seldom.ts";
import { checkPolicy } from "./validate.ts";

// Marks, because a program that imports and requires holds two copies of every class. The number is the layout's.
const POLICY = Symbol.for("boring-cors.policy.1");
const LIVE = Symbol.for("boring-cors.live-policy.1");

/**
 * One CORS policy: immutable, pure, and the same for every adapter and export. Its methods need no `this`.
 *
 * @example const policy: Policy = definePolicy({ origin: ["https://app.example.com"] });
 */
export interface Policy {
  /**
   * What this policy answers to a request, and why. The values of the request may be anything.
   *
   * @param request Raw values of the request.
   * @returns What to answer.
   * @throws {TypeError} if an origin function has no answer on return; use {@link Policy.decideAsync}. What it throws. And
   * for a request object in the place of its values.
   * @example policy.decide({ method: "GET", path: "/public/x", origin: "https://any.example" }).allowed; // true
   * @see https://fetch.spec.whatwg.org/#cors-check
   */
  decide(request: DecisionRequest): Decision;
  /**
   * Like {@link Policy.decide}, for every policy: waits for an origin function's answer. Rejects with what it throws.
   *
   * @example const { allowed, detail } = await policy.decideAsync({ method: "GET", origin: "https://app.example.com" });
   */
  decideAsync(request: DecisionRequest): Promise<Decision>;
  /**
   * May this origin act with the user's cookies? For WebSocket upgrades and other requests that CORS does not cover.
   * Absent: `true` (not a browser). `null`, malformed, insecure, ambiguous, uncovered, anything under `"*"`, and what a
   * pattern or RegExp admits that would not start beside `credentials: true`: `false`.
   *
   * @param origin The value of `Origin`.
   * @param path The request's path. Default `"/"`.
   * @returns Whether to go on.
   * @throws {TypeError} if an origin function has no answer on return.
   * @example if (!policy.isTrustedOrigin(req.headers.origin, req.url)) socket.destroy();
   * @see https://www.rfc-editor.org/rfc/rfc6455#section-10.2
   */
  isTrustedOrigin(origin: string | undefined, path?: string): boolean;
  /**
   * Like {@link Policy.isTrustedOrigin}, for every policy: waits for an origin function's answer. Rejects with what it
   * throws.
   *
   * @example if (!(await policy.isTrustedOriginAsync(req.headers.origin, req.url))) socket.destroy();
   */
  isTrustedOriginAsync(origin: string | undefined, path?: string): Promise<boolean>;
  /**
   * The policy as frozen plain data, defaults filled in; a flat policy is `{ "/": ... }`. Parsed from JSON again,
   * `definePolicy({ routes })` accepts it, unless a function was in it. Keep it as a snapshot in a test.
   *
   * @example Object.keys(policy.routes); // ["/", "/public"]
   */
  readonly routes: Readonly<Record<string, RouteData>>;
  /**
   * A short stable hash of {@link Policy.routes}, 16 hexadecimal digits: which instance runs which policy? It signs
   * nothing.
   *
   * @example definePolicy({ origin: "https://app.example.com" }).digest; // "b23def1e226cda82"
   */
  readonly digest: string;
  /**
   * Legal, but without effect or doubtful. Also emitted once as process warnings of type `CorsPolicyWarning` by `cors()`.
   *
   * @example definePolicy({ origin: "*", maxAge: 1e6 }).warnings.map(({ code }) => code); // ["MAX_AGE_CAPPED"]
   */
  readonly warnings: readonly ConfigIssue[];
}

/**
 * A policy that can change while it serves; everything but `current` and `replace` asks the policy in force. See
 * {@link livePolicy}.
 *
 * @example const live: LivePolicy = livePolicy({ origin: false });
 */
export interface LivePolicy extends Policy {
  /**
   * The policy in force now.
   *
   * @example const { digest } = live.current;
   */
  readonly current: Policy;
  /**
   * Swaps the policy atomically; a request in flight keeps the one it began with. Browsers keep a preflight that was
   * granted until its max-age ends: what is taken away here still passes there for up to that long.
   *
   * @param policyOrOptions What serves from now on.
   * @throws {CorsConfigError} for invalid options, as {@link definePolicy} does; the old policy goes on serving.
   * @example live.replace({ origin: await db.listOrigins(), credentials: true });
   * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
   */
  replace<const O extends Origin, const T extends Record<string, Origin>>(
    policyOrOptions: PolicyOptions<O, T> | Omit<Policy, "routes">,
  ): void;
}

/**
 * Validates, compiles and freezes a policy. Later mutation of the options changes nothing.
 *
 * @param options Rule options, or a table of routes. A policy is returned as it is.
 * @returns The policy, for {@link cors} and for tests.
 * @throws {CorsConfigError} with every problem at once: see each option for its codes.
 * @example
 * const policy = definePolicy({
 *   routes: {
 *     "/": { origin: ["https://app.example.com"], credentials: true },
 *     "/public": { origin: "*", methods: ["GET", "HEAD"] },
 *   },
 * });
 */
export function definePolicy<const O extends Origin, const T extends Record<string, Origin>>(
  // Without `routes`: were it in both, no editor would show the comments of either.
  options: PolicyOptions<O, T> | Omit<Policy, "routes">,
): Policy {
  return policyFrom(options, definePolicy);
}

/**
 * The untyped half of {@link definePolicy}: whatever it is, it becomes a policy, or an error of the function that the
 * user called.
 */
export function policyFrom(options: unknown, entry: (...given: never[]) => unknown): Policy {
  const ready = asPolicy(options);
  if (ready !== undefined) return ready;
  const report = new IssueReport();
  const checked = checkPolicy(options, report);
  if (report.errors.length > 0) refuse(new CorsConfigError(report.errors), entry);
  const routes = Object.freeze(
    Object.fromEntries([...checked].map(([key, route]) => [key, routeData(route)])),
  );
  return newPolicy(compilePolicy(checked), routes, Object.freeze(report.warnings));
}

function newPolicy(compiled: CompiledPolicy, routes: Policy["routes"], warnings: Policy["warnings"]): Policy {
  let digest: string | undefined;
  const find = (path: string) => compiled.select(pathOfTarget(path));
  const policy: Policy = {
    decide: (request) => now("decide", (done) => decideWhenAnswered(find, cleanRequest(request), done)),
    decideAsync: (request) => later((done) => decideWhenAnswered(find, cleanRequest(request), done)),
    isTrustedOrigin: (origin, path) =>
      now("isTrustedOrigin", (done) => trust(find(path ?? "/"), origin, done)),
    isTrustedOriginAsync: (origin, path) => later((done) => trust(find(path ?? "/"), origin, done)),
    routes,
    // At first use: a policy of a million origins need not be spelt out to serve.
    get digest() {
      digest ??= digestOf(routes);
      return digest;
    },
    warnings,
  };
  return Object.freeze(Object.defineProperty(policy, POLICY, { value: compiled }));
}

type Find = (path: string) => CompiledRule | undefined;
type Done<T> = (error: unknown, result?: T) => void;

function decideWhenAnswered(find: Find, request: CleanRequest, done: Done<Decision>): void {
  const rule = find(request.path);
  judge(rule, request, (error, verdict) => {
    if (verdict === undefined) done(error);
    else done(undefined, explain(rule, request, verdict));
  });
}

function judge(
  rule: CompiledRule | undefined,
  { origin, sameOrigin }: Pick<CleanRequest, "origin" | "sameOrigin">,
  done: Done<OriginVerdict>,
): void {
  if (rule === undefined || origin === undefined) done(undefined, GRANTED);
  else if (rule.judge !== "function") done(undefined, { refused: judgeOrigin(rule, origin) });
  else if (!mustAsk(origin, sameOrigin)) done(undefined, unasked(sameOrigin));
  else askOrigin(rule, origin, done);
}

/** Asks the rule's origin function, and judges its answer. */
export function askOrigin(rule: CompiledRule, origin: string, done: Done<OriginVerdict>): void {
  askOnce(rule.ask as never, origin, `the origin function of route ${show(rule.key)}`, (error, answer) => {
    if (error !== undefined) return done(error);
    let verdict: OriginVerdict;
    try {
      verdict = judgeAnswer(rule, origin, answer);
    } catch (thrown) {
      // A getter or a proxy in the answer. Out of a late callback it would end the process.
      return done(asError(thrown, "the answer of an origin function", false));
    }
    done(undefined, verdict);
  });
}

function trust(rule: CompiledRule | undefined, origin: unknown, done: Done<boolean>): void {
  if (origin === undefined || origin === null || origin === "") return done(undefined, true);
  const parsed = typeof origin === "string" ? parseOrigin(origin) : undefined;
  if (rule === undefined || rule.judge === "any" || typeof origin !== "string" || parsed === undefined) {
    return done(undefined, false);
  }
  // Cookies go along whether or not the rule says `credentials`, so an insecure origin is never trusted by default.
  if (isInsecure(parsed) && !rule.allowInsecure) return done(undefined, false);
  if (rule.judge === "set") return done(undefined, covers(rule.trusted(), origin));
  judge(rule, { origin, sameOrigin: false }, (error, verdict) => {
    if (verdict === undefined) done(error);
    else done(undefined, verdict.refused === null);
  });
}

/** The result that is there on return. */
function now<T>(name: string, start: (done: Done<T>) => void): T {
  let settled = false;
  let failure: unknown;
  let result: T | undefined;
  start((error, value) => {
    settled = true;
    failure = error;
    result = value;
  });
  if (!settled) {
    throw new TypeError(
      `An origin function has not answered yet, so ${name}() has no answer; use ${name}Async().`,
    );
  }
  if (result === undefined) throw failure;
  return result;
}

function later<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (result === undefined ? reject(error) : resolve(result)));
  });
}

/**
 * Makes a policy that can be replaced while it serves: tenants from a database, a reloaded file.
 *
 * @param policyOrOptions What serves until {@link LivePolicy.replace} is called.
 * @returns The policy, for {@link cors}.
 * @throws {CorsConfigError} for invalid options, as {@link definePolicy} does.
 * @example
 * const live = livePolicy({ origin: await db.listOrigins() });
 * app.use(cors(live));
 * db.onChange(async () => live.replace({ origin: await db.listOrigins() }));
 */
export function livePolicy<const O extends Origin, const T extends Record<string, Origin>>(
  policyOrOptions: PolicyOptions<O, T> | Omit<Policy, "routes">,
): LivePolicy {
  let current = policyFrom(policyOrOptions, livePolicy);
  const live: LivePolicy = {
    decide: (request) => current.decide(request),
    decideAsync: (request) => current.decideAsync(request),
    isTrustedOrigin: (origin, path) => current.isTrustedOrigin(origin, path),
    isTrustedOriginAsync: (origin, path) => current.isTrustedOriginAsync(origin, path),
    get routes() {
      return current.routes;
    },
    get digest() {
      return current.digest;
    },
    get warnings() {
      return current.warnings;
    },
    get current() {
      return current;
    },
    replace(next) {
      current = policyFrom(next, live.replace);
    },
  };
  return Object.freeze(Object.defineProperty(live, LIVE, { value: true }));
}

type Marked = { readonly [POLICY]?: CompiledPolicy; readonly [LIVE]?: true };

function marks(value: unknown): Marked {
  return typeof value === "object" && value !== null ? (value as Marked) : {};
}

export function isLivePolicy(value: unknown): value is LivePolicy {
  return marks(value)[LIVE] === true;
}

/** The policy that a value is or holds, of whatever copy of this package; `undefined` for options. */
export function asPolicy(value: unknown): Policy | undefined {
  if (isLivePolicy(value)) return value.current;
  return marks(value)[POLICY] === undefined ? undefined : (value as Policy);
}

/** The compiled half of a policy. */
export function compiledOf(policy: Policy): CompiledPolicy {
  return (policy as Marked)[POLICY] as CompiledPolicy;
}
