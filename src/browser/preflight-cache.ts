// The CORS-preflight cache: what a browser need not ask again.
import type { PreflightGrant, PreflightQuestion } from "./checks.ts";
import { isNonWildcardRequestHeader, isSafelistedMethod, unsafeRequestHeaderNames } from "./safelists.ts";
import { withoutFragment } from "./urls.ts";

/** https://fetch.spec.whatwg.org/#cache-entry, with the methods and header names of one answer kept together. */
interface Entry {
  readonly methods: readonly string[];
  readonly headerNames: readonly string[];
  /** In milliseconds. */
  readonly until: number;
}

// The standard lets each browser set one: Chromium's is 2 hours, Firefox's a day, WebKit's 10 minutes.
const LONGEST_MAX_AGE = 7200;

/** https://fetch.spec.whatwg.org/#concept-cache */
export class PreflightCache {
  readonly #entries = new Map<string, Entry[]>();

  /** @param now The clock, in milliseconds. */
  constructor(private readonly now: () => number) {}

  /** https://fetch.spec.whatwg.org/#method-cache-entry-match and header-name cache entry match, for all that is asked. */
  covers(origin: string, url: URL, question: PreflightQuestion): boolean {
    const entries = this.#valid(origin, url, question);
    const { method, headers, forcePreflight } = question;
    const methodCovered =
      (isSafelistedMethod(method) && !forcePreflight) ||
      entries.some(({ methods }) => methods.includes(method) || methods.includes("*"));
    return (
      methodCovered &&
      unsafeRequestHeaderNames(headers).every((name) => entries.some((entry) => grants(entry, name)))
    );
  }

  remember(origin: string, url: URL, question: PreflightQuestion, grant: PreflightGrant): void {
    const until = this.now() + Math.min(grant.maxAge, LONGEST_MAX_AGE) * 1000;
    const withCredentials = question.credentials === "include";
    const key = keyOf(origin, url, withCredentials);
    // The standard's match would take a `*` that was answered with credentials for a wildcard; no engine does.
    const kept = (names: readonly string[]) => names.filter((name) => name !== "*" || !withCredentials);
    const entry = { methods: kept(grant.methods), headerNames: kept(grant.headerNames.map(lower)), until };
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), entry]);
  }

  /** What was granted with credentials also holds without. */
  #valid(origin: string, url: URL, { credentials }: PreflightQuestion): Entry[] {
    const keys = [
      keyOf(origin, url, true),
      ...(credentials === "include" ? [] : [keyOf(origin, url, false)]),
    ];
    return keys.flatMap((key) => this.#entries.get(key) ?? []).filter(({ until }) => until > this.now());
  }
}

function keyOf(origin: string, url: URL, credentials: boolean): string {
  return `${credentials} ${origin} ${withoutFragment(url)}`;
}

function lower(name: string): string {
  return name.toLowerCase();
}

function grants({ headerNames }: Entry, name: string): boolean {
  return headerNames.includes(name) || (headerNames.includes("*") && !isNonWildcardRequestHeader(name));
}
