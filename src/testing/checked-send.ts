// A send whose answers come in time and are answers: what a function returns is checked like what comes from a socket.
import { isHeaderValue, isToken } from "../browser/header-list.ts";
import { quote } from "../browser/request.ts";
import type { Send, WireResponse } from "../browser/types.ts";
import { startTimer, stopTimer } from "./timers.ts";

/** @param timeout For the answer, and for its body, in milliseconds. */
export function checkedSend(send: Send, timeout: number): Send {
  return async (request) => checkResponse(await within(timeout, "answer", () => send(request)), timeout);
}

/** What it resolves with; a rejection after that many milliseconds. */
export function within<T>(timeout: number, what: string, start: () => T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => reject(new Error(`no ${what} within ${timeout} ms`)), timeout);
    Promise.resolve()
      .then(start)
      .then(resolve, reject)
      .finally(() => stopTimer(timer));
  });
}

function checkResponse(response: unknown, timeout: number): WireResponse {
  const { status, headers, body } = Object(response) as Partial<Record<keyof WireResponse, unknown>>;
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 999)
    throw new TypeError(`the answer has no status from 200 to 999, but ${quote(String(status))}`);
  if (!Array.isArray(headers) || !headers.every((line) => Array.isArray(line) && line.length === 2))
    throw new TypeError(
      'the answer\'s headers are no list of pairs; write headers: [["content-type", "text/plain"]]',
    );
  for (const [name, value] of headers) checkHeader(name, value);
  return { status: status as number, headers, body: checkBody(body, timeout) };
}

function checkHeader(name: unknown, value: unknown): void {
  if (typeof name !== "string" || !isToken(name))
    throw new TypeError(`the answer has a header named ${quote(String(name))}, which is no header name`);
  if (typeof value !== "string" || !isHeaderValue(value))
    throw new TypeError(`the answer's header ${quote(name)} has a value that no header can have`);
}

function checkBody(body: unknown, timeout: number): WireResponse["body"] {
  if (body === undefined || body === null) return undefined;
  if (typeof body !== "function") return requireBytes(body);
  let whole: Promise<Uint8Array> | undefined;
  return () => {
    whole ??= within(timeout, "body", async () => bytesOf(requireBytes(await body())));
    return whole;
  };
}

function requireBytes(body: unknown): string | Uint8Array {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new TypeError("the answer's body is neither text nor bytes");
}

/** Text goes over the wire in UTF-8. */
export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}
