// The page's fetch, by the browser model: what goes over the wire, and what the browser concludes.
import type { HeaderList } from "../../browser/header-list.ts";
import type { Send, WireExchange, WireRequest } from "../../browser/types.ts";
import { type FetchResult, page } from "../../testing/page.ts";
import { Misuse } from "../io.ts";
import type { CheckPlan } from "./options.ts";
import type { Answered, Transport } from "./transport.ts";

/** One request, and what came back. */
export interface Exchange extends WireRequest {
  /** What it is for: `preflight`, `actual`, or the name of a probe. */
  readonly label: string;
  readonly response: Answered | null;
  /** Why nothing came back. */
  readonly error: string | undefined;
}

export interface Conversation {
  readonly result: FetchResult;
  readonly exchanges: readonly Exchange[];
  /** The request that changes something, and was kept back. */
  readonly keptBack: WireRequest | undefined;
}

/** Thrown in the place of sending; the model takes it for a network error. */
class KeptBack extends Error {}

/** https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1: these change nothing. */
export function isReadOnly(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/** @param via Another hop, asked under the public Host. */
export async function converse(plan: CheckPlan, transport: Transport, via?: URL): Promise<Conversation> {
  const answers = new Map<object, Answered>();
  let keptBack: WireRequest | undefined;
  const send: Send = async (request) => {
    if (!isReadOnly(request.method) && !plan.send) {
      keptBack = request;
      throw new KeptBack("not sent");
    }
    // A redirect to another host leads away from the hop, too.
    const isOfHop = new URL(request.url).hostname === plan.url.hostname;
    const answered = await transport.send(request, isOfHop ? via : undefined);
    answers.set(answered.headers, answered);
    return answered;
  };
  const asking = pageOf(plan, send);
  const result = await asking.fetch(plan.url, {
    method: plan.method,
    headers: plan.headers,
    body: plan.data,
    credentials: plan.credentials ? "include" : "same-origin",
  });
  const sent = result.requests.filter(({ response }, index) => {
    const isLast = index === result.requests.length - 1;
    return response !== null || !isLast || keptBack === undefined;
  });
  return { result, exchanges: sent.map((one) => labelled(one, answers, result)), keptBack };
}

// The transport keeps the time; a request may wait for its turn, too.
const WAITING = 10;

function pageOf({ origin, url, timeout, cookie }: CheckPlan, send: Send) {
  const asking = page(origin, send, { timeout: timeout * WAITING });
  for (const pair of cookie?.split(";") ?? []) {
    const attributes = url.protocol === "https:" ? "; Path=/; SameSite=None; Secure" : "; Path=/";
    try {
      asking.setCookie(url, `${pair.trim()}${attributes}`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const name = pair.split("=", 1)[0]?.trim() ?? "";
      throw new Misuse(
        `--header Cookie: no browser would keep the cookie ${JSON.stringify(name)} for this URL.`,
      );
    }
  }
  return asking;
}

function labelled(
  { kind, method, url, headers, body, response }: WireExchange,
  answers: ReadonlyMap<object, Answered>,
  { blocked }: FetchResult,
): Exchange {
  const answered = response === null ? null : (answers.get(response.headers) ?? null);
  const error = answered === null ? reasonOf(blocked?.cause) : undefined;
  return { label: kind, method, url, headers, body, response: answered, error };
}

/** Sends one request and says what came back; rejects never. */
export async function ask(
  transport: Transport,
  label: string,
  request: WireRequest,
  via?: URL,
): Promise<Exchange> {
  try {
    return { ...request, label, response: await transport.send(request, via), error: undefined };
  } catch (error) {
    return { ...request, label, response: null, error: reasonOf(error) };
  }
}

/** Where Node tried several addresses, the message is empty. */
function reasonOf(error: unknown): string {
  const { message = "", code = "" } = Object(error) as { message?: string; code?: string };
  return message || code || "no answer";
}

/** The same request from elsewhere; `undefined`: without Origin, as an image asks. */
export function asIfFrom(request: WireRequest, origin: string | undefined): WireRequest {
  const headers: HeaderList = request.headers
    .filter(([name]) => name !== "referer" && (name !== "origin" || origin !== undefined))
    .map(([name, value]) => [name, change(name, value, origin)] as const);
  return { ...request, headers };
}

function change(name: string, value: string, origin: string | undefined): string {
  if (name === "origin") return origin ?? value;
  if (name === "sec-fetch-mode" && origin === undefined) return "no-cors";
  return name === "sec-fetch-site" ? "cross-site" : value;
}
