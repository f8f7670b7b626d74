// Two origin lists, entry by entry: who gets in anew, who no longer, who still, and what nobody can tell.
import { grants } from "../../policy/answer.ts";
import { showRegExp } from "../../policy/issues.ts";
import type { CompleteRegExpData } from "../../policy/options.ts";
import { coversPattern, type Entry, entriesOf, isPattern, type Selected, setOf } from "../entries.ts";
import { plain } from "../text.ts";

/** Entries as text, or words for those that no entry names. */
export interface OriginChange {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  /** Let in now, and perhaps before. */
  readonly unknown: readonly string[];
  /** Let in before, and perhaps now. */
  readonly doubtful: readonly string[];
  /** In both: for whom the rest of the two rules is compared. */
  readonly stay: readonly string[];
}

const EVERY = "every website";
const OF_FUNCTION = "the origins that a function lets in";
const NOTHING: OriginChange = { opened: [], closed: [], unknown: [], doubtful: [], stay: [] };

export function compareOrigins(before: Selected, after: Selected): OriginChange {
  const was = judgeOf(before);
  const is = judgeOf(after);
  if (is === "none") return { ...NOTHING, closed: everyone(before) };
  if (was === "none") return { ...NOTHING, opened: everyone(after) };
  if (was === "function" && is === "function") {
    const same = before.compiled?.ask === after.compiled?.ask && !admitsHttpAnew(before, after);
    return { ...NOTHING, unknown: same ? [] : ["the origin functions"], stay: [OF_FUNCTION] };
  }
  if (is === "any") return { ...NOTHING, opened: was === "any" ? [] : [EVERY], stay: everyone(before) };
  if (is === "function") return { ...NOTHING, unknown: ["the origin function"], stay: [OF_FUNCTION] };
  if (was === "any") return { ...NOTHING, closed: ["every other origin"], stay: everyone(after) };
  if (was === "function") return { ...NOTHING, unknown: everyone(after), stay: everyone(after) };
  return compareLists(before, after);
}

/** A path that is not decided here is granted to nobody by this policy. */
function judgeOf({ compiled }: Selected) {
  return compiled === undefined || compiled.passthrough ? "none" : compiled.judge;
}

function everyone(side: Selected): readonly string[] {
  const judge = judgeOf(side);
  if (judge === "any") return [EVERY];
  if (judge === "function") return [OF_FUNCTION];
  return judge === "none" ? [] : entriesOf(side.data).map(named);
}

function compareLists(before: Selected, after: Selected): OriginChange {
  const [inBefore, inAfter] = [membership(before, after), membership(after, before)];
  const found = entriesOf(after.data).map((entry) => ({ entry, was: inBefore(entry) }));
  const left = entriesOf(before.data).map((entry) => ({ entry, is: inAfter(entry) }));
  const those = (entries: readonly { readonly entry: Entry }[]) => entries.map(({ entry }) => named(entry));
  // Single origins cannot be all that a RegExp matched.
  const isWide = entriesOf(after.data).some((entry) => typeof entry !== "string" || isPattern(entry));
  const stay = [...found.filter(({ was }) => was !== false), ...left.filter(({ is }) => is !== false)];
  return {
    opened: those(found.filter(({ was }) => was === false)),
    unknown: those(found.filter(({ was }) => was === undefined)),
    closed: those(left.filter(({ is }) => is === false || (is === undefined && !isWide))),
    doubtful: those(left.filter(({ is }) => is === undefined && isWide)),
    stay: [...new Set(those(stay))],
  };
}

/** Does this side grant all that an entry of the other one matches? `undefined`: nobody can tell. */
function membership(side: Selected, other: Selected): (entry: Entry) => boolean | undefined {
  const entries = entriesOf(side.data);
  const regexps = entries.filter((one) => typeof one !== "string");
  const patterns = setOf(entries.filter(isPattern));
  const admitsHttp = admitsHttpAnew(side, other);
  return (entry) => {
    if (typeof entry !== "string") {
      const same = regexps.some((one) => sameRegExp(one, entry));
      return same && !(admitsHttp && mayMatchHttp(entry)) ? true : undefined;
    }
    if (!isPattern(entry)) return side.compiled !== undefined && grants(side.compiled, entry);
    if (coversPattern(patterns, entry)) return true;
    return regexps.length > 0 ? undefined : false;
  };
}

/** Flags that change no match, or are switched off. */
function sameRegExp(one: CompleteRegExpData, other: CompleteRegExpData): boolean {
  const flags = (data: CompleteRegExpData) => data.flags.replace(/[dgmy]/g, "");
  return one.regexp === other.regexp && flags(one) === flags(other);
}

/** Beside credentials, RegExps and functions let no http: origin in; without, they may. */
function admitsHttpAnew({ compiled: before }: Selected, { compiled: after }: Selected): boolean {
  const refusesHttp = (rule: Selected["compiled"]) => rule?.credentials === true && !rule.allowInsecure;
  return refusesHttp(before) && !refusesHttp(after);
}

function mayMatchHttp({ regexp, flags }: CompleteRegExpData): boolean {
  return flags.includes("i") || !/^\^https:(?:\\?\/){2}[^|]*$/.test(regexp);
}

function named(entry: Entry): string {
  return typeof entry === "string" ? plain(entry, 120) : showRegExp(entry.regexp, entry.flags);
}
