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
import { askOrigin, type Policy } from "../policy/policy.ts";
import { cleanRequest, GRANTED, type OriginVerdict, PREFLIGHT_VARY } from "../policy/request.ts";
import { explain } from "../policy/seldom.ts";
import { type DecisionEvent, isObserved, type OnceWarnings, publishDecision } from "./diagnostics.ts";
import { type Claim, claimOn, clearCors, hasGranted, putClaim, release } from "./ownership.ts";
import { isOver, mergeVary, type Response } from "./response.ts";
import { isOwnSite, isSameOrigin } from "./same-origin.ts";
import type { Resolved } from "./source.ts";

/**
 * Called to go on, or with the error that ends the request.
 *
 * @example cors(policy)(req, res, (error) => res.end(error === undefined ? "hello" : "sorry"));
 */
export type Next = (error?: unknown) => void;

export type Request = IncomingMessage & { readonly originalUrl?: string };

/** The part of a request that is judged. */
export type AskedRequest = Pick<Request, "method" | "url" | "originalUrl" | "headers">;

/** Where an exchange comes from: one mounted middleware. */
export interface Mount {
  readonly warnings: OnceWarnings;
  /** The full public path of a request. */
  pathOf(req: AskedRequest): string;
}

const PREFLIGHT_VARY_LINE = PREFLIGHT_VARY.join(", ");

/** One request, its response and its rule; it stays on the response as the claim on its headers. */
export class Exchange implements Claim {
  // Assigned in the constructor: an initialiser per field costs a definition each, at every request.
  granted: string | undefined;
  vary: string | undefined;
  continued: Claim["continued"];
  owns: boolean;
  writeHead: Response["writeHead"];

  constructor(
    public rule: CompiledRule,
    /** Whose rule it is; `undefined` for plain options that a source answered. */
    public policy: Policy | undefined,
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
    this.owns = !rule.allowOverride;
    this.writeHead = undefined;
  }

  /** While a per-request source is asked, nothing is granted, and caches know that the answer depends on the origin. */
  hold(): void {
    const earlier = claimOn(this.res);
    this.vary = this.varyOf(this.kindOf(this.origin()));
    if (earlier === undefined) return this.takeOver();
    // The source may yet leave the outer policy's answer standing.
    earlier.vary ??= "Origin";
    mergeVary(this.res, this.vary ?? "Origin");
  }

  /** Goes on with what the source answered; `undefined` rule: it covers no such path. */
  resume({ rule, policy, because }: Resolved): void {
    if (rule !== undefined && !rule.passthrough) {
      this.rule = rule;
      this.policy = policy;
      this.owns = !rule.allowOverride;
      return this.start(because);
    }
    this.owns = false;
    if (isObserved())
      publishDecision(decisionEvent(this.mount, rule, policy, this.req, GRANTED, false, true));
    this.next();
  }

  /** Answers the request or lets it go on. `because`: why a source's answer grants nothing, if it was no valid one. */
  start(because?: OriginVerdict["because"]): void {
    const { rule } = this;
    // The same policy mounted again, inside wrap() or a router: it has answered already.
    if (!this.perRequest && claimOn(this.res)?.rule === rule) return this.next();
    const origin = this.origin();
    const kind = this.kindOf(origin);
    this.vary = this.varyOf(kind);
    if (origin === undefined) this.finish(kind, undefined, true, undefined);
    else if (rule.judge === "function") this.askFirst(kind, origin);
    else this.finish(kind, origin, grants(rule, origin), because && { refused: "cors-disabled", because });
  }

  private origin(): string | undefined {
    const { origin } = this.req.headers;
    return typeof origin === "string" && origin !== "" ? origin : undefined;
  }

  private kindOf(origin: string | undefined): RequestKind {
    const { method, headers } = this.req;
    // Spares every request that can be no preflight the look at a header.
    if (method !== "OPTIONS") return origin === undefined ? "non-cors" : "actual";
    return kindOf(method, origin, headers["access-control-request-method"]);
  }

  private varyOf(kind: RequestKind): string | undefined {
    if (kind === "preflight") return PREFLIGHT_VARY_LINE;
    return this.rule.varies || this.perRequest ? "Origin" : undefined;
  }

  private askFirst(kind: RequestKind, origin: string): void {
    const { rule, req, res, next, mount } = this;
    const sameOrigin = isSameOrigin(req);
    if (!mustAsk(origin, sameOrigin)) return this.finish(kind, origin, false, unasked(sameOrigin));
    // Before the question: while it is open, and if it fails, nothing is granted and caches know what matters.
    this.takeOver();
    askOrigin(rule, origin, (error, verdict) => {
      if (isOver(res)) return;
      if (verdict !== undefined) {
        const { overruled, invalid, because } = verdict;
        if (overruled !== undefined)
          mount.warnings.tell("CORS_OVERRULED", `${rule.key} ${overruled}`, rule.key, origin, overruled);
        if (invalid === true) mount.warnings.tell("CORS_ORIGIN_ANSWER", "", () => because?.() ?? "");
        return this.finish(kind, origin, verdict.refused === null, verdict);
      }
      mount.warnings.tell("CORS_ORIGIN_FUNCTION", "", rule.key);
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
      publishDecision(decisionEvent(this.mount, rule, this.policy, req, found, ownSite, this.perRequest));
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
    if (earlier !== undefined && !this.isSameAs(earlier)) {
      const { mount, req } = this;
      mount.warnings.tell("CORS_STACKED", "", () => `${req.method} ${mount.pathOf(req)}`);
    }
    // Whatever is there is not ours. Where nothing will be made sure of later, all of it must go now.
    if (earlier === undefined ? this.mayHaveStrangers() : earlier !== this && hasGranted(earlier))
      clearCors(res);
    if (this.vary !== undefined) mergeVary(res, this.vary);
    // Later writes stand; but whatever a source answered, it may have looked at the origin.
    if (rule.allowOverride && !this.perRequest) release(this);
    // A rule that lets go leaves no trace, unless a second mount must find out that its function has been asked.
    if (this.owns || earlier !== undefined || this.perRequest || rule.judge === "function") {
      putClaim(res, this, earlier);
    }
  }

  /** Two middlewares with equal policies, or one that is mounted twice, contradict nobody. */
  private isSameAs(earlier: Claim): boolean {
    if (earlier.mount === this.mount) return true;
    return this.policy !== undefined && this.policy.digest === earlier.policy?.digest;
  }

  /** Has an earlier layer set CORS headers? Allow-Origin alone is asked for where the rest is made sure of later. */
  private mayHaveStrangers(): boolean {
    const { res } = this;
    if (this.owns && typeof res.writeHead === "function") {
      return res.getHeader("access-control-allow-origin") !== undefined;
    }
    return res.getHeaderNames?.().some((name) => name.startsWith("access-control-")) ?? true;
  }

  /** Answers here: a preflight, or a refused request under `blockRefused`. The application does not run. */
  private end(kind: RequestKind, status: number): void {
    const { res, vary } = this;
    const earlier = claimOn(res);
    // Nobody has set anything or stands between: one flat array is two to three times faster than a call per header.
    // (on-headers before 1.1, in many session and logging middlewares, misreads flat arrays.)
    if (earlier === undefined && res.getHeaderNames?.().length === 0 && !Object.hasOwn(res, "writeHead")) {
      const flat = new FlatHeaders();
      if (vary !== undefined) flat.setHeader("vary", vary);
      this.writeEnd(flat, kind);
      // RFC 9110 8.6: no Content-Length with 204; with any other status it keeps Node from sending an empty chunked body.
      if (status !== 204) flat.setHeader("content-length", "0");
      res.writeHead?.(status, flat.list);
    } else {
      if (earlier !== undefined) release(earlier);
      clearCors(res);
      if (vary !== undefined) mergeVary(res, vary);
      this.writeEnd(res, kind);
      // RFC 9110 8.6: what an outer layer said of its content is not true of an empty answer.
      if (status !== 204) res.setHeader("content-length", "0");
      else if (res.getHeader("content-length") !== undefined) res.removeHeader?.("content-length");
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

/** The decision that `decide` would give, with the request as it was judged; only built when somebody listens. */
export function decisionEvent(
  mount: Mount,
  rule: CompiledRule | undefined,
  policy: Policy | undefined,
  req: AskedRequest,
  { refused, because }: OriginVerdict,
  ownSite: boolean,
  perRequest: boolean,
): DecisionEvent {
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
  return { request, decision, digest: policy?.digest };
}
