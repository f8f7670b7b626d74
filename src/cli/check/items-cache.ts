// Checklist: what caches make of the answers.
import { isRedirect } from "../../browser/checks.ts";
import { valuesOf } from "../../browser/header-list.ts";
import type { Exchange } from "./conversation.ts";
import {
  ALLOW_CREDENTIALS,
  ALLOW_ORIGIN,
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
  varyNames,
  warn,
} from "./judgement.ts";
import type { Seen } from "./probes.ts";

export const CACHE_ITEMS: readonly Item[] = [
  {
    code: "vary-origin",
    title: "Vary: Origin on every answer that depends on it.",
    judge(seen) {
      const answers = answersForVary(seen);
      if (answers.length < 2) return SKIP;
      const [first] = answers.map(answerTo);
      // One answer for everybody needs no Vary.
      if (answers.every((one) => answerTo(one) === first)) return pass();
      const without = answers.filter((one) => !varies(one));
      if (without.length === 0) return pass(answers.flatMap((one) => lines(one, "vary")));
      const storable = without.filter(isStorable);
      const told = storable.length > 0 ? storable : without;
      const evidence = told.flatMap((one) => [...statusLine(one), ...lines(one, ALLOW_ORIGIN, "vary")]);
      const fix =
        "Send Vary: Origin with every answer of this URL: to origins that are allowed, to those that are not, and without Origin.";
      if (storable.length === 0)
        return warn(
          "The answers depend on Origin, and Vary does not say so; caches store none of these, by their status or no-store.",
          evidence,
          fix,
        );
      return fail(
        "The answers depend on Origin, and Vary does not say so: a cache hands one page the answer to another.",
        evidence,
        fix,
      );
    },
  },
  {
    code: "vary-errors",
    title: "Vary: Origin on errors, too.",
    judge(seen) {
      const { notFound, own } = seen;
      if (!isTelling(notFound) || notFound.response.status < 400 || !varies(own)) return SKIP;
      if (valueIn(notFound, ALLOW_ORIGIN) === null || varies(notFound)) return pass(lines(notFound, "vary"));
      return warn(
        "An error names the origin, and Vary does not say so: caches keep a 404, too.",
        [...statusLine(notFound), ...lines(notFound, ALLOW_ORIGIN, "vary")],
        "Add to Vary where errors are written, instead of setting it (res.vary in Express).",
      );
    },
  },
  {
    code: "vary-lines",
    title: "Vary in one line.",
    judge(seen) {
      const several = answersForVary(seen).filter((one) => {
        const vary = valuesOf(headersIn(one), "vary");
        return vary.length > 1 && varies(one);
      });
      if (answersForVary(seen).length === 0) return SKIP;
      if (several.length === 0) return pass();
      return warn(
        "Vary stands on several lines: nginx before 1.23 looks at the last one only.",
        several.flatMap((one) => lines(one, "vary")),
        "Add to the line that is there: Vary: Accept-Encoding, Origin.",
      );
    },
  },
  {
    code: "cached-variant",
    title: "No cache was seen to mix up origins.",
    judge(seen) {
      const { own, foreign, afterForeign } = seen;
      if (answersForVary(seen).length === 0 || !isTelling(own) || !isTelling(afterForeign)) return SKIP;
      const fix =
        "Send Vary: Origin from the service with every answer, and see that the cache heeds it; then purge the cache.";
      const origin = ownOrigin(seen);
      const right = isReadableBy(own, origin);
      // Whoever dislikes an unknown query answers differently for another reason.
      const sameStatus = own.response.status === afterForeign.response.status;
      if (!sameStatus) return SKIP;
      if (right && !isReadableBy(afterForeign, origin) && answerTo(afterForeign) === answerTo(foreign))
        return fail(
          "After a request from another origin, the page's own gets that one's answer: a cache mixes them up.",
          [
            ...lines(own, ALLOW_ORIGIN),
            ...lines(afterForeign, ALLOW_ORIGIN, "vary", ...cacheNames(afterForeign)),
          ],
          fix,
        );
      const fresh = isReadableBy(afterForeign, origin);
      if (!right && (fresh || namesAnother(own, origin)) && cacheNames(own).length > 0)
        return fail(
          "The answer comes out of a cache, and was meant for another origin.",
          [...lines(own, ALLOW_ORIGIN, "vary", ...cacheNames(own)), ...lines(afterForeign, ALLOW_ORIGIN)],
          fix,
        );
      return pass();
    },
  },
  {
    code: "not-modified",
    title: "A 304 repeats Access-Control-Allow-Origin.",
    judge(seen) {
      const { own, notModified } = seen;
      const origin = ownOrigin(seen);
      if (notModified?.response?.status !== 304 || !isReadableBy(own, origin)) return SKIP;
      if (isReadableBy(notModified, origin)) return pass(lines(notModified, ALLOW_ORIGIN));
      return fail(
        "A 304 comes without the page's Access-Control-Allow-Origin: browsers then judge the answer that they had stored, maybe for another page.",
        [...statusLine(notModified), ...lines(notModified, ALLOW_ORIGIN)],
        "Set the headers before the freshness check; in nginx write add_header ... always.",
      );
    },
  },
];

/**
 * Own, foreign and no Origin, where they are answers to the same thing: what a rate limit or a breakdown says depends on
 * other things, and after a redirect to another host the page's own is another service's.
 */
function answersForVary(seen: Seen): Exchange[] {
  const { own, plan } = seen;
  if (isSameOrigin(seen) || !isTelling(own) || new URL(own.url).hostname !== plan.url.hostname) return [];
  const redirects = isRedirect(own.response.status);
  return [own, seen.foreign, seen.noOrigin]
    .filter(isTelling)
    .filter(({ response }) => isRedirect(response.status) === redirects);
}

/** What a page is told, as one value to compare. */
function answerTo(exchange: Exchange | undefined): string {
  return JSON.stringify([valueIn(exchange, ALLOW_ORIGIN), valueIn(exchange, ALLOW_CREDENTIALS)]);
}

function varies(exchange: Exchange | undefined): boolean {
  return varyNames(exchange).some((name) => name === "*" || name === "origin");
}

// RFC 9110 15.1: what caches store without being told to.
const HEURISTICALLY_CACHEABLE = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]);

function isStorable(exchange: Exchange): boolean {
  const control = valueIn(exchange, "cache-control") ?? "";
  if (/(^|[\s,])no-store([\s,]|$)/i.test(control)) return false;
  return (
    HEURISTICALLY_CACHEABLE.has(statusIn(exchange)) ||
    /max-age=|s-maxage=|public/i.test(control) ||
    valueIn(exchange, "expires") !== null
  );
}

/** Signs of a cache: which of them an answer has. */
function cacheNames(exchange: Exchange): string[] {
  const hit = /hit|stale|revalidated|updating/i;
  return ["age", "x-cache", "cf-cache-status", "x-cache-status", "x-proxy-cache"].filter((name) => {
    const value = valueIn(exchange, name);
    return value !== null && (name === "age" || hit.test(value));
  });
}

function namesAnother(exchange: Exchange, origin: string): boolean {
  const value = valueIn(exchange, ALLOW_ORIGIN);
  return value !== null && value !== "*" && value !== origin && URL.canParse(value);
}
