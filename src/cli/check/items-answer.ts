// Checklist: the answer itself, errors, redirects, cookies, and what is no matter of CORS but looks like it.
import { isIP } from "node:net";
import { isRedirect } from "../../browser/checks.ts";
import { tokensOf, valuesOf } from "../../browser/header-list.ts";
import { isSafelistedResponseHeader } from "../../browser/safelists.ts";
import { isSameSite } from "../../testing/site.ts";
import type { Exchange } from "./conversation.ts";
import { judged } from "./items-origin.ts";
import {
  ALLOW_ORIGIN,
  EXPOSE_HEADERS,
  fail,
  headersIn,
  type Item,
  isReadableBy,
  isSameOrigin,
  isTelling,
  lines,
  ownOrigin,
  pass,
  SKIP,
  statusIn,
  statusLine,
  valueIn,
  warn,
} from "./judgement.ts";

export const ANSWER_ITEMS: readonly Item[] = [
  {
    code: "no-answer",
    title: "Every request is answered.",
    judge(seen) {
      const { conversation, own, standIn } = seen;
      const essential = standIn ? [...conversation.exchanges, own] : conversation.exchanges;
      const silent = essential.filter(({ response }) => response === null);
      if (silent.length === 0) return essential.length === 0 ? SKIP : pass();
      return fail(
        "The connection broke off, the time ran out, or what came is not HTTP.",
        silent.map(({ label, method, error }) => ({ from: label, name: method, value: error ?? "" })),
        "Look into the log of whatever answers first; preflights and other requests may go different ways.",
      );
    },
  },
  {
    code: "answer-without-cors",
    title: "The answer of this status has CORS headers.",
    decidesVerdict: true,
    judge(seen) {
      const { own } = seen;
      const status = statusIn(own);
      if (isSameOrigin(seen) || status < 300 || (seen.standIn && status !== 401)) return SKIP;
      if (valueIn(own, ALLOW_ORIGIN) !== null) return pass([...statusLine(own), ...lines(own, ALLOW_ORIGIN)]);
      // Then it is the origin that is refused.
      if (status === 403) return SKIP;
      return fail(
        `${reasonOf(status)} answers before CORS: the page learns nothing, not even the status.`,
        [...statusLine(own), ...lines(own, ALLOW_ORIGIN, "www-authenticate", "location")],
        "Set the CORS headers before anything that can answer (authentication, body parsers, limits, routers); in nginx write add_header ... always.",
      );
    },
  },
  {
    code: "errors-without-cors",
    title: "Errors have CORS headers, too.",
    judge(seen) {
      const { own, notFound } = seen;
      const origin = ownOrigin(seen);
      const status = statusIn(notFound);
      if (!isTelling(notFound) || status < 400 || isSameOrigin(seen) || !isReadableBy(own, origin))
        return SKIP;
      if (isReadableBy(notFound, origin))
        return pass([...statusLine(notFound), ...lines(notFound, ALLOW_ORIGIN)]);
      return warn(
        `A ${status} (of a path that is not there) comes without CORS headers: pages see a network error in its place.`,
        [...statusLine(notFound), ...lines(notFound, ALLOW_ORIGIN)],
        "Set the CORS headers before the router; in nginx write add_header ... always.",
      );
    },
  },
  {
    code: "https-redirect",
    title: "No redirect from http to https.",
    judge({ conversation }) {
      const redirected = conversation.exchanges.filter(isUpgrade);
      if (conversation.exchanges.length === 0) return SKIP;
      if (redirected.length === 0) return pass();
      return warn(
        "http is redirected to https: the first request goes unprotected, and preflights fail there.",
        redirected.flatMap((one) => [...statusLine(one), ...lines(one, "location")]),
        "Call the https URL.",
      );
    },
  },
  {
    code: "redirect",
    title: "No redirect on the way.",
    judge({ conversation, plan }) {
      const redirected = conversation.exchanges.filter(
        (one) => one.label === "actual" && isRedirect(statusIn(one)) && !isUpgrade(one),
      );
      if (conversation.exchanges.length === 0) return SKIP;
      if (redirected.length === 0) return pass();
      const leaves = conversation.exchanges.some(({ url }) => new URL(url).origin !== plan.url.origin);
      // https://fetch.spec.whatwg.org/#concept-request-tainted-origin: not from the page's own origin.
      const isTainted = plan.url.origin !== plan.origin;
      return warn(
        leaves
          ? `The answer is a redirect to another origin: from there on ${isTainted ? "the page's origin is null, and " : ""}Authorization is gone.`
          : "The answer is a redirect: each stop needs its own CORS headers, and its own preflight.",
        redirected.flatMap((one) => [...statusLine(one), ...lines(one, "location")]),
        "Call the last URL.",
      );
    },
  },
  {
    code: "exposed-headers",
    title: "What pages look for is exposed.",
    judge(seen) {
      const { own, plan } = seen;
      if (own.response === null || isSameOrigin(seen) || !isReadableBy(own, ownOrigin(seen))) return SKIP;
      const { headers } = own.response;
      const listed = tokensOf(headers, EXPOSE_HEADERS) ?? [];
      const exposed = listed === "failure" ? [] : listed.map((name) => name.toLowerCase());
      const names = [...new Set(headers.map(([name]) => name.toLowerCase()))];
      const hidden = names.filter(
        (name) => LOOKED_FOR.test(name) && !isSafelistedResponseHeader(name) && !exposed.includes(name),
      );
      const any = exposed.includes("*") && !plan.credentials;
      if (hidden.length === 0 || any) return pass(lines(own, EXPOSE_HEADERS));
      return warn(
        `The page cannot read ${hidden.join(", ")}.`,
        lines(own, EXPOSE_HEADERS, ...hidden),
        `If pages need them, send Access-Control-Expose-Headers: ${[...exposed, ...hidden].join(", ")}`,
      );
    },
  },
  {
    code: "cookies",
    title: "Cookies are fit for other sites.",
    judge({ own, plan, conversation }) {
      const all = conversation.exchanges;
      const setting = all.find((one) => one.label === "actual" && valueIn(one, "set-cookie") !== null) ?? own;
      const cookies = valuesOf(headersIn(setting), "set-cookie");
      if (!plan.credentials || cookies.length === 0 || isSameSite(plan.origin, plan.url)) return SKIP;
      const unfit = cookies.filter(
        (line) => !/;\s*samesite\s*=\s*none\s*(;|$)/i.test(line) || !/;\s*secure\s*(;|$)/i.test(line),
      );
      if (unfit.length === 0) return pass();
      return warn(
        "A cookie without SameSite=None; Secure is not sent from pages of another site.",
        unfit.map((value) => ({ from: setting.label, name: "set-cookie", value })),
        "If pages of other sites need it, set it with SameSite=None; Secure.",
      );
    },
  },
  {
    code: "resource-policy",
    title: "No Cross-Origin-Resource-Policy in the way.",
    judge(seen) {
      const { own, plan } = seen;
      const policy = valueIn(own, "cross-origin-resource-policy");
      if (own.response === null || isSameOrigin(seen) || policy === null) return SKIP;
      const keepsOut =
        policy === "same-origin" || (policy === "same-site" && !isSameSite(plan.origin, new URL(own.url)));
      const evidence = lines(own, "cross-origin-resource-policy");
      if (!keepsOut || !isReadableBy(own, ownOrigin(seen))) return pass(evidence);
      return warn(
        "fetch() can read it, but images, scripts and media of the page without crossorigin cannot.",
        evidence,
        "If pages embed it, send Cross-Origin-Resource-Policy: cross-origin (helmet's default is same-origin).",
      );
    },
  },
  {
    code: "local-network",
    title: "No page of the public web asks a private address.",
    judge(seen) {
      const { plan, own } = seen;
      const address = own.response?.address;
      if (address === undefined || isPrivateOrigin(plan.origin)) return SKIP;
      const evidence = [{ from: own.label, name: "address", value: address }];
      if (!isPrivateAddress(address)) return pass(evidence);
      return warn(
        "The service is at a private address: Chromium asks the user before a public page may reach it (Local Network Access), and reports a refusal as a CORS error.",
        evidence,
        "No header grants it. On the real network, see that the name leads to a public address.",
      );
    },
  },
  {
    code: "no-cors-at-all",
    title: "Somebody speaks CORS.",
    decidesVerdict: true,
    judge(seen) {
      const all = [...judged(seen), seen.foreign, seen.noOrigin]
        .filter(isTelling)
        .filter(({ response }) => response.status < 300);
      if (all.length < 3 || seen.plan.expect === "blocked") return SKIP;
      const speaks = all.some(({ response }) =>
        response.headers.some(([name]) => /^access-control-/i.test(name)),
      );
      if (speaks) return pass();
      return warn(
        "No answer has any Access-Control header: nothing on the way speaks CORS, or something takes the headers out.",
        [],
        "Ask the service itself with --via: are they there?",
      );
    },
  },
];

// Pagination, limits, ids, downloads: what client libraries read.
const LOOKED_FOR =
  /^(link|location|retry-after|content-range|content-disposition|x-total(-count|-pages)?|x-page|x-per-page|x-next-page|x-request-id|request-id|x-correlation-id|(x-)?ratelimit(-.*)?|x-rate-limit-.*)$/;

function reasonOf(status: number): string {
  if (status === 401 || status === 407) return `Authentication (${status})`;
  if (status >= 300 && status < 400) return `A redirect (${status})`;
  return `An error (${status})`;
}

function isUpgrade({ url, response }: Exchange): boolean {
  const location = valuesOf(response?.headers ?? [], "location")[0] ?? "";
  if (!isRedirect(response?.status ?? 0) || !URL.canParse(location, url)) return false;
  const [from, to] = [new URL(url), new URL(location, url)];
  return from.protocol === "http:" && to.protocol === "https:" && from.hostname === to.hostname;
}

function isPrivateOrigin(origin: string): boolean {
  if (!/^https?:/.test(origin)) return true;
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, "");
  return isPrivateAddress(host) || /(^|\.)(localhost|local|internal|lan|home\.arpa)$/.test(host);
}

/** RFC 1918, RFC 4193, link-local and loopback, IPv4 in IPv6 included. */
function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  if (isIP(plain) === 4) return /^(127|10)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(plain);
  return isIP(plain) === 6 && /^(::1$|f[cd]|fe[89ab])/i.test(plain);
}
