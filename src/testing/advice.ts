// What to change in the policy so that a blocked request gets through: a line for each reason.
import { combined } from "../browser/header-list.ts";
import type { BlockedCode, WireExchange } from "../browser/types.ts";
import type { FetchResult } from "./page.ts";

/** What the advice may name: the page, the request, and the exchange that it failed at. */
interface Subject {
  readonly origin: string;
  readonly step: "preflight" | "response" | "redirect" | "request";
  readonly message: string;
  readonly exchange: WireExchange | undefined;
}

/** What to write instead, in terms of the policy's options; for a result that is blocked. */
export function adviceOn(result: FetchResult): string {
  const { blocked, requests } = result;
  if (blocked === null) return "";
  const exchange = requests[requests.length - 1];
  const origin = exchange === undefined ? "" : (combined(exchange.headers, "origin") ?? "");
  return ADVICE[blocked.code]({ origin, step: blocked.step, message: blocked.message, exchange });
}

const ADVICE: Readonly<Record<BlockedCode, (subject: Subject) => string>> = {
  "bad-port": () => "No policy changes this: serve the API on another port.",
  "mixed-content": () => "No policy changes this: serve the API over https.",
  "request-mode": () => `No policy changes this: write mode: "cors" (the default) and redirect: "follow".`,
  "url-scheme": () => "No policy changes this: write an http or https URL.",
  "resource-policy": () =>
    `No policy changes this: send Cross-Origin-Resource-Policy: cross-origin (helmet's default is same-origin), or write mode: "cors" in the page.`,
  "allow-origin-missing": missing,
  "allow-origin-wildcard": ({ origin }) =>
    `origin: "*" goes with no credentials: write origin: [${quoted(origin)}], credentials: true; or leave credentials: "include" out of the page.`,
  "allow-origin-multiple": () =>
    "Two layers answer, or one of them sends a list: let one own CORS, and answer with the one origin that asked.",
  "allow-origin-invalid": ({ origin }) => `Answer with the origin that asked: origin: [${quoted(origin)}].`,
  "allow-origin-mismatch": ({ origin }) =>
    `Another origin is named, by a fixed header or a cache without Vary: Origin: write origin: [${quoted(origin)}].`,
  "allow-credentials": () => `Write credentials: true; or leave credentials: "include" out of the page.`,
  "preflight-status": notOk,
  "preflight-redirect": () =>
    "Something redirects OPTIONS (to https, to a login, to a path with a slash): mount cors() before it, or call the URL that it leads to.",
  "preflight-methods-malformed": ({ exchange }) =>
    `methods: the list has an entry that is no token: ${sent(exchange, "access-control-allow-methods")}.`,
  "preflight-headers-malformed": ({ exchange }) =>
    `allowedHeaders: the list has an entry that is no token: ${sent(exchange, "access-control-allow-headers")}.`,
  "preflight-method": unlisted,
  "preflight-header": unlistedHeader,
  "redirect-forbidden": () =>
    `No policy changes this: write redirect: "follow", or call the URL that it leads to.`,
  "redirect-location": () => "No policy changes this: the answer's Location must be one http or https URL.",
  "redirect-count": () => "No policy changes this: the redirects lead in a circle.",
  "redirect-credentials": () => "No policy changes this: take user name and password out of the Location.",
  "redirect-stream": () => "No policy changes this: call the URL that it leads to, or send no stream.",
  network: () =>
    "No policy changes this: the target gave no answer, not in time, or none that is HTTP; blocked.cause has the error.",
};

function missing({ origin, step, exchange }: Subject): string {
  const status = exchange?.response?.status ?? 0;
  const letIn = `origin: add ${quoted(origin)}`;
  if (origin === "null")
    return "The page is sandboxed, a local file, or behind a redirect from another origin: call the last URL directly.";
  if (step !== "preflight")
    return `${letIn}; or, if it is there: mount cors() before whatever answered ${status}, and no layer may remove its headers.`;
  return status === 403
    ? `${letIn}.`
    : `${letIn}; or, if it is there: something answers OPTIONS with ${status} before cors() does: mount it first.`;
}

function notOk({ exchange }: Subject): string {
  const status = exchange?.response?.status ?? 0;
  return `Something answers OPTIONS with ${status} before cors() does (authentication, a router, a proxy): mount it first.`;
}

function unlisted({ exchange }: Subject): string {
  const method = combined(exchange?.headers ?? [], "access-control-request-method") ?? "";
  // https://fetch.spec.whatwg.org/#concept-method-normalize leaves it alone, and policies refuse it.
  const upper = method.toUpperCase();
  if (method !== upper)
    return `No policy changes this: write method: ${quoted(upper)} in the page; browsers send ${quoted(method)} as it is, which is another method.`;
  return toList("methods", method, sent(exchange, "access-control-allow-methods"));
}

function unlistedHeader({ exchange, message }: Subject): string {
  const name = /field (\S+) is/.exec(message)?.[1] ?? "";
  return toList("allowedHeaders", name, sent(exchange, "access-control-allow-headers"));
}

/** What is missing although there is a `*`: what it never covers, or all that carries credentials. */
function toList(option: "methods" | "allowedHeaders", name: string, list: string): string {
  if (!/[", ]\*[", ]/.test(list)) return `${option}: add ${quoted(name)} to ${list}.`;
  const why =
    name === "authorization" ? "* does not cover it" : "* covers nothing of a request with credentials";
  return `${option}: list ${quoted(name)} by name: ${why}.`;
}

/** What the response says now. */
function sent(exchange: WireExchange | undefined, name: string): string {
  const value = combined(exchange?.response?.headers ?? [], name);
  return value === null ? "the list (there is none)" : quoted(value);
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}...` : value);
}
