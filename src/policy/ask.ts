// Asking a user's function: by callback, value or promise, settled exactly once.
import { isRefusedAsInsecure } from "./answer.ts";
import type { CompiledRule } from "./compile.ts";
import { IssueReport, show } from "./issues.ts";
import { isOpaqueOrigin, type ParsedOrigin, parseOrigin } from "./origin.ts";
import { originSet } from "./origin-set.ts";
import { GRANTED, type OriginVerdict } from "./request.ts";
import { asError } from "./seldom.ts";
import { checkOrigin } from "./validate-origin.ts";
import { regexpParts } from "./validate-regexp.ts";

type Callback = (error: unknown, answer?: unknown) => void;

/**
 * Calls `ask(subject, callback)` and hands its one answer, or its error, to `done`: at once when it is there on
 * return, otherwise when it comes. A second callback is ignored, and so is a rejection after an answer.
 * A function of fewer than two parameters that returns nothing has no way left to answer: that is an error, not a
 * request that hangs.
 */
export function askOnce(
  ask: (subject: never, callback: Callback) => unknown,
  subject: unknown,
  what: string,
  done: (error: Error | object | undefined, answer: unknown) => void,
): void {
  let asking = true;
  let early: { readonly error: Error | object | undefined; readonly answer: unknown } | undefined;
  let settled = false;
  const settle = (error: Error | object | undefined, answer: unknown) => {
    if (settled) return;
    settled = true;
    // What `done` leads to (the application, at last) must not run inside the function's own call: an exception there
    // would be taken for one of the function.
    if (asking) early = { error, answer };
    else done(error, answer);
  };
  const fail = (error: unknown, alone = false) => settle(asError(error, what, alone), undefined);
  const take = (answer: unknown) => {
    if (answer !== undefined) settle(undefined, answer);
    else if (ask.length < 2)
      fail(new TypeError(`${what} returned nothing; return an answer (false refuses), or call its callback`));
  };
  try {
    const returned = ask(subject as never, (error, answer) =>
      error ? fail(error, answer === undefined) : settle(undefined, answer),
    );
    if (isThenable(returned)) Promise.resolve(returned).then(take, (error) => fail(error));
    // Who takes the callback answers with it. What client.get(origin, callback) returns is often `true`, and would
    // let everybody in before the answer is there.
    else if (!settled && !(returned === true && ask.length >= 2)) take(returned);
  } catch (error) {
    fail(error);
  }
  asking = false;
  if (early !== undefined) done(early.error, early.answer);
}

function isThenable(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** Does a rule's origin function decide about this request? Not on its own site, nor for a malformed origin. */
export function mustAsk(origin: string, sameOrigin: boolean): boolean {
  return !sameOrigin && (parseOrigin(origin) !== undefined || isOpaqueOrigin(origin));
}

/** The verdict on an origin that the function was not asked about: on its own site, or malformed. */
export function unasked(sameOrigin: boolean): OriginVerdict {
  return { refused: sameOrigin ? "origin-not-allowed" : "malformed-origin" };
}

/** What an origin function's answer means for this origin: `true` and `"*"` mean "this one". */
export function judgeAnswer(rule: CompiledRule, origin: string, answer: unknown): OriginVerdict {
  const parsed = parseOrigin(origin);
  if (!isCovered(rule, origin, parsed, answer)) {
    const because = () => whyNot(rule, origin, answer);
    return { refused: "origin-not-allowed", because, invalid: isNoAnswer(answer) };
  }
  if (parsed === undefined) return rule.allowOpaque ? GRANTED : OPAQUE;
  return isRefusedAsInsecure(rule, parsed) ? INSECURE : GRANTED;
}

const INSECURE: OriginVerdict = Object.freeze({
  refused: "insecure-origin",
  overruled: "dangerouslyAllowInsecureOrigins",
});

const OPAQUE: OriginVerdict = Object.freeze({
  refused: "origin-not-allowed",
  overruled: "dangerouslyAllowOpaqueOrigins",
  because: () =>
    'The origin function allowed an opaque origin, which every sandboxed page sends; set "dangerouslyAllowOpaqueOrigins" to let it.',
});

/**
 * Names the answer this origin? Tenants' lists can be long, and are compared before anything in them is judged; only
 * what could match without being equal (patterns, RegExps) is validated.
 */
function isCovered(
  rule: CompiledRule,
  origin: string,
  parsed: ParsedOrigin | undefined,
  answer: unknown,
): boolean {
  if (Array.isArray(answer)) {
    const only = answer.length === 1 && isAnyone(answer[0]);
    return (
      only ||
      answer.includes(origin) ||
      answer.some((entry) => isWider(entry) && matches(rule, origin, parsed, entry))
    );
  }
  return isAnyone(answer) || answer === origin || (isWider(answer) && matches(rule, origin, parsed, answer));
}

/**
 * Can this allow no origin at all? Then it is a mistake of the function, not its refusal. Lists are not looked through,
 * they may be long; nothing (a look-up that found none) is how people refuse.
 */
function isNoAnswer(answer: unknown): boolean {
  if (typeof answer === "string") {
    return answer !== "" && !isWider(answer) && !isOpaqueOrigin(answer) && parseOrigin(answer) === undefined;
  }
  if (typeof answer !== "object") return typeof answer !== "boolean" && answer !== undefined;
  return answer !== null && !Array.isArray(answer) && regexpParts(answer) === undefined;
}

function isAnyone(entry: unknown): boolean {
  return entry === true || entry === "*";
}

function isWider(entry: unknown): boolean {
  return typeof entry === "string" ? entry !== "*" && entry.includes("*") : regexpParts(entry) !== undefined;
}

function matches(
  rule: CompiledRule,
  origin: string,
  parsed: ParsedOrigin | undefined,
  entry: unknown,
): boolean {
  const report = new IssueReport();
  const checked = checkOrigin([entry], "answer", flagsOf(rule), report);
  if (parsed === undefined || report.errors.length > 0 || checked.kind !== "list") return false;
  return originSet(checked).matches(origin, parsed);
}

function whyNot(rule: CompiledRule, origin: string, answer: unknown): string {
  const said = `The origin function of route ${show(rule.key)} answered ${show(answer)} for ${show(origin)}`;
  const report = new IssueReport();
  const checked = checkOrigin(answer, "answer", flagsOf(rule), report);
  const [issue] = report.errors;
  if (issue !== undefined) return `${said}, which is no answer: ${issue.message}.`;
  if (checked.kind === "function") return `${said}, which is no answer; it must answer for this one origin.`;
  return checked.kind === "list" ? `${said}, which does not cover it.` : `${said}.`;
}

/** Insecure and opaque origins are judged after the answer, on the one that asks: others in the list harm nobody. */
function flagsOf(rule: CompiledRule) {
  return {
    credentials: rule.credentials,
    dangerouslyAllowInsecureOrigins: true,
    dangerouslyAllowPublicSuffixes: rule.allowPublicSuffixes,
    dangerouslyAllowOpaqueOrigins: true,
  };
}
