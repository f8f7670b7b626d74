// One request and its answer: judge the origin, then answer here, or write the headers and go on.
import type { IncomingMessage } from "node:http";
import {
  grants,
  type HeaderTarget,
  judgeOrigin,
  kindOf,
  type RequestKind,
  statusOf,
  writeActual,
  writePreflight,
} from "../policy/answer.ts";
import { mustAsk, unasked } from "../policy/ask.ts";
import type { CompiledRule } from "../policy/compile.ts";
import { cleanRequest, explain, type OriginVerdict, PREFLIGHT_VARY } from "../policy/decide.ts";
import { askOrigin, type Policy } from "../policy/policy.ts";
import { isObserved, type OnceWarnings, publishDecision } from "./diagnostics.ts";
import { type Claim, claimOn, clearCors, putClaim } from "./ownership.ts";
import { isOver, mergeVary, type Response } from "./response.ts";
import { isOwnSite, isSameOrigin } from "./same-origin.ts";

/** Called to go on, or with the error that ends the request. */
export type Next = (error?: unknown) => void;

export type Request = IncomingMessage & { readonly originalUrl?: string };

/** Where an exchange comes from: one mounted middleware. */
export interface Mount {
  readonly warnings: OnceWarnings;
  /** The full public path of a request. */
  pathOf(req: Request): string;
}

const PREFLIGHT_VARY_LINE = PREFLIGHT_VARY.join(", ");

/** What Vary must say, whatever the rule will be. */
export function varyOfPerRequest({ method = "", headers }: Request): string {
  return kindOf(method, headers.origin, headers["access-control-request-method"]) === "preflight"
    ? PREFLIGHT_VARY_LINE
    : "Origin";
}

/** One request, its response and its rule; it stays on the response as the claim on its headers. */
export class Exchange implements Claim {
  // Assigned in the constructor: an initialiser per field costs a definition each, at every request.
  granted: string | undefined;
  vary: string | undefined;
  continued: Claim["continued"];
  active: boolean;
  writeHead: Response["writeHead"];

  constructor(
    readonly rule: CompiledRule,
    /** Whose rule it is; `undefined` for plain options that a source answered. */
    private readonly policy: Policy | undefined,
    /** Was the rule made for this request, by a source that may have looked at its origin? */
    private readonly perRequest: boolean,
    readonly mount: Mount,
    private readonly req: Request,
    private readonly res: Response,
    private readonly next: Next,
  ) {
    this.granted = undefined;
    this.vary = undefined;
    this.continued = undefined;
    this.active = true;
    this.writeHead = undefined;
  }

  /** Answers the request or lets it go on. `because`: why a source's answer grants nothing, if it was no valid one. */
  start(because: string | undefined): void {
    const { rule, req } = this;
    // The same policy mounted again, inside wrap() or a router: it has answered already.
    if (!this.perRequest && claimOn(this.res)?.rule === rule) return this.next();
    const { headers } = req;
    const origin = headers.origin || undefined;
    const kind =
      req.method === "OPTIONS"
        ? kindOf("OPTIONS", origin, headers["access-control-request-method"])
        : origin === undefined
          ? "non-cors"
          : "actual";
    if (kind === "preflight") this.vary = PREFLIGHT_VARY_LINE;
    else if (rule.varies || this.perRequest) this.vary = "Origin";
    if (origin === undefined) this.finish(kind, undefined, true, undefined);
    else if (rule.judge === "function") this.askFirst(kind, origin);
    else
      this.finish(
        kind,
        origin,
        grants(rule, origin),
        because === undefined ? undefined : { refused: "cors-disabled", because },
      );
  }

  private askFirst(kind: RequestKind, origin: string): void {
    const { rule, req, res, next, mount } = this;
    const sameOrigin = isSameOrigin(req);
    if (!mustAsk(rule, origin, sameOrigin)) return this.finish(kind, origin, false, unasked(sameOrigin));
    // Before the question: while it is open, and if it fails, nothing is granted and caches know what matters.
    this.takeOver();
    askOrigin(rule, origin, (error, verdict) => {
      if (isOver(res)) return;
      if (verdict !== undefined) return this.finish(kind, origin, verdict.refused === null, verdict);
      mount.warnings.warn("origin function", "CorsOriginFunctionWarning", "CORS_ORIGIN_FUNCTION", () => {
        return (
          "An origin function failed, so the request ends in an error (500 by default), same-origin ones included. " +
          "To refuse an origin, answer false: callback(null, false)."
        );
      });
      next(error);
    });
  }

  /** `verdict`: what a function said; otherwise it is found out if somebody wants to know. */
  private finish(
    kind: RequestKind,
    origin: string | undefined,
    granted: boolean,
    verdict: OriginVerdict | undefined,
  ): void {
    const { rule, req } = this;
    const ownSite = !granted && rule.blockRefused && origin !== undefined && isOwnSite(req, origin);
    if (isObserved()) {
      const found = verdict ?? { refused: origin === undefined ? null : judgeOrigin(rule, origin) };
      observe(this.mount, rule, this.policy, req, found, ownSite, this.perRequest);
    }
    if (granted) this.granted = origin;
    const status = statusOf(rule, kind, !granted, ownSite);
    if (status !== undefined) this.end(kind, status);
    else if (kind === "preflight") this.continuePreflight();
    else this.goOn();
  }

  private goOn(): void {
    const { rule, granted, res } = this;
    this.takeOver();
    if (granted !== undefined || rule.judge === "any") writeActual(res, rule, granted ?? "");
    this.next();
  }

  private continuePreflight(): void {
    const { res } = this;
    const headers = new HeaderRecord();
    this.writeEnd(headers, "preflight");
    this.continued = headers.values;
    this.takeOver();
    for (const [name, value] of Object.entries(headers.values)) res.setHeader(name, value);
    this.next();
  }

  /** Makes this rule the owner of the response; whatever an earlier layer granted is gone. */
  private takeOver(): void {
    const { rule, res } = this;
    const earlier = claimOn(res);
    if (earlier !== undefined && earlier.rule !== rule) {
      warnOfStack(this.mount.warnings);
      clearCors(res);
    } else if (res.getHeader("access-control-allow-origin") !== undefined) {
      clearCors(res);
    }
    if (this.vary !== undefined) mergeVary(res, this.vary);
    if (!rule.allowOverride) putClaim(res, this, earlier);
    else if (earlier !== undefined) earlier.active = false;
  }

  /** Answers here: a preflight, or a refused request under `blockRefused`. The application does not run. */
  private end(kind: RequestKind, status: number): void {
    const { res, vary } = this;
    const earlier = claimOn(res);
    // Nobody has set anything: one flat array is two to three times faster than a call for each header.
    if (earlier === undefined && res.getHeaderNames?.().length === 0 && typeof res.writeHead === "function") {
      const flat = new FlatHeaders();
      if (vary !== undefined) flat.setHeader("vary", vary);
      this.writeEnd(flat, kind);
      // RFC 9110 8.6: no Content-Length with 204; with any other status it keeps Node from sending an empty chunked body.
      if (status !== 204) flat.setHeader("content-length", "0");
      res.writeHead(status, flat.list);
    } else {
      if (earlier !== undefined) earlier.active = false;
      clearCors(res);
      if (vary !== undefined) mergeVary(res, vary);
      this.writeEnd(res, kind);
      res.statusCode = status;
    }
    res.end();
  }

  private writeEnd(target: HeaderTarget, kind: RequestKind): void {
    const { rule, granted } = this;
    if (kind !== "preflight" || (granted === undefined && rule.judge !== "any")) return;
    const { headers } = this.req;
    const asked = headers["access-control-request-method"] ?? "";
    writePreflight(target, rule, granted ?? "", asked, headers["access-control-request-headers"]);
  }
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
export function observe(
  mount: Mount,
  rule: CompiledRule | undefined,
  policy: Policy | undefined,
  req: Request,
  { refused, because }: OriginVerdict,
  ownSite: boolean,
  perRequest: boolean,
): void {
  const { method = "", headers } = req;
  const request = cleanRequest({
    method,
    path: mount.pathOf(req),
    origin: headers.origin,
    requestMethod: headers["access-control-request-method"],
    requestHeaders: headers["access-control-request-headers"],
    sameOrigin: ownSite || isSameOrigin(req),
  });
  const decision = explain(rule, request, { refused, because, varies: perRequest });
  publishDecision({ request, decision, digest: policy?.digest });
}
