// The headers that the browser itself adds, and the preflight that it writes.
import type { PreflightQuestion } from "./checks.ts";
import type { HeaderList } from "./header-list.ts";
import { unsafeRequestHeaderNames } from "./safelists.ts";
import type { PageOrigin, RequestMode, WireRequest } from "./types.ts";
import { isPotentiallyTrustworthy, withoutFragment } from "./urls.ts";

/** What the added headers depend on. */
export interface NetworkContext {
  readonly page: PageOrigin;
  readonly url: URL;
  /** Where the request has been, this URL included. */
  readonly urls: readonly URL[];
  readonly method: string;
  readonly mode: RequestMode;
  readonly tainting: "basic" | "cors" | "opaque";
  /** As serialized for this request. */
  readonly origin: string;
  isSameSite(url: URL): boolean;
}

/** https://fetch.spec.whatwg.org/#cors-preflight-fetch, steps 1 to 5: no credentials, one line of names without spaces. */
export function preflightRequest(question: PreflightQuestion, context: NetworkContext): WireRequest {
  const unsafe = unsafeRequestHeaderNames(question.headers);
  const headers: HeaderList = [
    ["accept", "*/*"],
    ["access-control-request-method", question.method],
    ...(unsafe.length === 0 ? [] : [["access-control-request-headers", unsafe.join(",")] as const]),
  ];
  const url = withoutFragment(context.url);
  return {
    method: "OPTIONS",
    url,
    headers: [...headers, ...added({ ...context, mode: "cors", tainting: "cors" })],
  };
}

/** https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, as far as pages can tell; names in lower case. */
export function networkHeaders(
  headers: HeaderList,
  context: NetworkContext,
  cookie: string | undefined,
): HeaderList {
  const own = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const accept = own.some(([name]) => name === "accept") ? [] : [["accept", "*/*"] as const];
  const cookies = cookie === undefined ? [] : [["cookie", cookie] as const];
  return [...accept, ...own, ...added(context), ...cookies];
}

function added(context: NetworkContext): HeaderList {
  const origin = originHeader(context);
  const referer = refererOf(context.page, context.url);
  return [
    ...(origin === undefined ? [] : [["origin", origin] as const]),
    ...(referer === undefined ? [] : [["referer", referer] as const]),
    ...fetchMetadata(context),
  ];
}

/** https://fetch.spec.whatwg.org/#append-a-request-origin-header under the default referrer policy. */
function originHeader({ tainting, method, origin, page, url }: NetworkContext): string | undefined {
  if (tainting === "cors") return origin;
  if (method === "GET" || method === "HEAD") return undefined;
  return page.origin.startsWith("https:") && url.protocol !== "https:" ? "null" : origin;
}

/** https://w3c.github.io/webappsec-referrer-policy/#referrer-policy-strict-origin-when-cross-origin, of a page at "/". */
function refererOf(page: PageOrigin, url: URL): string | undefined {
  if (!/^https?:/.test(page.origin)) return undefined;
  const downgrade = isPotentiallyTrustworthy(new URL(page.origin)) && !isPotentiallyTrustworthy(url);
  return downgrade ? undefined : `${page.origin}/`;
}

/** https://w3c.github.io/webappsec-fetch-metadata/: only to where nobody in between could read it. */
function fetchMetadata({ page, url, urls, mode, isSameSite }: NetworkContext): HeaderList {
  if (!isPotentiallyTrustworthy(url)) return [];
  const sameOrigin = urls.every((one) => one.origin === page.origin);
  const site = sameOrigin ? "same-origin" : urls.every(isSameSite) ? "same-site" : "cross-site";
  return [
    ["sec-fetch-dest", "empty"],
    ["sec-fetch-mode", mode],
    ["sec-fetch-site", site],
  ];
}
