// What report mode publishes and counts.
import type { Decision } from "../policy/decision.ts";
import type { CleanRequest } from "../policy/request.ts";

/**
 * Under `mode: "report"`, published on the channel `boring-cors:difference`: what the policy would change in one answer.
 *
 * @example subscribe("boring-cors:difference", (message) => console.log((message as Difference).effect));
 */
export interface Difference {
  /** The request as it was judged, as in {@link DecisionEvent}. Untrusted. */
  readonly request: CleanRequest;
  /** What the policy would have answered, and why. */
  readonly decision: Decision;
  /**
   * `"header"`: another value, or none. `"status"`: the policy would have answered by itself, with another status.
   * `"handled"`: something answers a plain OPTIONS as if it were a preflight; the policy leaves it to the application.
   */
  readonly kind: "header" | "status" | "handled";
  /**
   * `"blocks"`: a page can read today what it could not read under the policy. `"opens"`: the reverse. `"none"`: no page
   * would notice.
   */
  readonly effect: "blocks" | "opens" | "none";
  /** The header, in lower case; `undefined` where `kind` is not `"header"`. */
  readonly header: string | undefined;
  /** What left: the header's lines, joined by `, `, or the status. */
  readonly sent: string | number | undefined;
  /** What the policy would have sent; `undefined` for a header that it does not send, and for `"handled"`. */
  readonly wanted: string | number | undefined;
  /** The {@link Policy.digest}; `undefined` for options that a per-request source answered. */
  readonly digest: string | undefined;
}

/**
 * Published on the same channel where nothing could be compared: the policy is invalid, or a function of the
 * application failed. Under `"enforce"` it would be an error.
 *
 * @example
 * subscribe("boring-cors:difference", (message) => {
 *   const event = message as DifferenceEvent;
 *   if (event.kind === "policy") console.error(event.error);
 * });
 */
export interface ReportProblem {
  /** Tells the two apart. */
  readonly kind: "policy";
  /** A {@link CorsConfigError}, or what a source or an origin function threw or called back with. */
  readonly error: unknown;
  /** The request; `undefined` where no request is to blame. Untrusted. */
  readonly request: CleanRequest | undefined;
  /** The {@link Policy.digest}, where there is a policy. */
  readonly digest: string | undefined;
}

/**
 * What is published on the channel `boring-cors:difference`; `kind` tells which.
 *
 * @example
 * subscribe("boring-cors:difference", (message) => {
 *   const event = message as DifferenceEvent;
 *   if (event.kind !== "policy" && event.effect === "blocks") console.warn(event.header, event.decision.detail);
 * });
 */
export type DifferenceEvent = Difference | ReportProblem;

/**
 * How many answers a middleware under `mode: "report"` has compared, see {@link CorsMiddleware.differences}.
 *
 * @example const counts: DifferenceCounts | undefined = cors(policy, { mode: "report" }).differences;
 */
export interface DifferenceCounts {
  /** Answers that were compared: those of paths that the policy covers. */
  readonly answers: number;
  /** Those of them with a difference whose effect is `"blocks"`. */
  readonly blocks: number;
  /** Those of them with a difference whose effect is `"opens"`. */
  readonly opens: number;
}
