// What is legal in a policy, and worth saying: each note has a code, what it means for whom, and what to write instead.
import { show } from "../../policy/issues.ts";
import type { RuleData } from "../../policy/options.ts";
import { isLoopback, parseOrigin, parsePattern } from "../../policy/origin.ts";
import type { Policy } from "../../policy/policy.ts";
import { entriesOf, isPattern, ruleOf, showEntry } from "../entries.ts";
import { listed } from "../text.ts";

export interface Note {
  readonly code: NoteCode;
  readonly path: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export const NOTE_CODES = [
  "CREDENTIALS_PATTERN",
  "CREDENTIALS_LOCAL",
  "PUBLIC_BELOW_CREDENTIALS",
  "HEADERS_ECHOED",
  "NOTHING_EXPOSED",
  "PREFLIGHT_UNCACHED",
  "MAX_AGE_LONG",
  "ORIGIN_FUNCTION",
  "BLOCKS_FORM_POSTS",
  "OVERRIDE_ALLOWED",
  "PREFLIGHT_CONTINUES",
  "DANGEROUS_OPTION",
  "PASSTHROUGH",
  "UNCOVERED_PATHS",
] as const;

export type NoteCode = (typeof NOTE_CODES)[number];

type Found = Omit<Note, "code" | "path"> & { readonly option: string };
type Check = (rule: RuleData, key: string, policy: Policy) => Found | undefined;

export function notesOnPolicy(policy: Policy): readonly Note[] {
  const notes: Note[] = [];
  for (const [key, route] of Object.entries(policy.routes)) {
    const at = `routes[${JSON.stringify(key)}]`;
    if (route === "passthrough") notes.push({ path: at, ...PASSTHROUGH });
    const rule = ruleOf(route);
    if (rule === undefined) continue;
    for (const [code, check] of Object.entries(CHECKS) as [NoteCode, Check][]) {
      const found = check(rule, key, policy);
      if (found === undefined) continue;
      const { option, what, why, fix } = found;
      notes.push({ code, path: `${at}.${option}`, what, why, fix });
    }
  }
  if (policy.routes["/"] === undefined) notes.push(UNCOVERED);
  return notes;
}

const PASSTHROUGH = {
  code: "PASSTHROUGH",
  what: "nothing is decided here, so nothing can be linted",
  why: "Whatever stands behind owns CORS on these paths, and may grant anything.",
  fix: "Check that service by itself: boring-cors check URL --origin O.",
} as const;

const UNCOVERED: Note = {
  code: "UNCOVERED_PATHS",
  path: "routes",
  what: 'no key "/": paths outside the table are left alone',
  why: "Whatever stands behind may grant CORS there.",
  fix: 'Write "/": false if nobody else is to.',
};

const CHECKS: Partial<Record<NoteCode, Check>> = {
  CREDENTIALS_PATTERN(rule) {
    const wide = entriesOf(rule).filter((entry) => typeof entry !== "string" || isWide(entry));
    if (!rule.credentials || wide.length === 0) return undefined;
    return {
      option: "origin",
      what: `${listed(wide.map(showEntry))} with credentials`,
      why: "Every host that it matches can act as your users: a forgotten one that is taken over, too.",
      fix: "List the origins that need it, or give previews a domain of their own.",
    };
  },
  CREDENTIALS_LOCAL(rule) {
    const local = entriesOf(rule).filter((entry) => typeof entry === "string" && isLocal(entry));
    if (!rule.credentials || local.length === 0) return undefined;
    return {
      option: "origin",
      what: `${listed(local.map(showEntry))} with credentials`,
      why: "Whatever listens on that port of a user's machine can act as that user.",
      fix: "Keep it out of production: read the origins with originsFromEnv(name).",
    };
  },
  PUBLIC_BELOW_CREDENTIALS(rule, key, policy) {
    const above = Object.keys(policy.routes).find(
      (other) =>
        other !== key &&
        (other === "/" || key.startsWith(`${other}/`)) &&
        ruleOf(policy.routes[other])?.credentials === true,
    );
    if (rule.origin !== "*" || above === undefined) return undefined;
    return {
      option: "origin",
      what: `"*" below ${show(above)}, which allows credentials`,
      why: 'Every website can read these answers. Requests with credentials: "include" fail here.',
      fix: 'Serve nothing here that depends on who is logged in, and leave credentials: "include" out of the page.',
    };
  },
  HEADERS_ECHOED(rule) {
    if (rule.allowedHeaders !== null || !rule.credentials) return undefined;
    return {
      option: "allowedHeaders",
      what: "unset: whatever a page asks for is granted",
      why: "Pages may then set any header, those that a proxy trusts as well (X-Forwarded-User, X-HTTP-Method-Override).",
      fix: 'List what the front end sends: allowedHeaders: ["Content-Type", "Authorization"].',
    };
  },
  NOTHING_EXPOSED(rule) {
    if (!rule.credentials || rule.origin === false || rule.exposedHeaders.length > 0) return undefined;
    return {
      option: "exposedHeaders",
      what: "none: scripts read the body and seven safelisted headers",
      why: "ETag, Link, Location, Retry-After and request ids are null in the page.",
      fix: 'Name what the front end reads: exposedHeaders: ["ETag", "X-Request-Id"].',
    };
  },
  PREFLIGHT_UNCACHED(rule) {
    if (rule.maxAge !== 0) return undefined;
    return {
      option: "maxAge",
      what: "0: no preflight is remembered",
      why: "Each request that needs one takes two round trips.",
      fix: "Leave maxAge out (600 seconds).",
    };
  },
  MAX_AGE_LONG(rule) {
    // Above a day the policy itself warns.
    if (rule.maxAge <= 7200 || rule.maxAge > 86_400) return undefined;
    return {
      option: "maxAge",
      what: `${rule.maxAge}: Chromium keeps a preflight for 7200 seconds at most, Safari for 600`,
      why: "In Firefox alone, what you take away passes for that long.",
      fix: "Write maxAge: 7200, or less.",
    };
  },
  ORIGIN_FUNCTION({ origin }) {
    if (typeof origin !== "object" || !("function" in origin)) return undefined;
    return {
      option: "origin",
      what: "a function decides: which origins it lets in cannot be linted",
      why: "Its answers are checked at each request, and only then.",
      fix: "Try it: boring-cors explain FILE --origin O. Or keep the origins in a livePolicy().",
    };
  },
  BLOCKS_FORM_POSTS({ blockRefused }) {
    if (!blockRefused) return undefined;
    return {
      option: "blockRefused",
      what: "cross-site posts are answered with 403",
      why: "Logins by SAML and OAuth form_post arrive as such posts.",
      fix: "Give their callbacks a route without blockRefused.",
    };
  },
  OVERRIDE_ALLOWED({ allowOverride }) {
    if (!allowOverride) return undefined;
    return {
      option: "allowOverride",
      what: "handlers and upstreams may overwrite the policy's headers",
      why: "What leaves the process can then be wider than what stands here.",
      fix: "Leave it out; what a handler exposes is added anyway.",
    };
  },
  PREFLIGHT_CONTINUES({ preflightContinue }) {
    if (!preflightContinue) return undefined;
    return {
      option: "preflightContinue",
      what: "preflights go on to the application",
      why: "Without an OPTIONS handler of yours they end in 404, which browsers take for a refusal.",
      fix: "Leave it out, unless such a handler is there.",
    };
  },
  DANGEROUS_OPTION(rule) {
    const set = DANGEROUS.filter((name) => rule[name]);
    const [first] = set;
    if (first === undefined) return undefined;
    return {
      option: first,
      what: `${set.join(", ")} set`,
      why: "It switches off a check that protects your users.",
      fix: "Say in a comment beside it why it is needed, and who may remove it when.",
    };
  },
};

const DANGEROUS = [
  "dangerouslyAllowInsecureOrigins",
  "dangerouslyAllowPublicSuffixes",
  "dangerouslyAllowOpaqueOrigins",
] as const;

/** A free port on this machine is CREDENTIALS_LOCAL's business. */
function isWide(entry: string): boolean {
  return isPattern(entry) && !isLocal(entry);
}

function isLocal(entry: string): boolean {
  const host = parsePattern(entry)?.base ?? parseOrigin(entry)?.host;
  return host !== undefined && /^https?:/.test(entry) && isLoopback(host);
}
