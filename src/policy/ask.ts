// Asking a user's function: by callback, value or promise, settled exactly once.
import { isRefusedAsInsecure } from "./answer.ts";
import type { CompiledRule } from "./compile.ts";
import { GRANTED, type OriginVerdict } from "./decide.ts";
import { IssueReport, show } from "./issues.ts";
import { isOpaqueOrigin, parseOrigin } from "./origin.ts";
import { covers, originSet } from "./origin-set.ts";
import { checkOrigin } from "./validate-origin.ts";

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
  let settled = false;
  const settle = (error: Error | object | undefined, answer: unknown) => {
    if (settled) return;
    settled = true;
    done(error, answer);
  };
  const callback: Callback = (error, answer) => {
    if (error) settle(asError(error, what), undefined);
    else settle(undefined, answer);
  };
  let returned: unknown;
  try {
    returned = ask(subject as never, callback);
  } catch (error) {
    settle(asError(error, what), undefined);
    return;
  }
  // Answered by its callback already: what it returns besides means nothing, but a rejection must be taken.
  if (settled && returned === undefined) return;
  const take = (answer: unknown) => {
    if (answer !== undefined) settle(undefined, answer);
    else if (ask.length < 2)
      callback(new TypeError(`${what} returned nothing; return an answer, or call its callback`));
  };
  if (isThenable(returned)) returned.then(take, (error) => settle(asError(error, what), undefined));
  else take(returned);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** Express gives the strings "route" and "router" a meaning of their own, so `next(err)` gets objects only. */
function asError(error: unknown, what: string): Error | object {
  if (typeof error === "object" && error !== null) return error;
  return new Error(`${what} failed: ${typeof error === "string" ? error : show(error)}`);
}

/** Does an origin function decide about this request? Not without an origin, a malformed one, or on its own site. */
export function mustAsk(rule: CompiledRule, origin: string, sameOrigin: boolean): boolean {
  return (
    rule.judge === "function" && !sameOrigin && (parseOrigin(origin) !== undefined || isOpaqueOrigin(origin))
  );
}

/** The verdict on an origin that the function was not asked about: on its own site, or malformed. */
export function unasked(sameOrigin: boolean): OriginVerdict {
  return { refused: sameOrigin ? "origin-not-allowed" : "malformed-origin" };
}

/** What an origin function's answer means for this origin: `true` and `"*"` mean "this one". */
export function judgeAnswer(rule: CompiledRule, origin: string, answer: unknown): OriginVerdict {
  const because = answer === true || answer === origin ? undefined : whyNot(rule, origin, answer);
  if (because !== undefined) return { refused: "origin-not-allowed", because };
  const parsed = parseOrigin(origin);
  if (parsed === undefined) return rule.allowOpaque ? GRANTED : OPAQUE;
  return isRefusedAsInsecure(rule, parsed) ? { refused: "insecure-origin" } : GRANTED;
}

const OPAQUE: OriginVerdict = Object.freeze({
  refused: "origin-not-allowed",
  because:
    'The origin function allowed an opaque origin, which every sandboxed page sends; set "dangerouslyAllowOpaqueOrigins" to let it.',
});

function whyNot(rule: CompiledRule, origin: string, answer: unknown): string | undefined {
  const said = `The origin function of route ${show(rule.key)} answered ${show(answer)} for ${show(origin)}`;
  const report = new IssueReport();
  const checked = checkOrigin(answer, "answer", flagsOf(rule), report);
  const [issue] = report.errors;
  if (issue !== undefined) return `${said}, which is no answer: ${issue.message}.`;
  if (checked.kind === "any") return undefined;
  if (checked.kind === "function") return `${said}, which is no answer; it must answer for this one origin.`;
  if (checked.kind !== "list") return `${said}.`;
  const { exact, patterns, regexps } = checked;
  return covers(originSet({ exact, patterns, tests: regexps.map(({ test }) => test) }), origin)
    ? undefined
    : `${said}, which does not cover it.`;
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
