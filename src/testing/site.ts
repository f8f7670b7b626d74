// Sites: which hosts share cookies, and which are strangers.
import { publicSuffixOf } from "../policy/public-suffix.ts";

/**
 * https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site with the scheme: what SameSite means.
 *
 * @param origin The page's serialized origin; an opaque one is of no site.
 */
export function isSameSite(origin: string, url: URL): boolean {
  if (!/^https?:\/\//.test(origin)) return false;
  const page = new URL(origin);
  return page.protocol === url.protocol && siteOf(page.hostname) === siteOf(url.hostname);
}

/** https://publicsuffix.org/list/: the registrable domain; the host itself where there is none. */
function siteOf(host: string): string {
  return registrableDomain(host) ?? host;
}

/** `undefined` for addresses, single labels, and public suffixes themselves. */
export function registrableDomain(host: string): string | undefined {
  if (host.startsWith("[") || /^[\d.]+$/.test(host)) return undefined;
  const labels = host.split(".");
  // Here, unlike in policies, the list's implicit `*` rule holds: browsers apply it.
  const suffixLabels = publicSuffixOf(host)?.split(".").length ?? 1;
  return labels.length > suffixLabels ? labels.slice(-suffixLabels - 1).join(".") : undefined;
}
