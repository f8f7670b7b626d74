// The public face: re-exports only.

export type { DecisionEvent, ErrorEvent, OverrideEvent } from "./adapters/diagnostics.ts";
export type {
  Difference,
  DifferenceCounts,
  DifferenceEvent,
  ReportProblem,
} from "./adapters/difference-event.ts";
export { type OriginsFromEnvOptions, originsFromEnv } from "./adapters/env.ts";
export type { Next } from "./adapters/exchange.ts";
export {
  type CorsMiddleware,
  type CorsMiddlewareOptions,
  type CorsSource,
  cors,
  cors as default,
} from "./adapters/middleware.ts";
export type {
  CorsOptions,
  CorsOptionsDelegate,
  CorsRequest,
  SourceAnswer,
  SourceCallback,
  SourceFunction,
  SourceOptions,
} from "./adapters/source.ts";
export type { Decision, DecisionReason, DecisionRequest } from "./policy/decision.ts";
export { type ConfigIssue, type ConfigIssueCode, CorsConfigError } from "./policy/issues.ts";
export type {
  CompleteRegExpData,
  FunctionData,
  Layer,
  Origin,
  OriginCallback,
  OriginEntry,
  OriginFunction,
  PolicyOptions,
  RegExpData,
  RouteData,
  RouteOptions,
  RouteTable,
  RuleData,
  RuleOptions,
  StaticOrigin,
} from "./policy/options.ts";
export { definePolicy, type LivePolicy, livePolicy, type Policy } from "./policy/policy.ts";
