// The two judgements that the CORS protocol consists of: the CORS check, and what a preflight allows.
import { combined, type HeaderList, tokensOf, valuesOf } from "./header-list.ts";
import { isNonWildcardRequestHeader, isSafelistedMethod, unsafeRequestHeaderNames } from "./safelists.ts";
import type { BlockedCode, CredentialsMode, PageOrigin } from "./types.ts";

/** What the checks need of a response. */
export interface JudgedResponse {
  readonly status: number;
  readonly headers: HeaderList;
}

/** Why a check failed; `value` is what the reason is about, as it came over the wire. */
export interface CheckFailure {
  readonly code: BlockedCode;
  readonly value: string;
}

/**
 * https://fetch.spec.whatwg.org/#concept-cors-check: `null` means success.
 *
 * @param origin The serialized origin of the request: `"null"` where it is opaque or tainted by a redirect.
 */
export function corsCheck(
  origin: string,
  credentials: CredentialsMode,
  headers: HeaderList,
): CheckFailure | null {
  // Step 1: two lines are one value, "a, a", which equals no origin.
  const allowed = combined(headers, "access-control-allow-origin");
  if (allowed === null) return { code: "allow-origin-missing", value: "" };
  if (credentials !== "include" && allowed === "*") return null;
  if (allowed !== origin) return { code: mismatchOf(allowed), value: allowed };
  if (credentials !== "include") return null;
  const allowCredentials = combined(headers, "access-control-allow-credentials");
  return allowCredentials === "true" ? null : { code: "allow-credentials", value: allowCredentials ?? "" };
}

/** Which of the ways to be another value this is: the standard has one failure, consoles tell them apart. */
function mismatchOf(allowed: string): BlockedCode {
  if (allowed === "*") return "allow-origin-wildcard";
  if (/[ ,]/.test(allowed)) return "allow-origin-multiple";
  return allowed === "null" || isOrigin(allowed) ? "allow-origin-mismatch" : "allow-origin-invalid";
}

/** As consoles see it: something that parses as a URL. */
function isOrigin(value: string): boolean {
  return URL.canParse(value);
}

/** What is asked for with a preflight. */
export interface PreflightQuestion {
  readonly method: string;
  readonly headers: HeaderList;
  readonly credentials: CredentialsMode;
  readonly forcePreflight: boolean;
}

/** What a preflight granted, for as long as it may be remembered. */
export interface PreflightGrant {
  readonly methods: readonly string[];
  readonly headerNames: readonly string[];
  /** In seconds. */
  readonly maxAge: number;
}

/** Does this request need a preflight? https://fetch.spec.whatwg.org/#concept-main-fetch, the last two of its cases. */
export function needsPreflight(question: PreflightQuestion): boolean {
  return (
    question.forcePreflight ||
    !isSafelistedMethod(question.method) ||
    unsafeRequestHeaderNames(question.headers).length > 0
  );
}

/** https://fetch.spec.whatwg.org/#cors-preflight-fetch from step 7 on: what a preflight's response means. */
export function preflightCheck(
  origin: string,
  question: PreflightQuestion,
  response: JudgedResponse,
): PreflightGrant | CheckFailure {
  const failure = corsCheck(origin, question.credentials, response.headers);
  // Consoles report a redirect before all else; the standard knows one failure only.
  if (isRedirect(response.status) && combined(response.headers, "location") !== null)
    return { code: "preflight-redirect", value: String(response.status) };
  if (failure !== null) return failure;
  if (response.status < 200 || response.status > 299)
    return { code: "preflight-status", value: String(response.status) };
  const methods = tokensOf(response.headers, "access-control-allow-methods");
  if (methods === "failure")
    return malformed("preflight-methods-malformed", response.headers, "access-control-allow-methods");
  const headerNames = tokensOf(response.headers, "access-control-allow-headers");
  if (headerNames === "failure")
    return malformed("preflight-headers-malformed", response.headers, "access-control-allow-headers");
  const grant = {
    methods: methods ?? (question.forcePreflight ? [question.method] : []),
    headerNames: headerNames ?? [],
    maxAge: maxAgeOf(response.headers),
  };
  return uncovered(question, grant) ?? grant;
}

function malformed(code: BlockedCode, headers: HeaderList, name: string): CheckFailure {
  return { code, value: combined(headers, name) ?? "" };
}

/** Did a check fail? */
export function isFailure(result: object): result is CheckFailure {
  return "code" in result;
}

/** What a grant does not cover. With credentials `*` is a method, or a header, of that name. */
function uncovered(question: PreflightQuestion, grant: PreflightGrant): CheckFailure | null {
  const { method, headers, credentials } = question;
  const wildcards = credentials !== "include";
  const anyMethod = wildcards && grant.methods.includes("*");
  if (!grant.methods.includes(method) && !isSafelistedMethod(method) && !anyMethod)
    return { code: "preflight-method", value: method };
  const granted = new Set(grant.headerNames.map((name) => name.toLowerCase()));
  const anyHeader = wildcards && granted.has("*");
  const unsafe = unsafeRequestHeaderNames(headers);
  // Of several that are missing one is named: Authorization, which is a step of its own, then the script's first.
  const named = headers.map(([name]) => name.toLowerCase()).filter((name) => unsafe.includes(name));
  const missing =
    named.find((name) => isNonWildcardRequestHeader(name) && !granted.has(name)) ??
    (anyHeader ? undefined : named.find((name) => !granted.has(name)));
  return missing === undefined ? null : { code: "preflight-header", value: missing };
}

// The standard's default, and what engines do with what is no number.
const DEFAULT_MAX_AGE = 5;

/**
 * Steps 7.12 and 7.13: delta-seconds (RFC 9111 1.2.2), on one line. What is negative is none to the standard, but means
 * "never" to every engine, and no cache is obliged to keep anything.
 */
function maxAgeOf(headers: HeaderList): number {
  const [value = "", ...more] = valuesOf(headers, "access-control-max-age");
  return more.length === 0 && /^-?\d+$/.test(value) ? Math.max(0, Number(value)) : DEFAULT_MAX_AGE;
}

/**
 * https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check for a page without an embedder policy: `null` means
 * that an opaque response may pass. (helmet's default, `same-origin`, lets none pass.)
 */
export function resourcePolicyCheck(
  page: PageOrigin,
  url: URL,
  headers: HeaderList,
  isSameSite: (url: URL) => boolean,
): CheckFailure | null {
  // Any other value, two lines included, is none.
  const policy = combined(headers, "cross-origin-resource-policy");
  const failure: CheckFailure = { code: "resource-policy", value: policy ?? "" };
  if (policy === "same-origin") return url.origin === page.origin ? null : failure;
  if (policy !== "same-site") return null;
  // Schemelessly same site, but nothing of https for a page that is not.
  const isHttpsPage = page.origin.startsWith("https:");
  const inPagesScheme = new URL(url);
  if (isHttpsPage) inPagesScheme.protocol = "https:";
  return isSameSite(inPagesScheme) ? null : failure;
}

/** https://fetch.spec.whatwg.org/#redirect-status */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name: the names that
 * Access-Control-Expose-Headers adds. With credentials `*` is a header of that name.
 */
export function exposedNames(credentials: CredentialsMode, headers: HeaderList): readonly string[] {
  const listed = tokensOf(headers, "access-control-expose-headers");
  if (listed === null || listed === "failure") return [];
  if (credentials !== "include" && listed.includes("*"))
    return [...new Set(headers.map(([name]) => name.toLowerCase()))];
  return listed.map((name) => name.toLowerCase());
}
