// What a policy's methods take and give. Checked by `npm run types`, never run.
import type { IncomingMessage } from "node:http";
import type express from "express";
import {
  type ConfigIssue,
  CorsConfigError,
  type Decision,
  type DecisionReason,
  type DecisionRequest,
  definePolicy,
  type LivePolicy,
  livePolicy,
  originsFromEnv,
  type Policy,
  type RouteData,
} from "../../src/index.ts";

const policy: Policy = definePolicy({ origin: "https://app.example.com" });
const live: LivePolicy = livePolicy({ origin: "https://app.example.com" });

const request: DecisionRequest = { method: "GET" };
const whole: DecisionRequest = {
  method: "OPTIONS",
  path: undefined,
  origin: undefined,
  requestMethod: undefined,
  requestHeaders: undefined,
  sameOrigin: undefined,
};
const decision: Decision = policy.decide(request);
const later: Promise<Decision> = live.decideAsync(whole);
const trusted: boolean = policy.isTrustedOrigin(undefined);
const trustedLater: Promise<boolean> = live.isTrustedOriginAsync("https://app.example.com", "/socket");
// @ts-expect-error: a request has a method
policy.decide({});
// @ts-expect-error: an unknown field
policy.decide({ method: "GET", headers: {} });
declare const ofNode: IncomingMessage & { method: string };
declare const ofExpress: express.Request;
// @ts-expect-error: the request itself, which has a method, and no origin
policy.decide(ofNode);
// @ts-expect-error: Express's has a path too
policy.decide(ofExpress);

const kind: "preflight" | "actual" | "non-cors" = decision.kind;
const reason: DecisionReason | null = decision.reason;
const sent: string | undefined = decision.headers["access-control-allow-origin"];
const vary: readonly string[] = decision.vary;
const status: number | undefined = decision.status;
// @ts-expect-error: decisions are frozen
decision.allowed = true;
// @ts-expect-error: their headers too
decision.headers["access-control-allow-origin"] = "*";
// @ts-expect-error: no such reason
decision.reason === "too-far";

const route: RouteData | undefined = policy.routes["/"];
if (route !== undefined && route !== false && route !== "passthrough") {
  const maxAge: number = route.maxAge;
  // @ts-expect-error: routes are frozen
  route.maxAge = maxAge;
}
// @ts-expect-error: the table too
policy.routes["/x"] = false;
const digest: string = policy.digest;
// @ts-expect-error: a policy does not change
policy.digest = digest;
// @ts-expect-error: only a live one can be replaced
policy.replace(policy);
const current: Policy = live.current;
live.replace(current);

const issues: readonly ConfigIssue[] = policy.warnings;
const thrown: unknown = new Error("from anywhere");
if (thrown instanceof CorsConfigError) {
  const asTypeError: TypeError = thrown;
  const name: "CorsConfigError" = thrown.name;
  for (const { code, path, value, message, fix } of thrown.issues) void [code, path, value, message, fix];
  // @ts-expect-error: codes are a closed list
  thrown.issues[0]?.code === "NO_SUCH_CODE";
  void [asTypeError, name];
}

const list: string[] = originsFromEnv("ORIGINS", { fallback: "http://localhost:5173" });
// @ts-expect-error: a name is needed
originsFromEnv();
// @ts-expect-error: an unknown option
originsFromEnv("ORIGINS", { default: "http://localhost:5173" });

void [later, trusted, trustedLater, kind, reason, sent, vary, status, issues, list];
