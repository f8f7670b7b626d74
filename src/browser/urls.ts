// What URLs are, to a page: trustworthy, mixed content, on a forbidden port, tainted.
import type { PageOrigin } from "./types.ts";

/**
 * https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy: https, and what is on this machine.
 */
export function isPotentiallyTrustworthy({ protocol, hostname }: URL): boolean {
  if (protocol === "https:" || protocol === "wss:" || protocol === "file:") return true;
  const host = hostname.replace(/\.$/, "");
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host)
  );
}

/** https://www.w3.org/TR/mixed-content/#should-block-fetch: what a script asks for is never upgraded, but blocked. */
export function isMixedContent(page: PageOrigin, url: URL): boolean {
  return page.secure && url.protocol === "http:" && !isPotentiallyTrustworthy(url);
}

/**
 * https://fetch.spec.whatwg.org/#concept-request-tainted-origin: was there a redirect from an origin that is not the
 * page's to yet another one?
 */
export function isTaintedBy(urls: readonly URL[], origin: string): boolean {
  return urls.some((url, index) => {
    const last = urls[index - 1];
    return last !== undefined && url.origin !== last.origin && last.origin !== origin;
  });
}

// https://fetch.spec.whatwg.org/#port-blocking
const BAD_PORTS = new Set(
  `0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135
   137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719
   1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080`.split(/\s+/),
);

/** https://fetch.spec.whatwg.org/#block-bad-port */
export function isBadPort({ protocol, port }: URL): boolean {
  return (protocol === "http:" || protocol === "https:") && BAD_PORTS.has(port);
}

/** https://url.spec.whatwg.org/#concept-url-serializer with "exclude fragment": what goes over the wire. */
export function withoutFragment({ href }: URL): string {
  return href.split("#", 1)[0] as string;
}
