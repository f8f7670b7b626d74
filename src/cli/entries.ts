// The entries of an origin list: which of them lets an origin in, and how each is written out.
import type { CompiledRule } from "../policy/compile.ts";
import { show, showRegExp } from "../policy/issues.ts";
import type { CompleteRegExpData, RouteData, RuleData } from "../policy/options.ts";
import { parseOrigin, parsePattern } from "../policy/origin.ts";
import { covers, type OriginSet, originSet } from "../policy/origin-set.ts";
import { compiledOf, type Policy } from "../policy/policy.ts";
import { judged } from "../policy/validate-regexp.ts";

export type Entry = string | CompleteRegExpData;

/** A route that decided: its key, what was written, and what the engine made of it. */
export interface Selected {
  /** `undefined`: no key covers the path, or it can be read in two ways. */
  readonly key: string | undefined;
  readonly data: RouteData | undefined;
  readonly compiled: CompiledRule | undefined;
}

/** The route of a path, by the policy's own look-up. */
export function selectRoute(policy: Policy, path: string): Selected {
  const compiled = compiledOf(policy).select(path);
  const key = compiled?.key;
  return { key, data: key === undefined ? undefined : policy.routes[key], compiled };
}

export function ruleOf(data: RouteData | undefined): RuleData | undefined {
  return typeof data === "object" ? data : undefined;
}

/** The entries of a rule; none where it has no list. */
export function entriesOf(data: RouteData | undefined): readonly Entry[] {
  const origin = ruleOf(data)?.origin;
  return Array.isArray(origin) ? origin : [];
}

export function isPattern(entry: Entry): entry is string {
  return typeof entry === "string" && entry.includes("*") && parsePattern(entry) !== undefined;
}

/** The set of these entries alone, as the engine makes it. */
export function setOf(entries: readonly Entry[]): OriginSet {
  const strings = entries.filter((entry) => typeof entry === "string");
  return originSet({
    exact: strings.filter((entry) => !isPattern(entry)),
    patterns: strings.filter(isPattern).flatMap((entry) => parsePattern(entry) ?? []),
    regexps: entries
      .filter((entry) => typeof entry !== "string")
      .map(({ regexp, flags }) => ({ test: judged(regexp, flags, false, true).test })),
  });
}

/** Does one of the patterns match all that this one matches? */
export function coversPattern(set: OriginSet, pattern: string): boolean {
  const parsed = parsePattern(pattern);
  if (parsed === undefined) return false;
  const { scheme, base, subdomains, port } = parsed;
  // The engine's walk over labels, asked about a name that stands for every name below the base; `*` for the port is met
  // by `*` alone. Without free labels, the look-up for any port takes the origin less its port.
  return subdomains
    ? set.matches("", { scheme, host: `any.${base}`, port })
    : set.matches(`${scheme}://${base}:*`, { scheme, host: base, port });
}

/** The entry that lets this origin in. */
export function entryFor(entries: readonly Entry[], origin: string): Entry | undefined {
  return (
    entries.find((entry) => entry === origin) ??
    (parseOrigin(origin) === undefined ? undefined : entries.find((entry) => covers(setOf([entry]), origin)))
  );
}

export function showEntry(entry: Entry): string {
  return typeof entry === "string" ? show(entry) : showRegExp(entry.regexp, entry.flags);
}
