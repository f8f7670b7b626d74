// A JavaScript RegExp over origins -> the same language in java.util.regex, or why not.
import { charsOf, VISIBLE } from "../policy/charset.ts";
import type { CompleteRegExpData } from "../policy/options.ts";
import { MAX_ORIGIN_BYTES } from "../policy/origin.ts";
import { nodesIn } from "../policy/regexp-shape.ts";
import { type Node, parseRegExp, type RepeatNode, type SetNode } from "../policy/regexp-syntax.ts";
import { isSlow } from "./regexp-speed.ts";

/** The pattern for `java.util.regex`; or why there is none, and what to write instead. */
export type JavaRegExp = { readonly pattern: string } | { readonly wrong: string; readonly instead: string };

/**
 * Translates the tree, not the text: what an atom matches is asked of the JavaScript engine, flags included, and written
 * out character by character. So no difference between the two dialects in `\w`, `$`, `[a&&b]`, `[[a]`, case folding or
 * Unicode can widen anything: origins that are matched are strict ones, which hold visible ASCII and nothing else.
 * To hand over the source with its flags is the tempting way: `[a-z&&[^b]]` and `\h` mean something else there.
 */
export function javaRegExp({ regexp, flags }: CompleteRegExpData): JavaRegExp {
  if (flags.includes("v")) {
    return {
      // V8 11 finds no match for /^[^]+$/v in "ab": which of the two is meant is nobody's to say.
      wrong: "has the flag v, which JavaScript engines do not agree on",
      instead: "write the flag u, and no classes in classes",
    };
  }
  // The engine runs them without these three as well.
  const tree = parseRegExp(regexp, flags.replace(/[gym]/g, ""));
  const nodes = nodesIn(tree, true);
  if (nodes.some(({ kind }) => kind === "boundary")) {
    return {
      wrong: "has a word boundary, which Java's versions read differently",
      instead: "write \\. or - where the boundary stands",
    };
  }
  if (nodes.some((node) => node.kind === "look" && node.head.includes("<"))) {
    return {
      wrong: "has a lookbehind, which Java runs another way",
      instead: "write a lookahead, or list the origins",
    };
  }
  if (nodes.some((node) => node.kind === "repeat" && largestCount(node) > MAX_ORIGIN_BYTES)) {
    return {
      wrong: `has a count above ${MAX_ORIGIN_BYTES}, longer than any origin`,
      instead: "write + or * in its place",
    };
  }
  if (isSlow(tree)) {
    return {
      wrong: "would take Java's backtracking engine too long on a hostile origin",
      instead: "separate its quantifiers by literals that they cannot match, or list the origins",
    };
  }
  return { pattern: write(tree) };
}

function largestCount({ min, max }: RepeatNode): number {
  return max === Infinity ? min : max;
}

function write(node: Node): string {
  switch (node.kind) {
    case "set":
      return writeSet(node);
    // `^` and `$` would do, but for the line break that `$` forgives.
    case "start":
      return "\\A";
    case "end":
      return "\\z";
    case "sequence":
      return node.items.map((item) => (item.kind === "choice" ? `(?:${write(item)})` : write(item))).join("");
    case "choice":
      return node.options.map(write).join("|");
    case "repeat":
      return `${writeTurn(node.item)}${writeCount(node)}`;
    case "look":
      return `${node.head}${write(node.item)})`;
    // Such policies do not start, and boundaries are refused above.
    default:
      return NOTHING;
  }
}

/** No origin holds such a character. */
const NOTHING = "[^!-~]";

function writeTurn(item: Node): string {
  const written = write(item);
  return item.kind === "set" ? written : `(?:${written})`;
}

/** Greedy or lazy makes no difference to whether there is a match. */
function writeCount({ min, max }: RepeatNode): string {
  if (max === Infinity) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function writeSet({ members }: SetNode): string {
  const chars = charsOf(members);
  if (chars === "") return NOTHING;
  if (chars.length === 1) return escaped(chars);
  if (chars.length === VISIBLE.length) return ".";
  const others = [...VISIBLE].filter((char) => !chars.includes(char)).join("");
  const [inside, outside] = [ranges(chars), ranges(others)];
  return outside.length * 2 < inside.length ? `[^${outside}]` : `[${inside}]`;
}

/** `chars` in ascending order; three neighbours or more become a range. */
function ranges(chars: string): string {
  let text = "";
  for (let from = 0; from < chars.length; ) {
    let to = from;
    while (chars.charCodeAt(to + 1) === chars.charCodeAt(to) + 1) to++;
    const run = chars.slice(from, to + 1);
    const [first, last] = [run.charAt(0), run.charAt(run.length - 1)];
    text += run.length > 2 ? `${escaped(first)}-${escaped(last)}` : [...run].map(escaped).join("");
    from = to + 1;
  }
  return text;
}

/** In Java, a backslash before what is neither letter nor digit always means the character itself. */
function escaped(char: string): string {
  return /[\w/:]/.test(char) ? char : `\\${char}`;
}
