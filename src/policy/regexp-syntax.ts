// Reads the source of a RegExp into a syntax tree. What an atom matches is asked of the engine, never re-implemented.
import { type CharSet, charSet, VISIBLE } from "./charset.ts";

export type Node =
  | SetNode
  | { readonly kind: "start" | "end" | "boundary" }
  | { readonly kind: "backreference"; readonly text: string }
  | { readonly kind: "sequence"; readonly items: readonly Node[] }
  | { readonly kind: "choice"; readonly options: readonly Node[] }
  | RepeatNode
  | LookNode;

/** One character: a literal, an escape, a class, or the dot. `at`: where in the source it stands. */
export interface SetNode {
  readonly kind: "set";
  readonly members: CharSet;
  readonly dot: boolean;
  readonly at: number;
}

/** A lookaround; `head`: how it begins, `(?=` or one of the other three. */
export interface LookNode {
  readonly kind: "look";
  readonly head: string;
  readonly item: Node;
}

export interface RepeatNode {
  readonly kind: "repeat";
  readonly item: Node;
  readonly min: number;
  readonly max: number;
}

/** The RegExp is legal, but nothing can be said about it; `message` says why. */
export class Unjudgeable extends Error {}

/**
 * The tree of `source`, in which groups are only structure. Throws `Unjudgeable` for syntax that is not understood. Of a source
 * that is no RegExp it reads nonsense or throws the engine's SyntaxError: the caller compiles the whole source too.
 */
export function parseRegExp(source: string, flags: string): Node {
  return new Reader(source, flags).choice();
}

const MAX_DEPTH = 50;

const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;
const GROUP = /\((?:\?(?::|<?[=!]|<[^>]*>))?/y;
const BACKREFERENCE = /\\(?:[1-9]\d*|k<[^>]*>)/y;
const TOKEN =
  /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|0[0-7]{0,2}|[\s\S])|[\s\S]/y;
const UNICODE_TOKEN =
  /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|[pP]\{[^}]*\}|[\s\S])|[\s\S]/uy;

class Reader {
  readonly #source: string;
  readonly #flags: string;
  readonly #known = new Map<string, CharSet>();
  #at = 0;
  #backwards = false;
  #depth = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  choice(): Node {
    const first = this.#sequence();
    if (!this.#take("|")) return first;
    const options = [first];
    do options.push(this.#sequence());
    while (this.#take("|"));
    return { kind: "choice", options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    while (this.#at < this.#source.length && !this.#ahead("|") && !this.#ahead(")")) items.push(this.#term());
    const [only] = items;
    if (only !== undefined && items.length === 1) return only;
    return { kind: "sequence", items: this.#backwards ? items.reverse() : items };
  }

  #term(): Node {
    const item = this.#atom();
    const quantifier = this.#match(QUANTIFIER);
    if (quantifier === undefined) return item;
    const [, sign, least, comma, most] = quantifier;
    if (sign !== undefined) {
      return { kind: "repeat", item, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity };
    }
    const min = Number(least);
    return { kind: "repeat", item, min, max: comma === "" ? min : most === "" ? Infinity : Number(most) };
  }

  #atom(): Node {
    if (this.#take("^")) return { kind: "start" };
    if (this.#take("$")) return { kind: "end" };
    if (this.#take("\\b") || this.#take("\\B")) return { kind: "boundary" };
    const backreference = this.#match(BACKREFERENCE);
    if (backreference !== undefined) return { kind: "backreference", text: backreference[0] };
    const group = this.#match(GROUP);
    return group === undefined ? this.#set() : this.#group(group[0]);
  }

  #group(head: string): Node {
    if (head === "(" && this.#ahead("?")) throw new Unjudgeable("has modifiers such as (?i:...)");
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new Unjudgeable("is nested too deeply to judge");
    const outside = this.#backwards;
    // A lookbehind is run from right to left (ECMA-262, CompileSubpattern), so its cost is that of the mirrored tree.
    if (/[=!]$/.test(head)) this.#backwards = head.includes("<");
    const item = this.choice();
    this.#backwards = outside;
    this.#depth -= 1;
    this.#take(")");
    return /[=!]$/.test(head) ? { kind: "look", head, item } : item;
  }

  #set(): Node {
    const at = this.#at;
    const text = this.#setText();
    let members = this.#known.get(text);
    if (members === undefined) {
      members = charSet(VISIBLE.match(new RegExp(text, `${this.#flags}g`)) ?? []);
      this.#known.set(text, members);
    }
    return { kind: "set", members, dot: text === ".", at };
  }

  #setText(): string {
    if (this.#flags.includes("v") && this.#ahead("[")) return this.#nestedClass();
    const from = this.#at;
    const token = /[uv]/.test(this.#flags) ? UNICODE_TOKEN : TOKEN;
    token.lastIndex = from;
    token.test(this.#source);
    this.#at = token.lastIndex;
    return this.#source.slice(from, this.#at);
  }

  /** With the flag v a class holds classes. */
  #nestedClass(): string {
    const from = this.#at;
    let depth = 0;
    do {
      if (this.#take("\\q")) throw new Unjudgeable("has \\q{...}");
      if (this.#ahead("[")) depth += 1;
      if (this.#ahead("]")) depth -= 1;
      this.#at += this.#ahead("\\") ? 2 : 1;
    } while (depth > 0 && this.#at < this.#source.length);
    return this.#source.slice(from, this.#at);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #ahead(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const taken = this.#ahead(text);
    if (taken) this.#at += text.length;
    return taken;
  }
}
