// Express and Connect share (req, res, next): ask the policy, write its answer.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { judgeOrigin } from "../policy/answer.ts";
import { askOnce, mustAsk, unasked } from "../policy/ask.ts";
import { ruleAt } from "../policy/compile.ts";
import { CorsConfigError, formatIssue, IssueReport, show, whereExplained } from "../policy/issues.ts";
import type { Layer, Origin, PolicyOptions } from "../policy/options.ts";
import {
  askOrigin,
  compiledOf,
  isLivePolicy,
  type LivePolicy,
  type Policy,
  policyFrom,
} from "../policy/policy.ts";
import { GRANTED } from "../policy/request.ts";
import { pathOfTarget } from "../policy/routes.ts";
import { adviseFunction, misused, refuse } from "../policy/seldom.ts";
import { emitWarning, isObserved, OnceWarnings, publishDecision, publishError } from "./diagnostics.ts";
import type { DifferenceCounts } from "./difference-event.ts";
import {
  type AskedRequest,
  decisionEvent,
  Exchange,
  type Mount,
  type Next,
  type Request,
} from "./exchange.ts";
import { checkMountOptions, type Mounted } from "./mount-options.ts";
import { claimOn } from "./ownership.ts";
import { type Engine, newReporter, type Source } from "./report.ts";
import { isOver, type Response } from "./response.ts";
import { isOwnSite, isSameOrigin } from "./same-origin.ts";
import {
  type CorsOptions,
  type CorsOptionsDelegate,
  type CorsRequest,
  type Resolved,
  SourceAnswers,
  type SourceFunction,
} from "./source.ts";

type Http2Listener = (req: Http2ServerRequest, res: Http2ServerResponse) => void;

/**
 * What {@link cors} returns: middleware for Express 4 and 5, Connect 3, Polka, Nest, plain `http` and http2's compat API.
 *
 * @example const mw: CorsMiddleware = cors(policy);
 */
export interface CorsMiddleware<Q extends IncomingMessage = IncomingMessage> {
  // The usual one last: it is what Parameters<> and error messages show.
  (req: Http2ServerRequest, res: Http2ServerResponse, next: Next): void;
  (req: Q, res: ServerResponse, next: Next): void;
  /**
   * The whole middleware as a request listener in front of the framework: preflights never enter it. Nothing else is
   * to be mounted. A failing source or origin function is answered 500, the error goes to the channel
   * `boring-cors:error`, or becomes a process warning if nobody listens there.
   *
   * @param listener The application.
   * @returns What `createServer` takes, of `node:http` and `node:http2`.
   * @example http.createServer(cors(policy).wrap(app)).listen(3000);
   */
  wrap(listener: RequestListener): RequestListener & Http2Listener;
  /** The same for a listener of `node:http2` alone. */
  wrap(listener: Http2Listener): Http2Listener;
  /**
   * Error middleware: the same headers for errors that were raised before the middleware ran (a body parser mounted
   * first). A preflight is answered as always, and its error is not passed on. Needs no `this`.
   *
   * @param error Passed on, unless the request is answered here.
   * @param next Called with the error.
   * @example
   * const mw = cors(policy);
   * app.use(express.json());
   * app.use(mw);
   * app.use(mw.onError);
   */
  onError(error: unknown, req: Q, res: ServerResponse, next: Next): void;
  /**
   * Under `mode: "report"`: how many answers were compared, and how many of them the policy would change for a page.
   *
   * @example cors(policy, { mode: "report" }).differences; // { answers: 0, blocks: 0, opens: 0 }
   */
  readonly differences?: DifferenceCounts | undefined;
}

/**
 * Options of the adapter, not of the policy. An unknown name throws `UNKNOWN_OPTION`.
 *
 * @example cors(policy, { base: "/billing" });
 */
export interface CorsMiddlewareOptions {
  /**
   * Put before the request's path: for a service that sees the rewritten paths of a shared policy.
   *
   * @defaultValue `""`
   * @throws {CorsConfigError} `BASE` for what is no path prefix.
   * @example cors(policy, { base: "/billing" });
   */
  readonly base?: string | undefined;
  /**
   * `"enforce"` applies the policy. `"report"` changes nothing, for rolling it out beside whatever answers today: each
   * difference between what leaves and what the policy would have sent is a {@link DifferenceEvent} on the channel
   * `boring-cors:difference`. An invalid policy is then a `CorsReportWarning`, not an error.
   *
   * @defaultValue `"enforce"`
   * @throws {CorsConfigError} `MODE`.
   * @example app.use(cors(policy, { mode: "report" })); // before what answers today
   */
  readonly mode?: "enforce" | "report" | undefined;
  /**
   * Which layer this process is. A route that has an `owner` is enforced by that layer alone: a gateway with
   * `layer: "edge"` passes the service's routes through untouched; a service removes its own Access-Control-* headers on
   * the edge's routes, and still sends Vary. Routes without an owner are enforced by every layer.
   *
   * @defaultValue `"service"`
   * @throws {CorsConfigError} `LAYER`.
   * @example cors(policy, { layer: "edge" }); // in the gateway
   */
  readonly layer?: Layer | undefined;
}

const warnedPolicies = new WeakSet<Policy>();

/**
 * What {@link cors} may be given: rule options, a table of routes, a policy, or a function of the request.
 *
 * @example const source: CorsSource = process.env.PUBLIC ? { origin: "*" } : policy;
 */
export type CorsSource<
  O extends Origin = Origin,
  T extends Record<string, Origin> = Record<string, Origin>,
  Q = IncomingMessage,
  // Without `routes`, as in definePolicy: for the sake of those who hover.
> = PolicyOptions<O, T> | Omit<Policy | LivePolicy, "routes"> | SourceFunction<Q>;

/**
 * CORS middleware: one policy, checked now, applied to every request that it sees, and made sure of when the head of
 * the response is written.
 *
 * @param source Rule options, a table of routes, a `Policy`, a `LivePolicy`, or a function of the request.
 * @param options Of the adapter: `base`, `mode`, `layer`.
 * @returns Middleware; mount it first. It has {@link CorsMiddleware.wrap} and {@link CorsMiddleware.onError}.
 * @throws {CorsConfigError} with every problem at once: the application must not start misconfigured. See each option;
 * also `OPTIONS_TYPE`, `UNKNOWN_OPTION`, `NOT_CALLED`.
 * @example
 * app.use(cors({ origin: ["https://app.example.com"], credentials: true }));
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function cors<
  const O extends Origin,
  const T extends Record<string, Origin>,
  Q extends IncomingMessage = IncomingMessage,
>(source: CorsSource<O, T, Q>, options?: CorsMiddlewareOptions): CorsMiddleware<Q> {
  return createMiddleware(source, options) as CorsMiddleware<Q>;
}

// The names that users of @types/cors reach through the function: cors.CorsOptions.
export declare namespace cors {
  export type { CorsOptions, CorsOptionsDelegate, CorsRequest };
}

function createMiddleware(source: unknown, options: unknown): CorsMiddleware {
  const { mode, ...mounted } = checkMountOptions(source, options, cors);
  const adapter: Runner =
    mode === "report"
      ? newReporter(ENGINE, () => checkedSource(source), mounted)
      : new Adapter(checkedSource(source), mounted);
  const middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => {
    adapter.run(req, res, typeof next === "function" ? next : missingNext);
  };
  const members = {
    wrap: (listener: RequestListener): RequestListener => {
      // Mounted without a call, it would get the request in the place of the application, and never answer.
      if (typeof listener !== "function") throw misused("wrap");
      return (req, res) => {
        adapter.run(req, res, (error) => {
          if (error === undefined) listener(req, res);
          else fail(error, res);
        });
      };
    },
    onError: (error: unknown, req: IncomingMessage, res: ServerResponse, next: Next) => {
      adapter.run(req, res, () => next(error));
    },
  };
  Object.defineProperty(middleware, "differences", { get: () => adapter.differences });
  // http2's compatibility API is the same to us, though not to TypeScript.
  return Object.assign(middleware, members) as CorsMiddleware;
}

type Runner = Pick<Adapter, "run"> & { readonly differences?: DifferenceCounts };

// Handed to what is loaded for `mode: "report"` alone, so that it brings no second copy of what is here already.
const ENGINE: Engine = {
  askOnce,
  askOrigin,
  compiledOf,
  decisionEvent,
  isOwnSite,
  isSameOrigin,
  judgeOrigin,
  mustAsk,
  newAnswers: (warnings) => new SourceAnswers(warnings),
  newWarnings: () => new OnceWarnings(),
  pathOf: fullPath,
  ruleAt,
  show,
  unasked,
};

/** Said when it is needed: a preflight is answered without it. */
function missingNext(): never {
  throw misused("next");
}

function fail(error: unknown, res: ServerResponse): void {
  publishError(error);
  if (isOver(res)) return;
  res.statusCode = 500;
  res.end();
}

/** Rejects what is no source, and warns of what is doubtful in a policy. */
function checkedSource(source: unknown): Source {
  const found = sourceOf(source);
  if (typeof found === "object") warnOf(found.current);
  return found;
}

function sourceOf(source: unknown): Source {
  if (typeof source === "function") {
    if (source.length < 3) return source as SourceFunction<never>;
    const report = new IssueReport();
    report.error("OPTIONS_TYPE", "", source, `${show(source)} ${adviseFunction(source, "source")}`);
    refuse(new CorsConfigError(report.errors), cors);
  }
  return isLivePolicy(source) ? source : { current: policyFrom(source, cors) };
}

function warnOf(policy: Policy): void {
  if (policy.warnings.length === 0 || warnedPolicies.has(policy)) return;
  warnedPolicies.add(policy);
  const lines = policy.warnings.map((issue) => `  ${formatIssue(issue)}`);
  const codes = policy.warnings.map(({ code }) => code);
  emitWarning(
    `CORS policy ${policy.digest}:\n${lines.join("\n")}\n${whereExplained(codes)}`,
    "CorsPolicyWarning",
  );
}

/** The full public path, whatever the mount point; `OPTIONS *` stays `*`. */
function fullPath(req: AskedRequest, base: string): string {
  const path = pathOfTarget(req.originalUrl ?? req.url ?? "/");
  return path === "*" ? path : base + path;
}

/** One mounted middleware: finds the rule, and hands the exchange on. */
class Adapter implements Mount {
  readonly warnings = new OnceWarnings();
  private readonly answers = new SourceAnswers(this.warnings);

  constructor(
    private readonly source: Source,
    private readonly mounted: Mounted,
  ) {}

  run(req: Request, res: Response, next: Next): void {
    if (res.headersSent === true) return next();
    const { source } = this;
    if (typeof source === "function") return this.askSource(source, req, res, next);
    const policy = source.current;
    const compiled = compiledOf(policy);
    // A policy of one rule needs no path: only `*` is not covered by "/".
    const { everywhere } = compiled;
    const found =
      everywhere === undefined || req.url === "*" ? compiled.select(this.pathOf(req)) : everywhere;
    const rule = found && ruleAt(this.mounted.layer, found);
    if (rule !== undefined && !rule.passthrough) {
      return new Exchange(rule, policy, false, this, req, res, next).start();
    }
    // No headers, no Vary, no status: CORS is somebody else's here, and what an outer policy answered stands.
    if (isObserved()) publishDecision(decisionEvent(this, rule, policy, req, GRANTED, false, false));
    next();
  }

  pathOf(req: AskedRequest): string {
    return fullPath(req, this.mounted.base);
  }

  private askSource(ask: SourceFunction<never>, req: Request, res: Response, next: Next): void {
    // Mounted again, inside wrap() or a router: it has been asked already.
    if (claimOn(res)?.mount === this) return next();
    const exchange = new Exchange(this.answers.off, undefined, true, this, req, res, next);
    exchange.hold();
    askOnce(ask, req, "the per-request CORS source", (error, answer) => {
      if (isOver(res)) return;
      if (error !== undefined) return next(error);
      let resolved: Resolved;
      try {
        resolved = this.answers.resolve(answer, req.headers.origin, () => this.pathOf(req));
      } catch (thrown) {
        // An option that is a getter, and throws.
        return next(thrown);
      }
      const rule = resolved.rule && ruleAt(this.mounted.layer, resolved.rule);
      exchange.resume(rule === resolved.rule ? resolved : { ...resolved, rule });
    });
  }
}
