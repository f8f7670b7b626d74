// A page's cookie jar by RFC 6265bis: what is stored, what is sent, and why not; parsing is the `cookie` package's.
import { parseSetCookie, type SetCookie } from "cookie";
import type { CookieContext } from "../browser/fetch.ts";
import type { Note } from "../browser/notes.ts";
import { quote } from "../browser/request.ts";
import { isPotentiallyTrustworthy } from "../browser/urls.ts";
import { isSameSite, registrableDomain } from "./site.ts";

/**
 * A cookie that a page's jar holds.
 *
 * @example shop.cookies.map(({ name, domain }) => `${name} of ${domain}`); // []
 */
export interface StoredCookie {
  /** `""` where the line had none. */
  readonly name: string;
  /** As written: nothing is decoded. */
  readonly value: string;
  /** The host, or with {@link StoredCookie.hostOnly} `false` the domain, that it is sent to. */
  readonly domain: string;
  /** No `Domain` attribute: for this very host. */
  readonly hostOnly: boolean;
  /** What the path of a URL is to begin with. */
  readonly path: string;
  /** For https and for this machine only. */
  readonly secure: boolean;
  /** Kept from scripts; requests carry it. */
  readonly httpOnly: boolean;
  /** `"default"` without the attribute: Chromium then applies Lax, Firefox and Safari None. */
  readonly sameSite: "strict" | "lax" | "none" | "default";
  /** For this page's site only: https://www.ietf.org/archive/id/draft-cutler-httpbis-partitioned-cookies-01.html */
  readonly partitioned: boolean;
  /** In milliseconds since 1970; `undefined` for a session cookie. */
  readonly expires: number | undefined;
}

const MOST_BYTES = 4096;
/** Section 5.5: 400 days, in milliseconds. */
const LONGEST_AGE = 400 * 24 * 60 * 60 * 1000;

/** Cookies under one page, where third-party cookies are let through; what other engines do is a note. */
export class CookieJar {
  #cookies: StoredCookie[] = [];

  constructor(private readonly origin: string) {}

  /** The cookies that are there now. */
  get cookies(): readonly StoredCookie[] {
    this.#expire();
    return [...this.#cookies];
  }

  /**
   * Stores what a response brought; what was not stored is noted.
   * https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.7
   */
  store(url: URL, lines: readonly string[], context: CookieContext): readonly Note[] {
    const notes: Note[] = [];
    for (const line of lines) {
      const cookie = cookieOf(line, url);
      const problem =
        typeof cookie === "string"
          ? cookie
          : (whyNotStored(cookie, url, context) ?? this.#whyKept(cookie, url));
      if (typeof cookie === "string" || problem !== undefined) notes.push(droppedNote(line, problem ?? ""));
      else this.#put(cookie);
    }
    this.#expire();
    return notes;
  }

  /**
   * The Cookie line for a request, and what is to be said of it.
   * https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.8.3
   */
  lineFor(url: URL, context: CookieContext): { line: string | undefined; notes: readonly Note[] } {
    this.#expire();
    const notes: Note[] = [];
    const sent = this.#cookies
      .filter((cookie) => isFor(cookie, url))
      .filter((cookie) => {
        const problem = whyNotSent(cookie, context);
        if (problem !== undefined)
          notes.push({
            code: "cookie-withheld",
            message: `Cookie ${quote(cookie.name)} was not sent: ${problem}`,
          });
        return problem === undefined;
      });
    for (const { name, partitioned } of sent)
      if (!partitioned && !isSameSite(this.origin, url))
        notes.push({ code: "third-party-cookie", message: thirdParty(name) });
    const line = sent
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => (name === "" ? value : `${name}=${value}`))
      .join("; ");
    return { line: line === "" ? undefined : line, notes };
  }

  /** One that is there already keeps its place, which is that of its creation. */
  #put(cookie: StoredCookie): void {
    const index = this.#cookies.findIndex((other) => isSameCookie(other, cookie));
    this.#cookies.splice(index < 0 ? this.#cookies.length : index, index < 0 ? 0 : 1, cookie);
  }

  /** Section 5.7, step 15: plain http overwrites and shadows no Secure cookie. */
  #whyKept(cookie: StoredCookie, url: URL): string | undefined {
    if (cookie.secure || isPotentiallyTrustworthy(url)) return undefined;
    const guarded = this.#cookies.some(
      (other) =>
        other.secure &&
        other.name === cookie.name &&
        (domainCovers({ ...other, hostOnly: false }, cookie.domain) ||
          domainCovers({ ...cookie, hostOnly: false }, other.domain)) &&
        pathCovers(other.path, cookie.path),
    );
    return guarded ? "a Secure cookie has this name, and the URL is not https." : undefined;
  }

  #expire(): void {
    const now = Date.now();
    this.#cookies = this.#cookies.filter(({ expires }) => expires === undefined || expires > now);
  }
}

/** What is said of a Set-Cookie line that was not stored. */
export function droppedNote(line: string, why: string): Note {
  return { code: "cookie-dropped", message: `Set-Cookie ${quote(nameIn(line))} was not stored: ${why}` };
}

function thirdParty(name: string): string {
  return `Cookie ${quote(name)} belongs to another site: Chromium sent it here, Safari blocks such cookies, Firefox keeps them apart for each site. Serve pages and API under one site, or add Partitioned.`;
}

/** Never the value: it may be a secret. */
function nameIn(line: string): string {
  return line.split(/[=;]/, 1)[0]?.trim() ?? "";
}

/** The cookie of a Set-Cookie line, or why it is none. */
function cookieOf(line: string, url: URL): StoredCookie | string {
  // Section 5.6, step 1; the jar of a function's answers must not break the next request's head.
  if (/[^\t -~\x80-\u{10ffff}]/u.test(line)) return "it has control characters.";
  const parsed = parseSetCookie(shortAttributes(line), { decode: (value) => value });
  const { name, value = "" } = parsed;
  if (name === "" && value === "") return "it has neither name nor value.";
  if (name.length + value.length > MOST_BYTES) return "name and value are longer than 4096 bytes.";
  const written = parsed.domain?.replace(/^\./, "").toLowerCase() ?? "";
  // Section 5.7, step 9: a public suffix may set cookies for itself alone.
  const domain = written === url.hostname && registrableDomain(written) === undefined ? "" : written;
  if (/^__host-/i.test(name) && parsed.path !== "/")
    return "the prefix __Host- needs Secure, Path=/ and no Domain.";
  return {
    name,
    value,
    domain: domain === "" ? url.hostname : domain,
    hostOnly: domain === "",
    path: parsed.path?.startsWith("/") ? parsed.path : defaultPath(url),
    secure: parsed.secure === true,
    httpOnly: parsed.httpOnly === true,
    sameSite: sameSiteOf(parsed),
    partitioned: parsed.partitioned === true,
    expires: expiryOf(parsed),
  };
}

/** Section 5.6: attributes of more than 1024 bytes count for nothing. */
function shortAttributes(line: string): string {
  const [pair = "", ...attributes] = line.split(";");
  const short = attributes.filter((one) => one.slice(one.indexOf("=") + 1).trim().length <= 1024);
  return [pair, ...short].join(";");
}

function sameSiteOf({ sameSite }: SetCookie): StoredCookie["sameSite"] {
  return sameSite === "strict" || sameSite === "lax" || sameSite === "none" ? sameSite : "default";
}

function expiryOf({ maxAge, expires }: SetCookie): number | undefined {
  const latest = Date.now() + LONGEST_AGE;
  if (maxAge !== undefined) return maxAge <= 0 ? 0 : Math.min(Date.now() + maxAge * 1000, latest);
  return expires === undefined ? undefined : Math.min(expires.getTime(), latest);
}

/** https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.1.4 */
function defaultPath({ pathname }: URL): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf("/")));
}

function whyNotStored(cookie: StoredCookie, url: URL, { sameSite }: CookieContext): string | undefined {
  const trustworthy = isPotentiallyTrustworthy(url);
  if (!domainCovers(cookie, url.hostname))
    return `Domain ${quote(cookie.domain)} does not cover ${url.hostname}.`;
  if (!cookie.hostOnly && cookie.domain !== url.hostname && registrableDomain(cookie.domain) === undefined)
    return `Domain ${quote(cookie.domain)} is a public suffix.`;
  if (cookie.secure && !trustworthy) return "it is Secure, and the URL is not https.";
  if (cookie.sameSite === "none" && !cookie.secure) return "SameSite=None needs Secure.";
  if (cookie.partitioned && !cookie.secure) return "Partitioned needs Secure.";
  const prefix = prefixProblem(cookie);
  if (prefix !== undefined) return prefix;
  return sameSite ? undefined : crossSiteProblem(cookie);
}

/** https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-4.1.3; case does not matter. */
function prefixProblem({ name, value, secure, hostOnly, path }: StoredCookie): string | undefined {
  if (name === "" && /^__(secure|host)-/i.test(value)) return "a value without a name has a name's prefix.";
  if (/^__secure-/i.test(name) && !secure) return "the prefix __Secure- needs Secure.";
  if (/^__host-/i.test(name) && !(secure && hostOnly && path === "/"))
    return "the prefix __Host- needs Secure, Path=/ and no Domain.";
  return undefined;
}

function whyNotSent(cookie: StoredCookie, { sameSite }: CookieContext): string | undefined {
  return sameSite ? undefined : crossSiteProblem(cookie);
}

function crossSiteProblem({ sameSite }: StoredCookie): string | undefined {
  if (sameSite === "none") return undefined;
  const written =
    sameSite === "default" ? "without SameSite it counts as Lax (in Chromium)" : `it is SameSite=${sameSite}`;
  return `${written}, and the page is of another site; write SameSite=None; Secure.`;
}

function domainCovers({ domain, hostOnly }: StoredCookie, host: string): boolean {
  return host === domain || (!hostOnly && host.endsWith(`.${domain}`) && !/^[\d.]+$|^\[/.test(host));
}

/** Would it be sent to this URL, if the site were no question? */
function isFor(cookie: StoredCookie, url: URL): boolean {
  const reaches = !cookie.secure || isPotentiallyTrustworthy(url);
  return reaches && domainCovers(cookie, url.hostname) && pathCovers(cookie.path, url.pathname);
}

/** https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.1.4 */
function pathCovers(path: string, requested: string): boolean {
  if (requested === path) return true;
  return requested.startsWith(path) && (path.endsWith("/") || requested[path.length] === "/");
}

/** Section 5.7, step 23; partitioned ones have a jar of their own. */
function isSameCookie(a: StoredCookie, b: StoredCookie): boolean {
  const identity = ["name", "domain", "hostOnly", "path", "partitioned"] as const;
  return identity.every((key) => a[key] === b[key]);
}
