// --policy: are the live answers what the policy decides, request by request?
import { tokensOf, valuesOf } from "../../browser/header-list.ts";
import type { Decision } from "../../policy/decision.ts";
import { WRITTEN_HEADERS } from "../../policy/fields.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Cleaner } from "./clean.ts";
import type { Exchange } from "./conversation.ts";
import { varyNames } from "./judgement.ts";
import type { Seen } from "./probes.ts";

/** One line in which a live answer differs. */
export interface Drift {
  /** `preflight`, `actual`, or the name of a probe. */
  readonly request: string;
  /** `OPTIONS /orders from https://app.example.com` */
  readonly what: string;
  /** A header in lower case, or `status`. */
  readonly name: string;
  readonly live: string | null;
  readonly policy: string | null;
}

export async function driftOf(seen: Seen, policy: Policy, cleaner: Cleaner): Promise<readonly Drift[]> {
  const found: Drift[] = [];
  for (const exchange of askedOf(seen)) {
    const decision = await policy.decideAsync(questionOf(exchange, seen));
    found.push(...differences(exchange, decision, cleaner));
  }
  return found;
}

/** What got an answer of the service's own: no redirect, no rate limit, no breakdown, and no other host. */
function askedOf(seen: Seen): Exchange[] {
  const { conversation, own, standIn, foreign, noOrigin, foreignPreflight, notFound, origins } = seen;
  const all = [
    ...conversation.exchanges,
    standIn ? own : undefined,
    noOrigin,
    foreign,
    foreignPreflight,
    notFound,
    ...origins.map(({ exchange }) => exchange),
  ];
  return all.filter((one): one is Exchange => {
    const status = one?.response?.status ?? 0;
    if (one === undefined || new URL(one.url).hostname !== seen.plan.url.hostname) return false;
    return status >= 200 && (status < 300 || status >= 400) && status < 500 && status !== 429;
  });
}

function questionOf({ method, url, headers }: Exchange, { plan }: Seen) {
  const field = (name: string) => valuesOf(headers, name)[0];
  const to = new URL(url);
  return {
    method,
    path: to.pathname,
    origin: field("origin"),
    requestMethod: field("access-control-request-method"),
    requestHeaders: field("access-control-request-headers"),
    sameOrigin: to.origin === plan.origin && field("origin") === plan.origin,
  };
}

function differences(exchange: Exchange, decision: Decision, cleaner: Cleaner): Drift[] {
  // The application behind the policy answers for itself.
  if (decision.reason === "passthrough" || exchange.response === null) return [];
  const { label, method, url, headers, response } = exchange;
  const { pathname } = new URL(url);
  const origin = valuesOf(headers, "origin")[0];
  const what = cleaner.text(
    `${method} ${pathname}${origin === undefined ? ", no Origin" : ` from ${origin}`}`,
  );
  const differing = (name: string, live: string | null, wanted: string | null): Drift => ({
    request: label,
    what,
    name,
    live: live === null ? null : cleaner.text(live),
    policy: wanted,
  });
  const found = WRITTEN_HEADERS.flatMap((name) => {
    const values = valuesOf(response.headers, name);
    const live = values.length === 0 ? null : values.join(", ");
    const wanted = decision.headers[name] ?? null;
    return isSame(name, values, wanted) ? [] : [differing(name, live, wanted)];
  });
  const vary = varyNames(exchange);
  const missing = vary.includes("*")
    ? []
    : decision.vary.filter((name) => !vary.includes(name.toLowerCase()));
  if (missing.length > 0) found.push(differing("vary", vary.join(", ") || null, decision.vary.join(", ")));
  const { status } = decision;
  if (status !== undefined && status !== response.status)
    found.unshift(differing("status", String(response.status), String(status)));
  return found;
}

/** Order and case of names in a list mean nothing; case of methods does. */
function isSame(name: string, live: readonly string[], wanted: string | null): boolean {
  if (wanted === null || live.length === 0) return wanted === null && live.length === 0;
  if (!/-(methods|headers)$/.test(name)) return live.length === 1 && live[0] === wanted;
  const sorted = (lines: readonly string[]) => {
    const names = tokensOf(
      lines.map((line) => [name, line]),
      name,
    );
    if (names === null || names === "failure") return String(names);
    return [...new Set(names.map((one) => (name.endsWith("-methods") ? one : one.toLowerCase())))]
      .sort()
      .join();
  };
  return sorted(live) === sorted([wanted]);
}
