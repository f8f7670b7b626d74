// page(): a page of some origin, whose fetch() is let through and blocked as in a browser.
import { fetchFrom } from "../browser/fetch.ts";
import { type Note, notesOn } from "../browser/notes.ts";
import { PreflightCache } from "../browser/preflight-cache.ts";
import { constructRequest, extractBody, quote, type RequestOptions } from "../browser/request.ts";
import type { Blocked, FilteredResponse, PageOrigin, Send, WireExchange } from "../browser/types.ts";
import { checkedSend, within } from "./checked-send.ts";
import { CookieJar, droppedNote, type StoredCookie } from "./cookies.ts";
import { type ScriptResponse, scriptResponse } from "./response.ts";
import { isSameSite } from "./site.ts";
import { sendTo, type Target } from "./target.ts";

/**
 * What surrounds a page.
 *
 * @example page("https://app.example.com", app, { timeout: 500 });
 */
export interface PageOptions {
  /**
   * How long one answer may take, in milliseconds; beyond that `blocked.code` is `"network"`.
   *
   * @defaultValue `2000`
   */
  readonly timeout?: number | undefined;
  /**
   * Are preflights remembered for their max-age, as in a browser? Off, since tests had rather see each.
   *
   * @defaultValue `false`
   */
  readonly preflightCache?: boolean | undefined;
  /**
   * Is plain http mixed content on this page?
   *
   * @defaultValue what the origin says: `true` for https, and `false` for all else.
   */
  readonly secure?: boolean | undefined;
}

/**
 * What became of a fetch.
 *
 * @example
 * const got: FetchResult = await shop.fetch("https://api.example.com/orders");
 * got.blocked; // null
 */
export type FetchResult = AnsweredFetch | BlockedFetch;

/**
 * A fetch that was answered.
 *
 * @example if (got.blocked === null) console.log(got.response.status);
 */
export interface AnsweredFetch extends FetchRecord {
  /** May the script read the answer? Whatever its status: a 404 can be read as well; an opaque one cannot. */
  readonly ok: boolean;
  /** No network error. */
  readonly blocked: null;
  /** What the script can read. */
  readonly response: ScriptResponse;
}

/**
 * A fetch that ended in a network error.
 *
 * @example if (got.blocked !== null) console.log(got.blocked.message);
 */
export interface BlockedFetch extends FetchRecord {
  /** There is nothing to read. */
  readonly ok: false;
  /** Why the script got a network error. */
  readonly blocked: Blocked;
  /** None. */
  readonly response: null;
}

/**
 * What is kept of every fetch.
 *
 * @example const { requests, notes }: FetchRecord = got;
 */
export interface FetchRecord {
  /** All that went over the wire, preflights included, in order, each with its response. */
  readonly requests: readonly WireExchange[];
  /** What is worth knowing and changed nothing: differences between engines, cookies that were dropped, a missing Vary. */
  readonly notes: readonly Note[];
}

/**
 * A page of some origin. Its cookies last as long as it does.
 *
 * @example const shop: Page = page("https://app.example.com", server);
 */
export interface Page {
  /** The serialized origin. */
  readonly origin: string;
  /** The cookies that its requests may carry. */
  readonly cookies: readonly StoredCookie[];
  /**
   * Puts a cookie into the jar as if that URL had been visited by itself: where the user has logged in before.
   *
   * @param url The URL that the cookie comes from.
   * @param line What stands in `Set-Cookie`.
   * @throws {TypeError} if a browser would not store it, saying why.
   * @example shop.setCookie("https://api.example.com", "sid=1; SameSite=None; Secure");
   */
  setCookie(url: string | URL, line: string): void;
  /**
   * What a script's `fetch()` on this page would do, by the Fetch standard.
   *
   * @param url Absolute, or relative to the page.
   * @param options What the script writes.
   * @returns What became of it. A network error is a result, with its reason in `blocked`.
   * @throws {TypeError} as a rejection, for what no browser would send: an invalid URL, method, header or option.
   * @example await shop.fetch("https://api.example.com/orders", { method: "PUT", credentials: "include" });
   * @see https://fetch.spec.whatwg.org/#fetch-method
   */
  fetch(url: string | URL, options?: RequestOptions): Promise<FetchResult>;
}

// Two of them within the five seconds that vitest and jest give a test.
const DEFAULT_TIMEOUT = 2000;

/**
 * A page as browsers see it, in front of a service: would its `fetch()` work, and if not, why?
 *
 * @param origin The page's origin: `https://app.example.com`, or `"null"` for a sandboxed frame or a local file.
 * @param target What answers; without one (or with `null`), requests go where their URL says.
 * @param options Of the page: `timeout`, `preflightCache`, `secure`.
 * @returns The page, with a cookie jar of its own.
 * @throws {TypeError} for what is no origin, and for a target that is none.
 * @example
 * const shop = page("https://app.example.com", server);
 * const got = await shop.fetch("https://api.example.com/orders", { method: "PUT", credentials: "include" });
 * got.blocked; // null
 */
export function page(origin: string, target: Send, options?: PageOptions): Page;
// The functions that answer stand first and by themselves, so that they need no annotations: from several kinds of
// function TypeScript infers no parameters.
/**
 * A page as browsers see it, in front of an application, a server, a URL, a policy, or one of these for each origin.
 *
 * @param origin The page's origin: `https://app.example.com`, or `"null"` for a sandboxed frame or a local file.
 * @param target What answers; without one (or with `null`), requests go where their URL says.
 * @param options Of the page: `timeout`, `preflightCache`, `secure`.
 * @returns The page, with a cookie jar of its own.
 * @throws {TypeError} for what is no origin, and for a target that is none.
 * @example const got = await page("https://app.example.com", server).fetch("https://api.example.com/orders");
 */
export function page(origin: string, target?: Target | null, options?: PageOptions): Page;
export function page(origin: string, ...rest: [target?: Target | null, options?: PageOptions]): Page {
  const [target, options = {}] = rest;
  if (typeof Response === "undefined") {
    // jest-environment-jsdom hides what Node has.
    throw new TypeError(
      'boring-cors/testing needs the globals of Node (Response, Headers); write "@jest-environment node" in the first comment of the file.',
    );
  }
  // An export that is misspelt must not send a test's requests to the real thing.
  if (rest.length > 0 && target === undefined)
    throw new TypeError(
      "target: undefined; leave it out, or write null, to send requests where their URL says.",
    );
  const { timeout, preflightCache, secure } = checkOptions(options);
  return new ModelPage(
    pageOrigin(origin, secure),
    checkedSend(sendTo(target ?? null, timeout), timeout),
    timeout,
    preflightCache ? new PreflightCache(Date.now) : undefined,
  );
}

function checkOptions(options: PageOptions) {
  if (typeof options !== "object" || options === null)
    throw new TypeError("options: write an object such as { timeout: 500 }, or nothing.");
  const { timeout = DEFAULT_TIMEOUT, preflightCache = false, secure, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw new TypeError(`options.${name}: unknown option; a page has timeout, preflightCache and secure.`);
  if (typeof timeout !== "number" || !(timeout > 0) || timeout > 0x7fffffff)
    throw new TypeError(`options.timeout: ${String(timeout)} is no number of milliseconds above 0.`);
  return { timeout, preflightCache, secure };
}

function pageOrigin(origin: string, secure: boolean | undefined): PageOrigin {
  if (origin === "null") return { origin, secure: secure ?? false };
  if (typeof origin !== "string")
    throw new TypeError(
      `origin: ${typeof origin} given; write text such as "https://app.example.com", or "null".`,
    );
  const parsed = URL.canParse(origin) && !origin.includes("*") ? new URL(origin) : undefined;
  const serialized = parsed?.origin === "null" ? `${parsed.protocol}//${parsed.host}` : parsed?.origin;
  if (parsed === undefined || serialized !== origin) {
    const meant = serialized !== undefined && parsed?.host !== "" ? serialized : likely(origin);
    throw new TypeError(`origin: ${quote(String(origin))} is no serialized origin; write ${quote(meant)}.`);
  }
  // To the standard, this machine is secure, too; no engine blocks anything there, and pages under development rely on it.
  return { origin, secure: secure ?? parsed.protocol === "https:" };
}

/** What was meant by `localhost:3000` or `app.example.com`. */
function likely(origin: string): string {
  const local = /^(localhost|127\.0\.0\.1)(:|$)/.test(origin);
  const full = `${local ? "http" : "https"}://${origin}`;
  const named = /^[\w.-]+(:\d+)?$/.test(origin) && URL.canParse(full);
  return named ? new URL(full).origin : "https://app.example.com";
}

class ModelPage implements Page {
  readonly #jar: CookieJar;

  constructor(
    private readonly page: PageOrigin,
    private readonly send: Send,
    private readonly timeout: number,
    private readonly preflightCache: PreflightCache | undefined,
  ) {
    this.#jar = new CookieJar(page.origin);
  }

  get origin(): string {
    return this.page.origin;
  }

  get cookies(): readonly StoredCookie[] {
    return this.#jar.cookies;
  }

  setCookie(url: string | URL, line: string): void {
    if (typeof line !== "string")
      throw new TypeError(`line: write what stands in Set-Cookie, "sid=1; Secure".`);
    if (!URL.canParse(String(url)))
      throw new TypeError(
        `url: ${quote(String(url))} is no URL; write setCookie("https://api.example.com", line).`,
      );
    const [note] = this.#jar.store(new URL(url), [line], { method: "GET", sameSite: true });
    if (note !== undefined) throw new TypeError(note.message);
  }

  async fetch(url: string | URL, given?: RequestOptions): Promise<FetchResult> {
    // A browser takes one; as text it would be a path of the page's own.
    if ((url as unknown) instanceof Request)
      throw new TypeError("url: a Request was given; write fetch(request.url, { method, headers, ... }).");
    // To Web IDL null is a dictionary without members.
    const options = given ?? {};
    if (typeof options !== "object") throw new TypeError("options: write an object, or nothing.");
    const { body } = options;
    const extracted = body === undefined || body === null ? undefined : extractBody(body);
    const inTime = extracted && { ...extracted, bytes: () => within(this.timeout, "body", extracted.bytes) };
    const { request, dropped } = constructRequest(url, this.origin, options, inTime);
    const jar = this.#jar;
    // Of this fetch alone: others may be under way.
    const cookieNotes: Note[] = [];
    const outcome = await fetchFrom(this.page, request, {
      send: this.send,
      isSameSite: (other) => isSameSite(this.origin, other),
      cookieFor: (to, context) => {
        const { line, notes } = jar.lineFor(to, context);
        cookieNotes.push(...notes);
        return line;
      },
      storeCookies: (from, lines, context) => {
        cookieNotes.push(...jar.store(from, lines, context));
      },
      ignoreCookies: (lines) => {
        cookieNotes.push(...lines.map((line) => droppedNote(line, CREDENTIALS_NEEDED)));
      },
      preflightCache: this.preflightCache,
    });
    const notes = [...optionNotes(options), ...notesOn(this.page, request, dropped, outcome), ...cookieNotes];
    const { blocked, response, exchanges: requests } = outcome;
    if (blocked !== null) return { ok: false, blocked, response: null, requests, notes };
    const read = scriptResponse(response as FilteredResponse);
    return { ok: !read.type.startsWith("opaque"), blocked, response: read, requests, notes };
  }
}

// https://fetch.spec.whatwg.org/#requestinit, and the one of ours.
const OPTIONS = new Set(
  `body cache credentials duplex headers integrity keepalive method mode priority redirect referrer referrerPolicy
   signal uploadListener window`.split(/\s+/),
);

/** Browsers ignore what they do not know: an author who wrote `withCredentials` is to hear of it. */
function optionNotes(options: RequestOptions): Note[] {
  const unknown = Object.keys(options).filter((name) => !OPTIONS.has(name));
  if (unknown.length === 0) return [];
  const hint = unknown.includes("withCredentials") ? ' Write credentials: "include".' : "";
  const names = unknown.map(quote).join(", ");
  return [{ code: "option-ignored", message: `fetch() has no option ${names}: browsers ignore it.${hint}` }];
}

const CREDENTIALS_NEEDED =
  'the request carried no credentials; write credentials: "include" in the page, and allow them.';
