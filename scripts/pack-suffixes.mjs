// Packs the public suffix list that tldts carries into src/policy/public-suffix-data.cjs: ASCII, no dependency.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { domainToASCII, fileURLToPath } from "node:url";

const target = new URL("../src/policy/public-suffix-data.cjs", import.meta.url);

/** The text of the generated file. The same version of tldts gives the same bytes. */
export function packSuffixes() {
  const root = { rule: "", children: new Map() };
  const { rules, exceptions } = readTldts();
  for (const rule of withoutUnicode(rules)) insert(root, rule, "+");
  for (const exception of withoutUnicode(exceptions)) insert(root, exception, "!");
  return `// Generated from tldts by scripts/pack-suffixes.mjs; public-suffix.ts reads it. The list is publicsuffix.org's (MPL 2.0).\nmodule.exports = ${JSON.stringify(shorten(pack(root)))};\n`;
}

/** tldts ships a flat trie with shared subtrees: label text, edge lengths, edge ranges per node, and a flag on nodes that end a rule. */
function readTldts() {
  const trie = createRequire(import.meta.url)("tldts/dist/cjs/src/data/trie.js");
  const labels = [];
  let offset = 0;
  for (const length of trie.edgeLength) {
    labels.push(trie.labelText.slice(offset, offset + length));
    offset += length;
  }
  const collect = (node, suffix, found) => {
    if (trie.nodeFlags[node] !== 0) found.push(suffix);
    for (let edge = trie.edgeStart[node]; edge < trie.edgeStart[node + 1]; edge += 1) {
      collect(trie.edgeChild[edge], suffix === "" ? labels[edge] : `${labels[edge]}.${suffix}`, found);
    }
    return found;
  };
  return { rules: collect(trie.rulesRoot, "", []), exceptions: collect(trie.exceptionsRoot, "", []) };
}

/** Serialized origins are ASCII, so Unicode rules are never met; each must have its Punycode twin in the list. */
function withoutUnicode(rules) {
  const known = new Set(rules);
  return rules.filter((rule) => {
    if (/^[a-z0-9.*-]+$/.test(rule)) return true;
    const twin = domainToASCII(rule);
    if (!known.has(twin)) throw new Error(`${rule} has no twin ${twin} in the list`);
    return false;
  });
}

function insert(root, rule, mark) {
  let node = root;
  for (const label of rule.split(".").reverse()) {
    if (!node.children.has(label)) node.children.set(label, { rule: "", children: new Map() });
    node = node.children.get(label);
  }
  node.rule = mark;
}

// Letters that are not needed here are symbols below, which saves more.
const MOST_SHARED = 8;

/**
 * Siblings are sorted; each is written as one capital (how many characters it shares with the sibling before it, A is
 * none), the remaining characters, then "." for a node that is no rule itself or "!" for an exception, then its own
 * children in parentheses. The capital doubles as the separator.
 */
function pack(node) {
  let previous = "";
  let packed = "";
  for (const label of [...node.children.keys()].sort()) {
    const child = node.children.get(label);
    let shared = 0;
    while (shared < MOST_SHARED && shared < label.length && label[shared] === previous[shared]) shared += 1;
    const mark = child.rule === "+" ? "" : child.rule === "!" ? "!" : ".";
    const below = child.children.size === 0 ? "" : `(${pack(child)})`;
    packed += String.fromCharCode(65 + shared) + label.slice(shared) + mark + below;
    previous = label;
  }
  return packed;
}

const LONGEST = 7;
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

/**
 * What is repeated most becomes one of the characters that the text does not use, again and again, and, when they are
 * used up, "~" and another. `shorthand` holds each such symbol and what it stands for, in the order in which they were
 * introduced. A quarter is saved.
 */
function shorten(text) {
  const shorthand = [];
  // JSON would escape the first two.
  const free = PRINTABLE.filter((character) => !text.includes(character) && !`"\\~`.includes(character));
  const pairs = PRINTABLE.filter((character) => !`"\\~`.includes(character)).map(
    (character) => `~${character}`,
  );
  for (const symbol of [...free, ...pairs]) {
    const repeated = mostCostly(text, symbol.length);
    shorthand.push(symbol + repeated);
    text = text.replaceAll(repeated, symbol);
  }
  return { shorthand, text };
}

/** The part of up to seven characters whose repetitions cost most; the first in the alphabet of several. */
function mostCostly(text, price) {
  let best = { part: "", saved: 0 };
  for (let length = price + 1; length <= LONGEST; length += 1) {
    const counts = new Map();
    for (let start = 0; start + length <= text.length; start += 1) {
      const part = text.slice(start, start + length);
      counts.set(part, (counts.get(part) ?? 0) + 1);
    }
    for (const [part, count] of counts) {
      // Overlapping occurrences are counted above, and only one of two can be replaced. A pair is not cut in two.
      if ((length - price) * count < best.saved || part.endsWith("~")) continue;
      const saved = (length - price) * (text.split(part).length - 1);
      if (saved > best.saved || (saved === best.saved && part < best.part)) best = { part, saved };
    }
  }
  return best.part;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, packSuffixes());
