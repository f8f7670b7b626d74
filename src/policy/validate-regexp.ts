// A RegExp among the origins: unknown -> judged, with every problem reported.
import type { CheckedList, CheckedRegExp, CheckedRule } from "./checked.ts";
import { type IssueReport, show, showRegExp } from "./issues.ts";
import type { RegExpVerdict } from "./regexp.ts";
import { judgeRegExp } from "./seldom.ts";

export interface RegExpParts {
  readonly source: string;
  readonly flags: string;
}

/** A RegExp of any realm, or its JSON form. `instanceof RegExp` misses those of another realm (vm, jest). */
export function regexpParts(value: unknown): RegExpParts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { source, flags, regexp } = value as { source?: unknown; flags?: unknown; regexp?: unknown };
  if (Object.prototype.toString.call(value) === "[object RegExp]") {
    return typeof source === "string" && typeof flags === "string" ? { source, flags } : undefined;
  }
  if (typeof regexp !== "string" || (flags !== undefined && typeof flags !== "string")) return undefined;
  return { source: regexp, flags: flags ?? "" };
}

export function checkRegExp(
  entry: unknown,
  { source, flags }: RegExpParts,
  path: string,
  list: CheckedList,
  rule: Pick<CheckedRule, "credentials" | "dangerouslyAllowPublicSuffixes">,
  report: IssueReport,
): void {
  const shown = showRegExp(source, flags);
  const reason = syntaxError(source, flags);
  if (reason !== undefined) {
    report.error("REGEXP_SYNTAX", path, entry, `${shown} is no RegExp (${show(reason)}); mend it`);
    return;
  }
  const verdict = judged(source, flags, rule.credentials, rule.dangerouslyAllowPublicSuffixes);
  for (const { code, message, fix } of verdict.problems) {
    report.error(code, path, entry, `${shown} ${message}`, fix);
  }
  const data = { regexp: source, flags };
  list.regexps.push({ data, test: verdict.test } satisfies CheckedRegExp);
  list.written.push(data);
}

/** Why the engine refuses a RegExp; V8 repeats the whole of it before the reason. */
function syntaxError(source: string, flags: string): string | undefined {
  try {
    new RegExp(source, flags);
    return undefined;
  } catch (error) {
    return String((error as Error).message)
      .split(`/${flags}: `)
      .at(-1);
  }
}

// A literal RegExp in a per-request source is a new object at each request, and judging one takes up to 5 ms.
const VERDICTS = new Map<string, RegExpVerdict>();
const KEPT_VERDICTS = 256;

export function judged(
  source: string,
  flags: string,
  credentials: boolean,
  allowPublicSuffixes: boolean,
): RegExpVerdict {
  const key = `${credentials}${allowPublicSuffixes}/${flags}/${source}`;
  const known = VERDICTS.get(key);
  if (known !== undefined) return known;
  const verdict = judgeRegExp(source, flags, { credentials, allowPublicSuffixes });
  if (VERDICTS.size >= KEPT_VERDICTS) VERDICTS.clear();
  VERDICTS.set(key, verdict);
  return verdict;
}
