// Serialized origins and origin patterns: one strict grammar, parsed the same at start-up and at request time.

/** A serialized origin, taken apart. */
export interface ParsedOrigin {
  /** `"https"`, `"chrome-extension"`, ... */
  readonly scheme: string;
  /** The host as written; IPv6 in brackets. */
  readonly host: string;
  /** `""` where the origin names no port. */
  readonly port: string;
}

/** `https://*.example.com`, `http://localhost:*`, or both together. */
export interface OriginPattern {
  readonly scheme: string;
  /** The host below which labels are free, or the host itself where only the port is. */
  readonly base: string;
  readonly subdomains: boolean;
  /** `"*"`: any port, or none. */
  readonly port: string;
}

/** The longest serialized origin that is looked at, in bytes. */
export const MAX_ORIGIN_BYTES = 326;
const MAX_HOST_BYTES = 253;
const MAX_LABEL_BYTES = 63;

const SCHEME = /^[a-z][a-z0-9+.-]*$/;
// Visible ASCII less the URL standard's forbidden host code points.
const OPAQUE_HOST = /^[!"$%&'()*+,\-.0-9;=A-Z_`a-z{}~]+$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;
// URL standard, "ends in a number": such a host is an IPv4 address or an error, never a name.
const NUMERIC_LABEL = /^(?:[0-9]+|0x[0-9a-f]*)$/;
const IPV6_CHARACTERS = /^\[[0-9a-f:]+\]$/;

/**
 * Parses a serialized origin (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin) strictly, or returns
 * `undefined`. `new URL(value).origin === value` is the tempting test: it calls every chrome-extension origin "null",
 * and accepts a host of any length.
 */
export function parseOrigin(value: string): ParsedOrigin | undefined {
  if (value.length > MAX_ORIGIN_BYTES) return undefined;
  const end = value.indexOf("://");
  if (end < 1) return undefined;
  const scheme = value.slice(0, end);
  const rest = value.slice(end + 3);
  if (scheme !== "https" && scheme !== "http") {
    return SCHEME.test(scheme) && OPAQUE_HOST.test(rest) ? { scheme, host: rest, port: "" } : undefined;
  }
  const colon = rest.indexOf(":", rest.startsWith("[") ? rest.indexOf("]") : 0);
  const host = colon < 0 ? rest : rest.slice(0, colon);
  const port = colon < 0 ? "" : rest.slice(colon + 1);
  if (colon >= 0 && !isPort(port, scheme)) return undefined;
  return isHost(host) ? { scheme, host, port } : undefined;
}

function isPort(port: string, scheme: string): boolean {
  return PORT.test(port) && Number(port) <= 65535 && port !== (scheme === "https" ? "443" : "80");
}

function isHost(host: string): boolean {
  return host.charCodeAt(0) === 0x5b ? isIPv6(host) : isDomainOrIPv4(host);
}

function isIPv6(host: string): boolean {
  if (!IPV6_CHARACTERS.test(host)) return false;
  try {
    // The URL standard's serializer is the definition of "compressed, lower case"; a round trip is exact.
    return new URL(`http://${host}/`).hostname === host;
  } catch {
    return false;
  }
}

function isDomainOrIPv4(host: string): boolean {
  const dotted = host.endsWith(".") ? host.length - 1 : host.length;
  if (dotted === 0 || dotted > MAX_HOST_BYTES) return false;
  let start = 0;
  for (let index = 0; index <= dotted; index++) {
    const code = host.charCodeAt(index);
    if (index === dotted || code === 0x2e) {
      if (index === start || index - start > MAX_LABEL_BYTES) return false;
      if (index < dotted) start = index + 1;
    } else if (!isLabelCode(code)) {
      return false;
    }
  }
  // The trailing dot is judged with the rest: a URL parser reads "127.0.0.1." as the address, so no browser sends it.
  return !NUMERIC_LABEL.test(host.slice(start, dotted)) || IPV4.test(host);
}

function isLabelCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f // a-z 0-9 - _
  );
}

/** Is this `null` or `file://`: what sandboxed frames, local files and Electron's file pages send? */
export function isOpaqueOrigin(value: string): boolean {
  return value === "null" || value === "file://";
}

/**
 * Parses one of the two pattern forms, or returns `undefined`. A `*` inside a label, or in two labels, has no form
 * on purpose: `https://app-*.vercel.app` reads like a list of one's own previews and matches a stranger's.
 */
export function parsePattern(value: string): OriginPattern | undefined {
  const anyPort = value.endsWith(":*");
  const plain = anyPort ? value.slice(0, -2) : value;
  const wild = plain.indexOf("://*.");
  const origin = parseOrigin(wild < 0 ? plain : plain.slice(0, wild + 3) + plain.slice(wild + 5));
  if (origin === undefined || (wild < 0 && !anyPort)) return undefined;
  if (origin.scheme !== "https" && origin.scheme !== "http") return undefined;
  if (anyPort && origin.port !== "") return undefined;
  if (wild >= 0 && (isAddress(origin.host) || origin.host.length > MAX_HOST_BYTES - 2)) return undefined;
  return {
    scheme: origin.scheme,
    base: origin.host,
    subdomains: wild >= 0,
    port: anyPort ? "*" : origin.port,
  };
}

function isAddress(host: string): boolean {
  return host.startsWith("[") || IPV4.test(host);
}

/**
 * Is this host of an `http:` origin on this very machine? `localhost`, names below it, 127.0.0.0/8 and `[::1]`:
 * https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
 */
export function isLoopback(host: string): boolean {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    host === "[::1]" ||
    (host.startsWith("127.") && IPV4.test(host))
  );
}

/** Can anyone on the network path act as this origin? */
export function isInsecure(origin: { readonly scheme: string; readonly host: string }): boolean {
  return origin.scheme === "http" && !isLoopback(origin.host);
}
