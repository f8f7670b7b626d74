// unknown -> checked options: the only place that rejects configuration.
import { type CheckedOrigin, type CheckedRoute, type CheckedRule, defaultRule } from "./checked.ts";
import {
  isCorsResponseHeader,
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isForbiddenResponseHeader,
  isRequestOnlyHeader,
  isToken,
  normalizeMethod,
} from "./fields.ts";
import { type IssueReport, show } from "./issues.ts";
import type { RuleOptions } from "./options.ts";
import { checkRouteKeys } from "./routes.ts";
import { suggestOption } from "./suggest.ts";
import { checkOrigin, dropRepeated } from "./validate-origin.ts";

type Check<T> = (value: unknown, name: string, report: IssueReport) => T;

// `satisfies` keeps the table complete: an option that is added to RuleOptions does not compile without its check.
const CHECKS = {
  credentials: boolean,
  methods: checkMethods,
  allowedHeaders: checkAllowedHeaders,
  exposedHeaders: checkExposedHeaders,
  maxAge: checkMaxAge,
  preflightContinue: boolean,
  optionsSuccessStatus: checkStatus,
  blockRefused: boolean,
  allowOverride: boolean,
  dangerouslyAllowInsecureOrigins: boolean,
  dangerouslyAllowPublicSuffixes: boolean,
  dangerouslyAllowOpaqueOrigins: boolean,
} satisfies { [K in Exclude<keyof Required<RuleOptions>, "origin" | "routes">]: Check<CheckedRule[K]> };

const CHECK_OF: ReadonlyMap<string, Check<unknown>> = new Map(Object.entries(CHECKS));
const OPTION_NAMES = ["origin", ...Object.keys(CHECKS)];

/** Checks rule options or a table of routes: key -> checked route, in the order written. */
export function checkPolicy(
  options: unknown,
  report: IssueReport,
  request?: SourceRequest,
): Map<string, CheckedRoute> {
  const checked = new Map<string, CheckedRoute>();
  if (!isOptions(options)) {
    reportNoOptions(options, report);
    return checked;
  }
  if (options.routes === undefined) {
    checked.set("/", checkWhole(options, report, request));
    return checked;
  }
  for (const name of Object.keys(options)) {
    if (name === "routes" || options[name] === undefined) continue;
    report.error(
      "ROUTES_MIXED",
      name,
      options[name],
      `stands beside "routes"; put it into each route that needs it`,
    );
  }
  if (!isOptions(options.routes)) {
    report.error(
      "OPTION_TYPE",
      "routes",
      options.routes,
      `${show(options.routes)} is no table; write { "/": { origin: [...] } }`,
    );
    return checked;
  }
  const keys = Object.keys(options.routes);
  checkRouteKeys(keys, report);
  for (const key of keys) {
    report.prefix = `routes[${JSON.stringify(key)}].`;
    checked.set(key, checkRoute(options.routes[key], report, request));
  }
  report.prefix = "";
  return checked;
}

function checkRoute(value: unknown, report: IssueReport, request: SourceRequest | undefined): CheckedRoute {
  if (value === "passthrough") return value;
  if (value === false) return defaultRule();
  if (isOptions(value)) return checkWhole(value, report, request);
  const list = value === "*" || Array.isArray(value) ? { origin: value } : undefined;
  const shown = list === undefined ? "{ origin: [...] }" : show(list);
  report.error(
    "ROUTE_VALUE",
    "",
    value,
    `${show(value)} is no rule; write ${shown}, false or "passthrough"`,
    list,
  );
  return defaultRule();
}

export type Options = Readonly<Record<string, unknown>>;

export function isOptions(value: unknown): value is Options {
  // By tag, since options may come from another realm; a module namespace is what `import * as config` gives.
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" || tag === "[object Module]";
}

function reportNoOptions(value: unknown, report: IssueReport): void {
  const origins = typeof value === "string" ? [value] : value;
  const meant = Array.isArray(origins) && origins.every((entry) => typeof entry === "string");
  const fix = meant ? { origin: value === "*" ? "*" : origins } : undefined;
  const shown =
    fix === undefined ? '{ origin: ["https://app.example.com"] }' : `{ origin: ${show(fix.origin)} }`;
  const unset = value === undefined ? "; nothing is allowed by default" : "";
  report.error("OPTIONS_TYPE", "", value, `${show(value)} is no options object${unset}; write ${shown}`, fix);
}

function checkWhole(options: Options, report: IssueReport, request: SourceRequest | undefined): CheckedRule {
  const rule = checkRule(options, report, request);
  // Looking for repetition costs a look-up per entry: for policies that are born once, not in a request.
  if (request === undefined && rule.origin.kind === "list" && rule.origin.positions.length > 1) {
    rule.origin = dropRepeated(rule.origin, "origin", report);
  }
  return rule;
}

/** The request for which a source answers with plain options. */
export interface SourceRequest {
  readonly origin: string | undefined;
}

/** Checks one rule. Nothing is allocated for an option that is fine: this also runs for options born in a request. */
export function checkRule(options: Options, report: IssueReport, request?: SourceRequest): CheckedRule {
  const rule = defaultRule();
  const target = rule as unknown as Record<string, unknown>;
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value === undefined || name === "origin" || name === "routes") continue;
    const check = CHECK_OF.get(name);
    if (check === undefined) report.error("UNKNOWN_OPTION", name, value, suggestOption(name, OPTION_NAMES));
    else target[name] = check(value, name, report);
  }
  rule.origin =
    request === undefined
      ? checkOrigin(options.origin, "origin", rule, report)
      : checkSourceOrigin(options.origin, request, rule, report);
  if (rule.credentials) checkCredentials(rule, options, report);
  return rule;
}

const REQUEST_ORIGIN = Object.freeze({ kind: "request" } as const);

/**
 * `true`, and the request's own origin, say "this one" (npm `cors`'s idiom, after the source's own check); `"*"` stays
 * `*` and takes no credentials. Everything else means what it means in a policy.
 */
function checkSourceOrigin(
  value: unknown,
  request: SourceRequest,
  rule: CheckedRule,
  report: IssueReport,
): CheckedOrigin {
  if (value === true) return REQUEST_ORIGIN;
  if (value !== "*" && value === request.origin) return REQUEST_ORIGIN;
  if (Array.isArray(value) && value.length === 0) return { kind: "none" };
  const origin = checkOrigin(value, "origin", rule, report);
  if (origin.kind === "any") rule.credentials = false;
  return origin;
}

function checkCredentials(rule: CheckedRule, options: Options, report: IssueReport): void {
  if (rule.origin.kind === "any") {
    report.error(
      "CREDENTIALS_WILDCARD",
      "credentials",
      options.credentials,
      `true cannot stand beside origin ${show(options.origin)}: any website could read your users' data; list the origins`,
    );
  }
  if (rule.exposedHeaders === "*") {
    report.error(
      "CREDENTIALS_EXPOSED_WILDCARD",
      "exposedHeaders",
      options.exposedHeaders,
      `"*" exposes nothing with credentials, browsers then take it for a header's name; list the names`,
    );
  }
}

function boolean(value: unknown, name: string, report: IssueReport): boolean {
  if (typeof value === "boolean") return value;
  const meant = value === "true" ? true : value === "false" ? false : undefined;
  const write = meant === undefined ? "true or false" : String(meant);
  report.error("OPTION_TYPE", name, value, `${show(value)} is no boolean; write ${write}`, meant);
  // What was meant is judged too, so that the next problem shows in the same run.
  return meant ?? false;
}

const ONE_DAY = 86_400;

function checkMaxAge(value: unknown, name: string, report: IssueReport): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    if (value > ONE_DAY) {
      report.warn(
        "MAX_AGE_CAPPED",
        name,
        value,
        `${value} is longer than any browser keeps a preflight; write at most ${ONE_DAY}`,
        ONE_DAY,
      );
    }
    return value;
  }
  const meant = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : wholeSeconds(value);
  report.error(
    "MAX_AGE",
    name,
    value,
    `${show(value)} is no number of seconds; write a whole number, 0 or more: ${meant ?? 600}`,
    meant,
  );
  return 0;
}

/** Negative ages switch caching off in one browser; `0` does so in all. */
function wholeSeconds(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  return Math.min(Math.max(Math.floor(value), 0), ONE_DAY);
}

function checkStatus(value: unknown, name: string, report: IssueReport): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 299) return value;
  report.error(
    "OPTIONS_SUCCESS_STATUS",
    name,
    value,
    `${show(value)} fails every preflight; write a status from 200 to 299: 204`,
    204,
  );
  return 204;
}

/** The elements of an array or a comma list, each with its path; `undefined` where it is neither. */
function elements(
  value: unknown,
  name: string,
  report: IssueReport,
): readonly [string, string][] | undefined {
  if (typeof value === "string") {
    const names = value.split(",").map((element) => element.trim());
    return names.filter((element) => element !== "").map((element) => [element, name]);
  }
  if (Array.isArray(value)) {
    const found: [string, string][] = [];
    for (const [index, element] of value.entries()) {
      const path = `${name}[${index}]`;
      if (typeof element === "string") found.push([element, path]);
      else report.error("OPTION_TYPE", path, element, `${show(element)} is no string; write a name`);
    }
    return found;
  }
  report.error(
    "OPTION_TYPE",
    name,
    value,
    `${show(value)} is no list; write an array of strings, a comma list or "*"`,
  );
  return undefined;
}

// Methods that a lower-case spelling is meant to name; everything else in lower case may be a method of its own.
const KNOWN_METHODS = new Set([
  "PATCH",
  "QUERY",
  "LINK",
  "UNLINK",
  "PURGE",
  "COPY",
  "MOVE",
  "LOCK",
  "UNLOCK",
  "MKCOL",
  "PROPFIND",
  "PROPPATCH",
  "SEARCH",
  "REPORT",
]);

function checkMethods(value: unknown, name: string, report: IssueReport): "*" | readonly string[] {
  const methods: string[] = [];
  let any = false;
  for (const [written, path] of elements(value, name, report) ?? []) {
    const method = normalizeMethod(written);
    const upper = method.toUpperCase();
    if (method === "*") any = true;
    else if (!isToken(method)) {
      report.error(
        "METHOD_TOKEN",
        path,
        written,
        `${show(written)} is no method; write one name per entry, letters only: "PATCH"`,
      );
    } else if (method !== upper && KNOWN_METHODS.has(upper)) {
      // The fix of one element of a comma list is the whole list: a path leads to a value, not into a string.
      const fix = path === name ? String(value).replace(written, upper) : upper;
      report.error(
        "METHOD_CASE",
        path,
        written,
        `${show(written)} never matches, methods are case-sensitive; write ${show(upper)}`,
        fix,
      );
    } else if (isForbiddenMethod(method)) {
      report.warn(
        "METHOD_NEVER_SENT",
        path,
        written,
        `${show(written)} is a method that browsers refuse to send; it was dropped`,
      );
    } else if (methods.includes(method)) {
      report.warn("METHOD_COVERED", path, written, `${show(written)} stands twice; it was dropped`);
    } else methods.push(method);
  }
  if (!any) return methods;
  if (methods.length > 0)
    report.warn("METHOD_COVERED", name, value, `"*" covers every method; ${show(methods)} was dropped`);
  return "*";
}

/** The tokens of a list of header names without repetition, `*` included. */
function headerNames(
  value: unknown,
  name: string,
  report: IssueReport,
  covered: "HEADER_COVERED" | "EXPOSED_COVERED",
  keep: (lower: string, written: string, path: string) => boolean,
): string[] {
  const names: string[] = [];
  const seen = new Set<string>();
  for (const [written, path] of elements(value, name, report) ?? []) {
    const lower = written.toLowerCase();
    if (!isToken(written)) {
      report.error(
        "HEADER_TOKEN",
        path,
        written,
        `${show(written)} is no header name; write one name per entry, without values: "X-Request-Id"`,
      );
    } else if (seen.has(lower)) {
      report.warn(covered, path, written, `${show(written)} stands twice; it was dropped`);
    } else if (keep(lower, written, path)) {
      seen.add(lower);
      names.push(written);
    }
  }
  return names;
}

function checkAllowedHeaders(
  value: unknown,
  name: string,
  report: IssueReport,
): "*" | readonly string[] | null {
  if (value === null) return null;
  const names = headerNames(value, name, report, "HEADER_COVERED", (lower, written, path) => {
    if (isForbiddenRequestHeader(lower)) {
      report.warn(
        "HEADER_FORBIDDEN",
        path,
        written,
        `${show(written)} is a header that scripts cannot set; it was dropped`,
      );
      return false;
    }
    if (isCorsResponseHeader(lower)) {
      report.warn(
        "HEADER_RESPONSE_ONLY",
        path,
        written,
        `${show(written)} belongs to responses; the front end should stop sending it`,
      );
    }
    return true;
  });
  // Names beside "*" stay: Authorization is not covered by it, and Firefox caches only what is named.
  return names.length === 1 && names[0] === "*" ? "*" : names;
}

function checkExposedHeaders(value: unknown, name: string, report: IssueReport): "*" | readonly string[] {
  const names = headerNames(value, name, report, "EXPOSED_COVERED", (lower, written, path) => {
    if (isForbiddenResponseHeader(lower)) {
      report.warn(
        "EXPOSED_FORBIDDEN",
        path,
        written,
        `${show(written)} can be read by no script; it was dropped`,
      );
      return false;
    }
    if (isRequestOnlyHeader(lower)) {
      report.warn(
        "EXPOSED_NOT_RESPONSE",
        path,
        written,
        `${show(written)} is no response header; it was dropped`,
      );
      return false;
    }
    return true;
  });
  if (!names.includes("*")) return names;
  const others = names.filter((other) => other !== "*");
  if (others.length > 0)
    report.warn("EXPOSED_COVERED", name, value, `"*" covers every header; ${show(others)} was dropped`);
  return "*";
}
