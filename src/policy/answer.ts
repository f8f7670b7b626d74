// A rule's answer to a request: who is granted, with which headers and status. Each branch cites its clause.
import type { CompiledRule } from "./compile.ts";
import type { Decision, DecisionReason } from "./decision.ts";
import { isToken, scanHeaderList, splitHeaderList } from "./fields.ts";
import { isInsecure, isOpaqueOrigin, type ParsedOrigin, parseOrigin } from "./origin.ts";

export type RequestKind = Decision["kind"];

/**
 * Which of the three questions does this request ask?
 * A preflight is OPTIONS with Origin and Access-Control-Request-Method
 * (https://fetch.spec.whatwg.org/#cors-preflight-request). OPTIONS alone is the tempting test: it swallows the
 * application's own OPTIONS answers.
 */
export function kindOf(
  method: string,
  origin: string | undefined,
  requestMethod: string | undefined,
): RequestKind {
  if (origin === undefined || origin === "") return "non-cors";
  return method === "OPTIONS" && requestMethod !== undefined && requestMethod !== "" ? "preflight" : "actual";
}

/**
 * May this origin have the answer? `null`: yes. For every rule but one that asks a function.
 * https://fetch.spec.whatwg.org/#cors-check compares byte by byte, so nothing is normalised here.
 */
export function judgeOrigin(rule: CompiledRule, origin: string): DecisionReason | null {
  if (rule.judge === "any") return null;
  if (rule.judge === "none") return rule.refusal;
  // Exact entries were judged when the policy was made: insecure and opaque ones were listed on purpose.
  if (rule.judge === "set" && rule.set.hasExact(origin)) return null;
  const parsed = parseOrigin(origin);
  if (parsed === undefined) {
    if (!isOpaqueOrigin(origin)) return "malformed-origin";
    return rule.judge === "request" && rule.allowOpaque ? null : "origin-not-allowed";
  }
  if (rule.judge === "set" && !rule.set.matches(origin, parsed)) return "origin-not-allowed";
  return isRefusedAsInsecure(rule, parsed) ? "insecure-origin" : null;
}

/** Is the origin granted? As {@link judgeOrigin} says, but without finding out why not where nobody asks. */
export function grants(rule: CompiledRule, origin: string): boolean {
  if (rule.judge === "set" && rule.set.exactOnly) return rule.set.hasExact(origin);
  return judgeOrigin(rule, origin) === null;
}

/**
 * The invariant over every way to allow an origin: cookies are never shared with whoever sits on the network path.
 * Exact entries were judged at start-up; patterns, RegExps, functions and sources can only be judged here.
 */
export function isRefusedAsInsecure(rule: CompiledRule, origin: ParsedOrigin): boolean {
  return rule.credentials && !rule.allowInsecure && isInsecure(origin);
}

/** Whatever headers are written to: a response, or the record of a decision. */
export interface HeaderTarget {
  setHeader(name: string, value: string): unknown;
}

/** The headers of a granted preflight. https://fetch.spec.whatwg.org/#cors-preflight-fetch */
export function writePreflight(
  target: HeaderTarget,
  rule: CompiledRule,
  origin: string,
  requestMethod: string,
  requestHeaders: string | undefined,
): void {
  writeOrigin(target, rule, origin);
  const methods = preflightMethods(rule, requestMethod);
  if (methods !== undefined) target.setHeader("access-control-allow-methods", methods);
  const headers = preflightHeaders(rule, requestHeaders);
  if (headers !== undefined) target.setHeader("access-control-allow-headers", headers);
  target.setHeader("access-control-max-age", rule.maxAge);
}

/** The headers of a granted actual request. https://fetch.spec.whatwg.org/#cors-check */
export function writeActual(target: HeaderTarget, rule: CompiledRule, origin: string): void {
  writeOrigin(target, rule, origin);
  if (rule.exposeHeaders !== undefined) target.setHeader("access-control-expose-headers", rule.exposeHeaders);
}

function writeOrigin(target: HeaderTarget, rule: CompiledRule, origin: string): void {
  target.setHeader("access-control-allow-origin", rule.judge === "any" ? "*" : origin);
  // Only beside a named origin: `*` with credentials fails the CORS check anyway.
  if (rule.credentials) target.setHeader("access-control-allow-credentials", "true");
}

/** The value of Access-Control-Allow-Methods; never what is no token, however open the rule. */
function preflightMethods(rule: CompiledRule, requestMethod: string): string | undefined {
  if (!rule.echoMethod) return rule.allowMethods;
  return isToken(requestMethod) && requestMethod !== "*" ? requestMethod : undefined;
}

/** The value of Access-Control-Allow-Headers. A static list is answered without a look at what was asked. */
function preflightHeaders(rule: CompiledRule, requestHeaders: string | undefined): string | undefined {
  if (!rule.echoHeaders) return rule.allowHeaders;
  if (requestHeaders === undefined || requestHeaders === "") return undefined;
  if (requestHeaders !== lastAsked) {
    lastEchoed = echo(requestHeaders);
    lastAsked = requestHeaders;
  }
  return lastEchoed;
}

// The last scan: a front end asks for the same headers at each of its preflights.
let lastAsked = "";
let lastEchoed: string | undefined;

function echo(requestHeaders: string): string | undefined {
  const shape = scanHeaderList(requestHeaders);
  if (shape === "bad" || namesStar(requestHeaders)) return undefined;
  if (shape === "plain") return requestHeaders;
  return splitHeaderList(requestHeaders).join(",") || undefined;
}

/** `*` is a token, and so a name that may be asked for; echoed, it would say "every header" to whoever reads it so. */
export function namesStar(requestHeaders: string): boolean {
  return requestHeaders.includes("*") && splitHeaderList(requestHeaders).includes("*");
}

/**
 * With which status is the request answered here? `undefined`: it goes on to the application.
 * `sameOrigin` matters to `blockRefused` alone.
 */
export function statusOf(
  rule: CompiledRule,
  kind: RequestKind,
  refused: boolean,
  sameOrigin: boolean,
): number | undefined {
  if (kind === "preflight") {
    if (rule.preflightContinue) return undefined;
    return refused ? 403 : rule.successStatus;
  }
  return kind === "actual" && refused && rule.blockRefused && !sameOrigin ? 403 : undefined;
}
