// Types of require("boring-cors"): the middleware itself, every named export as a property of it.
import type { IncomingMessage } from "node:http";
import {
  type CompleteRegExpData,
  type ConfigIssue,
  type ConfigIssueCode,
  CorsConfigError,
  type CorsMiddleware,
  type CorsMiddlewareOptions,
  type CorsOptions,
  type CorsOptionsDelegate,
  type CorsRequest,
  type CorsSource,
  type Decision,
  type DecisionEvent,
  type DecisionReason,
  type DecisionRequest,
  type Difference,
  type DifferenceCounts,
  type DifferenceEvent,
  definePolicy,
  type ErrorEvent,
  type FunctionData,
  type Layer,
  type LivePolicy,
  livePolicy,
  cors as middleware,
  type Next,
  type Origin,
  type OriginCallback,
  type OriginEntry,
  type OriginFunction,
  type OriginsFromEnvOptions,
  type OverrideEvent,
  originsFromEnv,
  type Policy,
  type PolicyOptions,
  type RegExpData,
  type ReportProblem,
  type RouteData,
  type RouteOptions,
  type RouteTable,
  type RuleData,
  type RuleOptions,
  type SourceAnswer,
  type SourceCallback,
  type SourceFunction,
  type SourceOptions,
  type StaticOrigin,
} from "./types.cjs";

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
declare function cors<
  const O extends Origin,
  const T extends Record<string, Origin>,
  Q extends IncomingMessage = IncomingMessage,
>(source: CorsSource<O, T, Q>, options?: CorsMiddlewareOptions): CorsMiddleware<Q>;

// Exported once more, not named anew: an alias shows the comments of what it stands for.
declare namespace cors {
  export {
    type CompleteRegExpData,
    type ConfigIssue,
    type ConfigIssueCode,
    CorsConfigError,
    type CorsMiddleware,
    type CorsMiddlewareOptions,
    type CorsOptions,
    type CorsOptionsDelegate,
    type CorsRequest,
    type CorsSource,
    type Decision,
    type DecisionEvent,
    type DecisionReason,
    type DecisionRequest,
    type Difference,
    type DifferenceCounts,
    type DifferenceEvent,
    definePolicy,
    type ErrorEvent,
    type FunctionData,
    type Layer,
    type LivePolicy,
    livePolicy,
    middleware as cors,
    middleware as default,
    type Next,
    type Origin,
    type OriginCallback,
    type OriginEntry,
    type OriginFunction,
    type OriginsFromEnvOptions,
    type OverrideEvent,
    originsFromEnv,
    type Policy,
    type PolicyOptions,
    type RegExpData,
    type ReportProblem,
    type RouteData,
    type RouteOptions,
    type RouteTable,
    type RuleData,
    type RuleOptions,
    type SourceAnswer,
    type SourceCallback,
    type SourceFunction,
    type SourceOptions,
    type StaticOrigin,
  };
}

export = cors;
