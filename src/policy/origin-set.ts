// Is this origin in? Exact origins in one Set, patterns by a walk over labels, RegExps last.
import { type OriginPattern, type ParsedOrigin, parseOrigin } from "./origin.ts";

/** What a list of origins is made of, once it is checked. */
export interface OriginSetParts {
  readonly exact: readonly string[];
  readonly patterns: readonly OriginPattern[];
  readonly regexps: readonly { readonly test: (origin: string) => boolean }[];
}

/** A set of origins whose look-up time does not depend on how many there are (RegExps aside). */
export interface OriginSet {
  /** Was this very origin listed? One hash look-up, and the common case. */
  hasExact(origin: string): boolean;
  /** Is there nothing but exact origins? Then an origin that is not among them need not even be parsed. */
  readonly exactOnly: boolean;
  /** Do a pattern or a RegExp match? `parsed` must be `parseOrigin(origin)`. */
  matches(origin: string, parsed: ParsedOrigin): boolean;
}

export function originSet({ exact, patterns, regexps }: OriginSetParts): OriginSet {
  const listed = new Set(exact);
  // Taken out of the list, which would otherwise stay in memory with every origin in it.
  const tests = regexps.map(({ test }) => test);
  const anyPort = new Set<string>();
  const below = new Map<string, OriginPattern[]>();
  let deepest = 0;
  for (const pattern of patterns) {
    if (!pattern.subdomains) {
      anyPort.add(`${pattern.scheme}://${pattern.base}`);
      continue;
    }
    const same = below.get(pattern.base);
    if (same === undefined) below.set(pattern.base, [pattern]);
    else same.push(pattern);
    deepest = Math.max(deepest, pattern.base.split(".").length);
  }

  return {
    hasExact: (origin) => listed.has(origin),
    exactOnly: patterns.length === 0 && tests.length === 0,
    matches(origin, parsed) {
      if (anyPort.size > 0) {
        const { port } = parsed;
        if (anyPort.has(port === "" ? origin : origin.slice(0, -port.length - 1))) return true;
      }
      if (deepest > 0 && matchesBelow(below, deepest, parsed)) return true;
      for (const test of tests) if (test(origin)) return true;
      return false;
    },
  };
}

/** Walks from the right, no deeper than the deepest base: a host of 126 labels costs no more than one of four. */
function matchesBelow(
  below: ReadonlyMap<string, readonly OriginPattern[]>,
  deepest: number,
  { scheme, host, port }: ParsedOrigin,
): boolean {
  let dot = host.length;
  for (let depth = 0; depth < deepest; depth++) {
    dot = host.lastIndexOf(".", dot - 1);
    if (dot <= 0) return false;
    const candidates = below.get(host.slice(dot + 1));
    if (candidates === undefined) continue;
    for (const pattern of candidates) {
      if (pattern.scheme === scheme && (pattern.port === "*" || pattern.port === port)) return true;
    }
  }
  return false;
}

/** Does the set cover an origin that comes from anywhere: is it well-formed, and in? */
export function covers(set: OriginSet, origin: string): boolean {
  if (set.hasExact(origin)) return true;
  const parsed = parseOrigin(origin);
  return parsed !== undefined && set.matches(origin, parsed);
}
