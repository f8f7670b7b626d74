// The seven annotations of one Ingress, read as ingress-nginx reads them, and judged.
import { show } from "../policy/issues.ts";
import { type CorsAnnotation, DEFAULTS } from "./ingress-annotations.ts";
import { judgeOrigins } from "./judge-ingress-origins.ts";
import type { Found, Values } from "./lint-ingress.ts";

export function judgeAnnotations(values: Values): readonly Found[] {
  const names = Object.keys(values);
  if (names.length === 0) return [];
  if (boolean(values["enable-cors"]) !== true) return notEnabled(values);
  const credentials = boolean(values["cors-allow-credentials"]) ?? true;
  return [
    ...judgeCredentials(values["cors-allow-credentials"]),
    ...judgeOrigins(values["cors-allow-origin"], credentials),
    ...judgeMethods(values["cors-allow-methods"]),
    ...judgeHeaders(values["cors-allow-headers"]),
    ...judgeExposed(values["cors-expose-headers"], credentials),
    ...judgeMaxAge(values["cors-max-age"]),
    ...judgeAbsent(values),
  ];
}

/** As Go's strconv.ParseBool: `undefined` for what it takes for none. */
function boolean(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(value) ? false : undefined;
}

function notEnabled(values: Values): readonly Found[] {
  const enable = values["enable-cors"];
  const others = Object.keys(values).filter((name) => name !== "enable-cors");
  if (others.length === 0 && boolean(enable) === false) return [];
  return [
    {
      severity: "warning",
      code: "INGRESS_NOT_ENABLED",
      at: "enable-cors",
      what: `${enable === undefined ? "absent" : show(enable)}${others.length > 0 ? `, beside ${others.join(", ")}` : ""}`,
      why: "CORS is off: nothing of this is sent.",
      fix: 'Write "true", or remove the others.',
    },
  ];
}

function judgeCredentials(value: string | undefined): readonly Found[] {
  if (value === undefined || boolean(value) !== undefined) return [];
  return [
    {
      severity: "error",
      code: "INGRESS_CREDENTIALS_VALUE",
      at: "cors-allow-credentials",
      what: `${show(value)} is neither "true" nor "false"`,
      why: "The default holds, which is true: requests with cookies are let in.",
      fix: 'Write "false", or "true" where pages send cookies.',
    },
  ];
}

function judgeMethods(value: string | undefined): readonly Found[] {
  if (value === undefined || /^[A-Za-z](?:,?[A-Za-z])*,?$/.test(spaceless(value))) return [];
  return [
    {
      severity: "warning",
      code: "INGRESS_METHODS_LIST",
      at: "cors-allow-methods",
      what: `${show(value)} is no list of methods`,
      why: `The default holds: ${DEFAULTS["cors-allow-methods"]}. There is no "*".`,
      fix: 'List the methods: "GET, PUT, DELETE".',
    },
  ];
}

function judgeHeaders(value: string | undefined): readonly Found[] {
  const listed = value !== undefined && value.trim() !== "" && /^[A-Za-z0-9\-_, ]*$/.test(value);
  if (value === undefined || listed) return [];
  return [
    {
      severity: "warning",
      code: "INGRESS_HEADERS_LIST",
      at: "cors-allow-headers",
      what: value.trim() === "" ? "empty" : `${show(value)} is no list of names`,
      why: `The default holds, Authorization included: ${DEFAULTS["cors-allow-headers"]}. There is no "*", and no empty list.`,
      fix: 'List what the front end sends: "Content-Type, X-Request-Id". For none, write "Origin", which no script can set.',
    },
  ];
}

function judgeExposed(value: string | undefined, credentials: boolean): readonly Found[] {
  if (value === undefined || value.trim() === "") return [];
  const at = "cors-expose-headers";
  if (!/^(?:[A-Za-z0-9\-_*],?)+$/.test(spaceless(value)))
    return [
      {
        severity: "warning",
        code: "INGRESS_EXPOSE_LIST",
        at,
        what: `${show(value)} is no list of names`,
        why: "Nothing is exposed.",
        fix: 'List the names: "ETag, Link".',
      },
    ];
  if (!credentials || !value.includes("*")) return [];
  return [
    {
      severity: "warning",
      code: "INGRESS_EXPOSE_LIST",
      at,
      what: '"*" with credentials',
      why: "To a page that sends cookies it is a header of that name: nothing is exposed.",
      fix: 'List the names: "ETag, Link".',
    },
  ];
}

function judgeMaxAge(value: string | undefined): readonly Found[] {
  if (value === undefined) return [];
  const seconds = /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
  if (seconds !== undefined && seconds >= 0 && seconds <= 86_400) return [];
  const why =
    seconds === undefined
      ? "The default holds, 1728000: twenty days, more than any browser keeps."
      : seconds < 0
        ? "Browsers keep no preflight: each request that needs one takes two round trips."
        : "No browser keeps a preflight longer than a day; Chromium two hours, Safari ten minutes.";
  return [
    {
      severity: "warning",
      code: "INGRESS_MAX_AGE",
      at: "cors-max-age",
      what: seconds === undefined ? `${show(value)} is no whole number of seconds` : `${seconds}`,
      why,
      fix: 'Write "600", or at most "7200".',
    },
  ];
}

// Origins have findings of their own, and nothing is exposed by default, as everywhere.
const SURPRISING = [
  "cors-allow-credentials",
  "cors-allow-headers",
  "cors-allow-methods",
  "cors-max-age",
] as const;

function judgeAbsent(values: Values): readonly Found[] {
  const absent = SURPRISING.filter((name: CorsAnnotation) => values[name] === undefined);
  if (absent.length === 0) return [];
  return [
    {
      severity: absent.includes("cors-allow-credentials") ? "warning" : "note",
      code: "INGRESS_DEFAULTS",
      at: "",
      what: `absent: ${absent.join(", ")}`,
      why: `The defaults hold: ${absent.map((name) => `${name} ${show(DEFAULTS[name])}`).join("; ")}.`,
      fix: "Write all seven annotations.",
    },
  ];
}

function spaceless(value: string): string {
  return value.replaceAll(" ", "");
}
