// mode "report": looks on as an answer leaves, and publishes where the policy would have answered otherwise.
import { channel } from "node:diagnostics_channel";
import { debuglog } from "node:util";
import type { judgeOrigin } from "../policy/answer.ts";
import type { askOnce, mustAsk, unasked } from "../policy/ask.ts";
import type { CompiledRule, ruleAt } from "../policy/compile.ts";
import type { show } from "../policy/issues.ts";
import type { askOrigin, compiledOf, LivePolicy, Policy } from "../policy/policy.ts";
import type { CleanRequest, OriginVerdict } from "../policy/request.ts";
import type { OnceWarnings } from "./diagnostics.ts";
import { differencesBetween } from "./difference.ts";
import type { Difference, DifferenceCounts, DifferenceEvent } from "./difference-event.ts";
import type { AskedRequest, decisionEvent, Mount, Next, Request } from "./exchange.ts";
import type { Head } from "./head.ts";
import type { Mounted } from "./mount-options.ts";
import type { Response } from "./response.ts";
import type { isOwnSite, isSameOrigin } from "./same-origin.ts";
import type { Resolved, SourceAnswers, SourceFunction } from "./source.ts";
import { type Observer, type Wanted, Watch } from "./watch.ts";

/** Where the rules come from: a function of the request, or a policy that may be another one tomorrow. */
export type Source = SourceFunction<never> | Pick<LivePolicy, "current">;

/** What the enforcing half of the package does, handed over: this file is loaded apart, and brings no second copy. */
export interface Engine {
  readonly askOnce: typeof askOnce;
  readonly askOrigin: typeof askOrigin;
  readonly compiledOf: typeof compiledOf;
  readonly decisionEvent: typeof decisionEvent;
  readonly isOwnSite: typeof isOwnSite;
  readonly isSameOrigin: typeof isSameOrigin;
  readonly judgeOrigin: typeof judgeOrigin;
  readonly mustAsk: typeof mustAsk;
  readonly newAnswers: (warnings: Pick<OnceWarnings, "warn">) => SourceAnswers;
  readonly newWarnings: () => OnceWarnings;
  readonly pathOf: (req: AskedRequest, base: string) => string;
  readonly ruleAt: typeof ruleAt;
  readonly show: typeof show;
  readonly unasked: typeof unasked;
}

const differences = channel("boring-cors:difference");
const debug = debuglog("boring-cors");

// One line per distinct difference; what is distinct is the client's choice, so the memory of it is bounded.
const seenLines = new Set<string>();
const MOST_LINES = 1000;

const SOURCE = "The per-request CORS source";

/** `find` throws for an invalid source; the service that needs the report most must start all the same. */
export function newReporter(engine: Engine, find: () => Source, mounted: Mounted): Reporter {
  return new Reporter(engine, find, mounted);
}

class Reporter implements Mount, Observer {
  readonly warnings: OnceWarnings;
  private readonly source: Source | undefined;
  private readonly answers: SourceAnswers;
  /** Was a source's last answer no policy? */
  private invalid = false;
  private readonly watched = new WeakSet<Response>();
  private readonly counts = { answers: 0, blocks: 0, opens: 0 };
  /** Why there is no policy; until somebody has heard of it. */
  private unheard: DifferenceEvent | undefined;

  constructor(
    readonly engine: Engine,
    find: () => Source,
    private readonly mounted: Mounted,
  ) {
    this.warnings = engine.newWarnings();
    this.answers = engine.newAnswers({
      warn: () => {
        this.invalid = true;
      },
    });
    try {
      this.source = find();
    } catch (error) {
      this.warn("policy", this.textOf(error));
      this.unheard = { kind: "policy", error, request: undefined, digest: undefined };
      this.announce();
    }
  }

  get differences(): DifferenceCounts {
    return Object.freeze({ ...this.counts });
  }

  run(req: Request, res: Response, next: Next): void {
    if (this.source === undefined) this.announce();
    else if (res.headersSent !== true && !this.watched.has(res) && typeof res.writeHead === "function") {
      this.watched.add(res);
      this.begin(this.source, req, res);
    }
    next();
  }

  pathOf(req: AskedRequest): string {
    return this.engine.pathOf(req, this.mounted.base);
  }

  compare(left: Head, { event, rule, fetchMode }: Wanted): void {
    const { allowOverride } = rule;
    const found = differencesBetween(left, { ...event, allowOverride, fetchMode });
    this.counts.answers++;
    for (const effect of ["blocks", "opens"] as const) {
      if (found.some((difference) => difference.effect === effect)) this.counts[effect]++;
    }
    for (const difference of found) {
      const { request, decision, digest } = event;
      const published: Difference = Object.freeze({ request, decision, ...difference, digest });
      if (differences.hasSubscribers) differences.publish(published);
      if (debug.enabled && published.effect !== "none") this.print(published);
    }
  }

  attempt(watch: Watch | undefined, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fail(error, `The comparison failed: ${this.textOf(error)}`, watch);
    }
  }

  private begin(source: Source, req: Request, res: Response): void {
    // Of a request that cannot be read there is nothing to say; what fails after that may be said of it.
    this.attempt(undefined, () => {
      const watch = new Watch(this, req);
      this.attempt(watch, () => {
        watch.over(res);
        this.ask(source, watch, req, res);
      });
    });
  }

  private announce(): void {
    if (this.unheard === undefined || !differences.hasSubscribers) return;
    const event = this.unheard;
    this.unheard = undefined;
    differences.publish(event);
  }

  private fail(error: unknown, text: string, watch: Watch | undefined, policy?: Policy): void {
    this.warn("request", text);
    const event: DifferenceEvent = {
      kind: "policy",
      error,
      request: this.requestOf(watch),
      digest: policy?.digest,
    };
    if (differences.hasSubscribers) differences.publish(event);
  }

  private requestOf(watch: Watch | undefined): CleanRequest | undefined {
    if (watch === undefined) return undefined;
    const nothing: OriginVerdict = { refused: null };
    try {
      return this.engine.decisionEvent(this, undefined, undefined, watch.asked, nothing, false, false)
        .request;
    } catch {
      // The request itself may be what failed.
      return undefined;
    }
  }

  /** Once for the policy, once for requests: whoever wants each of them listens to the channel. */
  private warn(subject: string, text: string): void {
    this.warnings.tell("CORS_REPORT_POLICY", subject, text);
  }

  private textOf(error: unknown): string {
    const { show } = this.engine;
    try {
      const { name, message } = Object(error) as { readonly name?: unknown; readonly message?: unknown };
      // Ours are made to be printed; anybody else's may hold what a client sent.
      return name === "CorsConfigError" ? String(message) : show(message ?? error);
    } catch {
      return show(error);
    }
  }

  /** Asked before the application runs, as when it is enforced, and at most once; only the comparison waits. */
  private ask(source: Source, watch: Watch, req: Request, res: Response): void {
    const { engine } = this;
    if (typeof source !== "function") {
      const policy = source.current;
      return this.judge(watch, engine.compiledOf(policy).select(this.pathOf(req)), policy, false);
    }
    engine.askOnce(source, req, SOURCE, (error, answer) => {
      this.attempt(watch, () => {
        // Nobody is there whose answer could be compared.
        if (watch.isGone(res)) return;
        if (error !== undefined) return this.fail(error, `${SOURCE} failed: ${this.textOf(error)}`, watch);
        const { asked } = watch;
        this.invalid = false;
        const resolved = this.answers.resolve(answer, asked.headers.origin, () => this.pathOf(asked));
        const { rule, policy, because } = resolved;
        if (this.invalid) {
          const text = because?.() ?? "";
          this.fail(new TypeError(text), text, watch);
        }
        this.judge(watch, rule, policy, true, because);
      });
    });
  }

  private judge(
    watch: Watch,
    found: CompiledRule | undefined,
    policy: Policy | undefined,
    perRequest: boolean,
    because?: Resolved["because"],
  ): void {
    const { engine } = this;
    const rule = found && engine.ruleAt(this.mounted.layer, found);
    // CORS is somebody else's here, with the policy or without it.
    if (rule === undefined || rule.passthrough) return;
    const { asked } = watch;
    const decide = (verdict: OriginVerdict) => {
      const { origin } = asked.headers;
      const ownSite =
        verdict.refused !== null &&
        rule.blockRefused &&
        origin !== undefined &&
        engine.isOwnSite(asked, origin);
      watch.wants({
        event: engine.decisionEvent(this, rule, policy, asked, verdict, ownSite, perRequest),
        rule,
        fetchMode: asked.headers["sec-fetch-mode"],
      });
    };
    const origin = asked.headers.origin || undefined;
    if (origin === undefined) return decide({ refused: null });
    if (rule.judge !== "function") {
      return decide(
        because ? { refused: "cors-disabled", because } : { refused: engine.judgeOrigin(rule, origin) },
      );
    }
    const sameOrigin = engine.isSameOrigin(asked);
    if (!engine.mustAsk(origin, sameOrigin)) return decide(engine.unasked(sameOrigin));
    engine.askOrigin(rule, origin, (error, verdict) => {
      this.attempt(watch, () => {
        if (verdict !== undefined) return decide(verdict);
        const what = `The origin function of route ${engine.show(rule.key)} failed: ${this.textOf(error)}`;
        this.fail(error, what, watch, policy);
      });
    });
  }

  private print(difference: Difference): void {
    const line = lineOf(difference, this.engine.show);
    if (seenLines.size >= MOST_LINES || seenLines.has(line)) return;
    seenLines.add(line);
    debug("%s", line);
  }
}

/** What NODE_DEBUG prints of a difference; nothing from the wire is printed raw. */
export function lineOf(difference: Difference, quote: typeof show): string {
  const { effect, kind, header = kind, request, decision, sent, wanted } = difference;
  const was = (value: unknown) => (value === undefined ? "none" : quote(value));
  return (
    `report: the policy ${effect} ${decision.kind} on route ${JSON.stringify(decision.route ?? null)} ` +
    `from ${quote(request.origin)}: ${header} is ${was(sent)}, and would be ${was(wanted)}. ${decision.detail}`
  ).trim();
}
