// What a policy would change in an answer, judged as a browser would: pure, so that every case is a row of a table.
import { corsCheck, exposedNames, isFailure, preflightCheck } from "../browser/checks.ts";
import { combined, type HeaderList, tokensOf, valuesOf } from "../browser/header-list.ts";
import {
  isForbiddenResponseHeader,
  isNonWildcardRequestHeader,
  isSafelistedResponseHeader,
} from "../browser/safelists.ts";
import type { CredentialsMode } from "../browser/types.ts";
import type { Decision } from "../policy/decision.ts";
import type { CleanRequest } from "../policy/request.ts";
import type { Difference } from "./difference-event.ts";
import type { Head } from "./head.ts";

/** What is known of the request and of the policy's answer to it. */
export interface Question {
  readonly request: CleanRequest;
  readonly decision: Decision;
  /** Would later writes of the application stand? */
  readonly allowOverride: boolean;
  /** The request's `Sec-Fetch-Mode`: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-mode-header */
  readonly fetchMode: unknown;
}

export type Found = Pick<Difference, "kind" | "effect" | "header" | "sent" | "wanted">;

/** An answer as a page meets it. */
interface Answer extends Head {
  /** Answered 403 by `blockRefused`: nothing of the application's answer is there to be read. */
  readonly withheld: boolean;
}

const ON_PREFLIGHTS = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-max-age",
  "access-control-allow-private-network",
] as const;
const ON_OTHERS = [
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
] as const;
const OF_PREFLIGHTS = [
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-max-age",
] as const;

/** Every difference that a browser, a cache or the application could notice. */
export function differencesBetween(left: Head, question: Question): Found[] {
  const { decision, request } = question;
  const sent: Answer = { ...left, withheld: false };
  const wanted = wantedAnswer(sent, question);
  const judge = judgeBetween(sent, wanted, question);
  const found: Found[] = [];
  // A preflight that fails either way is the same to every page, whatever its status says.
  const answersDiffer = wanted.withheld || (decision.kind === "preflight" && judge.readable);
  if (answersDiffer && sent.status !== wanted.status) {
    found.push({
      kind: "status",
      effect: judge.effectOf(
        { ...sent, status: wanted.status, withheld: wanted.withheld },
        { ...wanted, status: sent.status, withheld: false },
      ),
      header: undefined,
      sent: sent.status,
      wanted: wanted.status,
    });
  }
  if (isSwallowed(sent, question)) {
    found.push({ kind: "handled", effect: "none", header: undefined, sent: sent.status, wanted: undefined });
  }
  for (const header of judge.readable ? comparedHeaders(question) : []) {
    if (meaningOf(header, sent.headers) === meaningOf(header, wanted.headers)) continue;
    // Without one a browser remembers for as long as it likes, a few seconds: nobody has chosen that.
    if (header === "access-control-max-age" && !has(sent, header)) continue;
    const effect = judge.effectOf(withHeader(sent, header, wanted), withHeader(wanted, header, sent));
    found.push({ kind: "header", effect, header, ...values(header, sent, wanted) });
  }
  // What a cache does not store needs no Vary: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
  const missing = request.method === "OPTIONS" ? [] : missingFromVary(sent.headers, decision.vary);
  if (missing.length > 0) {
    const before = combined(sent.headers, "vary") ?? undefined;
    const after = [before, ...missing].filter(Boolean).join(", ");
    found.push({ kind: "header", effect: "none", header: "vary", sent: before, wanted: after });
  }
  return found;
}

/** Something took a plain OPTIONS for a preflight, and answered it: with what only preflights have a use for, and no body. */
function isSwallowed(sent: Answer, { request, decision }: Question): boolean {
  if (request.method !== "OPTIONS" || decision.kind === "preflight" || decision.status !== undefined)
    return false;
  const length = combined(sent.headers, "content-length") ?? "0";
  const empty = length === "0" && !has(sent, "transfer-encoding");
  return empty && OF_PREFLIGHTS.some((name) => has(sent, name));
}

/** What would have left in the place of this answer: the policy's headers among the application's. */
function wantedAnswer(sent: Answer, { decision, allowOverride }: Question): Answer {
  const { kind, status, headers } = decision;
  const written = Object.keys(headers);
  const stands = ([name]: readonly [string, string]) => {
    const lower = name.toLowerCase();
    return !lower.startsWith("access-control-") || (allowOverride && status === undefined);
  };
  const kept = sent.headers.filter(stands);
  const overridden = written.filter((name) => kept.some(([other]) => other.toLowerCase() === name));
  const own = Object.entries(headers).filter(([name]) => !overridden.includes(name));
  return {
    status: status ?? sent.status,
    headers: [...kept, ...own],
    withheld: kind !== "preflight" && status !== undefined,
  };
}

function comparedHeaders({ decision }: Question): readonly string[] {
  return decision.kind === "preflight" ? ON_PREFLIGHTS : ON_OTHERS;
}

interface Judge {
  /** Is there a page that could read one of the two answers? */
  readonly readable: boolean;
  /** The effect of one change: `alone` is what left with this change only, `without` what was wanted but for it. */
  effectOf(alone: Answer, without: Answer): Difference["effect"];
}

function judgeBetween(sent: Answer, wanted: Answer, question: Question): Judge {
  const [today, later] = [readableIn(sent, question), readableIn(wanted, question)];
  const lost = [...today].filter((thing) => !later.has(thing));
  const gained = [...later].filter((thing) => !today.has(thing));
  return {
    readable: isChecked(question) && today.size + later.size > 0,
    effectOf(alone, without) {
      // What a page can read is a conjunction, so each part that is lost is lost by one change alone, and what is gained
      // needs each of its changes.
      const left = lost.length === 0 ? today : readableIn(alone, question);
      if (lost.some((thing) => !left.has(thing))) return "blocks";
      const short = gained.length === 0 ? later : readableIn(without, question);
      return gained.some((thing) => !short.has(thing)) ? "opens" : "none";
    },
  };
}

/** Does a browser perform a CORS check? Not for navigations (a form's POST has an Origin too), nor on the own site. */
function isChecked({ request, decision, fetchMode }: Question): boolean {
  if (decision.kind === "preflight") return true;
  if (decision.kind === "non-cors" || request.sameOrigin) return false;
  return typeof fetchMode !== "string" || fetchMode === "cors";
}

// How the page fetched is not known to a server; `same-origin` is `omit` wherever there is something to check.
const MODES: readonly CredentialsMode[] = ["omit", "include"];
// In today's engines `*` covers Authorization, against the standard: what works there is not to be lost unannounced.
// https://github.com/whatwg/fetch/issues/1919
const PAGES = [...MODES, "omit in engines"] as const;

/** What pages can read of an answer: one entry for each way to fetch, one for each header beyond the safelisted ones. */
function readableIn(answer: Answer, question: Question): ReadonlySet<string> {
  if (answer.withheld) return new Set();
  if (!isChecked(question)) return new Set(["answer"]);
  const { request, decision } = question;
  if (decision.kind === "preflight") return new Set(PAGES.filter((page) => passes(answer, request, page)));
  return new Set(
    MODES.flatMap((mode) => {
      const { origin = "" } = request;
      if (corsCheck(origin, mode, answer.headers) !== null) return [];
      return [mode, ...exposedOf(answer, mode).map((name) => `${mode} ${name}`)];
    }),
  );
}

/** Those headers of the answer that scripts can read only because they are exposed. */
function exposedOf(answer: Answer, mode: CredentialsMode): string[] {
  return exposedNames(mode, answer.headers).filter(
    (name) =>
      has(answer, name) &&
      !isSafelistedResponseHeader(name) &&
      !isForbiddenResponseHeader(name) &&
      !/^(?:access-control-.*|vary)$/.test(name),
  );
}

// A preflight names only what is not safelisted; this value makes every name such a one.
const UNSAFE_VALUE = "\0";

function passes(answer: Answer, request: CleanRequest, page: (typeof PAGES)[number]): boolean {
  const { origin = "", requestMethod = "", requestHeaders = "" } = request;
  const names = tokensOf([["asked", requestHeaders]], "asked") ?? [];
  // No browser asks for what is no list of names.
  if (names === "failure") return false;
  const starred = page === "omit in engines" && isStarred(answer);
  const headers = names
    .filter((name) => !(starred && isNonWildcardRequestHeader(name)))
    .map((name): [string, string] => [name, UNSAFE_VALUE]);
  const credentials = page === "include" ? "include" : "omit";
  const asked = { method: requestMethod, headers, credentials, forcePreflight: false } as const;
  return !isFailure(preflightCheck(origin, asked, answer));
}

function isStarred({ headers }: Answer): boolean {
  const listed = tokensOf(headers, "access-control-allow-headers");
  return Array.isArray(listed) && listed.includes("*");
}

const IN_ANY_CASE = new Set(["access-control-allow-headers", "access-control-expose-headers"]);
const LISTS = new Set([...IN_ANY_CASE, "access-control-allow-methods"]);

/** Equal for values that mean the same: lists are sets, and names of headers have no case. */
function meaningOf(header: string, headers: HeaderList): string | null {
  const value = combined(headers, header);
  const tokens = LISTS.has(header) ? tokensOf(headers, header) : null;
  if (!Array.isArray(tokens)) return value;
  const members = IN_ANY_CASE.has(header) ? tokens.map((name) => name.toLowerCase()) : tokens;
  return [...new Set(members)].sort().join() || null;
}

function values(header: string, sent: Answer, wanted: Answer): Pick<Found, "sent" | "wanted"> {
  const valueIn = ({ headers }: Answer) => combined(headers, header) ?? undefined;
  return { sent: valueIn(sent), wanted: valueIn(wanted) };
}

function has({ headers }: Head, name: string): boolean {
  return valuesOf(headers, name).length > 0;
}

/** The answer, with one header as the other has it. */
function withHeader(answer: Answer, header: string, other: Answer): Answer {
  const isOne = ([name]: readonly [string, string]) => name.toLowerCase() === header;
  return {
    ...answer,
    headers: [...answer.headers.filter((line) => !isOne(line)), ...other.headers.filter(isOne)],
  };
}

/** Names that the answer should vary by. More names than needed do no harm. */
function missingFromVary(headers: HeaderList, needed: readonly string[]): readonly string[] {
  const listed = new Set(
    (combined(headers, "vary") ?? "").split(",").map((name) => name.trim().toLowerCase()),
  );
  return listed.has("*") ? [] : needed.filter((name) => !listed.has(name.toLowerCase()));
}
