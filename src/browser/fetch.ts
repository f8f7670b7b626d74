// Main fetch and HTTP fetch: from a script's request to what the script may read, by way of preflight and redirects.
import {
  type CheckFailure,
  corsCheck,
  isFailure,
  isRedirect,
  needsPreflight,
  type PreflightQuestion,
  preflightCheck,
  resourcePolicyCheck,
} from "./checks.ts";
import { filterResponse, opaqueRedirect } from "./filter.ts";
import { type HeaderList, valuesOf } from "./header-list.ts";
import { messageOf } from "./messages.ts";
import { networkHeaders, preflightRequest } from "./network-headers.ts";
import type { PreflightCache } from "./preflight-cache.ts";
import { becomesGet, isHttp, isRequestBodyHeader, locationUrl } from "./redirects.ts";
import { isNonWildcardRequestHeader } from "./safelists.ts";
import type {
  BlockedStep,
  CheckedRequest,
  FilteredResponse,
  Outcome,
  PageOrigin,
  Send,
  WireExchange,
  WireRequest,
  WireResponse,
} from "./types.ts";
import { isBadPort, isMixedContent, isTaintedBy, withoutFragment } from "./urls.ts";

/** https://fetch.spec.whatwg.org/#concept-http-redirect-fetch, step 7 */
const MOST_REDIRECTS = 20;

/** What surrounds a page: its network, its cookies, and what it remembers. */
export interface Surroundings {
  readonly send: Send;
  /** Is this URL of the page's site? For Sec-Fetch-Site; cookies ask for themselves. */
  isSameSite(url: URL): boolean;
  /** The Cookie line for this request; `undefined` where there is none. */
  cookieFor?(url: URL, request: CookieContext): string | undefined;
  /** Set-Cookie lines that arrived. */
  storeCookies?(url: URL, lines: readonly string[], request: CookieContext): void;
  /** Set-Cookie lines that arrived where the request carried no credentials. */
  ignoreCookies?(lines: readonly string[]): void;
  readonly preflightCache?: PreflightCache | undefined;
}

/** What the SameSite rules depend on. */
export interface CookieContext {
  readonly method: string;
  /** https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#section-5.2 */
  readonly sameSite: boolean;
}

/** https://fetch.spec.whatwg.org/#concept-fetch. Never throws: what `send` throws is a network error. */
export async function fetchFrom(
  page: PageOrigin,
  request: CheckedRequest,
  surroundings: Surroundings,
): Promise<Outcome> {
  return new Fetch(page, request, surroundings).run();
}

/** Thrown inside, caught in `run`: a network error, and why. */
class NetworkError {
  constructor(
    readonly failure: CheckFailure,
    readonly step: BlockedStep,
    readonly cause?: unknown,
  ) {}
}

/** One fetch on its way: https://fetch.spec.whatwg.org/#fetch-params */
class Fetch {
  readonly #exchanges: WireExchange[] = [];
  readonly #urls: URL[];
  #tainting: "basic" | "cors" | "opaque" = "basic";
  #method: string;
  #headers: HeaderList;
  #body: CheckedRequest["body"];
  /** The body, once it was read. */
  #bytes: Uint8Array | undefined;

  constructor(
    private readonly page: PageOrigin,
    private readonly request: CheckedRequest,
    private readonly surroundings: Surroundings,
  ) {
    this.#urls = [request.url];
    this.#method = request.method;
    this.#headers = request.headers;
    this.#body = request.body;
  }

  async run(): Promise<Outcome> {
    const exchanges = this.#exchanges;
    try {
      return { blocked: null, response: await this.#mainFetch(), exchanges };
    } catch (thrown) {
      if (!(thrown instanceof NetworkError)) throw thrown;
      const { failure, step, cause } = thrown;
      const message = messageOf(failure, step, {
        origin: this.page.origin,
        url: this.#url.href,
        redirectedFrom: this.#urls.length > 1 ? this.request.url.href : undefined,
        initiator: this.request.forcePreflight && !this.request.streamed ? "XMLHttpRequest" : "fetch",
      });
      return {
        blocked: { code: failure.code, step, message, ...(cause === undefined ? {} : { cause }) },
        response: null,
        exchanges,
      };
    }
  }

  get #url(): URL {
    return this.#urls[this.#urls.length - 1] as URL;
  }

  /** https://fetch.spec.whatwg.org/#concept-main-fetch, again after each redirect. */
  async #mainFetch(): Promise<FilteredResponse> {
    const url = this.#url;
    const step = this.#urls.length > 1 ? "redirect" : "request";
    if (isMixedContent(this.page, url)) throw new NetworkError({ code: "mixed-content", value: "" }, step);
    if (isBadPort(url)) throw new NetworkError({ code: "bad-port", value: url.port }, step);
    // What `data:`, `blob:` and `about:` URLs hold never crosses a wire: not ours to model.
    if (!isHttp(url)) throw new NetworkError({ code: "url-scheme", value: url.protocol.slice(0, -1) }, step);
    const { mode } = this.request;
    if (url.origin === this.page.origin && this.#tainting === "basic") return this.#httpFetch(false);
    if (mode === "same-origin") throw new NetworkError({ code: "request-mode", value: mode }, step);
    if (mode === "no-cors") {
      // A redirect that is not followed would tell where it leads.
      if (this.request.redirect !== "follow")
        throw new NetworkError({ code: "request-mode", value: mode }, step);
      this.#tainting = "opaque";
      return this.#httpFetch(false);
    }
    this.#tainting = "cors";
    if (!needsPreflight(this.#question())) return this.#httpFetch(false);
    try {
      return await this.#httpFetch(true);
    } catch (thrown) {
      this.surroundings.preflightCache?.clear(this.#origin(), this.#url);
      throw thrown;
    }
  }

  /** https://fetch.spec.whatwg.org/#concept-http-fetch */
  async #httpFetch(withPreflight: boolean): Promise<FilteredResponse> {
    if (withPreflight) await this.#preflight();
    const response = await this.#networkFetch();
    if (this.#tainting === "cors") {
      const failure = corsCheck(this.#origin(), this.request.credentials, response.headers);
      if (failure !== null) throw new NetworkError(failure, "response");
    }
    if (this.#tainting === "opaque") {
      const { isSameSite } = this.#networkContext();
      const failure = resourcePolicyCheck(this.page, this.#url, response.headers, isSameSite);
      if (failure !== null) throw new NetworkError(failure, "response");
    }
    if (isRedirect(response.status)) {
      const { redirect } = this.request;
      if (redirect === "error") throw new NetworkError({ code: "redirect-forbidden", value: "" }, "redirect");
      if (redirect === "manual") return opaqueRedirect(withoutFragment(this.#url), this.#urls.length > 1);
      if (this.#redirect(response)) return this.#mainFetch();
    }
    return filterResponse(response, {
      tainting: this.#tainting,
      credentials: this.request.credentials,
      method: this.#method,
      url: withoutFragment(this.#url),
      redirected: this.#urls.length > 1,
    });
  }

  /** https://fetch.spec.whatwg.org/#cors-preflight-fetch */
  async #preflight(): Promise<void> {
    const question = this.#question();
    const origin = this.#origin();
    const { preflightCache } = this.surroundings;
    if (preflightCache?.covers(origin, this.#url, question)) return;
    const asked = preflightRequest(question, this.#networkContext());
    const response = await this.#send("preflight", asked);
    const result = preflightCheck(origin, question, response);
    if (isFailure(result)) throw new NetworkError(result, "preflight");
    preflightCache?.remember(origin, this.#url, question, result);
  }

  /** https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, without an HTTP cache. */
  async #networkFetch(): Promise<WireResponse> {
    const { credentials } = this.request;
    const includesCredentials =
      credentials === "include" || (credentials === "same-origin" && this.#tainting === "basic");
    const context: CookieContext = {
      method: this.#method,
      sameSite: this.surroundings.isSameSite(this.#url),
    };
    const url = this.#url;
    const cookie = includesCredentials ? this.surroundings.cookieFor?.(url, context) : undefined;
    const headers = networkHeaders(this.#headers, this.#networkContext(), cookie);
    const response = await this.#send("actual", {
      method: this.#method,
      url: withoutFragment(url),
      headers,
      body: await this.#bodyBytes(),
    });
    const setCookie = setCookieLines(response.headers);
    if (includesCredentials) this.surroundings.storeCookies?.(url, setCookie, context);
    else this.surroundings.ignoreCookies?.(setCookie);
    return response;
  }

  /** Once only: a redirect may send it again. */
  async #bodyBytes(): Promise<Uint8Array | undefined> {
    if (this.#body === undefined) return undefined;
    try {
      this.#bytes ??= await this.#body();
      return this.#bytes;
    } catch (cause) {
      throw new NetworkError({ code: "network", value: reasonOf(cause) }, "request", cause);
    }
  }

  /** https://fetch.spec.whatwg.org/#concept-http-redirect-fetch: `false` where the answer is no redirect after all. */
  #redirect(response: WireResponse): boolean {
    const locations = valuesOf(response.headers, "location");
    if (locations.length === 0) return false;
    const from = this.#url;
    const location = locations.join(", ");
    // Two lines are a failure: https://fetch.spec.whatwg.org/#extract-header-list-values
    const to = locations.length === 1 ? locationUrl(location, from) : undefined;
    if (to === undefined) throw new NetworkError({ code: "redirect-location", value: location }, "redirect");
    if (this.#urls.length > MOST_REDIRECTS)
      throw new NetworkError({ code: "redirect-count", value: "" }, "redirect");
    const hasCredentials = to.username !== "" || to.password !== "";
    if (hasCredentials && (this.#tainting === "cors" || this.#leavesOrigin(to)))
      throw new NetworkError({ code: "redirect-credentials", value: to.host }, "redirect");
    const { status } = response;
    if (status !== 303 && this.#body !== undefined && this.request.streamed)
      throw new NetworkError({ code: "redirect-stream", value: String(status) }, "redirect");
    if (becomesGet(status, this.#method)) {
      this.#method = "GET";
      this.#body = undefined;
      this.#headers = this.#headers.filter(([name]) => !isRequestBodyHeader(name));
    }
    if (to.origin !== from.origin)
      this.#headers = this.#headers.filter(([name]) => !isNonWildcardRequestHeader(name));
    this.#urls.push(to);
    return true;
  }

  #leavesOrigin(to: URL): boolean {
    return this.request.mode === "cors" && to.origin !== this.page.origin;
  }

  #question(): PreflightQuestion {
    return {
      method: this.#method,
      headers: this.#headers,
      credentials: this.request.credentials,
      forcePreflight: this.request.forcePreflight,
    };
  }

  /** https://fetch.spec.whatwg.org/#serializing-a-request-origin: `null` once a redirect came from a third origin. */
  #origin(): string {
    return isTaintedBy(this.#urls, this.page.origin) ? "null" : this.page.origin;
  }

  #networkContext() {
    return {
      page: this.page,
      url: this.#url,
      urls: this.#urls,
      method: this.#method,
      mode: this.request.mode,
      tainting: this.#tainting,
      origin: this.#origin(),
      isSameSite: (url: URL) => this.surroundings.isSameSite(url),
    };
  }

  async #send(kind: WireExchange["kind"], request: WireRequest): Promise<WireResponse> {
    try {
      const response = await this.surroundings.send(request);
      this.#exchanges.push({ kind, ...request, response });
      return response;
    } catch (cause) {
      this.#exchanges.push({ kind, ...request, response: null });
      const step = kind === "preflight" ? "preflight" : "response";
      throw new NetworkError({ code: "network", value: reasonOf(cause) }, step, cause);
    }
  }
}

/** Whatever was thrown, as text. Where Node tried several addresses, the message is empty. */
function reasonOf(cause: unknown): string {
  try {
    const { message, code } = Object(cause) as { message?: unknown; code?: unknown };
    // Not by `instanceof`: test runners run code in realms of their own.
    return String((typeof message === "string" ? message || code : undefined) ?? cause);
  } catch {
    return "what was thrown is no text";
  }
}

function setCookieLines(headers: HeaderList): string[] {
  return headers.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => value);
}
