// The few rules of the Fetch standard that the demo's requests need, written out: what a browser asks, and accepts.
const SAFE_METHODS = ["GET", "HEAD", "POST"];
const SAFE_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
const READABLE = [
  "cache-control",
  "content-language",
  "content-length",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
];

/** Headers that must be asked for first, as a browser writes their names: lower case, sorted. */
export function unsafeHeaders({ headers = {} }) {
  return Object.entries(headers)
    .filter(([name, value]) => name.toLowerCase() !== "content-type" || !SAFE_TYPES.includes(value))
    .map(([name]) => name.toLowerCase())
    .sort();
}

/** Does a browser ask before it sends this? https://fetch.spec.whatwg.org/#http-fetch */
export function needsPreflight(request) {
  return !SAFE_METHODS.includes(request.method) || unsafeHeaders(request).length > 0;
}

/** `Access-Control-Request-Headers`; absent when there is nothing to ask for. */
export function requestedHeaders(request) {
  return unsafeHeaders(request).join(",") || undefined;
}

/**
 * The CORS check: https://fetch.spec.whatwg.org/#concept-cors-check
 *
 * @returns {string | undefined} Why it fails.
 */
export function corsProblem(request, headers, origin) {
  const allowed = headers["access-control-allow-origin"];
  const withCookies = request.credentials === "include";
  if (allowed === undefined) return "no Access-Control-Allow-Origin";
  if (allowed === "*") return withCookies ? "* does not cover credentials" : undefined;
  if (allowed !== origin) return `Access-Control-Allow-Origin is ${allowed}`;
  if (withCookies && headers["access-control-allow-credentials"] !== "true")
    return "no Access-Control-Allow-Credentials";
  return undefined;
}

/** What else a preflight must say: https://fetch.spec.whatwg.org/#cors-preflight-fetch */
export function preflightProblem(request, { status, headers }, origin) {
  const problem = corsProblem(request, headers, origin);
  if (problem !== undefined) return problem;
  if (status < 200 || status > 299) return `status ${status}`;
  const star = request.credentials !== "include";
  const methods = listOf(headers["access-control-allow-methods"]);
  if (
    !SAFE_METHODS.includes(request.method) &&
    !methods.includes(request.method) &&
    !(star && methods.includes("*"))
  ) {
    return `method ${request.method} is not granted`;
  }
  const granted = listOf(headers["access-control-allow-headers"]).map((name) => name.toLowerCase());
  const missing = unsafeHeaders(request).find(
    (name) => !granted.includes(name) && !(star && granted.includes("*") && name !== "authorization"),
  );
  return missing === undefined ? undefined : `header ${missing} is not granted`;
}

/** Names of the headers that a script can read: https://fetch.spec.whatwg.org/#concept-filtered-response-cors */
export function readableHeaders(request, headers) {
  const exposed = listOf(headers["access-control-expose-headers"]).map((name) => name.toLowerCase());
  const all = request.credentials !== "include" && exposed.includes("*");
  return Object.keys(headers).filter((name) => {
    return name !== "set-cookie" && (all || READABLE.includes(name) || exposed.includes(name));
  });
}

function listOf(value = "") {
  return value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
