// Accepted RegExps answer fast, and where they are simulated, they answer what the engine would.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { charsOf } from "../src/policy/charset.ts";
import { judgeRegExp } from "../src/policy/regexp.ts";
import { buildAutomaton, simulate } from "../src/policy/regexp-nfa.ts";
import { nodesIn } from "../src/policy/regexp-shape.ts";
import { type Node, parseRegExp } from "../src/policy/regexp-syntax.ts";
import { ACCEPTED, CREDENTIALS, codesOf, PUBLIC, REFUSED } from "./regexp-cases.ts";

/** Everything that the RegExp reads, character by character and in a row. */
function alphabetOf(tree: Node): readonly string[] {
  const sets = nodesIn(tree, true).flatMap((node) => (node.kind === "set" ? [charsOf(node.members)] : []));
  return [...new Set(sets.flatMap((chars) => [chars.charAt(0), chars.charAt(chars.length - 1)]))].filter(
    (char) => char !== "",
  );
}

describe("the simulation", () => {
  const subjects = [...ACCEPTED, ...REFUSED]
    .map(([regexp]) => regexp)
    .filter((regexp) => {
      const codes = codesOf(regexp);
      const exempt = /REGEXP_(?:ANCHOR|BACKREFERENCE|NESTED|OVERLAP|UNSUPPORTED)/.test(codes.join());
      return !exempt && !/\(\?<?[=!]|\\[bB]/.test(regexp.source);
    });

  it.each(subjects.map((regexp) => [regexp] as const))("agrees with the engine on %s", (regexp) => {
    const flags = regexp.flags.replace(/[gym]/g, "");
    const tree = parseRegExp(regexp.source, flags);
    const simulated = simulate(buildAutomaton(tree, "exact"));
    const native = new RegExp(regexp.source, flags);
    // fast-check knows neither named groups, nor the flags i and v, nor empty groups.
    const matching =
      /\(\?:\)|\(\?</.test(native.source) || /[iv]/.test(flags)
        ? []
        : [fc.stringMatching(native, { maxLength: 60 })];
    const char = fc.constantFrom(...alphabetOf(tree));
    const strings = fc.oneof(
      fc.string({ unit: char, minLength: 1, maxLength: 24 }),
      fc.string({ unit: char, maxLength: 12 }).map((text) => `https://${text}.example.com`),
      ...matching,
    );
    fc.assert(
      fc.property(strings, fc.nat(), char, (text, at, other) => {
        const changed = text.slice(0, at % text.length) + other + text.slice((at % text.length) + 1);
        for (const each of [text, changed])
          if (/^[\x21-\x7e]+$/.test(each)) expect(simulated(each)).toBe(native.test(each));
      }),
      { numRuns: 100 },
    );
  });
});

describe("speed", () => {
  it("answers within 1 ms for every accepted RegExp and 100,000 origins", { timeout: 120_000 }, () => {
    const slow: string[] = [];
    for (const [regexp, matching] of ACCEPTED) {
      const { test } = judgeRegExp(regexp.source, regexp.flags, CREDENTIALS);
      test(matching);
      for (const origin of fuzzedOrigins(regexp, matching, 100_000)) {
        if (timeOf(test, origin) <= 1) continue;
        // The machine is shared: what is slow three times is slow.
        const best = Math.min(timeOf(test, origin), timeOf(test, origin), timeOf(test, origin));
        if (best > 1) slow.push(`${regexp} took ${best} ms on ${origin}`);
      }
    }
    expect(slow).toEqual([]);
  });

  it("judges a RegExp in a few milliseconds", () => {
    for (const [regexp] of [...ACCEPTED, ...REFUSED]) {
      for (const [rule, limit] of [[PUBLIC, 5] as const, [CREDENTIALS, 20] as const]) {
        const judge = () => judgeRegExp(regexp.source, regexp.flags, rule);
        const best = Math.min(timeOf(judge), timeOf(judge), timeOf(judge), timeOf(judge));
        expect([String(regexp), best < limit || best]).toEqual([String(regexp), true]);
      }
    }
  });
});

function timeOf<T>(run: (input: T) => unknown, input?: T): number {
  const from = performance.now();
  run(input as T);
  return performance.now() - from;
}

/** Strings of up to 326 bytes from the RegExp's own text and characters: near-misses, and single characters repeated. */
function* fuzzedOrigins(regexp: RegExp, matching: string, count: number): Generator<string> {
  const chars = alphabetOf(parseRegExp(regexp.source, regexp.flags.replace(/[gym]/g, "")));
  const start = matching.slice(0, matching.indexOf("://") + 3);
  const rest = matching.slice(start.length);
  for (const char of chars) {
    yield start + char.repeat(326 - start.length);
    yield start + char.repeat(326 - matching.length) + rest;
    for (const other of chars) yield start + (char + other).repeat(163).slice(start.length);
  }
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const pieces = [...chars, rest, rest.slice(0, 3), rest.slice(rest.indexOf("."))];
  let pool = "";
  while (pool.length < 20_000)
    pool += (pieces[random(pieces.length)] ?? "").repeat(random(8) === 0 ? random(60) : 1);
  for (let made = 0; made < count; made += 1) {
    const from = random(pool.length - 326);
    const tail = made % 3 === 0 ? rest : "";
    const length =
      made % 2 === 0 ? 326 - start.length - tail.length : random(326 - start.length - tail.length);
    yield start + pool.slice(from, from + length) + tail;
  }
}
