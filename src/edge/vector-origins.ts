// Origins to ask a rule with: those that it lets in, and those that look like them.
import { charsOf } from "../policy/charset.ts";
import type { CompleteRegExpData } from "../policy/options.ts";
import { type OriginPattern, parseOrigin } from "../policy/origin.ts";
import { type Node, parseRegExp } from "../policy/regexp-syntax.ts";
import type { EdgeOrigins } from "./routes.ts";

/** An origin, and what it is to the rule. It decides nothing: what the rule answers is asked of the policy. */
export interface CaseOrigin {
  readonly origin: string;
  readonly what: string;
}

/** Of nobody: the top-level domain is reserved, https://www.rfc-editor.org/rfc/rfc2606#section-2. */
export const FOREIGN: CaseOrigin = { origin: "https://foreign.invalid", what: "a foreign origin" };

/** The origins that a rule is meant to let in: each that is listed, and made-up ones of its patterns and RegExps. */
export function meantOrigins(origins: EdgeOrigins, most: number): readonly CaseOrigin[] {
  if (origins.kind !== "list") return [];
  const { exact, patterns, regexps } = origins;
  return [
    ...exact.slice(0, most).map((origin) => ({ origin, what: "a listed origin" })),
    ...patterns.slice(0, most).flatMap(ofPattern),
    ...regexps.slice(0, most).flatMap(ofRegExp),
  ];
}

function ofPattern(pattern: OriginPattern & { readonly written: string }): CaseOrigin[] {
  const { scheme, base, subdomains, port, written } = pattern;
  const end = port === "" || port === "*" ? "" : `:${port}`;
  const found = [`${scheme}://${subdomains ? "a." : ""}${base}${end}`];
  if (subdomains) found.push(`${scheme}://b.a.${base}${end}`);
  if (port === "*") found.push(`${scheme}://${subdomains ? "a." : ""}${base}:3210`);
  return found.map((origin) => ({ origin, what: `of the pattern ${JSON.stringify(written)}` }));
}

/**
 * Texts that the RegExp's own syntax spells: once with as few turns of each loop as may be, once with one more. Whether
 * it matches them is asked of the policy; a RegExp is not run here.
 */
function ofRegExp({ regexp, flags }: CompleteRegExpData): CaseOrigin[] {
  const tree = parseRegExp(regexp, flags);
  const texts = new Set([0, 1].map((turns) => spell(tree, turns)));
  return [...texts]
    .filter((text) => parseOrigin(text) !== undefined)
    .map((origin) => ({ origin, what: `of the RegExp ${JSON.stringify(regexp)}` }));
}

/** An origin has at most 326 bytes: a count beyond that spells none, and is cut. */
const LONGEST = 400;

function spell(node: Node, turns: number): string {
  switch (node.kind) {
    case "set":
      return likely(charsOf(node.members));
    case "sequence":
      return node.items.reduce((text, item) => (text + spell(item, turns)).slice(0, LONGEST), "");
    case "choice":
      return spell(node.options[Math.min(turns, node.options.length - 1)] as Node, turns);
    case "repeat": {
      const count = Math.min(Math.max(node.min, turns), node.max, LONGEST);
      return count === 0 ? "" : spell(node.item, turns).repeat(count).slice(0, LONGEST);
    }
    default:
      return "";
  }
}

/** A class of characters mostly holds letters or digits, which may stand everywhere in a host; so may none else. */
function likely(chars: string): string {
  return /[a-z]/.exec(chars)?.[0] ?? /[1-9]/.exec(chars)?.[0] ?? chars.charAt(0);
}

/** What must not pass for an origin: each is one that a comparison which is not exact lets in. */
export function lookAlikes(origin: string): readonly CaseOrigin[] {
  const parsed = parseOrigin(origin);
  if (parsed === undefined) return [];
  const { scheme, host, port } = parsed;
  const end = port === "" ? "" : `:${port}`;
  const other = scheme === "http" ? "https" : "http";
  const alike = [
    [`${scheme}://${host}.foreign.invalid${end}`, "its name, with another behind"],
    [`${scheme}://foreign${host}${end}`, "its name, with letters in front"],
    [`${scheme}://sub.${host}${end}`, "a name below it"],
    [`${other}://${host}${end}`, "another scheme"],
    [`${scheme}://${host}:${port === "8443" ? "9443" : "8443"}`, "another port"],
    [`${scheme}://${host.toUpperCase()}${end}`, "upper case"],
    [`${origin}/`, "a trailing slash"],
  ] as const;
  return [...alike].map(([text, what]) => ({
    origin: text,
    what: `${JSON.stringify(origin)} but for ${what}`,
  }));
}

/** What must not pass for a pattern. */
export function besidePattern({
  scheme,
  base,
  subdomains,
  port,
  written,
}: OriginPattern & { written: string }) {
  const end = port === "" || port === "*" ? "" : `:${port}`;
  const hosts = subdomains
    ? [base, `foreign${base}`, `a.${base}.foreign.invalid`]
    : [`${base}.foreign.invalid`];
  return hosts.map((host) => ({
    origin: `${scheme}://${host}${end}`,
    what: `beside the pattern ${JSON.stringify(written)}`,
  }));
}
