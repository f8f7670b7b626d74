// unknown -> checked options: the only place that rejects configuration.
import { type CheckedOrigin, type CheckedRoute, type CheckedRule, defaultRule } from "./checked.ts";
import { type IssueReport, show } from "./issues.ts";
import type { RuleOptions } from "./options.ts";
import { checkRouteKeys } from "./routes.ts";
import { adviseOption } from "./seldom.ts";
import { checkOrigin, dropRepeated } from "./validate-origin.ts";
import {
  checkAllowedHeaders,
  checkBoolean,
  checkExposedHeaders,
  checkMaxAge,
  checkMethods,
  checkOwner,
  checkStatus,
} from "./validate-values.ts";

type Check<T> = (value: unknown, name: string, report: IssueReport) => T;

// `satisfies` keeps the table complete: an option that is added to RuleOptions does not compile without its check.
const CHECKS = {
  credentials: checkBoolean,
  methods: checkMethods,
  allowedHeaders: checkAllowedHeaders,
  exposedHeaders: checkExposedHeaders,
  maxAge: checkMaxAge,
  preflightContinue: checkBoolean,
  optionsSuccessStatus: checkStatus,
  blockRefused: checkBoolean,
  allowOverride: checkBoolean,
  owner: checkOwner,
  dangerouslyAllowInsecureOrigins: checkBoolean,
  dangerouslyAllowPublicSuffixes: checkBoolean,
  dangerouslyAllowOpaqueOrigins: checkBoolean,
} satisfies { [K in Exclude<keyof Required<RuleOptions>, "origin" | "routes">]: Check<CheckedRule[K]> };

// As npm `cors` reads it, and loaders of configuration write it. Our own options protect: a value that got lost is told.
const NULL_IS_ABSENT: ReadonlySet<string> = new Set([
  "credentials",
  "methods",
  "exposedHeaders",
  "maxAge",
  "preflightContinue",
  "optionsSuccessStatus",
]);

function checkOf(name: string): Check<unknown> | undefined {
  return Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof typeof CHECKS] : undefined;
}

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
    if (name === "routes" || options[name] === undefined || isForEditors(name, options[name])) continue;
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
  const origins = typeof value === "string" && value.includes("://") ? [value] : value;
  const list = value === "*" || Array.isArray(origins) ? { origin: origins } : undefined;
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

const BY_DEFAULT = 'nothing is allowed by default (npm cors() allowed every site, which is { origin: "*" })';

function reportNoOptions(value: unknown, report: IssueReport): void {
  const origins = typeof value === "string" ? [value] : value;
  const meant =
    Array.isArray(origins) && origins.length > 0 && origins.every((entry) => typeof entry === "string");
  const fix = meant ? { origin: value === "*" ? "*" : origins } : undefined;
  const shown =
    fix === undefined ? '{ origin: ["https://app.example.com"] }' : `{ origin: ${show(fix.origin)} }`;
  let why = "";
  if (value === undefined) why = `; ${BY_DEFAULT}`;
  else if (typeof value === "function") why = "; only cors() takes a function";
  report.error("OPTIONS_TYPE", "", value, `${show(value)} is no options object${why}; write ${shown}`, fix);
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
    if (value === undefined || name === "origin" || (value === null && NULL_IS_ABSENT.has(name))) continue;
    const check = checkOf(name);
    if (check === undefined) reportUnknown(name, options, report);
    else target[name] = check(value, name, report);
  }
  if (request !== undefined) rule.origin = checkSourceOrigin(options.origin, request, rule, report);
  else if ("origin" in options) rule.origin = checkOrigin(options.origin, "origin", rule, report);
  else reportNoOrigin(report);
  if (rule.credentials) checkCredentials(rule, options, report);
  return rule;
}

function reportNoOrigin(report: IssueReport): void {
  const write = "list the origins, or read them from an environment variable with originsFromEnv(name)";
  report.error("ORIGIN_REQUIRED", "origin", undefined, `is missing; ${BY_DEFAULT}; ${write}`);
}

/** The name by which editors find the schema of a JSON file: https://json-schema.org/draft-07/json-schema-core#section-6.4 */
function isForEditors(name: string, value: unknown): boolean {
  return name === "$schema" && typeof value === "string";
}

function reportUnknown(name: string, options: Options, report: IssueReport): void {
  // It stands at the top of a file, and so in no rule of a table.
  if (report.prefix === "" && isForEditors(name, options[name])) return;
  const { message, harmless } = adviseOption(name, options, ["origin", ...Object.keys(CHECKS)]);
  // npm `cors` passes over names that it does not know: copied lists hold many, and most say nothing about access.
  if (harmless) report.warn("UNKNOWN_OPTION", name, options[name], message);
  else report.error("UNKNOWN_OPTION", name, options[name], message);
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
