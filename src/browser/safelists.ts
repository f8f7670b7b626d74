// Which methods and headers a script may set, and which of them need no preflight.
import { type HeaderList, isToken, normalizeValue, sortedLowerCase } from "./header-list.ts";

// https://fetch.spec.whatwg.org/#concept-method-normalize: these and no others; `patch` stays as it is.
const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);
const SAFELISTED_METHODS = new Set(["GET", "HEAD", "POST"]);
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/** https://fetch.spec.whatwg.org/#concept-method-normalize */
export function normalizeMethod(method: string): string {
  const upper = method.toUpperCase();
  return NORMALIZED.has(upper) ? upper : method;
}

/** https://fetch.spec.whatwg.org/#cors-safelisted-method; case matters. */
export function isSafelistedMethod(method: string): boolean {
  return SAFELISTED_METHODS.has(method);
}

/** https://fetch.spec.whatwg.org/#forbidden-method; case does not matter. */
export function isForbiddenMethod(method: string): boolean {
  return FORBIDDEN_METHODS.has(method.toUpperCase());
}

const FORBIDDEN_NAMES = new Set([
  "accept-charset",
  "accept-encoding",
  "access-control-request-headers",
  "access-control-request-method",
  "connection",
  "content-length",
  "cookie",
  "cookie2",
  "date",
  "dnt",
  "expect",
  "host",
  "keep-alive",
  "origin",
  "referer",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);
const METHOD_OVERRIDES = new Set(["x-http-method", "x-http-method-override", "x-method-override"]);

/** https://fetch.spec.whatwg.org/#forbidden-request-header: browsers drop these without a word. */
export function isForbiddenRequestHeader(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (FORBIDDEN_NAMES.has(lower) || lower.startsWith("proxy-") || lower.startsWith("sec-")) return true;
  // "Get, decode, and split" would honour quotes; no forbidden method needs one.
  return (
    METHOD_OVERRIDES.has(lower) && value.split(",").some((one) => isForbiddenMethod(normalizeValue(one)))
  );
}

/** https://fetch.spec.whatwg.org/#forbidden-response-header-name: no script can read these. */
export function isForbiddenResponseHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === "set-cookie" || lower === "set-cookie2";
}

/** https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name: `*` does not cover it. */
export function isNonWildcardRequestHeader(name: string): boolean {
  return name.toLowerCase() === "authorization";
}

// https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
const SAFELISTED_RESPONSE_NAMES = new Set([
  "cache-control",
  "content-language",
  "content-length",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
]);

/** Can a page read this header of a cross-origin answer without Access-Control-Expose-Headers? */
export function isSafelistedResponseHeader(name: string): boolean {
  return SAFELISTED_RESPONSE_NAMES.has(name.toLowerCase());
}

const UNSAFE_CHARACTERS = '"():<>?@[\\]{}\x7f';
const LANGUAGE = /^[0-9A-Za-z *,\-.;=]*$/;
const FORM_TYPES = new Set(["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]);
const MOST_VALUE_BYTES = 128;
const MOST_BYTES = 1024;

/** https://fetch.spec.whatwg.org/#cors-safelisted-request-header: may a page send it without asking first? */
export function isSafelistedRequestHeader(name: string, value: string): boolean {
  if (value.length > MOST_VALUE_BYTES) return false;
  switch (name.toLowerCase()) {
    case "accept":
      return !hasUnsafeByte(value);
    case "accept-language":
    case "content-language":
      return LANGUAGE.test(value);
    case "content-type":
      return !hasUnsafeByte(value) && FORM_TYPES.has(essenceOf(value) ?? "");
    case "range":
      return isSimpleRange(value);
    default:
      return false;
  }
}

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte */
function hasUnsafeByte(value: string): boolean {
  return [...value].some(
    (character) => UNSAFE_CHARACTERS.includes(character) || (character < " " && character !== "\t"),
  );
}

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names: sorted and in lower case. */
export function unsafeRequestHeaderNames(headers: HeaderList): string[] {
  const safe = headers.filter(([name, value]) => isSafelistedRequestHeader(name, value));
  const unsafe = headers.filter((header) => !safe.includes(header));
  const safeBytes = safe.reduce((sum, [, value]) => sum + value.length, 0);
  return sortedLowerCase((safeBytes > MOST_BYTES ? headers : unsafe).map(([name]) => name));
}

const NO_CORS_NAMES = new Set(["accept", "accept-language", "content-language", "content-type"]);

/** https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header: all that `mode: "no-cors"` may carry. */
export function isNoCorsSafelistedRequestHeader(name: string, value: string): boolean {
  return NO_CORS_NAMES.has(name.toLowerCase()) && isSafelistedRequestHeader(name, value);
}

/**
 * https://mimesniff.spec.whatwg.org/#parse-a-mime-type, as far as the essence: in lower case, or `undefined`.
 */
function essenceOf(value: string): string | undefined {
  const written = normalizeValue(value.split(";", 1)[0] as string);
  const slash = written.indexOf("/");
  if (!isToken(written.slice(0, slash)) || !isToken(written.slice(slash + 1))) return undefined;
  return slash === -1 ? undefined : written.toLowerCase();
}

/** https://fetch.spec.whatwg.org/#simple-range-header-value without white space; a suffix range (`bytes=-5`) is none. */
function isSimpleRange(value: string): boolean {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(value) ?? [];
  if (first === undefined) return false;
  return last === "" || last === undefined || BigInt(first) <= BigInt(last);
}
