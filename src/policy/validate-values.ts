// The options of a rule but its origin: unknown -> checked values, with every problem reported.
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
import type { Layer } from "./options.ts";

export function checkBoolean(value: unknown, name: string, report: IssueReport): boolean {
  if (typeof value === "boolean") return value;
  const meant = value === "true" ? true : value === "false" ? false : undefined;
  const write = meant === undefined ? "true or false" : String(meant);
  report.error("OPTION_TYPE", name, value, `${show(value)} is no boolean; write ${write}`, meant);
  // What was meant is judged too, so that the next problem shows in the same run.
  return meant ?? false;
}

export function checkOwner(value: unknown, name: string, report: IssueReport): Layer | undefined {
  if (value === "edge" || value === "service") return value;
  report.error("OPTION_TYPE", name, value, `${show(value)} is no owner; write "edge", "service", or nothing`);
  return undefined;
}

const ONE_DAY = 86_400;

export function checkMaxAge(value: unknown, name: string, report: IssueReport): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    if (value > ONE_DAY) {
      report.warn(
        "MAX_AGE_CAPPED",
        name,
        value,
        `${value} is longer than any browser keeps a preflight; write at most ${ONE_DAY} (seconds)`,
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

export function checkStatus(value: unknown, name: string, report: IssueReport): number {
  if (isSuccess(value)) return value;
  const meant = typeof value === "string" && isSuccess(Number(value)) ? Number(value) : 204;
  const wrong = meant === 204 ? "is no status that passes a preflight" : "is no number";
  report.error(
    "OPTIONS_SUCCESS_STATUS",
    name,
    value,
    `${show(value)} ${wrong}; write a status from 200 to 299: ${meant}`,
    meant,
  );
  return meant;
}

function isSuccess(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 299;
}

/** A name, its path, and the whole text that stands there. */
type Element = readonly [written: string, path: string, whole: string];

/** The elements of an array or a comma list; `undefined` where it is neither. */
function elements(value: unknown, name: string, report: IssueReport): readonly Element[] | undefined {
  if (typeof value === "string") return split(value, name);
  if (Array.isArray(value)) {
    const found: Element[] = [];
    const named = value.some((element) => typeof element === "string" && !NOTHING.test(element));
    for (const [index, element] of value.entries()) {
      const path = `${name}[${index}]`;
      if (named && typeof element === "string" && NOTHING.test(element)) {
        // RFC 9110 5.6.1.2: an empty element of a list means nothing. A list of nothing else was no list of names.
        const message = `${show(element)} is no name and was dropped (a trailing comma?); remove it`;
        report.warn("NAME_EMPTY_ENTRY", path, element, message);
        continue;
      }
      // ["GET, HEAD"]: joined by commas, as npm `cors` sends it, that is the same list to a browser.
      if (typeof element === "string" && element.includes(",") && named) found.push(...split(element, path));
      else if (typeof element === "string") found.push([element, path, element]);
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

/** What an unset variable leaves, alone or between commas. */
const NOTHING = /^[\s,]*$/;

function split(whole: string, path: string): Element[] {
  const names = whole.split(",").map((element) => element.trim());
  return names.filter((element) => element !== "").map((element) => [element, path, whole]);
}

/** `|` is a token's character that no method and no header has: "GET|POST" is two. */
function isName(text: string): boolean {
  return isToken(text) && !text.includes("|");
}

/** Often several names that were put where one belongs: then the message shows the split. */
function reportNoToken(
  written: string,
  path: string,
  name: string,
  value: unknown,
  report: IssueReport,
): void {
  const method = name === "methods";
  const code = method ? "METHOD_TOKEN" : "HEADER_TOKEN";
  const names = splitNames(written);
  if (names.length > 1 && names.every(isToken)) {
    const shown = show(names)
      .replace(/^\[|\]$/g, "")
      .replaceAll(",", ", ");
    // An array cannot stand inside an array; in the place of the whole list it can.
    const list = String(value);
    const whole = path === name && list.length <= LONGEST_FIX ? splitNames(list) : undefined;
    const message = `${show(written)} is several names in one entry; write ${shown}`;
    report.error(code, path, written, message, whole?.every(isToken) ? whole : undefined);
    return;
  }
  const message = method
    ? `is no method; write one name per entry, letters only: "PATCH"`
    : `is no header name; write one name per entry, without values: "X-Request-Id"`;
  report.error(code, path, written, `${show(written)} ${message}`);
}

/** Characters. A fix of a list is as long as the list, and there is one for each name that is wrong. */
const LONGEST_FIX = 2000;

function splitNames(text: string): string[] {
  return text.split(/[\s,;|]+/).filter((name) => name !== "");
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

function replaceName(list: string, written: string, name: string): string | undefined {
  if (list.length > LONGEST_FIX) return undefined;
  return list
    .split(",")
    .map((element) => (element.trim() === written ? element.replace(written, name) : element))
    .join(",");
}

export function checkMethods(value: unknown, name: string, report: IssueReport): "*" | readonly string[] {
  const found = new Set<string>();
  for (const [written, path, whole] of elements(value, name, report) ?? []) {
    const method = normalizeMethod(written);
    const upper = method.toUpperCase();
    if (method === "*") found.add(method);
    else if (!isName(method)) {
      reportNoToken(written, path, name, value, report);
    } else if (method !== upper && KNOWN_METHODS.has(upper)) {
      // The fix of one element of a comma list is the whole list: a path leads to a value, not into a string.
      const fix = replaceName(whole, written, upper);
      report.error(
        "METHOD_CASE",
        path,
        written,
        `${show(written)} never matches, methods are case-sensitive; write ${show(upper)}`,
        fix,
      );
    } else if (/^(?:ALL|ANY)$/.test(upper)) {
      const fix = path === name ? replaceName(String(value), written, "*") : "*";
      report.error(
        "METHOD_TOKEN",
        path,
        written,
        `${show(written)} is no method; for every method write "*"`,
        fix,
      );
    } else if (isForbiddenMethod(method)) {
      report.warn(
        "METHOD_NEVER_SENT",
        path,
        written,
        `${show(written)} is a method that browsers refuse to send, and was dropped; remove it`,
      );
    } else if (found.has(method)) {
      report.warn(
        "METHOD_COVERED",
        path,
        written,
        `${show(written)} stands twice and was dropped; remove it`,
      );
    } else found.add(method);
  }
  return anyAlone([...found], "method", value, name, report);
}

/** `*` stands alone: with it among them, the other names are dropped with a warning. */
function anyAlone(
  names: readonly string[],
  what: "method" | "header",
  value: unknown,
  name: string,
  report: IssueReport,
): "*" | readonly string[] {
  if (!names.includes("*")) return names;
  const others = names.filter((other) => other !== "*");
  if (others.length > 0) {
    const code = what === "method" ? "METHOD_COVERED" : "EXPOSED_COVERED";
    report.warn(
      code,
      name,
      value,
      `"*" covers every ${what}, so ${show(others)} was dropped; write "*" alone`,
    );
  }
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
    if (!isName(written)) {
      reportNoToken(written, path, name, value, report);
    } else if (written === "PATCH" || (written !== lower && written === normalizeMethod(lower))) {
      const message = `${show(written)} is a method and no header, and was dropped; write it into "methods"`;
      report.warn("HEADER_IS_METHOD", path, written, message);
    } else if (seen.has(lower)) {
      report.warn(covered, path, written, `${show(written)} stands twice and was dropped; remove it`);
    } else if (keep(lower, written, path)) {
      seen.add(lower);
      names.push(written);
    }
  }
  return names;
}

export function checkAllowedHeaders(
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
        `${show(written)} is a header that scripts cannot set, and was dropped; remove it`,
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

export function checkExposedHeaders(
  value: unknown,
  name: string,
  report: IssueReport,
): "*" | readonly string[] {
  const names = headerNames(value, name, report, "EXPOSED_COVERED", (lower, written, path) => {
    if (isForbiddenResponseHeader(lower)) {
      report.warn(
        "EXPOSED_FORBIDDEN",
        path,
        written,
        `${show(written)} can be read by no script, and was dropped; remove it`,
      );
      return false;
    }
    if (isRequestOnlyHeader(lower)) {
      report.warn(
        "EXPOSED_NOT_RESPONSE",
        path,
        written,
        `${show(written)} is no response header, and was dropped; remove it`,
      );
      return false;
    }
    return true;
  });
  return anyAlone(names, "header", value, name, report);
}
