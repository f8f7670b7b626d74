// The public suffix list (publicsuffix.org, ICANN and private sections): under which names can anyone register one?
import loadPacked from "./lazy-public-suffix-data.cjs";

/** One label of the list. `rule`: is the name down to here a listed suffix, an exception to a wildcard, or only on the way? */
export interface SuffixNode {
  readonly rule: "suffix" | "exception" | "none";
  readonly children: ReadonlyMap<string, SuffixNode>;
}

let root: SuffixNode | undefined;

/** The list as a trie from the last label to the first. Decoded at first use: most policies have no credentialed wildcard. */
export function suffixTrie(): SuffixNode {
  root ??= { rule: "none", children: decode(written().matchAll(/([A-Z])([a-z0-9*-]*)([.!]?)(\(?)|\)/g)) };
  return root;
}

/** The list without shorthand: what was introduced last may stand for what was introduced before. */
function written(): string {
  const { shorthand, text } = loadPacked();
  return shorthand.reduceRight((longer, entry) => {
    const length = entry.startsWith("~") ? 2 : 1;
    // A function, since a replacement's "$" would have a meaning.
    return longer.replaceAll(entry.slice(0, length), () => entry.slice(length));
  }, text);
}

/** The inverse of `pack` in scripts/pack-suffixes.mjs, which documents the forms. Reads up to the ")" that ends this group. */
function decode(tokens: IterableIterator<RegExpMatchArray>): ReadonlyMap<string, SuffixNode> {
  const children = new Map<string, SuffixNode>();
  let label = "";
  for (let token = tokens.next(); !token.done && token.value[0] !== ")"; token = tokens.next()) {
    const [, capital = "", rest, mark, open] = token.value;
    label = label.slice(0, capital.charCodeAt(0) - 65) + rest;
    const rule = mark === "!" ? "exception" : mark === "." ? "none" : "suffix";
    children.set(label, { rule, children: open === "(" ? decode(tokens) : NO_CHILDREN });
  }
  return children;
}

const NO_CHILDREN: ReadonlyMap<string, SuffixNode> = new Map();

/** The longest listed suffix of `host`. The list's implicit `*` rule is not applied: `corp` and `localhost` have none. */
export function publicSuffixOf(host: string): string | undefined {
  const labels = labelsOf(host);
  let longest = 0;
  for (const { node, depth } of matches(suffixTrie(), labels, 0)) {
    // An exception outranks every rule, and its suffix is the name above it (publicsuffix.org, "Algorithm", 5).
    if (node.rule === "exception") return suffixOf(labels, depth - 1);
    if (node.rule === "suffix") longest = Math.max(longest, depth);
  }
  return longest === 0 ? undefined : suffixOf(labels, longest);
}

/**
 * The listed suffix that `base` is, or one that lies below it: with either, `*.base` would let in names that strangers
 * register. (tldts lists the parent of every wildcard rule as a suffix too: `kawasaki.jp` beside `*.kawasaki.jp`.)
 */
export function isOrCoversPublicSuffix(base: string): string | undefined {
  const labels = labelsOf(base);
  const name = suffixOf(labels, labels.length);
  const ends = [...matches(suffixTrie(), labels, 0)].filter(({ depth }) => depth === labels.length);
  if (ends.some(({ node }) => node.rule === "exception")) return undefined;
  if (ends.some(({ node }) => node.rule === "suffix")) return name;
  return ends.flatMap(({ node }) => [...suffixesBelow(node, name)])[0];
}

/** Every node that the name's last labels lead to. Literal label and wildcard are both followed: either may go deeper. */
function* matches(
  node: SuffixNode,
  labels: readonly string[],
  depth: number,
): Generator<{ node: SuffixNode; depth: number }> {
  const label = labels[labels.length - 1 - depth];
  if (label === undefined) return;
  for (const child of [node.children.get(label), node.children.get("*")]) {
    if (child === undefined) continue;
    yield { node: child, depth: depth + 1 };
    yield* matches(child, labels, depth + 1);
  }
}

function* suffixesBelow(node: SuffixNode, name: string): Generator<string> {
  for (const [label, child] of node.children) {
    if (child.rule === "suffix") yield `${label}.${name}`;
    yield* suffixesBelow(child, `${label}.${name}`);
  }
}

function labelsOf(host: string): readonly string[] {
  return (host.endsWith(".") ? host.slice(0, -1) : host).split(".");
}

function suffixOf(labels: readonly string[], count: number): string {
  return labels.slice(labels.length - count).join(".");
}
