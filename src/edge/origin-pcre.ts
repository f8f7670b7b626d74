// The grammar of serialized origins as RegExps of PCRE: what src/policy/origin.ts parses, nothing more.
import type { OriginPattern } from "../policy/origin.ts";
import { literal } from "./nginx-text.ts";

const LABEL = "[a-z0-9_-]{1,63}";
const PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
// 253 bytes, the dot at the end not counted.
const SHORT_ENOUGH = "(?=[a-z0-9_.-]{1,253}(?:[.]?(?::|$)))";
// URL standard, "ends in a number": such a host is an IPv4 address or an error, never a name.
const NO_NUMBER_AT_THE_END = `(?!(?:${LABEL}[.])*(?:[0-9]+|0x[0-9a-f]*)[.]?(?::|$))`;
const NAME = `${SHORT_ENOUGH}${NO_NUMBER_AT_THE_END}(?:${LABEL}[.])*${LABEL}[.]?`;
// Of IPv6 no RegExp can say "compressed as the URL standard compresses"; the one address that is its own name is here.
const HOST = `(?:${NAME}|${BYTE}(?:[.]${BYTE}){3}|\\[::1\\])`;
const OPAQUE_HOST = "[!\"$%&'()*+,.0-9;=A-Z_`a-z{}~-]+";

/** Any serialized origin, IPv6 addresses but `[::1]` left out. */
export const STRICT_ORIGIN =
  `^(?=.{1,326}$)(?:https://${HOST}${portPart("https", "*")}|http://${HOST}${portPart("http", "*")}` +
  `|(?!https?://)[a-z][a-z0-9+.-]*://${OPAQUE_HOST})$`;

/** `http:` origins of this very machine: `isLoopback` of src/policy/origin.ts. */
export const HTTP_LOOPBACK =
  "^http://(?:(?:[^/:]*[.])?localhost[.]?|\\[::1\\]|127(?:[.][0-9]{1,3}){3})(?::[0-9]+)?$";

/** One of the two pattern forms, anchored at both ends. */
export function patternToPcre({ scheme, base, subdomains, port }: OriginPattern): string {
  const below = subdomains ? `${SHORT_ENOUGH}(?:${LABEL}[.])+` : "";
  return `${literal(scheme)}://${below}${literal(base)}${portPart(scheme, port)}$`;
}

/** The default port is never written. */
function portPart(scheme: string, port: string): string {
  if (port === "") return "";
  return port === "*" ? `(?::(?!${scheme === "https" ? "443" : "80"}$)${PORT})?` : `:${port}`;
}
