// The `origin` option: unknown -> checked origins, with every problem reported.
import type { CheckedList, CheckedOrigin, CheckedRule } from "./checked.ts";
import { type IssueReport, show } from "./issues.ts";
import type { OriginFunction } from "./options.ts";
import {
  isInsecure,
  isOpaqueOrigin,
  meantScheme,
  type OriginPattern,
  parseOrigin,
  parsePattern,
} from "./origin.ts";
import { type OriginSet, originSet } from "./origin-set.ts";
import { adviseFunction, adviseOrigin, isOrCoversPublicSuffix } from "./seldom.ts";
import { checkRegExp, judged, regexpParts } from "./validate-regexp.ts";

const UNSET = "an unset environment variable? list the origins, or read them with originsFromEnv(name)";

/** The flags of the rule around an origin decide what is safe. */
export type RuleFlags = Pick<
  CheckedRule,
  | "credentials"
  | "dangerouslyAllowInsecureOrigins"
  | "dangerouslyAllowPublicSuffixes"
  | "dangerouslyAllowOpaqueOrigins"
>;

/** Checks the value of `origin`. `path` is where it stands, less the report's prefix. */
export function checkOrigin(
  value: unknown,
  path: string,
  flags: RuleFlags,
  report: IssueReport,
): CheckedOrigin {
  if (typeof value === "function") {
    if (value.length > 2)
      report.error("ORIGIN_TYPE", path, value, `${show(value)} ${adviseFunction(value, "origin")}`);
    return { kind: "function", ask: value as OriginFunction };
  }
  if (value === true || value === "*") return { kind: "any" };
  if (value === false) return { kind: "none" };
  if (value === undefined || value === null || value === "") {
    const forAll = 'for a public API write "*"';
    report.error("ORIGIN_REQUIRED", path, value, `${show(value)} names no origin; ${UNSET}; ${forAll}`);
    return { kind: "none" };
  }
  const list: CheckedList = {
    kind: "list",
    exact: [],
    patterns: [],
    regexps: [],
    written: [],
    positions: [],
  };
  if (Array.isArray(value)) return checkArray(value, path, list, flags, report);
  checkEntry(value, path, list, flags, report);
  return list;
}

function checkArray(
  values: readonly unknown[],
  path: string,
  list: CheckedList,
  flags: RuleFlags,
  report: IssueReport,
): CheckedOrigin {
  const empties: number[] = [];
  let any = -1;
  let none = false;
  for (let index = 0; index < values.length; index++) {
    const entry = values[index];
    if (entry === "*" || entry === true) any = index;
    else if (entry === false) none = true;
    else if (entry === "") empties.push(index);
    else {
      const before = list.written.length;
      checkEntry(entry, `${path}[${index}]`, list, flags, report);
      if (list.written.length > before) list.positions.push(index);
    }
  }
  const named = any >= 0 || none || values.length > empties.length;
  if (!named) {
    const forNobody = values.length === 0 ? "; for nobody write false" : "";
    report.error("ORIGIN_REQUIRED", path, values, `${show(values)} names no origin; ${UNSET}${forNobody}`);
    return { kind: "none" };
  }
  for (const index of empties) {
    report.warn(
      "ORIGIN_EMPTY_ENTRY",
      `${path}[${index}]`,
      "",
      `"" is no origin and was dropped (a trailing comma?); remove it`,
    );
  }
  if (any >= 0) {
    if (list.written.length > 0) {
      report.error(
        "ORIGIN_WILDCARD_MIXED",
        `${path}[${any}]`,
        values[any],
        `${show(values[any])} covers every origin, so the other entries have no effect; write it alone, or remove it`,
      );
    }
    return { kind: "any" };
  }
  return list.written.length === 0 && none ? { kind: "none" } : list;
}

function checkEntry(
  entry: unknown,
  path: string,
  list: CheckedList,
  flags: RuleFlags,
  report: IssueReport,
): void {
  if (typeof entry === "string") return checkString(entry, path, list, flags, report);
  const regexp = regexpParts(entry);
  if (regexp !== undefined) return checkRegExp(entry, regexp, path, list, flags, report);
  if (entry === undefined || entry === null) {
    report.error("ORIGIN_REQUIRED", path, entry, `${show(entry)} names no origin; ${UNSET}`);
    return;
  }
  const inList = path.endsWith("]");
  const meant = meantByObject(entry);
  // An array cannot stand inside an array, nor can a function.
  const fix = inList && Array.isArray(meant) ? undefined : meant;
  const accepted = inList
    ? "a string or a RegExp per entry; a function stands alone"
    : "a string, a RegExp, an array of these, a boolean or a function";
  const write = fix === undefined ? accepted : show(fix);
  report.error("ORIGIN_TYPE", path, entry, `${show(entry)} is no origin; write ${write}`, fix);
}

/** A URL has an origin, a Set has entries; what else somebody passes, nobody can know. */
function meantByObject(value: unknown): string | readonly string[] | undefined {
  if (value instanceof URL && parseOrigin(value.origin) !== undefined) return value.origin;
  if (value instanceof Set && value.size > 0) {
    const entries = [...value].filter(
      (entry) => typeof entry === "string" && parseOrigin(entry) !== undefined,
    );
    return entries.length === value.size ? entries : undefined;
  }
  return undefined;
}

/** `https://${process.env.HOST}`: JavaScript writes the unset variable out. */
const UNSET_LABEL = /(?:^|[/.:])undefined(?:$|[/.:])/;

function checkString(
  text: string,
  path: string,
  list: CheckedList,
  flags: RuleFlags,
  report: IssueReport,
): void {
  if (UNSET_LABEL.test(text)) {
    report.error("ORIGIN_REQUIRED", path, text, `${show(text)} holds "undefined"; ${UNSET}`);
    return;
  }
  const origin = parseOrigin(text);
  if (origin !== undefined && !text.includes("*")) {
    if (flags.credentials && !flags.dangerouslyAllowInsecureOrigins && isInsecure(origin))
      insecure(text, path, report);
    warnOfScheme(text, origin.scheme, path, report);
    list.exact.push(text);
  } else if (isOpaqueOrigin(text) && flags.dangerouslyAllowOpaqueOrigins) {
    list.exact.push(text);
  } else {
    const pattern = parsePattern(text);
    if (pattern === undefined) {
      const { code, message, fix } = adviseOrigin(text);
      // An array cannot stand inside an array: there the message alone shows the split.
      report.error(
        code,
        path,
        text,
        `${show(text)} ${message}`,
        path.endsWith("]") && Array.isArray(fix) ? undefined : fix,
      );
      return;
    }
    checkPattern(text, pattern, path, flags, report);
    list.patterns.push(pattern);
  }
  list.written.push(text);
}

/** Every scheme can be an app's own, so these start; but no page has them. */
function warnOfScheme(text: string, scheme: string, path: string, report: IssueReport): void {
  const socket = scheme === "wss" || scheme === "ws";
  const meant = socket ? `http${scheme.slice(2)}` : meantScheme(scheme);
  if (meant === undefined) return;
  const fix = meant + text.slice(scheme.length);
  const why = socket ? "a WebSocket handshake carries the page's origin" : `a misspelt ${meant}?`;
  report.warn(
    "ORIGIN_NEVER_SENT",
    path,
    text,
    `${show(text)} is never sent: ${why}; write ${show(fix)}`,
    fix,
  );
}

function insecure(text: string, path: string, report: IssueReport): void {
  report.error(
    "CREDENTIALS_INSECURE",
    path,
    text,
    `${show(text)} cannot stand beside credentials: anyone on the network path could act as it with your users' cookies; ` +
      `write ${show(text.replace(/^http:/, "https:"))}, or set dangerouslyAllowInsecureOrigins: true`,
  );
}

function checkPattern(
  text: string,
  pattern: OriginPattern,
  path: string,
  flags: RuleFlags,
  report: IssueReport,
): void {
  if (!flags.credentials) return;
  if (!flags.dangerouslyAllowInsecureOrigins && isInsecure({ scheme: pattern.scheme, host: pattern.base })) {
    insecure(text, path, report);
  }
  if (!pattern.subdomains || flags.dangerouslyAllowPublicSuffixes) return;
  const suffix = isOrCoversPublicSuffix(pattern.base);
  if (suffix === undefined) return;
  report.error(
    "CREDENTIALS_PUBLIC_SUFFIX",
    path,
    text,
    `${show(text)} covers names below the public suffix ${show(suffix)}, where anyone can register one and read your users' data; ` +
      `write a domain of your own, "https://*.preview.example.com", or set dangerouslyAllowPublicSuffixes: true`,
  );
}

/**
 * The part of a list that may be trusted with cookies: what would start beside `credentials: true`. A rule without
 * credentials may hold `https://*.vercel.app`; that every stranger's preview can read public data harms nobody.
 */
export function trustworthy(list: CheckedList, allowPublicSuffixes: boolean): CheckedList {
  return {
    ...list,
    patterns: list.patterns.filter(
      ({ base, subdomains }) =>
        !subdomains || allowPublicSuffixes || isOrCoversPublicSuffix(base) === undefined,
    ),
    regexps: list.regexps.filter(
      ({ data: { regexp, flags } }) => judged(regexp, flags, true, allowPublicSuffixes).problems.length === 0,
    ),
  };
}

/** Warns of entries that another entry already covers, and drops those that stand twice. */
export function dropRepeated(list: CheckedList, path: string, report: IssueReport): CheckedList {
  const written = new Set<string>();
  const patterns = list.patterns;
  const rest = originSet({ ...list, exact: [] });
  const checkCover = patterns.length > 0 || list.regexps.length > 0;
  const kept = list.written.filter((entry, index) => {
    const key = typeof entry === "string" ? entry : `/${entry.regexp}/${entry.flags}`;
    const twice = written.has(key);
    written.add(key);
    if (twice || (checkCover && typeof entry === "string" && isCovered(entry, rest))) {
      const what = twice
        ? "stands twice and was dropped; remove it"
        : "is covered by a wider entry; remove one of the two";
      report.warn("ORIGIN_COVERED", `${path}[${list.positions[index]}]`, entry, `${show(entry)} ${what}`);
    }
    return !twice;
  });
  return { ...list, exact: [...new Set(list.exact)], written: kept };
}

function isCovered(entry: string, rest: OriginSet): boolean {
  const origin = parseOrigin(entry);
  if (origin !== undefined && !entry.includes("*")) return rest.matches(entry, origin);
  const pattern = parsePattern(entry);
  // Only a wider pattern covers a pattern: its base is a strict parent, which the walk over labels finds.
  if (pattern === undefined || !pattern.subdomains) return false;
  const { scheme, base: host, port } = pattern;
  return rest.matches("", { scheme, host, port });
}
