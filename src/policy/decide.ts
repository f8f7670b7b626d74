// (rule, request, verdict on the origin) -> Decision: the answer as data, with the reason in words.
import { kindOf, namesStar, type RequestKind, statusOf, writeActual, writePreflight } from "./answer.ts";
import type { CompiledRule } from "./compile.ts";
import type { Decision, DecisionReason } from "./decision.ts";
import { isSafelistedMethod, isToken, scanHeaderList, splitHeaderList } from "./fields.ts";
import { show } from "./issues.ts";
import { isInsecure, isOpaqueOrigin, parseOrigin } from "./origin.ts";
import { type CleanRequest, NO_VARY, ORIGIN_VARY, type OriginVerdict, PREFLIGHT_VARY } from "./request.ts";

/** The decision, once route and origin are judged. `rule` is `undefined` where no key covers the path. */
export function explain(
  rule: CompiledRule | undefined,
  request: CleanRequest,
  verdict: OriginVerdict,
): Decision {
  const kind = kindOf(request.method, request.origin, request.requestMethod);
  if (rule === undefined || rule.passthrough) {
    const refused = rule === undefined ? "not-covered" : "passthrough";
    return decision(kind, rule, request, refusal(kind, request, refused, undefined), {
      headers: {},
      vary: verdict.varies === true ? ORIGIN_VARY : NO_VARY,
      status: undefined,
    });
  }
  const { refused } = verdict;
  const reason = refused ?? (kind === "preflight" ? refusedPreflight(rule, request) : null);
  return decision(kind, rule, request, refusal(kind, request, reason, verdict.because), {
    headers: headersOf(rule, kind, request, refused === null),
    vary:
      kind === "preflight" ? PREFLIGHT_VARY : rule.varies || verdict.varies === true ? ORIGIN_VARY : NO_VARY,
    status: statusOf(rule, kind, refused !== null, request.sameOrigin),
  });
}

interface Refusal {
  readonly reason: DecisionReason | null;
  readonly because?: (() => string) | undefined;
}

/** A browser performs no CORS check where there is nothing cross-origin: https://fetch.spec.whatwg.org/#main-fetch */
function refusal(
  kind: RequestKind,
  { sameOrigin }: CleanRequest,
  reason: DecisionReason | null,
  because: OriginVerdict["because"],
): Refusal {
  const unchecked = kind === "non-cors" || (kind === "actual" && sameOrigin);
  return unchecked ? { reason: null } : { reason, because };
}

function decision(
  kind: RequestKind,
  rule: CompiledRule | undefined,
  request: CleanRequest,
  { reason, because }: Refusal,
  answer: Pick<Decision, "headers" | "vary" | "status">,
): Decision {
  return Object.freeze({
    kind,
    allowed: reason === null,
    reason,
    detail: reason === null ? "" : bounded(because?.() ?? detail(reason, rule, request)),
    headers: Object.freeze(answer.headers),
    vary: answer.vary,
    status: answer.status,
    route: rule?.key,
  });
}

/** Each value in it is cut, but an invalid answer can have several of them, in several problems. */
function bounded(text: string): string {
  return text.length <= MOST_DETAIL ? text : `${text.slice(0, MOST_DETAIL)}...`;
}

const MOST_DETAIL = 900;

function headersOf(
  rule: CompiledRule,
  kind: RequestKind,
  { origin = "", requestMethod = "", requestHeaders }: CleanRequest,
  granted: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const target = {
    setHeader(name: string, value: string) {
      headers[name] = value;
    },
  };
  if (kind === "preflight") {
    if (granted) writePreflight(target, rule, origin, requestMethod, requestHeaders);
  } else if (rule.judge === "any" || (granted && kind === "actual")) {
    writeActual(target, rule, origin);
  }
  return headers;
}

/** What a browser checks once the origin is granted: https://fetch.spec.whatwg.org/#cors-preflight-fetch step 7. */
function refusedPreflight(
  rule: CompiledRule,
  { requestMethod = "", requestHeaders = "" }: CleanRequest,
): DecisionReason | null {
  if (!isToken(requestMethod)) return "malformed-request";
  if (!isMethodGranted(rule, requestMethod)) return "method-not-allowed";
  if (requestHeaders === "") return null;
  if (scanHeaderList(requestHeaders) === "bad") return "malformed-request";
  if (rule.echoHeaders && namesStar(requestHeaders)) return "malformed-request";
  return missingHeaders(rule, requestHeaders).length === 0 ? null : "header-not-allowed";
}

/** Case-sensitive, since browsers have normalised what they ask for. */
function isMethodGranted({ methods, echoMethod }: CompiledRule, method: string): boolean {
  if (echoMethod) return method !== "*";
  return isSafelistedMethod(method) || methods === "*" || methods.includes(method);
}

/** `*` covers no Authorization: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
function missingHeaders(rule: CompiledRule, requestHeaders: string): string[] {
  if (rule.echoHeaders || rule.allowedHeaders === null) return [];
  const named = new Set(rule.allowedHeaders.map((name) => name.toLowerCase()));
  return splitHeaderList(requestHeaders).filter((name) => {
    const lower = name.toLowerCase();
    return !named.has(lower) && (lower === "authorization" || !named.has("*"));
  });
}

function detail(reason: DecisionReason, rule: CompiledRule | undefined, request: CleanRequest): string {
  const { origin = "", requestMethod = "", requestHeaders = "", path } = request;
  const at = named("of", rule);
  switch (reason) {
    case "origin-not-allowed":
      if (rule?.credentials === true && !rule.allowInsecure && isInsecureText(origin)) {
        return `Origin ${show(origin)} is not among the origins${at}, and cannot be while it is http: serve it over https, and add that to "origin".`;
      }
      if (isOpaqueOrigin(origin)) {
        return `Origin ${show(origin)} is not among the origins${at}: every sandboxed frame and local file sends it, so it names nobody; give the page an origin of its own, or list it beside "dangerouslyAllowOpaqueOrigins".`;
      }
      return `Origin ${show(origin)} is not among the origins${at}; add it to "origin" to allow it.`;
    case "malformed-origin":
      return `Origin ${show(origin)} is not one serialized origin (scheme://host or scheme://host:port, as browsers send it); nothing can allow it.`;
    case "insecure-origin":
      return `Origin ${show(origin)} is http, where anyone on the network path could act with your users' cookies; serve it over https, or set "dangerouslyAllowInsecureOrigins"${at}.`;
    case "method-not-allowed":
      if (rule?.methods !== "*" && rule?.methods.includes(requestMethod.toUpperCase())) {
        return `Method ${show(requestMethod)} is not ${show(requestMethod.toUpperCase())}, methods are case-sensitive; the page must send it in upper case.`;
      }
      return `Method ${show(requestMethod)} is not among the methods${at}; add it to "methods" to allow it.`;
    case "header-not-allowed":
      return `Request header ${show(missingHeaders(rule as CompiledRule, requestHeaders).join(", "))} is not among the allowed headers${at}; add it to "allowedHeaders" to allow it.`;
    case "malformed-request":
      return isToken(requestMethod)
        ? `Access-Control-Request-Headers ${show(requestHeaders)} is no list of header names, or over a limit (4096 bytes, 256 names); no browser sends that.`
        : `Access-Control-Request-Method ${show(requestMethod)} is no method; no browser sends that.`;
    case "cors-disabled":
      return `CORS is switched off${named("for", rule)}; give it an "origin" to allow cross-origin requests.`;
    case "ambiguous-path":
      return `Path ${show(path)} would be read differently by different servers, so no route is sure; send it without escapes, dot segments, doubled slashes or other case.`;
    case "not-covered":
      return `Path ${show(path)} is covered by no route; add one, "/" covers everything.`;
    case "passthrough":
      return rule?.owner === undefined
        ? `CORS${named("on", rule)} is left to the application behind this policy; look there.`
        : `CORS${named("on", rule)} is owned by the ${rule.owner}; look there.`;
  }
}

/** ` of route "/x"`, or nothing where no route decided. */
function named(preposition: string, rule: CompiledRule | undefined): string {
  return rule?.key === undefined ? "" : ` ${preposition} route ${show(rule.key)}`;
}

function isInsecureText(origin: string): boolean {
  const parsed = parseOrigin(origin);
  return parsed !== undefined && isInsecure(parsed);
}
