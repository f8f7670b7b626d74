// Matchers for vitest and jest: expect(got).toBeReadable(), expect(got).toBeBlocked("preflight-method").
import { BLOCKED_CODES } from "../browser/messages.ts";
import type { BlockedCode } from "../browser/types.ts";
import { adviceOn } from "./advice.ts";
import type { FetchResult } from "./page.ts";

/**
 * What vitest and jest want of a matcher.
 *
 * @example const { pass, message }: MatcherResult = toBeReadable(got);
 */
export interface MatcherResult {
  /** Does the result match? */
  readonly pass: boolean;
  /** What is said where that is not what was expected. */
  message(): string;
}

/**
 * `expect(got).toBeReadable()`: the page's script may read the answer, whatever its status.
 *
 * @param received What `page(...).fetch(...)` resolved with.
 * @throws {TypeError} for anything else; a promise that was not awaited, most of all.
 * @example
 * expect.extend(matchers); // import * as matchers from "boring-cors/testing/matchers"
 * expect(await shop.fetch("https://api.example.com/orders")).toBeReadable();
 */
export function toBeReadable(received: unknown): MatcherResult {
  const result = checkReceived(received, "toBeReadable");
  return {
    pass: result.ok,
    message: () => (result.ok ? describeReadable(result, "not to be readable") : describeUnreadable(result)),
  };
}

/**
 * `expect(got).toBeBlocked()` or `.toBeBlocked("preflight-method")`: the page's script gets a network error, for this
 * reason.
 *
 * @param received What `page(...).fetch(...)` resolved with.
 * @param code The `blocked.code` that is expected; any, without one.
 * @throws {TypeError} for a code that there is not, and for what is no result.
 * @example expect(await evil.fetch("https://api.example.com/orders")).toBeBlocked("allow-origin-missing");
 */
export function toBeBlocked(received: unknown, code?: BlockedCode): MatcherResult {
  const result = checkReceived(received, "toBeBlocked");
  if (code !== undefined && !BLOCKED_CODES.includes(code))
    throw new TypeError(
      `toBeBlocked(${JSON.stringify(code)}): no such code; there are ${BLOCKED_CODES.join(", ")}.`,
    );
  const { blocked } = result;
  const wanted = code === undefined ? "to be blocked" : `to be blocked by ${code}`;
  const pass = blocked !== null && (code === undefined || blocked.code === code);
  return {
    pass,
    message: () =>
      blocked === null
        ? describeReadable(result, wanted)
        : describeBlocked(result, pass ? `not ${wanted}` : wanted),
  };
}

function checkReceived(received: unknown, matcher: string): FetchResult {
  const { requests, notes, then } = Object(received) as Partial<FetchResult> & { then?: unknown };
  if (Array.isArray(requests) && Array.isArray(notes)) return received as FetchResult;
  const promise = typeof then === "function" ? "a promise was given: " : "";
  throw new TypeError(`${matcher}: ${promise}write expect(await page(...).fetch(...)).${matcher}().`);
}

function describeReadable(result: FetchResult, wanted: string): string {
  const { response } = result;
  if (!result.ok)
    return `expected ${requestLine(result)} ${wanted},\nbut it was answered, and the response is ${response?.type}.`;
  const names = [...(response?.headers.keys() ?? [])].join(", ") || "none";
  return [
    `expected ${requestLine(result)} ${wanted},`,
    `but the page can read it: status ${response?.status}, headers ${names}.`,
    "What would block it: a policy without this origin, or without this method or header.",
  ].join("\n");
}

function describeUnreadable(result: FetchResult): string {
  if (result.blocked !== null) return describeBlocked(result, "to be readable");
  return [
    `expected ${requestLine(result)} to be readable,`,
    `but its response is ${result.response?.type}: it was sent, and the page sees nothing of it.`,
    `Write mode: "cors" and redirect: "follow", the defaults, in the page.`,
  ].join("\n");
}

function describeBlocked(result: FetchResult, wanted: string): string {
  const { blocked, requests } = result;
  return [
    `expected ${requestLine(result)} ${wanted},`,
    `but it is blocked by ${blocked?.code}, at step ${blocked?.step}:`,
    `  ${blocked?.message}`,
    ...requests.map(
      ({ kind, method, response }) =>
        `  ${kind} ${method}: ${response === null ? "no answer" : response.status}`,
    ),
    `What to change: ${adviceOn(result)}`,
  ].join("\n");
}

/** `PUT https://api.example.com/orders`: the request that the page wanted, which may have been asked about only. */
function requestLine({ requests }: FetchResult): string {
  const first = requests[0];
  if (first === undefined) return "the request";
  const asked = first.headers.find(([name]) => name === "access-control-request-method")?.[1];
  return `${first.kind === "preflight" ? asked : first.method} ${first.url}`;
}

declare global {
  namespace jest {
    // vitest's matchers extend jest's, by this name: one declaration for both.
    interface Matchers<R, T> {
      /** The page's script may read the answer, whatever its status. */
      toBeReadable(): R;
      /** The page's script gets a network error: for this reason, if one is given. */
      toBeBlocked(code?: BlockedCode): R;
    }
  }
}
