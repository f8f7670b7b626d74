// One request and its answer: judge the origin, then answer here, or write the headers and go on.
import type { IncomingMessage } from "node:http";
import {
  grants,
  judgeOrigin,
  kindOf,
  type RequestKind,
  statusOf,
  writeActual,
  writePreflight,
} from "../policy/answer.ts";
import { mustAsk, unasked } from "../policy/ask.ts";
import type { CompiledRule } from "../policy/compile.ts";
import { cleanRequest, explain, GRANTED, type OriginVerdict, PREFLIGHT_VARY } from "../policy/decide.ts";
import { askOrigin, type Policy } from "../policy/policy.ts";
import { isObserved, type OnceWarnings, publishDecision } from "./diagnostics.ts";
import { type Claim, claimOn, clearCors, putClaim } from "./ownership.ts";
import { isOver, mergeVary, type Response } from "./response.ts";
import { isOwnSite, isSameOrigin } from "./same-origin.ts";

/** Called to go on, or with the error that ends the request. */
export type Next = (error?: unknown) => void;

export type Request = IncomingMessage & { readonly originalUrl?: string };

/** A request, its response, and what was found for them. */
export interface Arrival {
  readonly req: Request;
  readonly res: Response;
  readonly next: Next;
  /** The full public path; asked only when somebody wants to see the decision. */
  readonly pathOf: (req: Request) => string;
  /** `undefined`: no route covers the path. */
  readonly rule: CompiledRule | undefined;
  /** Whose rule it is; `undefined` for plain options that a source answered. */
  readonly policy: Policy | undefined;
  /** Was the rule made for this request, by a source that may have looked at its origin? */
  readonly perRequest: boolean;
  readonly warnings: OnceWarnings;
}

const PREFLIGHT_VARY_LINE = PREFLIGHT_VARY.join(", ");

/** Answers the request or lets it go on. `because`: why a source's answer grants nothing, if it was no valid one. */
export function serve(arrival: Arrival, because: string | undefined): void {
  const { req, res, rule, perRequest } = arrival;
  if (rule === undefined || rule.passthrough) {
    // No headers, no Vary, no status: CORS is somebody else's here, and what an outer policy answered stands.
    if (isObserved()) observe(arrival, req.headers.origin, GRANTED, false);
    return arrival.next();
  }
  // The same policy mounted again, inside wrap() or a router: it has answered already.
  if (claimOn(res)?.rule === rule && !perRequest) return arrival.next();
  new Exchange(arrival, rule).start(because);
}

/** An arrival whose rule has something to say; it stays on the response as its claim. */
class Exchange implements Claim {
  readonly rule: CompiledRule;
  readonly warnings: OnceWarnings;
  granted: string | undefined = undefined;
  vary: string | undefined;
  continued: Claim["continued"] = undefined;
  active = false;
  writeHead: Response["writeHead"] = undefined;

  readonly #arrival: Arrival;
  readonly #origin: string | undefined;
  readonly #kind: RequestKind;

  constructor(arrival: Arrival, rule: CompiledRule) {
    const { headers, method = "" } = arrival.req;
    this.rule = rule;
    this.warnings = arrival.warnings;
    this.#arrival = arrival;
    this.#origin = headers.origin || undefined;
    this.#kind = kindOf(method, this.#origin, method === "OPTIONS" ? headers["access-control-request-method"] : undefined);
    if (this.#kind === "preflight") this.vary = PREFLIGHT_VARY_LINE;
    else this.vary = rule.varies || arrival.perRequest ? "Origin" : undefined;
  }

  start(because: string | undefined): void {
    const { rule } = this;
    const origin = this.#origin;
    if (origin === undefined) this.#finish(true, undefined);
    else if (rule.judge === "function") this.#askFirst(origin);
    else this.#finish(grants(rule, origin), because === undefined ? undefined : { refused: "cors-disabled", because });
  }

  #askFirst(origin: string): void {
    const { rule, warnings } = this;
    const { req, res, next } = this.#arrival;
    const sameOrigin = isSameOrigin(req);
    if (!mustAsk(rule, origin, sameOrigin)) return this.#finish(false, unasked(sameOrigin));
    // Before the question: while it is open, and if it fails, nothing is granted and caches know what matters.
    this.#takeOver();
    askOrigin(rule, origin, (error, verdict) => {
      if (isOver(res)) return;
      if (verdict !== undefined) return this.#finish(verdict.refused === null, verdict);
      warnings.warn("origin function", "CorsOriginFunctionWarning", "CORS_ORIGIN_FUNCTION", () => {
        return (
          "An origin function failed, so the request ends in an error (500 by default), same-origin ones included. " +
          "To refuse an origin, answer false: callback(null, false)."
        );
      });
      next(error);
    });
  }

  /** `verdict`: what a function said; otherwise it is found out if somebody wants to know. */
  #finish(granted: boolean, verdict: OriginVerdict | undefined): void {
    const { rule } = this;
    const { req } = this.#arrival;
    const origin = this.#origin;
    const ownSite = !granted && rule.blockRefused && origin !== undefined && isOwnSite(req, origin);
    if (isObserved()) {
      const found = verdict ?? { refused: origin === undefined ? null : judgeOrigin(rule, origin) };
      observe(this.#arrival, origin, found, ownSite);
    }
    this.granted = granted ? origin : undefined;
    const status = statusOf(rule, this.#kind, !granted, ownSite);
    if (status === undefined) this.#goOn();
    else this.#end(status);
  }

  #goOn(): void {
    const { rule, granted } = this;
    const { req, res, next } = this.#arrival;
    if (this.#kind === "preflight") {
      const continued = new HeaderRecord();
      if (granted !== undefined) writePreflight(continued, rule, granted, ...asked(req));
      this.continued = continued.values;
      this.#takeOver();
      for (const [name, value] of Object.entries(continued.values)) res.setHeader(name, value);
    } else {
      this.#takeOver();
      if (granted !== undefined || rule.judge === "any") writeActual(res, rule, granted ?? "");
    }
    next();
  }

  /** Makes this rule the owner of the response; whatever an earlier layer granted is gone. */
  #takeOver(): void {
    const { rule, vary, warnings } = this;
    const { res } = this.#arrival;
    const earlier = claimOn(res);
    if (earlier !== undefined && earlier.rule !== rule) {
      warnOfStack(warnings);
      clearCors(res);
    } else if (res.getHeader("access-control-allow-origin") !== undefined) {
      clearCors(res);
    }
    if (vary !== undefined) mergeVary(res, vary);
    if (!rule.allowOverride) putClaim(res, this);
    else if (earlier !== undefined) earlier.active = false;
  }

  /** Answers here: a preflight, or a refused request under `blockRefused`. The application does not run. */
  #end(status: number): void {
    const { req, res } = this.#arrival;
    // Nobody has set anything: one flat array is two to three times faster than a call for each header.
    if (claimOn(res) === undefined && res.getHeaderNames?.().length === 0 && typeof res.writeHead === "function") {
      const flat = new FlatHeaders();
      this.#writeEnd(flat, req);
      // RFC 9110 8.6: no Content-Length with 204; with any other status it keeps Node from sending an empty chunked body.
      if (status !== 204) flat.setHeader("content-length", "0");
      res.writeHead(status, flat.list);
    } else {
      const earlier = claimOn(res);
      if (earlier !== undefined) earlier.active = false;
      clearCors(res);
      this.#writeEnd(res, req);
      res.statusCode = status;
    }
    res.end();
  }

  #writeEnd(target: Response | FlatHeaders, req: Request): void {
    const { rule, granted, vary } = this;
    if (vary !== undefined) {
      if (target instanceof FlatHeaders) target.setHeader("vary", vary);
      else mergeVary(target, vary);
    }
    if (this.#kind === "preflight" && (granted !== undefined || rule.judge === "any")) {
      writePreflight(target, rule, granted ?? "", ...asked(req));
    }
  }
}

function asked({ headers }: Request): [string, string | undefined] {
  return [headers["access-control-request-method"] ?? "", headers["access-control-request-headers"]];
}

function warnOfStack(warnings: OnceWarnings): void {
  warnings.warn("stacked", "CorsStackedWarning", "CORS_STACKED", () => {
    return (
      "Two CORS policies ran on one request; the inner one replaced the outer one's headers. Preflights are answered " +
      "by the outer one alone, so the inner one can neither widen nor narrow them: put per-route differences into one " +
      "table, cors({ routes: { ... } })."
    );
  });
}

class FlatHeaders {
  readonly list: string[] = [];

  setHeader(name: string, value: string): void {
    this.list.push(name, value);
  }
}

class HeaderRecord {
  readonly values: Record<string, string> = {};

  setHeader(name: string, value: string): void {
    this.values[name] = value;
  }
}

/** Builds the decision that `decide` would give, and publishes it; only called when somebody listens. */
function observe(
  { req, pathOf, rule, policy, perRequest }: Arrival,
  origin: string | undefined,
  { refused, because }: OriginVerdict,
  ownSite: boolean,
): void {
  const [requestMethod, requestHeaders] = asked(req);
  const request = cleanRequest({
    method: req.method ?? "",
    path: pathOf(req),
    origin,
    requestMethod,
    requestHeaders,
    sameOrigin: ownSite || isSameOrigin(req),
  });
  const decision = explain(rule, request, { refused, because, varies: perRequest });
  publishDecision({ request, decision, digest: policy?.digest });
}
