// What a policy and a browser make of one request, as data: what `explain --json` prints and words.ts puts into words.
import { combined, type HeaderList } from "../../browser/header-list.ts";
import type { Note } from "../../browser/notes.ts";
import { isSafelistedMethod, unsafeRequestHeaderNames } from "../../browser/safelists.ts";
import type { Blocked } from "../../browser/types.ts";
import type { Decision } from "../../policy/decision.ts";
import { show } from "../../policy/issues.ts";
import type { RouteData } from "../../policy/options.ts";
import type { Policy } from "../../policy/policy.ts";
import { pathOfTarget } from "../../policy/routes.ts";
import { adviceOn } from "../../testing/advice.ts";
import { within } from "../../testing/checked-send.ts";
import { type FetchResult, page } from "../../testing/page.ts";
import { entriesOf, entryFor, selectRoute, showEntry } from "../entries.ts";
import { Misuse } from "../io.ts";
import { plain } from "../text.ts";

/** What a script would ask for. */
export interface Asked {
  readonly origin: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly credentials: boolean;
}

/** One request that a browser would send, and what the policy answers to it. */
export interface Exchange {
  readonly kind: "preflight" | "request";
  readonly method: string;
  readonly path: string;
  /** What CORS looks at, lower-case names. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** `null` where the application answers. */
  readonly status: number | null;
  /** All that the policy sets, Vary included. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly allowed: boolean;
  readonly reason: Decision["reason"];
  readonly detail: string;
}

export interface Explanation {
  readonly version: 1;
  readonly command: "explain";
  /** `undecided`: the policy leaves this path to what stands behind it. */
  readonly verdict: "readable" | "blocked" | "undecided";
  readonly request: {
    readonly origin: string;
    readonly method: string;
    readonly url: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly credentials: boolean;
  };
  readonly route: {
    /** `null`: no key covers the path, or it can be read in two ways. */
    readonly key: string | null;
    readonly why: string;
    readonly rule: RouteData | null;
    /** The entry of the origin list that lets the origin in. */
    readonly entry: string | null;
  };
  readonly preflight: { readonly needed: boolean; readonly because: readonly string[] };
  readonly exchanges: readonly Exchange[];
  readonly blocked: {
    readonly code: Blocked["code"];
    readonly step: Blocked["step"];
    readonly message: string;
    readonly advice: string;
  } | null;
  readonly notes: readonly Note[];
}

/** For one origin function; then the command says that it hangs. */
const TIMEOUT_MS = 4000;

/** @throws {Misuse} for what no browser would send, and where an origin function fails. */
export async function explainRequest(policy: Policy, asked: Asked): Promise<Explanation> {
  const exchanges: Exchange[] = [];
  let failure: unknown;
  const watched = {
    async decideAsync(request: Parameters<Policy["decideAsync"]>[0] & { path: string }) {
      try {
        const decision = await within(TIMEOUT_MS, "answer", () => policy.decideAsync(request));
        exchanges.push(exchangeOf(request, decision));
        return decision;
      } catch (error) {
        failure = error ?? new Error("failed");
        throw error;
      }
    },
  };
  const result = await fetched(asked, watched);
  if (failure !== undefined) throw functionFailed(failure, asked.url.pathname);
  const path = asked.url.pathname;
  const { key, data } = selectRoute(policy, pathOfTarget(path));
  const entry = entryFor(entriesOf(data), asked.origin);
  const last = exchanges.at(-1);
  const undecided = last?.reason === "not-covered" || last?.reason === "passthrough";
  return {
    version: 1,
    command: "explain",
    verdict: undecided ? "undecided" : result.ok ? "readable" : "blocked",
    request: { ...asked, url: asked.url.href },
    route: {
      key: key ?? null,
      why: whyThisRoute(policy, path, key, last),
      rule: data ?? null,
      entry: entry === undefined ? null : showEntry(entry),
    },
    preflight: preflightOf(asked, result),
    exchanges,
    blocked: result.blocked === null ? null : blockedOf(result, result.blocked, last),
    // Who stands behind has not answered, and acts on nothing that is answered here.
    notes: undecided
      ? []
      : result.notes.filter(({ code }) => code !== "sent-nevertheless" || last?.status === null),
  };
}

async function fetched(asked: Asked, target: Parameters<typeof page>[1]): Promise<FetchResult> {
  try {
    return await page(asked.origin, target, { timeout: 2 * TIMEOUT_MS }).fetch(asked.url, {
      method: asked.method,
      headers: asked.headers,
      credentials: asked.credentials ? "include" : "same-origin",
    });
  } catch (error) {
    // What a browser's own fetch() would throw.
    throw new Misuse(plain((error as Error).message));
  }
}

function functionFailed(failure: unknown, path: string): Misuse {
  const text = failure instanceof Error ? failure.message : show(failure);
  return new Misuse(`The origin function for ${show(path)} gave no answer: ${plain(text, 300)}`);
}

function exchangeOf(
  { method, path, ...asked }: Parameters<Policy["decideAsync"]>[0] & { path: string },
  { kind, status, headers, vary, allowed, reason, detail }: Decision,
): Exchange {
  const present = Object.entries({
    origin: asked.origin,
    "access-control-request-method": asked.requestMethod,
    "access-control-request-headers": asked.requestHeaders,
  }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    kind: kind === "preflight" ? "preflight" : "request",
    method,
    path,
    requestHeaders: Object.fromEntries(present),
    status: status ?? null,
    responseHeaders: { ...headers, ...(vary.length === 0 ? {} : { vary: vary.join(", ") }) },
    allowed,
    reason,
    detail,
  };
}

function whyThisRoute(
  policy: Policy,
  path: string,
  key: string | undefined,
  last: Exchange | undefined,
): string {
  const keys = Object.keys(policy.routes);
  if (key === undefined) {
    return last?.reason === "ambiguous-path"
      ? "another server could read this path differently, so no route decides and nothing is granted"
      : `no key covers ${show(path)}; the keys are ${keys.map(show).slice(0, 8).join(", ")}`;
  }
  const others = keys.filter(
    (other) => other !== key && (other === "/" || `${path}/`.startsWith(`${other}/`)),
  );
  if (keys.length === 1) return "it is the only route";
  if (others.length === 0) return `no other key covers ${show(path)}`;
  return `it is the longest key that covers ${show(path)}; ${others.map(show).join(", ")} ${others.length === 1 ? "covers" : "cover"} it as well`;
}

function preflightOf({ method, headers }: Asked, { requests }: FetchResult): Explanation["preflight"] {
  const preflight = requests.find(({ kind }) => kind === "preflight");
  if (preflight === undefined) return { needed: false, because: [] };
  const asked = combined(preflight.headers, "access-control-request-method") ?? method;
  const unsafe = unsafeRequestHeaderNames(headers as HeaderList).filter((name) =>
    (combined(preflight.headers, "access-control-request-headers") ?? "").split(",").includes(name),
  );
  return {
    needed: true,
    because: [
      ...(isSafelistedMethod(asked) ? [] : [`method ${asked} is not GET, HEAD or POST`]),
      ...unsafe.map((name) => `header ${name} needs one with this value`),
    ],
  };
}

function blockedOf(result: FetchResult, { code, step, message }: Blocked, last: Exchange | undefined) {
  // Where no origin is granted, the policy knows better why than who sees its answer.
  const advice = code === "allow-origin-missing" ? last?.detail : undefined;
  return { code, step, message, advice: advice ?? adviceOn(result) };
}
