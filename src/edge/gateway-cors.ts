// A rule becomes the CORS filter of an HTTPRoute; what the filter has no form for is refused, and left out.
import { COMMON_HEADERS, NO_HEADER, unlisted } from "./kubernetes.ts";
import type { Notes } from "./notes.ts";
import type { EdgeOrigins, EdgeRule } from "./routes.ts";
import { listed } from "./words.ts";

/** https://gateway-api.sigs.k8s.io/reference/spec/#httpcorsfilter, with nothing left to its defaults. */
export interface CorsFilter {
  readonly allowOrigins: readonly string[];
  /** Absent: no. */
  readonly allowCredentials?: true;
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAge: number;
}

const NGINX = "use toNginx";
const MOST = 64;
const MAX_AGE = 2_147_483_647;
const ORIGIN = /^https?:\/\/(?:\*\.)?(?:[a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+(?::[0-9]{1,5})?$/;
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/** The filter; `undefined` where nobody is let in. */
export function corsFilter(rule: EdgeRule, notes: Notes): CorsFilter | undefined {
  refuseOptions(rule, notes);
  const allowOrigins = origins(rule.key, rule.origins, notes);
  if (allowOrigins.length === 0) return undefined;
  const exposeHeaders = exposed(rule, notes);
  return {
    allowOrigins,
    ...(rule.data.credentials ? { allowCredentials: true } : {}),
    allowMethods: methods(rule, notes),
    allowHeaders: headers(rule, notes),
    ...(exposeHeaders.length > 0 ? { exposeHeaders } : {}),
    maxAge: maxAge(rule, notes),
  };
}

function refuseOptions({ key, data }: EdgeRule, notes: Notes): void {
  const refuse = (option: string, message: string, instead: string) =>
    notes.refuse("OPTION", key, option, message, instead);
  if (data.preflightContinue)
    refuse("preflightContinue", "the gateway answers preflights itself", "leave it out of the policy");
  if (data.optionsSuccessStatus !== 204)
    refuse(
      "optionsSuccessStatus",
      `the gateway chooses 200 or 204, and takes no ${data.optionsSuccessStatus}`,
      `leave it out of the policy, or ${NGINX}`,
    );
  if (data.blockRefused)
    refuse(
      "blockRefused",
      "requests from refused origins go on to the service",
      `let the service block them (owner: "service"), or ${NGINX}`,
    );
  if (data.allowOverride)
    refuse(
      "allowOverride",
      "the service's own headers are removed, so that it overrides nothing",
      'leave it out of the policy, or leave the route to the service (owner: "service")',
    );
}

function origins(key: string, from: EdgeOrigins, notes: Notes): readonly string[] {
  const refuse = (
    code: "ORIGIN_FORM" | "ORIGIN_PATTERN" | "ORIGIN_COUNT",
    message: string,
    instead: string,
  ) => notes.refuse(code, key, "origin", message, instead);
  if (from.kind !== "list") return unlisted(key, from, notes);
  const odd = from.exact.filter((origin) => !fits(origin));
  if (odd.length > 0)
    refuse(
      "ORIGIN_FORM",
      `${listed(odd)}: the filter takes http and https, with names of letters, digits and "-" or an IPv4 address`,
      NGINX,
    );
  // A free port has no form: the schema takes digits alone.
  const wild = from.patterns.map(({ written }) => written);
  const oddPatterns = wild.filter((written) => !fits(written));
  if (oddPatterns.length > 0)
    refuse(
      "ORIGIN_PATTERN",
      `${listed(oddPatterns)}: the filter takes no free ports and no "_"`,
      `list the ports, or ${NGINX}`,
    );
  if (from.regexps.length > 0)
    refuse(
      "ORIGIN_PATTERN",
      `${listed(from.regexps.map(({ regexp }) => regexp))}: the filter takes no RegExps`,
      `write patterns such as "https://*.example.com", or ${NGINX}`,
    );
  // A set to the schema: none twice.
  const all = [...new Set([...from.exact, ...wild].filter(fits))];
  if (all.length > MOST)
    refuse("ORIGIN_COUNT", `${all.length} origins; the filter takes ${MOST}`, `write patterns, or ${NGINX}`);
  return all.slice(0, MOST);
}

function fits(origin: string): boolean {
  return origin.length <= 253 && ORIGIN.test(origin);
}

function methods({ key, data }: EdgeRule, notes: Notes): readonly string[] {
  if (data.methods === "*") {
    if (data.credentials) {
      notes.refuse(
        "METHOD",
        key,
        "methods",
        '"*" with credentials: gateways are to name the method that is asked for, and some send the "*", which browsers then take for a method of that name',
        "list the methods",
      );
    }
    return ["*"];
  }
  const known = data.methods.filter((method) => METHODS.includes(method));
  const odd = data.methods.filter((method) => !METHODS.includes(method));
  if (odd.length > 0)
    notes.refuse("METHOD", key, "methods", `${listed(odd)}: the filter knows ${METHODS.join(", ")}`, NGINX);
  // An empty list lets the gateway add methods of its own; GET needs no grant, and grants nothing.
  return known.length > 0 ? [...new Set(known)] : ["GET"];
}

function headers({ key, data }: EdgeRule, notes: Notes): readonly string[] {
  const { allowedHeaders, credentials } = data;
  const refuse = (message: string, instead: string) =>
    notes.refuse("HEADERS", key, "allowedHeaders", message, instead);
  const open = allowedHeaders === null || allowedHeaders.includes("*");
  if (open && credentials) {
    refuse(
      'every header with credentials: gateways are to name those that are asked for, and some send "*", which browsers then take for a header of that name',
      "list what the front end sends",
    );
    return ["*"];
  }
  if (allowedHeaders === null) return ["*", "Authorization"];
  if (allowedHeaders === "*" || (open && !namesAuthorization(allowedHeaders))) {
    // A gateway may answer "*" with the names that are asked for: Authorization among them, which "*" does not cover.
    refuse(
      '"*" without Authorization: gateways may name what is asked for in its place, Authorization too',
      'write ["*", "Authorization"] if it may be sent, or list what the front end sends',
    );
    return allowedHeaders === "*"
      ? COMMON_HEADERS
      : fewer([...COMMON_HEADERS, ...allowedHeaders.filter((name) => name !== "*")], refuse);
  }
  const names = fewer(allowedHeaders, refuse);
  // An empty list lets the gateway add names of its own.
  return names.length > 0 ? names : [NO_HEADER];
}

function namesAuthorization(names: readonly string[]): boolean {
  return names.some((name) => name.toLowerCase() === "authorization");
}

function exposed({ key, data }: EdgeRule, notes: Notes): readonly string[] {
  if (data.exposedHeaders === "*") return ["*"];
  return fewer(data.exposedHeaders, (message, instead) =>
    notes.refuse("HEADERS", key, "exposedHeaders", message, instead),
  );
}

/** As many names as the schema takes, each once and not too long. */
function fewer(
  names: readonly string[],
  refuse: (message: string, instead: string) => void,
): readonly string[] {
  const short = [...new Set(names)].filter((name) => name.length <= 256);
  if (short.length > MOST) refuse(`${short.length} names; the filter takes ${MOST}`, NGINX);
  const long = names.filter((name) => name.length > 256);
  if (long.length > 0) refuse(`${listed(long)}: the filter takes names of 256 characters`, NGINX);
  return short.slice(0, MOST);
}

function maxAge({ key, data }: EdgeRule, notes: Notes): number {
  if (data.maxAge > 0) return Math.min(data.maxAge, MAX_AGE);
  notes.refuse(
    "MAX_AGE",
    key,
    "maxAge",
    "0: the filter takes 1 second or more",
    `write maxAge: 1, or ${NGINX}`,
  );
  return 1;
}
