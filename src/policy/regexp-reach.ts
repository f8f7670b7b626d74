// Whom does a RegExp let in? Hosts of strangers that it might match, and names that anyone can register.
import { charSet, charsOf, has, lowerCharsOf, overlap } from "./charset.ts";
import { type SuffixNode, suffixTrie } from "./public-suffix.ts";
import { loopsOf } from "./regexp-cost.ts";
import type { Automaton, Position } from "./regexp-nfa.ts";
import type { Node } from "./regexp-syntax.ts";

/** Nobody writes a RegExp that is meant to match these. (Under `.xyz`, not `.com`: `[a-z]+\.com` is told what it reaches.) */
const FOREIGN = [
  "https://evil.xyz",
  "http://evil.xyz",
  "https://evil.xyz:8443",
  "http://evil.xyz:8080",
  "https://www.evil.xyz",
  "https://evil-site1.xyz",
  "https://203.0.113.7",
  "http://203.0.113.7:8080",
  "https://[2001:db8::7]",
];

const MAX_SPELLINGS = 16;

/** A stranger's origin that `test` accepts. `node`: the RegExp, whose literal hosts are tried with more text around them. */
export function foreignMatch(node: Node, test: (origin: string) => boolean): string | undefined {
  const around = [...new Set(literalHosts(node))].flatMap((host) =>
    [`evil${host}`, `${host}.evil.net`, `${host}evil.net`].flatMap((name) => [
      `https://${name}`,
      `http://${name}`,
      `https://${name}:8443`,
      `http://${name}:8080`,
    ]),
  );
  return [...FOREIGN, ...around].find(test);
}

/** Every run of literal text, cut down to the host in it. */
function literalHosts(node: Node): readonly string[] {
  switch (node.kind) {
    case "sequence":
      return hostsOfRuns(node.items);
    case "choice":
      return node.options.flatMap((option) => hostsOfRuns([option]));
    case "repeat":
    // A lookaround names hosts too: `(?=https:\/\/example\.com).+` lets everything through that begins so.
    case "look":
      return hostsOfRuns([node.item]);
    default:
      return [];
  }
}

function hostsOfRuns(items: readonly Node[]): readonly string[] {
  const hosts: string[] = [];
  let run: readonly string[] = [""];
  for (const item of items) {
    const spellings = spellingsOf(item) ?? [];
    const longer = run.flatMap((text) => spellings.map((more) => text + more));
    if (longer.length > 0 && longer.length <= MAX_SPELLINGS) {
      run = longer;
      continue;
    }
    hosts.push(
      ...run.flatMap(hostIn),
      ...(spellings.length > 0 ? spellings.flatMap(hostIn) : literalHosts(item)),
    );
    run = [""];
  }
  return [...hosts, ...run.flatMap(hostIn)];
}

/** `https://example.com:` and `.example.com` both hold the host `example.com`. */
function hostIn(text: string): readonly string[] {
  const [host = ""] = text.replace(/^.*:\/\//, "").match(/[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?/) ?? [];
  return host === "" ? [] : [host];
}

/** The texts that the node stands for, if they are few. */
function spellingsOf(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case "set": {
      const chars = lowerCharsOf(node.members);
      return chars.length === 1 ? [chars] : undefined;
    }
    case "sequence":
      return node.items
        .map(spellingsOf)
        .reduce(
          (texts, more) => few(texts && more && texts.flatMap((text) => more.map((rest) => text + rest))),
          [""],
        );
    case "choice":
      return node.options.map(spellingsOf).reduce((texts, more) => few(more && texts?.concat(more)), []);
    case "repeat": {
      const texts = node.max === 1 ? spellingsOf(node.item) : undefined;
      return texts && (node.min === 0 ? ["", ...texts] : texts);
    }
    default:
      return [""];
  }
}

function few(texts: readonly string[] | undefined): readonly string[] | undefined {
  return texts !== undefined && texts.length <= MAX_SPELLINGS ? texts : undefined;
}

/**
 * Positions that may be read next, going from the end of the origin to its start, each with how what lies to the right of it
 * was read: FIXED text, text that VARIES, or (both bits) either.
 */
type Frontier = ReadonlyMap<Position, number>;
const FIXED = 1;
const VARIES = 2;

const LABEL_CHARS = charSet("abcdefghijklmnopqrstuvwxyz0123456789_-");
const DIGITS = charSet("0123456789");

/**
 * The listed public suffix below which (or within which) the RegExp's text varies: a stranger can register a name that it
 * matches. Enumerated names, `(app|admin)\.vercel\.app`, do not vary. The suffix trie is walked together with the automaton,
 * from the end of the host to the left, since only that finds every suffix that some matching host has.
 */
export function variableSuffix(automaton: Automaton): string | undefined {
  return canStartWith("http", automaton) ? new SuffixWalk(automaton).run() : undefined;
}

/** Hosts of other schemes, `app://com.example`, are no domain names. */
function canStartWith(text: string, automaton: Automaton): boolean {
  let next = new Set(automaton.first.keys());
  for (const char of text) {
    next = new Set(
      [...next].flatMap((position) => (has(position.members, char) ? [...position.next.keys()] : [])),
    );
  }
  return next.size > 0;
}

class SuffixWalk {
  readonly #end: Frontier;
  readonly #varying = new Set<Position>();

  constructor(automaton: Automaton) {
    this.#end = allFixed(automaton.last);
    for (const loop of loopsOf(automaton)) for (const position of loop) this.#varying.add(position);
    for (const position of automaton.positions) {
      const [x, y, z] = position.members;
      const chars = charsOf([x & LABEL_CHARS[0], y & LABEL_CHARS[1], z & LABEL_CHARS[2]]);
      if (chars.length > 1) this.#varying.add(position);
    }
  }

  run(): string | undefined {
    // A port, fixed or not, says nothing about whose host it is; nor does a trailing dot.
    const host = merge(this.#end, allFixed(this.#readOne(this.#readMany(this.#end, DIGITS), ":")));
    return this.#below(suffixTrie(), "", merge(host, this.#readOne(host, ".")));
  }

  #below(node: SuffixNode, name: string, frontier: Frontier): string | undefined {
    for (const [label, child] of node.children) {
      if (child.rule === "exception") continue;
      const left = label === "*" ? this.#readAny(node, frontier) : this.#readLabel(label, frontier);
      if (left.size === 0) continue;
      const suffix = name === "" ? label : `${label}.${name}`;
      const dotted = this.#readOne(left, ".");
      if (child.rule === "suffix") {
        if (isVaryingAt(this.#readMany(dotted, LABEL_CHARS), "./")) return suffix;
        // A host that is itself a listed suffix belongs to its owner, but other suffixes of that shape have other owners.
        // (Not for one label: `https?://[a-z]+` means machines of the own network.)
        if (name !== "" && isVaryingAt(left, "/")) return suffix;
      }
      const found = this.#below(child, suffix, dotted);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #readLabel(label: string, frontier: Frontier): Frontier {
    let left = frontier;
    for (let index = label.length - 1; index >= 0 && left.size > 0; index -= 1) {
      left = this.#readOne(left, label.charAt(index));
    }
    return left;
  }

  /** What a wildcard of the list covers: any label but its exceptions. */
  #readAny(node: SuffixNode, frontier: Frontier): Frontier {
    const exceptions = [...node.children].flatMap(([label, { rule }]) =>
      rule === "exception" ? [this.#readLabel(label, frontier)] : [],
    );
    const any = [...this.#readMany(frontier, LABEL_CHARS)];
    return new Map(any.filter(([position]) => !exceptions.some((left) => left.get(position) === FIXED)));
  }

  #readOne(frontier: Frontier, char: string): Frontier {
    const left = new Map<Position, number>();
    for (const [position, how] of frontier) {
      if (has(position.members, char))
        this.#pass(position, char === "." ? how : this.#how(position, how), left);
    }
    return left;
  }

  #readMany(frontier: Frontier, chars: typeof DIGITS): Frontier {
    const left = new Map<Position, number>();
    const waiting: (readonly [Position, number])[] = [...frontier];
    for (const [position, how] of waiting) {
      if (overlap(position.members, chars))
        waiting.push(...this.#pass(position, this.#how(position, how), left));
    }
    return left;
  }

  #how(position: Position, how: number): number {
    return this.#varying.has(position) ? VARIES : how;
  }

  /** Moves on to what may stand before `position`; answers what of that is news. */
  #pass(
    position: Position,
    how: number,
    left: Map<Position, number>,
  ): readonly (readonly [Position, number])[] {
    const news: [Position, number][] = [];
    for (const before of position.before) {
      const known = left.get(before) ?? 0;
      if ((known | how) === known) continue;
      left.set(before, known | how);
      news.push([before, known | how]);
    }
    return news;
  }
}

function allFixed(frontier: Frontier): Frontier {
  return new Map([...frontier.keys()].map((position) => [position, FIXED]));
}

function merge(a: Frontier, b: Frontier): Frontier {
  return new Map([...a, ...b]);
}

function isVaryingAt(frontier: Frontier, boundary: string): boolean {
  const chars = charSet(boundary);
  return [...frontier].some(([position, how]) => (how & VARIES) !== 0 && overlap(position.members, chars));
}
