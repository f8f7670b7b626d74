// Two policies -> what changes for whom. What is not reported here as opening opens for nobody: a property test says so.
import { show } from "../../policy/issues.ts";
import type { RuleData } from "../../policy/options.ts";
import type { Policy } from "../../policy/policy.ts";
import { ruleOf, type Selected, selectRoute } from "../entries.ts";
import { listed } from "../text.ts";
import { comparePreflights } from "./names.ts";
import { compareOrigins, type OriginChange } from "./origins.ts";

export interface Change {
  /** `unknown`: cannot be compared, and counts as opening. */
  readonly effect: "opens" | "closes" | "changes" | "unknown";
  /** What changed: an origin, credentials, a method, a header, ... */
  readonly what:
    | "origin"
    | "credentials"
    | "method"
    | "header"
    | "exposed"
    | "maxAge"
    | "option"
    | "owner"
    | "spelling";
  /** The key of the route, of either policy. */
  readonly route: string;
  /** The methods, names or values; empty where the origins say it all. */
  readonly values: readonly string[];
  /** For whom: entries of the origin lists, or words. */
  readonly origins: readonly string[];
  /** One sentence. */
  readonly text: string;
}

/**
 * Each key of either policy is looked up in both: that pairs every rule with the one that replaces it, since the longest
 * of the two keys that decide about a path is a path itself.
 */
export function comparePolicies(before: Policy, after: Policy): readonly Change[] {
  const keys = new Set([...Object.keys(before.routes), ...Object.keys(after.routes)]);
  return [
    ...[...keys].flatMap((key) => compareRoutes(key, selectRoute(before, key), selectRoute(after, key))),
    ...compareSpellings(before, after),
  ];
}

function compareRoutes(route: string, before: Selected, after: Selected): Change[] {
  const was = isDecidedHere(before);
  const is = isDecidedHere(after);
  if (!is) return was ? [leftToOthers(route)] : [];
  const origins = compareOrigins(before, after);
  const rules = [ruleOf(before.data), ruleOf(after.data)] as const;
  return [
    ...(was ? [] : [takenOver(route, after)]),
    ...originChanges(route, origins, rules[1]?.credentials === true),
    ...(origins.stay.length > 0 && rules[0] !== undefined && rules[1] !== undefined
      ? compareRules(route, rules[0], rules[1], origins.stay)
      : []),
    ...(was ? [...compareOptions(route, before, after), ...compareOwners(route, before, after)] : []),
  ];
}

/** The same answers, from another layer. */
function compareOwners(route: string, before: Selected, after: Selected): Change[] {
  const [was, is] = [before, after].map(({ data }) => ruleOf(data)?.owner ?? "every layer");
  if (was === is) return [];
  const text = `${route} is enforced by ${ownerText(is)}; before, by ${ownerText(was)}`;
  return [{ effect: "changes", what: "owner", route, values: [], origins: [], text }];
}

function ownerText(owner = ""): string {
  return owner === "every layer" ? owner : `the ${owner} alone`;
}

/** Without a covering key and under `"passthrough"` whatever stands behind decides. */
function isDecidedHere({ compiled }: Selected): boolean {
  return compiled !== undefined && !compiled.passthrough;
}

function leftToOthers(route: string): Change {
  const text = `${route} is left to what stands behind: whom that lets in cannot be compared`;
  return { effect: "unknown", what: "owner", route, values: [], origins: [], text };
}

function takenOver(route: string, { compiled }: Selected): Change {
  const closed = compiled?.judge === "none";
  const text = closed
    ? `closes ${route} to every other origin; before, what stands behind decided`
    : `${route} is decided here; before, what stands behind did`;
  return { effect: closed ? "closes" : "changes", what: "owner", route, values: [], origins: [], text };
}

function originChanges(
  route: string,
  { opened, closed, unknown, doubtful }: OriginChange,
  credentials: boolean,
): Change[] {
  const change = (effect: Change["effect"], origins: readonly string[], text: string): Change[] =>
    origins.length === 0 ? [] : [{ effect, what: "origin", route, values: [], origins, text }];
  const beside = credentials ? " with credentials" : "";
  return [
    ...change("opens", opened, `opens ${route} to ${listed(opened)}${beside}`),
    ...change("unknown", unknown, `cannot be compared on ${route}${beside}: ${listed(unknown)}`),
    ...change("changes", doubtful, `may close ${route} to ${listed(doubtful)}: cannot be compared`),
    ...change("closes", closed, `closes ${route} to ${listed(closed)}`),
  ];
}

/** For those who could and still can: what more, or less, may they do? */
function compareRules(route: string, before: RuleData, after: RuleData, stay: readonly string[]): Change[] {
  const whom = listed(stay);
  const change = (
    opens: boolean | undefined,
    what: Change["what"],
    values: readonly string[],
    text: string,
  ) => ({
    effect: opens === undefined ? ("changes" as const) : opens ? ("opens" as const) : ("closes" as const),
    what,
    route,
    values,
    origins: stay,
    text,
  });
  const changes: Change[] = [];
  if (before.credentials !== after.credentials) {
    const text = after.credentials
      ? `opens ${route} to ${whom} with credentials`
      : `credentials are no longer allowed on ${route} for ${whom}`;
    changes.push(change(after.credentials, "credentials", [], text));
  }
  for (const { opens, what, values } of comparePreflights(before, after)) {
    const text =
      what === "exposed"
        ? `${opens ? "exposes" : "no longer exposes"} ${listed(values, 8)} on ${route} to ${whom}`
        : allowance(what, values, opens, `allowed on ${route} for ${whom}`);
    changes.push(change(opens, what, values, text));
  }
  if (before.maxAge !== after.maxAge) {
    const values = [before.maxAge, after.maxAge].map((seconds) =>
      seconds === 0 ? "0 (none)" : String(seconds),
    );
    changes.push(change(undefined, "maxAge", values, `max-age ${values.join(" -> ")} on ${route}`));
  }
  if (before.optionsSuccessStatus !== after.optionsSuccessStatus) {
    const values = [before.optionsSuccessStatus, after.optionsSuccessStatus].map(String);
    const text = `granted preflights on ${route} are answered with ${values[1]}, not ${values[0]}`;
    changes.push(change(undefined, "option", ["optionsSuccessStatus", ...values], text));
  }
  return changes;
}

/** "method PUT becomes allowed ...", "headers X-A, X-B are no longer allowed ...", "any header becomes allowed ..." */
function allowance(noun: string, values: readonly string[], opens: boolean, rest: string): string {
  const [first = ""] = values;
  const several = values.length > 1;
  const subject = first.startsWith("any ") ? first : `${noun}${several ? "s" : ""} ${listed(values, 8)}`;
  return `${subject} ${opens ? (several ? "become" : "becomes") : several ? "are no longer" : "is no longer"} ${rest}`;
}

const OPTIONS = {
  blockRefused: "requests of refused origins",
  allowOverride: "what handlers and upstreams write",
  preflightContinue: "the application's own answer to preflights",
  dangerouslyAllowInsecureOrigins: "http: origins beside credentials",
  dangerouslyAllowPublicSuffixes: "patterns below public suffixes beside credentials",
  dangerouslyAllowOpaqueOrigins: "the origins of sandboxed pages and local files",
} as const satisfies Partial<Record<keyof RuleData, string>>;

/** Options that hold whoever asks. All of them widen but the one that blocks. */
function compareOptions(route: string, before: Selected, after: Selected): Change[] {
  const on = ({ data, compiled }: Selected, option: keyof typeof OPTIONS): boolean =>
    // Of the engine: it may hold for a path that no route decides, since it could be read as another.
    option === "blockRefused" ? compiled?.blockRefused === true : (ruleOf(data)?.[option] ?? false);
  return (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]).flatMap((option): Change[] => {
    const [was, is] = [on(before, option), on(after, option)];
    if (was === is) return [];
    const passes = option === "blockRefused" ? was : is;
    const text = `${OPTIONS[option]} ${passes ? "may pass" : "may no longer pass"} on ${route} (${option}: ${was} -> ${is})`;
    const effect = passes ? "opens" : "closes";
    return [{ effect, what: "option", route, values: [option, String(was), String(is)], origins: [], text }];
  });
}

/**
 * Beside a key, paths that another server could read as it (`/PUBLIC`, `/%70ublic`, `//public`) are refused. Without the
 * key they follow another route, and whoever that lets in gets in, or is no longer stopped. ("/" has no other spelling.)
 */
function compareSpellings(before: Policy, after: Policy): Change[] {
  const gone = Object.keys(before.routes).filter((key) => key !== "/" && after.routes[key] === undefined);
  const left = Object.keys(after.routes).flatMap((key) => selectRoute(after, key).compiled ?? []);
  const grants = left.some(({ passthrough, judge }) => !passthrough && judge !== "none");
  const stopped = gone.some((key) => selectRoute(before, key).compiled?.blockRefused === true);
  const lets = stopped && left.some(({ blockRefused }) => !blockRefused);
  const [route] = gone;
  if (route === undefined || !(grants || lets)) return [];
  const text =
    `odd spellings of ${listed(gone.map(show))} (upper case, escapes, doubled slashes) were refused; ` +
    "without the key they follow the other routes";
  return [{ effect: "opens", what: "spelling", route, values: gone, origins: [], text }];
}
