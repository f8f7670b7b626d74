// The annotation cors-allow-origin, read as ingress-nginx reads it, and judged.
import { isInsecure, parseOrigin, parsePattern } from "../policy/origin.ts";
import { isOrCoversPublicSuffix } from "../policy/public-suffix.ts";
import { ORIGIN } from "./ingress-annotations.ts";
import type { Found } from "./lint-ingress.ts";
import { listed } from "./words.ts";

const AT = "cors-allow-origin";
const LIST_INSTEAD = 'List the origins: "https://app.example.com, https://admin.example.com".';

// What the controller takes for a list, after spaces are removed; entries may even follow each other without a comma.
const LIST = /^(?:https?:\/\/|\*\.|[A-Za-z0-9\-.]|:\d+|,)*$/;

export function judgeOrigins(value: string | undefined, credentials: boolean): readonly Found[] {
  if (value === undefined) return any("absent, which means *", credentials);
  const entries = value.split(",").map((entry) => entry.trim());
  const spaceless = value.replaceAll(" ", "");
  if (spaceless === "") return any("empty, which means *", credentials);
  if (entries.includes("*"))
    return any(entries.length > 1 ? '"*" beside others, which then mean nothing' : '"*"', credentials);
  if (!LIST.test(spaceless)) return [brokenList(entries), ...anyWithCredentials(credentials)];
  const kept = entries.filter((entry) => ORIGIN.test(entry));
  return [
    ...trailingComma(entries, credentials),
    ...skipped(entries.filter((entry) => entry !== "" && !ORIGIN.test(entry))),
    ...neverSent(kept),
    ...wildcards(kept, credentials),
    ...(credentials ? withCredentials(kept) : []),
    ...(kept.length > 0 ? [NO_VARY] : []),
  ];
}

function any(what: string, credentials: boolean): readonly Found[] {
  return [
    {
      severity: credentials ? "error" : "note",
      code: "INGRESS_ORIGIN_ANY",
      at: AT,
      what,
      why: "Every website may read these answers.",
      fix: LIST_INSTEAD,
    },
    ...anyWithCredentials(credentials),
  ];
}

function anyWithCredentials(credentials: boolean): readonly Found[] {
  if (!credentials) return [];
  return [
    {
      severity: "error",
      code: "INGRESS_CREDENTIALS_ANY",
      at: "cors-allow-credentials",
      what: "true (the default) beside every origin",
      why: "Browsers take no * for requests with cookies, so those pages fail; and whatever answers with the origin in its place lets every website act as your users.",
      fix: 'List the origins, or write cors-allow-credentials: "false".',
    },
  ];
}

/** The patterns are tried on the list as a whole, and the default of the list is everyone. */
function brokenList(entries: readonly string[]): Found {
  const odd = entries.filter((entry) => !LIST.test(entry.replaceAll(" ", "")));
  return {
    severity: "error",
    code: "INGRESS_ORIGIN_LIST",
    at: AT,
    what: `${listed(odd)} ${advice(odd[0] ?? "")}`,
    why: "One entry that the controller cannot read turns the whole list into *: every website may read these answers.",
    fix: 'Write http(s) origins of letters, digits, "-" and "." alone, with or without a port; and others in a layer that can.',
  };
}

function advice(entry: string): string {
  if (/^https?:\/\/[^/]+\//.test(entry)) return "has a slash after the host: no origin";
  if (/:\*$/.test(entry)) return "has a free port: there is no form for it";
  if (/[\\^$()[\]|]/.test(entry)) return "is a RegExp: there is no form for it";
  return "does not fit the controller's pattern";
}

function trailingComma(entries: readonly string[], credentials: boolean): readonly Found[] {
  if (entries.at(-1) !== "") return [];
  return [
    {
      severity: "error",
      code: "INGRESS_ORIGIN_TRAILING_COMMA",
      at: AT,
      what: "ends with a comma",
      why: `The empty entry becomes an alternative that matches every origin, which is then answered with its own name${credentials ? ", and with credentials: every website can act as your users" : ""}.`,
      fix: "Remove the comma.",
    },
  ];
}

function skipped(odd: readonly string[]): readonly Found[] {
  if (odd.length === 0) return [];
  return [
    {
      severity: "warning",
      code: "INGRESS_ORIGIN_SKIPPED",
      at: AT,
      what: `${listed(odd)}: no http(s) origin`,
      why: "The controller skips it: nobody is let in by it.",
      fix: "Write the scheme: https://app.example.com.",
    },
  ];
}

/** The controller compares without regard to case. */
function neverSent(kept: readonly string[]): readonly Found[] {
  const odd = kept.filter((entry) => {
    const lower = entry.toLowerCase();
    return parseOrigin(lower) === undefined && parsePattern(lower) === undefined;
  });
  if (odd.length === 0) return [];
  return [
    {
      severity: "warning",
      code: "INGRESS_ORIGIN_NEVER_SENT",
      at: AT,
      what: `${listed(odd)}: no browser sends that`,
      why: "Origins leave out the default port (443, 80), and their ports end at 65535.",
      fix: "Write it as the browser's console shows it.",
    },
  ];
}

function wildcards(kept: readonly string[], credentials: boolean): readonly Found[] {
  const wild = kept.filter((entry) => entry.includes("*"));
  if (wild.length === 0) return [];
  return [
    {
      severity: credentials ? "warning" : "note",
      code: "INGRESS_ORIGIN_WILDCARD",
      at: AT,
      what: `${listed(wild)}${credentials ? " with credentials" : ""}`,
      why: `* is exactly one label here: a.b.example.com is not let in.${credentials ? " Every host that it matches can act as your users: a forgotten one that is taken over, too." : ""}`,
      fix: "List the origins that need it.",
    },
  ];
}

function withCredentials(kept: readonly string[]): readonly Found[] {
  const parsed = kept.map((entry) => {
    const lower = entry.toLowerCase();
    const pattern = parsePattern(lower);
    const origin =
      pattern === undefined ? parseOrigin(lower) : { scheme: pattern.scheme, host: pattern.base };
    return { entry, pattern, origin };
  });
  const insecure = parsed.filter(({ origin }) => origin !== undefined && isInsecure(origin));
  const open = parsed.filter(
    ({ pattern }) => pattern?.subdomains === true && isOrCoversPublicSuffix(pattern.base) !== undefined,
  );
  const found: Found[] = [];
  if (insecure.length > 0)
    found.push({
      severity: "error",
      code: "INGRESS_ORIGIN_INSECURE",
      at: AT,
      what: `${listed(insecure.map(({ entry }) => entry))} with credentials`,
      why: "Anyone on the network path can act as an http: origin, and so as your users.",
      fix: 'Write https, or cors-allow-credentials: "false".',
    });
  if (open.length > 0)
    found.push({
      severity: "error",
      code: "INGRESS_ORIGIN_PUBLIC_SUFFIX",
      at: AT,
      what: `${listed(open.map(({ entry }) => entry))} with credentials`,
      why: "Anyone can register a name there, and read your users' data.",
      fix: "Use a domain of your own for previews: https://*.preview.example.com.",
    });
  return found;
}

const NO_VARY: Found = {
  severity: "warning",
  code: "INGRESS_NO_VARY",
  at: AT,
  what: "the answer depends on Origin, and no Vary says so",
  why: "A cache on the way (the browser's is one) hands one origin's answer to another: pages break at random.",
  fix: "Let the service send Vary: Origin on every answer, also on those to requests without Origin; or use a layer that does.",
};
