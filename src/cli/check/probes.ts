// What is asked beside the page's own request: from elsewhere, without Origin, where nothing is. Read-only, all of it.

import { isRedirect } from "../../browser/checks.ts";
import { combined, valuesOf } from "../../browser/header-list.ts";
import { networkHeaders, preflightRequest } from "../../browser/network-headers.ts";
import type { WireRequest } from "../../browser/types.ts";
import { isSameSite } from "../../testing/site.ts";
import { asIfFrom, ask, type Conversation, type Exchange } from "./conversation.ts";
import { headersIn } from "./judgement.ts";
import { FOREIGN, type OriginProbe, originProbes } from "./lookalikes.ts";
import type { CheckPlan } from "./options.ts";
import type { Transport } from "./transport.ts";

/** All that came back; what was not asked is `undefined`. */
export interface Seen {
  readonly plan: CheckPlan;
  readonly conversation: Conversation;
  /** The last preflight of the conversation. */
  readonly preflight: Exchange | undefined;
  /** What the page's own origin gets: the request itself, or a GET that stands in for it. */
  readonly own: Exchange;
  /** Does a GET stand in? */
  readonly standIn: boolean;
  readonly noOrigin?: Exchange | undefined;
  readonly foreign?: Exchange | undefined;
  /** The page's own request again, right after a foreign one for the same URL. */
  readonly afterForeign?: Exchange | undefined;
  readonly origins: readonly (OriginProbe & { readonly exchange: Exchange })[];
  readonly foreignPreflight?: Exchange | undefined;
  readonly plainOptions?: Exchange | undefined;
  readonly notFound?: Exchange | undefined;
  readonly notModified?: Exchange | undefined;
}

/** Asks for everything that the checklist looks at; nothing more where nobody answers. */
export async function probe(
  plan: CheckPlan,
  conversation: Conversation,
  transport: Transport,
): Promise<Seen> {
  const actual = conversation.exchanges.filter(({ label }) => label === "actual").at(-1);
  const preflight = conversation.exchanges.filter(({ label }) => label === "preflight").at(-1);
  const base = baseRequest(plan, conversation, actual);
  const standIn = actual === undefined;
  const own = actual ?? (await ask(transport, "stand-in", base));
  const so = { plan, conversation, preflight, own, standIn, origins: [] };
  if (![...conversation.exchanges, own].some(({ response }) => response !== null)) return so;
  const origins = originProbes(plan.origin);
  // Elsewhere it would be held against the answers of another service.
  const forced =
    preflight === undefined || !isAsked(preflight.url, plan)
      ? undefined
      : await foreignPreflight(preflight, transport);
  const [noOrigin, [foreign, afterForeign], plainOptions, notFound, notModified, ...rest] = await Promise.all(
    [
      ask(transport, "no Origin", apart(asIfFrom(base, undefined), "none")),
      foreignThenOwn(base, transport),
      ask(transport, "plain OPTIONS", plain(base)),
      ask(transport, "not found", notThere(base)),
      notModifiedProbe(base, own, transport),
      ...origins.map(({ origin, name }) => ask(transport, name, apart(asIfFrom(base, origin), name))),
    ],
  );
  return {
    ...so,
    noOrigin,
    foreign,
    afterForeign,
    plainOptions,
    notFound,
    notModified,
    foreignPreflight: forced,
    origins: origins.map((one, index) => ({ ...one, exchange: rest[index] as Exchange })),
  };
}

/**
 * The GET (or HEAD) that the probes are made of: as the page sends it, to where its redirects led. Another host is not
 * asked: it is not what was to be checked, and not whom the headers are meant for.
 */
function baseRequest(plan: CheckPlan, { keptBack }: Conversation, actual: Exchange | undefined): WireRequest {
  const arrived = actual?.response && !isRedirect(actual.response.status) ? actual : undefined;
  const usable = arrived ?? keptBack;
  const found = usable !== undefined && isAsked(usable.url, plan) ? usable : constructed(plan);
  return {
    method: found.method === "HEAD" ? "HEAD" : "GET",
    url: found.url,
    headers: withOrigin(found.headers, plan.origin).filter(([name]) => !/^content-/.test(name)),
  };
}

function isAsked(url: string, plan: CheckPlan): boolean {
  return new URL(url).hostname === plan.url.hostname;
}

/** A request from the URL's own origin carries none; here all do. */
function withOrigin(headers: WireRequest["headers"], origin: string): WireRequest["headers"] {
  return combined(headers, "origin") === null ? [...headers, ["origin", origin]] : headers;
}

function constructed(plan: CheckPlan): WireRequest {
  const cookie = plan.credentials ? plan.cookie : undefined;
  return {
    method: "GET",
    url: plan.url.href,
    headers: networkHeaders(plan.headers, contextOf(plan), cookie),
  };
}

function contextOf({ origin, url, method }: CheckPlan) {
  return {
    page: { origin, secure: origin.startsWith("https:") },
    url,
    urls: [url],
    method,
    mode: "cors",
    tainting: "cors",
    origin,
    isSameSite: (other: URL) => isSameSite(origin, other),
  } as const;
}

let counter = 0;

/**
 * A URL of its own for each probe: a cache that ignores Origin would hand a probe's answer to the real page, and that
 * this tool must not bring about.
 */
function apart(request: WireRequest, name: string): WireRequest {
  const unique = `${name.replace(/\W+/g, "-")}-${Date.now().toString(36)}${counter++}`;
  // Not by searchParams, which would write all the others anew.
  const url = `${request.url}${request.url.includes("?") ? "&" : "?"}boring-cors-check=${unique}`;
  return { ...request, url };
}

async function foreignThenOwn(base: WireRequest, transport: Transport): Promise<[Exchange, Exchange]> {
  const there = apart(base, "foreign");
  const foreign = await ask(transport, "foreign origin", asIfFrom(there, FOREIGN));
  return [foreign, await ask(transport, "own origin, after a foreign one", there)];
}

function foreignPreflight(preflight: Exchange, transport: Transport): Promise<Exchange> {
  const { method, url, headers } = preflight;
  return ask(transport, "preflight of a foreign origin", asIfFrom({ method, url, headers }, FOREIGN));
}

function plain(base: WireRequest): WireRequest {
  const { headers } = asIfFrom(base, undefined);
  return { method: "OPTIONS", url: base.url, headers: headers.filter(([name]) => !name.startsWith("sec-")) };
}

/** Below the URL itself, so that it falls under the same rules. */
function notThere(base: WireRequest): WireRequest {
  const url = new URL(base.url);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/boring-cors-check-not-there`;
  return { ...base, url: url.href };
}

async function notModifiedProbe(
  base: WireRequest,
  own: Exchange,
  transport: Transport,
): Promise<Exchange | undefined> {
  const tag = valuesOf(headersIn(own), "etag")[0];
  if (tag === undefined || own.response?.status !== 200) return undefined;
  return ask(transport, "If-None-Match", { ...base, headers: [...base.headers, ["if-none-match", tag]] });
}

/** The GET that stands in for a request that is not sent. */
export function asGet({ plan, conversation, own }: Seen): WireRequest {
  return baseRequest(plan, conversation, own.label === "actual" ? own : undefined);
}

/** The preflight that a browser would send for this page, whether or not it needs one. */
export function preflightOf(plan: CheckPlan): WireRequest {
  const { method, headers } = plan;
  const credentials = plan.credentials ? "include" : "same-origin";
  return preflightRequest({ method, headers, credentials, forcePreflight: true }, contextOf(plan));
}
