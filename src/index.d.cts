// Types of require("boring-cors"): the middleware itself, every named export as a property of it.
import type { IncomingMessage } from "node:http";
import type * as api from "./types.cjs";

declare const cors: typeof api.cors & {
  readonly cors: typeof api.cors;
  readonly default: typeof api.cors;
  readonly definePolicy: typeof api.definePolicy;
  readonly livePolicy: typeof api.livePolicy;
  readonly originsFromEnv: typeof api.originsFromEnv;
  readonly CorsConfigError: typeof api.CorsConfigError;
};

declare namespace cors {
  type CompleteRegExpData = api.CompleteRegExpData;
  type ConfigIssue = api.ConfigIssue;
  type ConfigIssueCode = api.ConfigIssueCode;
  type CorsConfigError = api.CorsConfigError;
  type CorsMiddleware<Q extends IncomingMessage = IncomingMessage> = api.CorsMiddleware<Q>;
  type CorsMiddlewareOptions = api.CorsMiddlewareOptions;
  type CorsOptions = api.CorsOptions;
  type CorsOptionsDelegate<Q extends CorsRequest = IncomingMessage> = api.CorsOptionsDelegate<Q>;
  type CorsRequest = api.CorsRequest;
  type CorsSource<
    O extends Origin = Origin,
    T extends Record<string, Origin> = Record<string, Origin>,
    Q = IncomingMessage,
  > = api.CorsSource<O, T, Q>;
  type Decision = api.Decision;
  type DecisionEvent = api.DecisionEvent;
  type DecisionReason = api.DecisionReason;
  type DecisionRequest = api.DecisionRequest;
  type ErrorEvent = api.ErrorEvent;
  type FunctionData = api.FunctionData;
  type LivePolicy = api.LivePolicy;
  type Next = api.Next;
  type Origin = api.Origin;
  type OriginCallback = api.OriginCallback;
  type OriginEntry = api.OriginEntry;
  type OriginFunction = api.OriginFunction;
  type OriginsFromEnvOptions = api.OriginsFromEnvOptions;
  type OverrideEvent = api.OverrideEvent;
  type Policy = api.Policy;
  type PolicyOptions<
    O extends Origin = Origin,
    T extends Record<string, Origin> = Record<string, Origin>,
  > = api.PolicyOptions<O, T>;
  type RegExpData = api.RegExpData;
  type RouteData = api.RouteData;
  type RouteOptions<O extends Origin = Origin> = api.RouteOptions<O>;
  type RouteTable<T extends Record<string, Origin> = Record<string, Origin>> = api.RouteTable<T>;
  type RuleData = api.RuleData;
  type RuleOptions<O extends Origin = Origin> = api.RuleOptions<O>;
  type SourceAnswer = api.SourceAnswer;
  type SourceCallback = api.SourceCallback;
  type SourceFunction<Q = IncomingMessage> = api.SourceFunction<Q>;
  type SourceOptions = api.SourceOptions;
  type StaticOrigin = api.StaticOrigin;
}

export = cors;
