// One request and its answer: judge the origin, then answer here, or write the headers and go on.
import type { IncomingMessage } from "node:http";
import {
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
import { type Claim, claim, claimOn, clearCors } from "./ownership.ts";
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
  readonly path: string;
  /** `undefined`: no route covers the path. */
  readonly rule: CompiledRule | undefined;
  /** Whose rule it is; `undefined` for plain options that a source answered. */
  readonly policy: Policy | undefined;
  /** Was the rule made for this request, by a source that may have looked at its origin? */
  readonly perRequest: boolean;
  readonly warnings: OnceWarnings;
}

/** An arrival whose rule has something to say. */
type Exchange = Arrival & { readonly rule: CompiledRule };

const PREFLIGHT_VARY_LINE = PREFLIGHT_VARY.join(", ");

/** Answers the request or lets it go on. `because`: why a source's answer grants nothing, if it was no valid one. */
export function serve(arrival: Arrival, because: string | undefined): void {
  const { req, res } = arrival;
  if (!isRuled(arrival)) {
    // No headers, no Vary, no status: CORS is somebody else's here, and what an outer policy answered stands.
    if (isObserved()) observe(arrival, GRANTED, false);
    return arrival.next();
  }
  const { rule, perRequest } = arrival;
  // The same policy mounted again, inside wrap() or a router: it has answered already.
  if (claimOn(res)?.rule === rule && !perRequest) return arrival.next();
  const origin = req.headers.origin || undefined;
  const kind = kindOf(req.method ?? "", origin, req.headers["access-control-request-method"]);
  if (rule.judge === "function" && origin !== undefined) return askFirst(arrival, kind, origin);
  finish(arrival, kind, origin, { refused: origin === undefined ? null : judgeOrigin(rule, origin), because });
}

function isRuled(arrival: Arrival): arrival is Exchange {
  return arrival.rule !== undefined && !arrival.rule.passthrough;
}

function askFirst(exchange: Exchange, kind: RequestKind, origin: string): void {
  const { req, res, rule, next, warnings } = exchange;
  const sameOrigin = isSameOrigin(req);
  if (!mustAsk(rule, origin, sameOrigin)) return finish(exchange, kind, origin, unasked(sameOrigin));
  // Before the question: while it is open, and if it fails, nothing is granted and caches know what matters.
  takeOver(exchange, varyOf(exchange, kind), undefined, undefined);
  askOrigin(rule, origin, (error, verdict) => {
    if (isOver(res)) return;
    if (verdict !== undefined) return finish(exchange, kind, origin, verdict);
    warnings.warn("origin function", "CorsOriginFunctionWarning", "CORS_ORIGIN_FUNCTION", () => {
      return (
        "An origin function failed, so the request ends in an error (500 by default), same-origin ones included. " +
        "To refuse an origin, answer false: callback(null, false)."
      );
    });
    next(error);
  });
}

function finish(exchange: Exchange, kind: RequestKind, origin: string | undefined, verdict: OriginVerdict): void {
  const { req, rule } = exchange;
  const refused = verdict.refused !== null;
  const ownSite = rule.blockRefused && refused && origin !== undefined && isOwnSite(req, origin);
  if (isObserved()) observe(exchange, verdict, ownSite);
  const status = statusOf(rule, kind, refused, ownSite);
  const granted = refused ? undefined : origin;
  if (status !== undefined) end(exchange, kind, status, granted);
  else goOn(exchange, kind, granted);
}

function varyOf({ rule, perRequest }: Exchange, kind: RequestKind): string | undefined {
  if (kind === "preflight") return PREFLIGHT_VARY_LINE;
  return rule.varies || perRequest ? "Origin" : undefined;
}

function goOn(exchange: Exchange, kind: RequestKind, granted: string | undefined): void {
  const { req, res, rule, next } = exchange;
  const vary = varyOf(exchange, kind);
  if (kind === "preflight") {
    const continued = new HeaderRecord();
    if (granted !== undefined) writePreflight(continued, rule, granted, ...asked(req));
    takeOver(exchange, vary, granted, continued.values);
    for (const [name, value] of Object.entries(continued.values)) res.setHeader(name, value);
  } else {
    takeOver(exchange, vary, granted, undefined);
    if (granted !== undefined || rule.judge === "any") writeActual(res, rule, granted ?? "");
  }
  next();
}

function asked({ headers }: Request): [string, string | undefined] {
  return [headers["access-control-request-method"] ?? "", headers["access-control-request-headers"]];
}

/** Makes this rule the owner of the response; whatever an earlier layer granted is gone. */
function takeOver(
  { res, rule, warnings }: Exchange,
  vary: string | undefined,
  granted: string | undefined,
  continued: Claim["continued"],
): void {
  const earlier = claimOn(res);
  if (earlier !== undefined && earlier.rule !== rule) {
    warnOfStack(warnings);
    clearCors(res);
  } else if (res.getHeader("access-control-allow-origin") !== undefined) {
    clearCors(res);
  }
  if (vary !== undefined) mergeVary(res, vary);
  if (!rule.allowOverride) claim(res, rule, warnings, granted, vary, continued);
  else if (earlier !== undefined) earlier.active = false;
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

/** Answers here: a preflight, or a refused request under `blockRefused`. The application does not run. */
function end(exchange: Exchange, kind: RequestKind, status: number, granted: string | undefined): void {
  const { req, res, rule } = exchange;
  const vary = varyOf(exchange, kind);
  const fresh = claimOn(res) === undefined && typeof res.writeHead === "function" && res.getHeaderNames?.().length === 0;
  // Nobody has set anything: one flat array is two to three times faster than a call for each header.
  const target = fresh ? new FlatHeaders() : res;
  if (!fresh) {
    const earlier = claimOn(res);
    if (earlier !== undefined) earlier.active = false;
    clearCors(res);
    if (vary !== undefined) mergeVary(res, vary);
  } else if (vary !== undefined) target.setHeader("vary", vary);
  if (kind === "preflight" && (granted !== undefined || rule.judge === "any")) {
    writePreflight(target, rule, granted ?? "", ...asked(req));
  }
  if (target instanceof FlatHeaders) {
    // RFC 9110 8.6: no Content-Length with 204; with any other status it keeps Node from sending an empty chunked body.
    if (status !== 204) target.setHeader("content-length", "0");
    res.writeHead?.(status, target.list);
  } else {
    res.statusCode = status;
  }
  res.end();
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
  { req, path, rule, policy, perRequest }: Arrival,
  { refused, because }: OriginVerdict,
  ownSite: boolean,
): void {
  const [requestMethod, requestHeaders] = asked(req);
  const request = cleanRequest({
    method: req.method ?? "",
    path,
    origin: req.headers.origin,
    requestMethod,
    requestHeaders,
    sameOrigin: ownSite || isSameOrigin(req),
  });
  const decision = explain(rule, request, { refused, because, varies: perRequest });
  publishDecision({ request, decision, digest: policy?.digest });
}
