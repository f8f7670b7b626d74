// The debugging checklist as data: every item with its code, in the order in which it is printed.
import { ANSWER_ITEMS } from "./items-answer.ts";
import { CACHE_ITEMS } from "./items-cache.ts";
import { ORIGIN_ITEMS } from "./items-origin.ts";
import { PREFLIGHT_ITEMS } from "./items-preflight.ts";
import type { Item, Judgement } from "./judgement.ts";
import type { Seen } from "./probes.ts";

export const CHECKLIST: readonly Item[] = [
  ...ORIGIN_ITEMS,
  ...PREFLIGHT_ITEMS,
  ...CACHE_ITEMS,
  ...ANSWER_ITEMS,
];

/** What an item found. */
export interface Finding extends Judgement {
  readonly code: string;
}

/** What there was nothing to judge by is left out. */
export function findingsOn(seen: Seen): readonly Finding[] {
  return CHECKLIST.map((item) => ({ ...expected(item, seen), code: item.code })).filter(
    ({ severity }) => severity !== "skip",
  );
}

/** That the request does not get through is no fault where it is not to. */
function expected(item: Item, seen: Seen): Judgement {
  const judgement = item.judge(seen);
  if (judgement.severity === "pass") return { ...judgement, message: item.title };
  const isWanted = seen.plan.expect === "blocked" && item.decidesVerdict === true;
  return isWanted && judgement.severity === "fail"
    ? { ...judgement, severity: "pass", message: `${judgement.message} (as expected)`, fix: "" }
    : judgement;
}
