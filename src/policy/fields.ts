// Methods and header names: tokens, safelisted, forbidden, and the bounded scan of Access-Control-Request-Headers.

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 5.6.2: is this a token, the grammar of methods and field names? */
export function isToken(value: string): boolean {
  return TOKEN.test(value);
}

// Fetch "normalize a method": these and no others. PATCH is deliberately absent from the standard's list.
const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);
const SAFELISTED_METHODS = new Set(["GET", "HEAD", "POST"]);
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/** https://fetch.spec.whatwg.org/#concept-method-normalize */
export function normalizeMethod(method: string): string {
  const upper = method.toUpperCase();
  return NORMALIZED.has(upper) ? upper : method;
}

/** https://fetch.spec.whatwg.org/#cors-safelisted-method */
export function isSafelistedMethod(method: string): boolean {
  return SAFELISTED_METHODS.has(method);
}

/** https://fetch.spec.whatwg.org/#forbidden-method */
export function isForbiddenMethod(method: string): boolean {
  return FORBIDDEN_METHODS.has(method.toUpperCase());
}

const FORBIDDEN_REQUEST_HEADERS = new Set([
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

/** https://fetch.spec.whatwg.org/#forbidden-request-header, as far as the name alone decides. */
export function isForbiddenRequestHeader(lowerName: string): boolean {
  return (
    FORBIDDEN_REQUEST_HEADERS.has(lowerName) || lowerName.startsWith("sec-") || lowerName.startsWith("proxy-")
  );
}

/** The response headers that belong to CORS, in lower case; adapters own exactly these. */
export const CORS_RESPONSE_HEADERS = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-max-age",
  // No header grants private network access any more, but a handler's would still confuse older engines.
  "access-control-allow-private-network",
] as const;

/** Those that a policy writes, in the order of the preflight's answer and then the actual one's. */
export const WRITTEN_HEADERS = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-max-age",
  "access-control-expose-headers",
] as const;

const CORS_RESPONSE = new Set<string>(CORS_RESPONSE_HEADERS);

/** Does this name only make sense in responses? A front end that sends it has misunderstood CORS. */
export function isCorsResponseHeader(lowerName: string): boolean {
  return CORS_RESPONSE.has(lowerName);
}

/** https://fetch.spec.whatwg.org/#forbidden-response-header-name: no script can read these. */
export function isForbiddenResponseHeader(lowerName: string): boolean {
  return lowerName === "set-cookie" || lowerName === "set-cookie2";
}

// Names that no server sends in a response. `Authorization` is not here: services do return tokens in it.
const REQUEST_ONLY = new Set([
  "access-control-request-headers",
  "access-control-request-method",
  "cookie",
  "cookie2",
  "expect",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "max-forwards",
  "origin",
  "referer",
  "te",
  "user-agent",
]);

/** Is this a request header that never stands in a response? */
export function isRequestOnlyHeader(lowerName: string): boolean {
  return REQUEST_ONLY.has(lowerName);
}

const MAX_LIST_BYTES = 4096;
const MAX_NAMES = 256;
const MAX_NAME_BYTES = 128;
const MAX_EMPTY_ELEMENTS = 16;

const COMMA = 0x2c;
const SPACE = 0x20;
const TAB = 0x09;

// One flag per byte, so that the scan needs neither RegExp nor substring.
const TOKEN_BYTE = new Uint8Array(256);
const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
for (let index = 0; index < TOKEN_CHARACTERS.length; index++)
  TOKEN_BYTE[TOKEN_CHARACTERS.charCodeAt(index)] = 1;

/** What the scan found: `"bad"` (a non-token, or over a limit), `"plain"` (`a,b,c`, can be echoed as it is), `"spaced"` (valid, but with white space or empty elements). */
export type ListShape = "bad" | "plain" | "spaced";

/**
 * Scans the value of Access-Control-Request-Headers: linear, bounded, without allocation.
 * At most 4096 bytes, 256 names of 128 bytes, 16 empty elements. (`value.split(/\s*,\s*\/)` is the tempting line: it
 * takes 300 ms for one hostile header of 16 kB.) The order that the standard prescribes for browsers is not
 * demanded: clients that are no browsers send any.
 */
export function scanHeaderList(value: string): ListShape {
  const { length } = value;
  if (length > MAX_LIST_BYTES) return "bad";
  let names = 0;
  let empties = 0;
  let spaced = false;
  let index = 0;
  for (;;) {
    while (index < length && isSpace(value.charCodeAt(index))) {
      spaced = true;
      index++;
    }
    const start = index;
    while (index < length && TOKEN_BYTE[value.charCodeAt(index)] === 1) index++;
    if (index === start) {
      spaced = true;
      if (++empties > MAX_EMPTY_ELEMENTS) return "bad";
    } else if (index - start > MAX_NAME_BYTES || ++names > MAX_NAMES) {
      return "bad";
    }
    while (index < length && isSpace(value.charCodeAt(index))) {
      spaced = true;
      index++;
    }
    if (index === length) return spaced ? "spaced" : "plain";
    if (value.charCodeAt(index) !== COMMA) return "bad";
    index++;
  }
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The names of a list that {@link scanHeaderList} did not call bad, as written. */
export function splitHeaderList(value: string): string[] {
  return value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
