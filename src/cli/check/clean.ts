// Text that may be printed: without control characters, cut, and without secrets.
import type { HeaderList } from "../../browser/header-list.ts";

const MOST_CHARACTERS = 700;

/** One line, without control characters (a terminal obeys some of them), cut. */
export function printable(text: string, most = MOST_CHARACTERS): string {
  const clean = text.replace(/[^\x20-\x7e\xa1-\xac\xae-\xff]/g, "?");
  return clean.length > most ? `${clean.slice(0, most)}...` : clean;
}

/** What the user wrote, in quotes. */
export function shown(text: string): string {
  return JSON.stringify(printable(text));
}

/** Names of headers, cookies aside, whose values are nobody's business: X-Auth-Key and Ocp-Apim-Subscription-Key, too. */
export function isSecretName(name: string): boolean {
  return (
    /authorization|authenticat|token|secret|password|passwd|api[-_]?key|session|signature|credential(?!s$)/i.test(
      name,
    ) ||
    /(^|[-_])(auth|jwt|csrf|xsrf)([-_]|$)/i.test(name) ||
    /(?<!idempotency|cache|surrogate)[-_]key$/i.test(name)
  );
}

const SECRET_WORD =
  "token|secret|password|passwd|pwd|jwt|credential|api[-_]?key|signature|sig|session|code|auth|key(?==)";

// A name ends where the next may begin: otherwise a long value of "?sig?sig" would keep the search busy for hours.
const SECRET_PARAMETER = new RegExp(
  `([?&;#](?=[^=?&;#\\s]*(?:${SECRET_WORD}))[^=?&;#\\s]*=)[^&;#\\s"']+`,
  "gi",
);

// https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1; a token may stand in the place of the user's name.
const USER_INFO = /(\/\/)[^\s/?#@]+@/g;

/** Keys and tokens in a query or a fragment (where OAuth puts them), and whoever logs in by URL. */
export function withoutSecretParameters(url: string): string {
  return url.replace(SECRET_PARAMETER, `$1${HIDDEN}`).replace(USER_INFO, `$1${HIDDEN}@`);
}

export const HIDDEN = "***";

/** Cleans all that is printed. */
export interface Cleaner {
  /** Any text. */
  text(text: string): string;
  /** `name: value`, as it came over the wire. */
  line(name: string, value: string): string;
}

/**
 * @param sent What the user sends: the secrets in it appear nowhere, whatever a server makes of them.
 * @param urls What the user asks: a login may be handed the whole URL, encoded, as a parameter of another.
 */
export function cleanerFor(sent: HeaderList, cookie: string | undefined, urls: readonly URL[] = []): Cleaner {
  const secrets = [
    ...sent
      .filter(([name]) => isSecretName(name))
      .flatMap(([, value]) => [value, ...value.split(" ").slice(1)]),
    ...(cookie ?? "").split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim()),
    ...urls.flatMap(secretsIn),
  ]
    .filter((secret) => secret.length >= 6)
    .sort((a, b) => b.length - a.length);
  const text = (raw: string) => {
    let without = raw;
    for (const secret of secrets) without = without.split(secret).join(HIDDEN);
    return printable(withoutSecretParameters(without));
  };
  return { text, line: (name, value) => `${printable(name, 80)}: ${text(masked(name, value))}` };
}

/** The values of secret parameters; what has no digit may be a word that stands elsewhere, too. */
function secretsIn({ searchParams }: URL): string[] {
  return [...searchParams]
    .filter(([name, value]) => withoutSecretParameters(`?${name}=x`).endsWith(HIDDEN) && /\d/.test(value))
    .flatMap(([, value]) => [value, encodeURIComponent(value)]);
}

/** The shape of a secret: scheme, cookie names and attributes stay. */
function masked(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (lower === "cookie") return value.split(";").map(maskedPair).join(";");
  if (lower === "set-cookie") {
    const [pair = "", ...attributes] = value.split(";");
    return [maskedPair(pair), ...attributes].join(";");
  }
  // Of the protocol: what they hold is what this is about.
  if (lower.startsWith("access-control-") || lower === "www-authenticate" || !isSecretName(lower))
    return value;
  const scheme = /^(Basic|Bearer|Digest|DPoP|Token) /i.exec(value)?.[0] ?? "";
  return `${scheme}${HIDDEN}`;
}

function maskedPair(pair: string): string {
  const equals = pair.indexOf("=");
  return equals < 0 ? HIDDEN : `${pair.slice(0, equals + 1)}${HIDDEN}`;
}
