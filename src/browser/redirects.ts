// What a redirect does to a request: where it leads, and what stays behind.

/** https://fetch.spec.whatwg.org/#concept-http-redirect-fetch, step 12: does the request go on as a GET without a body? */
export function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

const REQUEST_BODY_NAMES = new Set([
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
]);

/** https://fetch.spec.whatwg.org/#request-body-header-name: gone with the body. */
export function isRequestBodyHeader(name: string): boolean {
  return REQUEST_BODY_NAMES.has(name.toLowerCase());
}

/** https://fetch.spec.whatwg.org/#concept-response-location-url; `undefined` for what is no HTTP(S) URL. */
export function locationUrl(location: string, from: URL): URL | undefined {
  let to: URL;
  try {
    to = new URL(bytesEscaped(location), from);
  } catch {
    return undefined;
  }
  if (to.hash === "") to.hash = from.hash;
  return isHttp(to) ? to : undefined;
}

/** What arrives are bytes, and every engine escapes them as they are: https://github.com/whatwg/fetch/issues/883 */
function bytesEscaped(location: string): string {
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}
