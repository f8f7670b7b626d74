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

const BRACKET = 0x5b;
const COLON = 0x3a;
const DOT = 0x2e;
// a-z 0-9 - _
const LABEL_BYTE = new Uint8Array(128);
for (const character of "abcdefghijklmnopqrstuvwxyz0123456789-_") LABEL_BYTE[character.charCodeAt(0)] = 1;

/**
 * Parses a serialized origin (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin) strictly, or returns
 * `undefined`. `new URL(value).origin === value` is the tempting test: it calls every chrome-extension origin "null",
 * and accepts a host of any length.
 */
export function parseOrigin(value: string): ParsedOrigin | undefined {
  if (value.length > MAX_ORIGIN_BYTES) return undefined;
  if (value.startsWith("https://")) return parseAuthority(value, "https", 8, "443");
  if (value.startsWith("http://")) return parseAuthority(value, "http", 7, "80");
  const end = value.indexOf("://");
  const scheme = value.slice(0, Math.max(end, 0));
  const host = value.slice(end + 3);
  return SCHEME.test(scheme) && OPAQUE_HOST.test(host) ? { scheme, host, port: "" } : undefined;
}

function parseAuthority(
  value: string,
  scheme: string,
  start: number,
  defaultPort: string,
): ParsedOrigin | undefined {
  const end = value.charCodeAt(start) === BRACKET ? endOfIPv6(value, start) : endOfName(value, start);
  if (end < 0) return undefined;
  const host = value.slice(start, end);
  if (end === value.length) return { scheme, host, port: "" };
  const port = value.slice(end + 1);
  const valid =
    value.charCodeAt(end) === COLON && PORT.test(port) && Number(port) <= 65535 && port !== defaultPort;
  return valid ? { scheme, host, port } : undefined;
}

/** Where the bracketed address that starts here ends; -1 if it is none in the URL standard's own spelling. */
function endOfIPv6(value: string, start: number): number {
  const end = value.indexOf("]", start) + 1;
  const host = value.slice(start, end);
  if (!IPV6_CHARACTERS.test(host)) return -1;
  try {
    // The standard's serializer is the definition of "compressed, lower case"; a round trip is exact.
    return new URL(`http://${host}/`).hostname === host ? end : -1;
  } catch {
    return -1;
  }
}

/** Where the name or IPv4 address that starts here ends; -1 if it is none. One pass, since requests wait for it. */
function endOfName(value: string, start: number): number {
  let label = start;
  let last = start;
  let end = start;
  for (; end < value.length; end++) {
    const code = value.charCodeAt(end);
    if (code === DOT) {
      if (end === label || end - label > MAX_LABEL_BYTES) return -1;
      last = label;
      label = end + 1;
    } else if (LABEL_BYTE[code] !== 1) break;
  }
  if (end - label > MAX_LABEL_BYTES || end === start) return -1;
  // One trailing dot is part of the name (another host); the label before it is then the last one.
  const dotted = end === label;
  if (!dotted) last = label;
  if (end - start - (dotted ? 1 : 0) > MAX_HOST_BYTES) return -1;
  return isDigit(value.charCodeAt(last)) &&
    !isNameOrIPv4(value.slice(start, end), value.slice(last, dotted ? end - 1 : end))
    ? -1
    : end;
}

/** With a trailing dot too: a URL parser reads "127.0.0.1." as the address, so no browser sends it. */
function isNameOrIPv4(host: string, lastLabel: string): boolean {
  return !NUMERIC_LABEL.test(lastLabel) || IPV4.test(host);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
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

/** Is this well-formed host an IP address? */
export function isAddress(host: string): boolean {
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

/** http or https, for a scheme that looks like a slip of the hand (`htps`, `htttp`); `undefined` for every other. */
export function meantScheme(scheme: string): "http" | "https" | undefined {
  if (scheme === "http" || scheme === "https" || !/^(?:h+t+p+s*|t{2,}ps*|htt+s?|hpt+s?|hptts?)$/.test(scheme))
    return undefined;
  return scheme.endsWith("s") ? "https" : "http";
}
