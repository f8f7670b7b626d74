// Which origins are granted, for nginx: exact ones by hash, patterns and RegExps in turn.
import type { CompleteRegExpData } from "../policy/options.ts";
import { idOf } from "./nginx-paths.ts";
import { exactly, literal, type MapEntry, map, matching, matchingAnyCase } from "./nginx-text.ts";
import type { Notes } from "./notes.ts";
import { HTTP_LOOPBACK, patternToPcre, STRICT_ORIGIN } from "./origin-pcre.ts";
import { toPcre, Untranslatable } from "./pcre.ts";
import type { EdgeRoute, EdgeRule } from "./routes.ts";

/** What a key may be long, in bytes, for the buckets that nginx has by default on a 64-bit machine. */
const LONGEST_HASHED = 46;
/** Beyond that nginx warns that it cannot build its table well. */
const MOST_BY_DEFAULT = 400;
/** Routes with RegExps of their own, beyond which nginx's hash of variables should be larger. */
const MANY_VARIABLES = 30;
/** RegExps are tried one after the other. */
const MOST_REGEXPS = 50;

export interface OriginMaps {
  readonly maps: string[];
  /** Settings of nginx's hashes, where its defaults do not hold these maps. */
  readonly hash: string[];
}

/** The maps that lead to `$..._origin`: `*`, the origin that is granted, or nothing. */
export function originMaps(routes: readonly EdgeRoute[], prefix: string, notes: Notes): OriginMaps {
  const rules = routes.filter((route) => route.kind === "rule");
  const texts: MapEntry[] = [];
  const cased = new Set<MapEntry>();
  const regexps: MapEntry[] = [];
  const own: string[] = [];
  for (const rule of rules) {
    const id = idOf(routes, rule);
    const { origins, key } = rule;
    if (origins.kind === "any") regexps.push(matching(`^${id}[|]`, "*"));
    if (origins.kind === "function")
      notes.refuse(
        "ORIGIN_FUNCTION",
        key,
        "origin",
        "a function decides, which cannot leave the process",
        'list the origins, or leave the route to the service with owner: "service"',
      );
    if (origins.kind !== "list") continue;
    for (const origin of origins.exact) {
      const entry = exactly(`${id}|${origin}`, origin);
      texts.push(entry);
      // Its twin in another case would be found in its place, and never get as far as the RegExps.
      if (origins.regexps.length > 0 && /[A-Za-z]/.test(origin) && !/^https?:/.test(origin)) cased.add(entry);
    }
    for (const pattern of origins.patterns)
      regexps.push(matching(`^${id}[|]${patternToPcre(pattern)}`, "$http_origin"));
    const entries = origins.regexps.flatMap((regexp) => regexpEntry(regexp, rule, notes));
    if (entries.length === 0) continue;
    const { credentials, dangerouslyAllowInsecureOrigins } = rule.data;
    const from = credentials && !dangerouslyAllowInsecureOrigins ? "secure" : "strict";
    own.push(map(`RegExps of ${key}`, `$${prefix}${from}`, `$${prefix}${id}_matched`, entries));
    regexps.push(matching(`^${id}[|]`, `$${prefix}${id}_matched`));
  }
  const { hashed, tried, hash } = sorted(texts, cased);
  const strict = own.length === 0 ? [] : strictMaps(prefix);
  const listed = map(
    "Which origins does the route let in?",
    `$${prefix}route|$http_origin`,
    `$${prefix}listed`,
    [...hashed, ...tried, ...regexps],
  );
  // Each map is a variable; nginx warns from some hundred on.
  const many = own.length > MANY_VARIABLES ? ["variables_hash_max_size 4096;"] : [];
  return { maps: [...strict, ...own, listed, exactMap(prefix)], hash: [...hash, ...many] };
}

/** Texts that are too long for a bucket are RegExps, while they are few; beyond that the buckets must grow. */
function sorted(
  texts: readonly MapEntry[],
  cased: ReadonlySet<MapEntry>,
): { hashed: MapEntry[]; tried: MapEntry[]; hash: string[] } {
  const textOf = ({ key }: MapEntry) => ("text" in key ? key.text : "");
  const times = new Map<string, number>();
  for (const text of texts.map((entry) => textOf(entry).toLowerCase()))
    times.set(text, (times.get(text) ?? 0) + 1);
  // Two that differ in case alone are one key to nginx, which then refuses its configuration.
  const isCased = (entry: MapEntry) => cased.has(entry) || (times.get(textOf(entry).toLowerCase()) ?? 0) > 1;
  // A value with `$` in it would be taken for a variable; a RegExp needs none, since it sends back what was asked with.
  const odd = new Set(texts.filter((entry) => entry.value.includes("$") || isCased(entry)));
  const long = texts.filter((entry) => textOf(entry).length > LONGEST_HASHED && !odd.has(entry));
  const asRegExps = new Set(long.length <= MOST_REGEXPS ? [...odd, ...long] : odd);
  const hashed = texts.filter((entry) => !asRegExps.has(entry));
  const longest = Math.max(0, ...hashed.map((entry) => textOf(entry).length));
  return {
    hashed,
    tried: [...asRegExps].map((entry) => matching(`^${literal(textOf(entry))}$`, "$http_origin")),
    hash:
      longest > LONGEST_HASHED || hashed.length > MOST_BY_DEFAULT
        ? ["map_hash_bucket_size 512;", `map_hash_max_size ${powerOfTwo(Math.max(2048, hashed.length * 2))};`]
        : [],
  };
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}

function regexpEntry(regexp: CompleteRegExpData, rule: EdgeRule, notes: Notes): MapEntry[] {
  const refuse = (what: string, instead: string) => {
    notes.refuse("ORIGIN_PATTERN", rule.key, "origin", what, instead);
    return [];
  };
  const shown = `/${regexp.regexp}/${regexp.flags}`;
  const test = new RegExp(regexp.regexp, regexp.flags.replace(/[gmy]/g, ""));
  if (IPV6_PROBES.some((origin) => test.test(origin)))
    return refuse(`${shown} matches IPv6 addresses, whose grammar is beyond RegExps`, "list the addresses");
  try {
    const { source, ignoreCase } = toPcre(regexp.regexp, regexp.flags);
    return [(ignoreCase ? matchingAnyCase : matching)(source, "$http_origin")];
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    return refuse(`${shown} has ${error.message}`, "write it without, or list the origins");
  }
}

const IPV6_PROBES = ["", ":8080"].flatMap((port) =>
  ["http", "https"].flatMap((scheme) =>
    ["::2", "fe80::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:102:304"].map(
      (host) => `${scheme}://[${host}]${port}`,
    ),
  ),
);

function strictMaps(prefix: string): string[] {
  return [
    map("RegExps are asked about well-formed origins only.", "$http_origin", `$${prefix}strict`, [
      matching(STRICT_ORIGIN, "$http_origin"),
    ]),
    map(
      "With credentials none of plain http, where anyone on the network path could speak, but this machine's.",
      `$${prefix}strict`,
      `$${prefix}secure`,
      [matching(HTTP_LOOPBACK, `$${prefix}strict`), matching("^http://", "")],
      `$${prefix}strict`,
    ),
  ];
}

/** nginx looks texts up without regard to case; browsers compare byte by byte. */
function exactMap(prefix: string): string {
  return map(
    "The granted origin, if it is the one that asks byte for byte.",
    `$http_origin $${prefix}listed`,
    `$${prefix}origin`,
    [matching("^([^ ]+) \\1$", `$${prefix}listed`), matching(" [*]$", "*")],
  );
}
