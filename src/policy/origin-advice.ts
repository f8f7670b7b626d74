// Why a string is no origin, and what to write instead. It may guess; only origin.ts judges.
import { type ConfigIssueCode, show } from "./issues.ts";
import {
  isAddress,
  isLoopback,
  isOpaqueOrigin,
  MAX_ORIGIN_BYTES,
  meantScheme,
  parseOrigin,
  parsePattern,
} from "./origin.ts";

export interface OriginAdvice {
  readonly code: ConfigIssueCode;
  /** What is wrong; what to write. */
  readonly message: string;
  /** The origin that was meant, or all of them, where that is certain. */
  readonly fix?: string | readonly string[];
}

const LONGEST_ADVISED = 4 * MAX_ORIGIN_BYTES;

type Rule = (text: string) => OriginAdvice | undefined;

/** `text` is neither an origin nor a pattern: says why. */
export function adviseOrigin(text: string): OriginAdvice {
  // The text may come from a database or from the wire: what is far too long is not worth guessing about.
  for (const rule of text.length > LONGEST_ADVISED ? [] : RULES) {
    const advice = rule(text);
    if (advice !== undefined) return advice;
  }
  return {
    code: "ORIGIN_GRAMMAR",
    message: `is not an origin; write scheme://host or scheme://host:port, as browsers send it: "https://app.example.com"`,
  };
}

// The first rule that applies speaks; its fix repairs everything that can be repaired.
const RULES: readonly Rule[] = [
  opaque,
  word,
  placeholder,
  quoted,
  whitespace,
  list,
  wildcard,
  noScheme,
  misspelt,
  userinfo,
  unicode,
  address,
  upperCase,
  defaultPort,
  path,
];

function opaque(text: string): OriginAdvice | undefined {
  if (!isOpaqueOrigin(text)) return undefined;
  return {
    code: "ORIGIN_OPAQUE",
    message:
      "is sent by every sandboxed frame and local file, so it names nobody; " +
      "give the page an origin of its own (an app scheme such as app://my-app), or set dangerouslyAllowOpaqueOrigins: true",
  };
}

/** What an environment variable says in the place of `*` or `false`. */
function word(text: string): OriginAdvice | undefined {
  if (/^(?:true|all|any|everyone)$/i.test(text)) {
    const origins = `otherwise list the origins: "https://app.example.com"`;
    return { code: "ORIGIN_SCHEME", message: `is no origin; for a public API write "*", ${origins}` };
  }
  if (/^(?:false|none|off|no)$/i.test(text)) {
    return { code: "ORIGIN_SCHEME", message: "is no origin; to allow none write false, without quotes" };
  }
  return undefined;
}

/** A template string that stands in quotes, a variable that no shell replaced. */
function placeholder(text: string): OriginAdvice | undefined {
  if (!/\$(?:\{|[A-Z])/.test(text)) return undefined;
  const message = "holds a placeholder that nobody filled in; in JavaScript a template stands in backticks";
  return { code: "ORIGIN_GRAMMAR", message };
}

function quoted(text: string): OriginAdvice | undefined {
  if (/^\/.*\/[a-z]*$|^\^|\$$|^https\?:/.test(text)) {
    return {
      code: "ORIGIN_GRAMMAR",
      message: `is a RegExp inside a string; write it without quotes, or as { regexp, flags }`,
    };
  }
  const inner = unquoted(text);
  // Several, each with quotes of its own or with one pair around all: the list shows the split.
  if (inner === text || entriesOf(inner).length > 1) return undefined;
  const what = /[[\]]/.test(text) ? "quotes and brackets" : "quotes";
  return advice(
    "ORIGIN_GRAMMAR",
    `has ${what} inside the string; remove them`,
    inner === "*" ? inner : repaired(inner),
  );
}

/** JSON arrays and their fragments lose their brackets too; an IPv6 address without quotes keeps its own. */
function unquoted(text: string): string {
  return text.replace(/^[[\s]*["'`]+/, "").replace(/["'`]+[\]\s]*$/, "");
}

function entriesOf(text: string): string[] {
  return text
    .split(/[\s,;|]+/)
    .map(unquoted)
    .filter((entry) => entry !== "" && entry !== "[" && entry !== "]");
}

function whitespace(text: string): OriginAdvice | undefined {
  const trimmed = text.trim();
  if (trimmed === text) return undefined;
  return advice(
    "ORIGIN_WHITESPACE",
    "has white space around it, browsers send none; remove it",
    repaired(trimmed),
  );
}

const EXAMPLES = ["https://app.example.com", "https://admin.example.com"];

function list(text: string): OriginAdvice | undefined {
  const entries = entriesOf(unquoted(text));
  // "https;//a.example" is one, misspelt.
  if (entries.length === 0 || /^https?;\/\//i.test(text)) return undefined;
  if (entries.length === 1) {
    const [only = ""] = entries;
    return only === text
      ? undefined
      : advice("ORIGIN_LIST", "has a comma beside it; remove it", repaired(only));
  }
  const fixed = entries.map((entry) => repaired(entry) ?? noScheme(entry)?.fix);
  const whole = fixed.every((entry) => entry !== undefined);
  return {
    code: "ORIGIN_LIST",
    message: `is a list inside one string, which no origin equals; write an array: ${show(whole ? fixed : EXAMPLES)}`,
    ...(whole ? { fix: fixed as readonly string[] } : {}),
  };
}

function wildcard(text: string): OriginAdvice | undefined {
  if (!text.includes("*")) return undefined;
  const fix = repairedPattern(text);
  if (fix !== undefined) return advice("ORIGIN_WILDCARD", "is not a pattern as written; write", fix);
  const message = /^[a-z]+:\/\/\*(?:[:/]|$)/.test(text)
    ? 'would cover every site; list the sites, or write origin: "*" without credentials'
    : 'has a "*" where none can stand; write it for whole labels or for the port: "https://*.example.com", "http://localhost:*"';
  return { code: "ORIGIN_WILDCARD", message };
}

function noScheme(text: string): OriginAdvice | undefined {
  if (text.includes("://")) return undefined;
  // "https:a.example" and "http//a.example" too, but not the first letters of "httpbin.org".
  const host = text.replace(/^(?:https?(?:[:;]|(?=\/)))?\/*/i, "");
  const scheme = schemeFor(host);
  return advice(
    "ORIGIN_SCHEME",
    "has no scheme; write it",
    scheme === undefined ? undefined : repaired(`${scheme}://${host}`),
  );
}

function misspelt(text: string): OriginAdvice | undefined {
  const meant = meantScheme(/^([a-z]+):/i.exec(text)?.[1]?.toLowerCase() ?? "");
  if (meant === undefined) return undefined;
  return advice("ORIGIN_SCHEME", "misspells its scheme; write", repaired(text.replace(/^[^:]*/, meant)));
}

/** http on this very machine, https elsewhere; `undefined` for a single word, and for addresses, which may speak either. */
function schemeFor(host: string): "http" | "https" | undefined {
  const name = canonicalUrl(`http://${host}`)?.hostname ?? "";
  if (isLoopback(name)) return "http";
  return name.includes(".") && !isAddress(name) ? "https" : undefined;
}

function userinfo(text: string): OriginAdvice | undefined {
  if (!authority(text).includes("@")) return undefined;
  return advice("ORIGIN_USERINFO", "has a user name, which origins never have; remove it", repaired(text));
}

function unicode(text: string): OriginAdvice | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return undefined;
  return advice(
    "ORIGIN_UNICODE",
    "has a host outside ASCII; browsers send its Punycode form",
    repaired(text),
  );
}

function address(text: string): OriginAdvice | undefined {
  const canonical = canonicalUrl(text)?.hostname;
  if (canonical === undefined || !/^(?:\[.*\]|[\d.]+)$/.test(canonical)) return undefined;
  if (canonical === authority(text).replace(/:\d*$/, "").toLowerCase()) return undefined;
  return advice("ORIGIN_IP", "spells an address in a way that browsers do not send; write", repaired(text));
}

function upperCase(text: string): OriginAdvice | undefined {
  const end = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0].length ?? 0;
  const web = /^https?:/i.test(text);
  const compared = web ? authorityWithScheme(text) : text.slice(0, end);
  if (compared === compared.toLowerCase()) return undefined;
  return advice(
    "ORIGIN_CASE",
    "has upper-case letters; browsers send scheme and host in lower case",
    repaired(text),
  );
}

function defaultPort(text: string): OriginAdvice | undefined {
  const port = /:0*([1-9]\d*)$/.exec(authority(text))?.[1];
  if (port !== (text.startsWith("https:") ? "443" : "80")) return undefined;
  return advice(
    "ORIGIN_DEFAULT_PORT",
    "names the default port, which browsers leave out; write",
    repaired(text),
  );
}

function path(text: string): OriginAdvice | undefined {
  const rest = text.slice(authorityWithScheme(text).length);
  if (rest === "") return undefined;
  const what =
    rest === "/"
      ? "is not an origin; remove the trailing slash"
      : "is a URL, not an origin; remove what follows the host";
  return advice("ORIGIN_PATH", what, repaired(text));
}

function authorityWithScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i.exec(text)?.[0] ?? text;
}

function authority(text: string): string {
  return authorityWithScheme(text).replace(/^.*:\/\//, "");
}

function advice(code: ConfigIssueCode, what: string, fix: string | undefined): OriginAdvice {
  if (fix === undefined) return { code, message: `${what}; an origin looks like "https://app.example.com"` };
  return { code, message: `${what}: ${show(fix)}`, fix };
}

/** The origin that a browser would send for a page at this address, if that can be told. */
function repaired(text: string): string | undefined {
  if (isListable(text)) return text;
  const url = canonicalUrl(text);
  const candidate =
    url === undefined ? lowerScheme(authorityWithScheme(text)) : `${url.protocol}//${url.host}`;
  return isListable(candidate) ? candidate : repairedPattern(text);
}

// Scheme, `*.`, the rest of the host, `:*`, and what follows the authority.
const NEARLY_PATTERN = /^(?:(https?):\/\/)?(\*+\.)?([^*/?#]+?)(:\*)?(?:[/?#].*)?$/i;

/** `*.Example.com`, `https://**.example.com/`, `https://example.com/*`: the `*` is kept out of the URL parser's sight. */
function repairedPattern(text: string): string | undefined {
  const [, written, wild, base, anyPort = ""] = (text.includes("*") && NEARLY_PATTERN.exec(text)) || [];
  if (base === undefined || (anyPort !== "" && /:\d+$/.test(base))) return undefined;
  const scheme = written ?? schemeFor(wild === undefined ? base : `www.${base}`);
  const url = canonicalUrl(`${scheme}://${base}`);
  if (url === undefined) return undefined;
  const candidate = `${url.protocol}//${wild === undefined ? "" : "*."}${url.host}${anyPort}`;
  return isListable(candidate) ? candidate : undefined;
}

function canonicalUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text) || text.includes("*")) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function lowerScheme(text: string): string {
  return text.replace(/^[^:]*:/, (scheme) => scheme.toLowerCase());
}

function isListable(text: string): boolean {
  return parseOrigin(text) !== undefined || parsePattern(text) !== undefined;
}
