// The CORS-preflight cache: what a browser need not ask again.
import type { PreflightGrant, PreflightQuestion } from "./checks.ts";
import { isNonWildcardRequestHeader, isSafelistedMethod, unsafeRequestHeaderNames } from "./safelists.ts";
import { withoutFragment } from "./urls.ts";

/** https://fetch.spec.whatwg.org/#cache-entry: for each method and header name (in lower case) until when, in milliseconds. */
interface Entries {
  readonly methods: Map<string, number>;
  readonly headerNames: Map<string, number>;
}

// The standard lets each browser set one: Chromium's is 2 hours, Firefox's a day, WebKit's 10 minutes.
const LONGEST_MAX_AGE = 7200;

/** https://fetch.spec.whatwg.org/#concept-cache */
export class PreflightCache {
  readonly #entries = new Map<string, Entries>();

  /** @param now The clock, in milliseconds. */
  constructor(private readonly now: () => number) {}

  /** https://fetch.spec.whatwg.org/#method-cache-entry-match and header-name cache entry match, for all that is asked. */
  covers(origin: string, url: URL, question: PreflightQuestion): boolean {
    const matching = this.#matching(origin, url, question);
    const { method, headers, forcePreflight } = question;
    const has = (of: keyof Entries, name: string) =>
      matching.some((entries) => this.#holds(entries[of], name));
    const methodCovered =
      (isSafelistedMethod(method) && !forcePreflight) || has("methods", method) || has("methods", "*");
    return (
      methodCovered &&
      unsafeRequestHeaderNames(headers).every(
        (name) => has("headerNames", name) || (!isNonWildcardRequestHeader(name) && has("headerNames", "*")),
      )
    );
  }

  /** https://fetch.spec.whatwg.org/#cors-preflight-fetch, steps 7.14 to 7.17: what is there already gets the new age. */
  remember(origin: string, url: URL, question: PreflightQuestion, grant: PreflightGrant): void {
    const until = this.now() + Math.min(grant.maxAge, LONGEST_MAX_AGE) * 1000;
    const withCredentials = question.credentials === "include";
    const key = keyOf(origin, url, withCredentials);
    const own = this.#entries.get(key) ?? { methods: new Map(), headerNames: new Map() };
    this.#entries.set(key, own);
    const matching = this.#matching(origin, url, question);
    const set = (of: keyof Entries, name: string) => {
      // The standard's match would take a `*` that was answered with credentials for a wildcard; no engine does.
      if (name === "*" && withCredentials) return;
      const holders = matching.filter((entries) => this.#holds(entries[of], name));
      for (const entries of holders.length === 0 ? [own] : holders) entries[of].set(name, until);
    };
    for (const name of grant.methods) set("methods", name);
    for (const name of grant.headerNames) set("headerNames", name.toLowerCase());
  }

  /** https://fetch.spec.whatwg.org/#concept-cache-clear */
  clear(origin: string, url: URL): void {
    for (const credentials of [true, false]) this.#entries.delete(keyOf(origin, url, credentials));
  }

  /** https://fetch.spec.whatwg.org/#concept-cache-match: what was granted with credentials also holds without. */
  #matching(origin: string, url: URL, { credentials }: PreflightQuestion): Entries[] {
    const keys = [true, ...(credentials === "include" ? [] : [false])].map((one) => keyOf(origin, url, one));
    return keys.flatMap((key) => this.#entries.get(key) ?? []);
  }

  #holds(names: Map<string, number>, name: string): boolean {
    return (names.get(name) ?? 0) > this.now();
  }
}

function keyOf(origin: string, url: URL, credentials: boolean): string {
  return `${credentials} ${origin} ${withoutFragment(url)}`;
}
