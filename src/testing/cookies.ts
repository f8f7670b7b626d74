// A page's cookie jar: what is stored, what is sent, and why not. (RFC 6265bis; parsing is the `cookie` package's.)
import { parseSetCookie, type SetCookie } from "cookie";
import type { CookieContext } from "../browser/fetch.ts";
import type { Note } from "../browser/notes.ts";
import { quote } from "../browser/request.ts";
import { isPotentiallyTrustworthy } from "../browser/urls.ts";
import { isSameSite, registrableDomain } from "./site.ts";

/**
 * A cookie that a page's jar holds.
 *
 * @example app.cookies.map(({ name, domain }) => `${name} of ${domain}`);
 */
export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  /** The host, or with {@link StoredCookie.hostOnly} `false` the domain, that it is sent to. */
  readonly domain: string;
  /** No `Domain` attribute: for this very host. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** `"default"` without the attribute: Chromium then applies Lax, Firefox and Safari None. */
  readonly sameSite: "strict" | "lax" | "none" | "default";
  readonly partitioned: boolean;
  /** In milliseconds since 1970; `undefined` for a session cookie. */
  readonly expires: number | undefined;
}

const MOST_BYTES = 4096;

/** Cookies under one page, where third-party cookies are let through; what other engines do is a note. */
export class CookieJar {
  #cookies: StoredCookie[] = [];
  #notes: Note[] = [];

  constructor(private readonly origin: string) {}

  /** The cookies that are there now. */
  get cookies(): readonly StoredCookie[] {
    this.#expire();
    return [...this.#cookies];
  }

  /** The notes since the last call. */
  takeNotes(): readonly Note[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  /** Stores what a response brought. https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.7 */
  store(url: URL, lines: readonly string[], context: CookieContext): void {
    for (const line of lines) {
      const cookie = cookieOf(line, url);
      const problem = typeof cookie === "string" ? cookie : whyNotStored(cookie, url, context);
      if (typeof cookie === "string" || problem !== undefined) {
        this.#note("cookie-dropped", `Set-Cookie ${quote(nameIn(line))} was not stored: ${problem}`);
        continue;
      }
      this.#cookies = this.#cookies.filter((other) => !isSameCookie(other, cookie));
      this.#cookies.push(cookie);
    }
    this.#expire();
  }

  /** The Cookie line for a request. https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.8.3 */
  lineFor(url: URL, context: CookieContext): string | undefined {
    this.#expire();
    const meant = this.#cookies.filter((cookie) => isFor(cookie, url));
    const sent = meant.filter((cookie) => {
      const problem = whyNotSent(cookie, context);
      if (problem !== undefined)
        this.#note("cookie-withheld", `Cookie ${quote(cookie.name)} was not sent: ${problem}`);
      return problem === undefined;
    });
    for (const { name, partitioned } of sent)
      if (!partitioned && !isSameSite(this.origin, url)) this.#note("third-party-cookie", thirdParty(name));
    const line = sent
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => (name === "" ? value : `${name}=${value}`))
      .join("; ");
    return line === "" ? undefined : line;
  }

  /** Says of Set-Cookie lines that nobody stores why. */
  ignored(lines: readonly string[], why: string): void {
    for (const line of lines)
      this.#note("cookie-dropped", `Set-Cookie ${quote(nameIn(line))} was not stored: ${why}`);
  }

  #expire(): void {
    const now = Date.now();
    this.#cookies = this.#cookies.filter(({ expires }) => expires === undefined || expires > now);
  }

  #note(code: Note["code"], message: string): void {
    this.#notes.push({ code, message });
  }
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
  if (Buffer.byteLength(line, "latin1") > MOST_BYTES + 1024) return "it is longer than 4096 bytes.";
  const parsed = parseSetCookie(line, { decode: (value) => value });
  const { name, value = "" } = parsed;
  if (name === "" && value === "") return "it has neither name nor value.";
  if (name.length + value.length > MOST_BYTES) return "name and value are longer than 4096 bytes.";
  const domain = parsed.domain?.replace(/^\./, "").toLowerCase() ?? "";
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

function sameSiteOf({ sameSite }: SetCookie): StoredCookie["sameSite"] {
  return sameSite === "strict" || sameSite === "lax" || sameSite === "none" ? sameSite : "default";
}

function expiryOf({ maxAge, expires }: SetCookie): number | undefined {
  if (maxAge !== undefined) return Date.now() + maxAge * 1000;
  const time = expires?.getTime();
  return Number.isNaN(time) ? undefined : time;
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
function prefixProblem({ name, secure, hostOnly, path }: StoredCookie): string | undefined {
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
  const { path, secure } = cookie;
  const { pathname } = url;
  const below =
    pathname === path || (pathname.startsWith(path) && (path.endsWith("/") || pathname[path.length] === "/"));
  return domainCovers(cookie, url.hostname) && below && (!secure || isPotentiallyTrustworthy(url));
}

function isSameCookie(a: StoredCookie, b: StoredCookie): boolean {
  return a.name === b.name && a.domain === b.domain && a.hostOnly === b.hostOnly && a.path === b.path;
}
