// Origins that are not the page's, but that a careless comparison takes for it.
import { isLoopback, parseOrigin } from "../../policy/origin.ts";
import { registrableDomain } from "../../testing/site.ts";

/** Of nobody: .example is reserved (RFC 6761 6.5). */
export const FOREIGN = "https://boring-cors-check.example";

export interface OriginProbe {
  readonly name: "null" | "suffix" | "prefix" | "dot" | "http" | "other port" | "subdomain";
  readonly origin: string;
}

/** Each differs from the page's origin in one way. */
export function originProbes(origin: string): readonly OriginProbe[] {
  const opaque: OriginProbe = { name: "null", origin: "null" };
  const parsed = parseOrigin(origin);
  if (parsed === undefined || !/^https?$/.test(parsed.scheme)) return origin === "null" ? [] : [opaque];
  const { scheme, host, port } = parsed;
  const at = port === "" ? "" : `:${port}`;
  const isName = !host.startsWith("[") && !/^[\d.]+$/.test(host);
  const site = isName ? (registrableDomain(host) ?? host) : host;
  const probes: (OriginProbe | false)[] = [
    opaque,
    !host.startsWith("[") && { name: "suffix", origin: `${scheme}://${host}.evil.example${at}` },
    isName && { name: "prefix", origin: `${scheme}://evil${site}${at}` },
    isName && host.includes(".") && { name: "dot", origin: `${scheme}://${withoutDot(host, site)}${at}` },
    // Between a machine and itself there is no network.
    scheme === "https" && !isLoopback(host) && { name: "http", origin: `http://${host}${at}` },
    !isLoopback(host) && {
      name: "other port",
      origin: `${scheme}://${host}:${port === "8443" ? 9443 : 8443}`,
    },
    isName && { name: "subdomain", origin: `${scheme}://boring-cors-check.${host}${at}` },
  ];
  return probes.filter((one) => one !== false).filter((one) => one.origin !== origin);
}

/** Without the dot in front of the site: any other may be missing from a host of the same owner, which a pattern allows. */
function withoutDot(host: string, site: string): string {
  const dot = host === site ? host.indexOf(".") : host.length - site.length - 1;
  return `${host.slice(0, dot)}x${host.slice(dot + 1)}`;
}
