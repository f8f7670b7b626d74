// Where a running service sees what its policy does: channels, NODE_DEBUG, and warnings that are said once.
import { channel } from "node:diagnostics_channel";
import { debuglog } from "node:util";
import type { Decision } from "../policy/decision.ts";
import { whereExplained } from "../policy/issues.ts";
import type { CleanRequest } from "../policy/request.ts";
import type { RuntimeCode, RuntimeDetails } from "../policy/runtime-warnings.ts";
import { runtimeWarning } from "../policy/seldom.ts";

/**
 * Published on the channel `boring-cors:decision` of `node:diagnostics_channel`, once per request that a policy looked at.
 *
 * @example subscribe("boring-cors:decision", (message) => console.log((message as DecisionEvent).decision.detail));
 */
export interface DecisionEvent {
  /** The request as it was judged: the fields of {@link DecisionRequest}, defaults filled in. Untrusted. */
  readonly request: CleanRequest;
  /** What was answered, and why. */
  readonly decision: Decision;
  /** The {@link Policy.digest} of the policy that decided; `undefined` for options that a per-request source answered. */
  readonly digest: string | undefined;
}

/**
 * Published on the channel `boring-cors:override`: somebody else wrote a CORS header, and it was replaced or removed.
 *
 * @example subscribe("boring-cors:override", (message) => console.warn((message as OverrideEvent).header));
 */
export interface OverrideEvent {
  /** The key of the route; `undefined` where the path was ambiguous. */
  readonly route: string | undefined;
  /** The header, in lower case. */
  readonly header: string;
  /** What a handler, another layer or an upstream wrote. */
  readonly written: string;
  /** What left instead; `undefined` where the header was removed. */
  readonly sent: string | undefined;
}

/**
 * Published on the channel `boring-cors:error`: an error that {@link CorsMiddleware.wrap} answered with 500. If nobody
 * listens it becomes a process warning.
 *
 * @example subscribe("boring-cors:error", (message) => console.error((message as ErrorEvent).error));
 */
export interface ErrorEvent {
  /** What the source or the origin function threw, or called back with. */
  readonly error: unknown;
}

const decisions = channel("boring-cors:decision");
const overrides = channel("boring-cors:override");
const errors = channel("boring-cors:error");
const debug = debuglog("boring-cors");
// NODE_DEBUG is read once, when the process starts.
const debugging = debug.enabled;

/** Is anybody there to hear of decisions? Asked before one is built: idle, it costs two property reads. */
export function isObserved(): boolean {
  return decisions.hasSubscribers || debugging;
}

// One line per distinct refusal; what is distinct is the client's choice, so the memory of it is bounded.
const seenRefusals = new Set<string>();
const MOST_REFUSALS = 1000;

export function publishDecision(event: DecisionEvent): void {
  if (decisions.hasSubscribers) decisions.publish(event);
  const { allowed, kind, detail, route } = event.decision;
  if (!debugging || allowed || seenRefusals.size >= MOST_REFUSALS) return;
  const line = `refused ${kind} on route ${JSON.stringify(route ?? null)}: ${detail}`;
  if (seenRefusals.has(line)) return;
  seenRefusals.add(line);
  debug("%s", line);
}

export function publishOverride(event: OverrideEvent): void {
  if (overrides.hasSubscribers) overrides.publish(event);
}

/** An error that no `next` can take: heard on the channel, or else seen as a process warning. */
export function publishError(error: unknown): void {
  if (errors.hasSubscribers) errors.publish({ error } satisfies ErrorEvent);
  else process.emitWarning(error instanceof Error ? error : `boring-cors: ${String(error)}`);
}

// A middleware that is made anew for each request says everything "once" each time; this is where that ends. Counted by
// code, so that what a client can multiply silences nothing else.
const emitted = new Map<string, Map<string, number>>();
const MOST_OF_ONE = 10;
const MOST_TEXTS = 200;

/** Emits a process warning, the same one (by its text, or what is given as its identity) at most ten times in all. */
export function emitWarning(message: string, type: string, code?: string, identity = message): void {
  const kind = code ?? type;
  const counts = emitted.get(kind) ?? new Map<string, number>();
  emitted.set(kind, counts);
  const count = counts.get(identity) ?? 0;
  if (count >= MOST_OF_ONE || (count === 0 && counts.size >= MOST_TEXTS)) return;
  counts.set(identity, count + 1);
  process.emitWarning(message, code === undefined ? { type } : { type, code });
}

const TYPES: Readonly<Record<RuntimeCode, string>> = {
  CORS_OVERRIDE: "CorsOverrideWarning",
  CORS_STACKED: "CorsStackedWarning",
  CORS_ORIGIN_FUNCTION: "CorsOriginFunctionWarning",
  CORS_ORIGIN_ANSWER: "CorsOriginFunctionWarning",
  CORS_OVERRULED: "CorsOriginFunctionWarning",
  CORS_REPORT_POLICY: "CorsReportWarning",
};

// Their texts name a path or an origin, which a client chooses: for the bound above they are all one.
const NAMING_REQUESTS: ReadonlySet<string> = new Set<RuntimeCode>([
  "CORS_STACKED",
  "CORS_ORIGIN_ANSWER",
  "CORS_OVERRULED",
]);

const MOST_SUBJECTS = 1000;

/** Says each thing once: a code and a subject, such as a route and a header. A source may make routes of what a client sends. */
export class OnceWarnings {
  readonly #said = new Set<string>();

  tell<C extends RuntimeCode>(code: C, subject: string, ...details: RuntimeDetails<C>): void {
    this.warn(code, subject, TYPES[code], () => runtimeWarning(code, ...details));
  }

  warn(code: string, subject: string, type: string, message: () => string): void {
    const key = `${code} ${subject}`;
    if (this.#said.has(key) || this.#said.size >= MOST_SUBJECTS) return;
    this.#said.add(key);
    const text = `${message()} ${whereExplained([code])}`;
    emitWarning(text, type, code, NAMING_REQUESTS.has(code) ? key : text);
  }
}
