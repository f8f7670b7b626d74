// The changes in words, for people: a sign in front of each sentence.
import { type Colour, counted, type Paint, plain } from "../text.ts";
import type { Change } from "./compare.ts";

const SIGNS: Readonly<Record<Change["effect"], readonly [sign: string, colour: Colour]>> = {
  opens: ["+", "red"],
  unknown: ["?", "red"],
  closes: ["-", "green"],
  changes: ["~", "dim"],
};

export function diffText(changes: readonly Change[], paint: Paint): string {
  if (changes.length === 0) return "No difference.\n";
  const lines = changes.map(({ effect, text }) => {
    const [sign, colour] = SIGNS[effect];
    return `${paint(colour, sign)} ${plain(text, 900)}`;
  });
  return `${lines.join("\n")}\n\n${sums(changes)}\n`;
}

function sums(changes: readonly Change[]): string {
  const count = (effect: Change["effect"]) => changes.filter((change) => change.effect === effect).length;
  const opens = count("opens");
  const unknown = count("unknown");
  const rest = changes.length - opens - unknown;
  if (opens + unknown === 0) return `Nothing opens (${counted(rest, "change")}).`;
  const parts = [
    ...(opens === 0 ? [] : [`${counted(opens, "change")} that ${opens === 1 ? "opens" : "open"} something`]),
    ...(unknown === 0
      ? []
      : [`${unknown} that cannot be compared, and ${unknown === 1 ? "counts" : "count"} as opening`]),
    ...(rest === 0 ? [] : [counted(rest, "other")]),
  ];
  return `${parts.join(", ")}.`;
}
