// Checklist: the preflight, and what stands in its way.
import { tokensOf, valuesOf } from "../../browser/header-list.ts";
import { isSafelistedMethod } from "../../browser/safelists.ts";
import {
  ALLOW_HEADERS,
  ALLOW_METHODS,
  ALLOW_ORIGIN,
  fail,
  headersIn,
  type Item,
  isReadableBy,
  lines,
  MAX_AGE,
  ownOrigin,
  pass,
  SKIP,
  statusIn,
  statusLine,
  valueIn,
  warn,
} from "./judgement.ts";
import type { Seen } from "./probes.ts";

// What Firefox keeps at most, in seconds; Chromium keeps 7200.
const LONGEST_MAX_AGE = 86_400;

export const PREFLIGHT_ITEMS: readonly Item[] = [
  {
    code: "preflight-redirect",
    title: "The preflight is not redirected.",
    decidesVerdict: true,
    judge({ preflight }) {
      if (statusIn(preflight) === 0) return SKIP;
      if (!isRedirected(preflight)) return pass(statusLine(preflight));
      return fail(
        "The preflight is redirected: browsers follow none.",
        [...statusLine(preflight), ...lines(preflight, "location")],
        "Answer OPTIONS before whatever redirects (to https, to a login, to a path with a slash); or call the URL that it leads to.",
      );
    },
  },
  {
    code: "preflight-auth",
    title: "The preflight needs no authentication.",
    decidesVerdict: true,
    judge(seen) {
      const { preflight } = seen;
      if (statusIn(preflight) === 0) return SKIP;
      if (!isAuth(seen)) return pass(statusLine(preflight));
      return fail(
        "The preflight is asked to authenticate: browsers send no credentials with it.",
        [...statusLine(preflight), ...lines(preflight, "www-authenticate", ALLOW_ORIGIN)],
        "Answer preflights before authentication: mount CORS first, or let OPTIONS with Access-Control-Request-Method through.",
      );
    },
  },
  {
    code: "preflight-status",
    title: "The preflight is answered with a 2xx.",
    decidesVerdict: true,
    judge(seen) {
      const { preflight } = seen;
      const status = statusIn(preflight);
      if (status === 0 || isRedirected(preflight) || isAuth(seen)) return SKIP;
      if (status >= 200 && status <= 299) return pass(statusLine(preflight));
      // Then it is the origin that is refused, and its own item says so.
      if (status === 403 && valueIn(preflight, ALLOW_ORIGIN) === null) return SKIP;
      return fail(
        `The preflight is answered with ${status}: browsers want a 2xx.`,
        [...statusLine(preflight), ...lines(preflight, "allow", ALLOW_ORIGIN)],
        status === 404 || status === 405
          ? "Nothing answers OPTIONS here: answer preflights with 204 before the router."
          : "Answer preflights with 204 before anything else can fail.",
      );
    },
  },
  {
    code: "preflight-methods",
    title: "The method is allowed.",
    decidesVerdict: true,
    judge({ preflight, plan }) {
      if (!isCorsAnswer(preflight)) return SKIP;
      const method = askedIn(preflight, "access-control-request-method");
      const listed = tokensOf(headersIn(preflight), ALLOW_METHODS) ?? [];
      const evidence = lines(preflight, ALLOW_METHODS);
      if (listed === "failure")
        return fail(
          "Access-Control-Allow-Methods cannot be read: one entry is no method, and that voids the list.",
          evidence,
          `Write names and commas only: ${method}.`,
        );
      if (covers(listed, method, plan.credentials) || isSafelistedMethod(method)) return pass(evidence);
      const otherCase = listed.find((one) => one.toUpperCase() === method.toUpperCase());
      return fail(
        `Access-Control-Allow-Methods has no ${method}${otherCase ? `, but ${otherCase}: case matters` : ""}.`,
        evidence,
        `Send Access-Control-Allow-Methods: ${[...listed.filter((one) => one !== "*"), method].join(", ")}`,
      );
    },
  },
  {
    code: "preflight-headers",
    title: "The headers are allowed.",
    decidesVerdict: true,
    judge({ preflight, plan }) {
      const asked = headersAskedIn(preflight);
      if (!isCorsAnswer(preflight) || asked.length === 0) return SKIP;
      const listed = tokensOf(headersIn(preflight), ALLOW_HEADERS) ?? [];
      const evidence = lines(preflight, ALLOW_HEADERS);
      if (listed === "failure")
        return fail(
          "Access-Control-Allow-Headers cannot be read: one entry is no name, and that voids the list.",
          evidence,
          `Write names and commas only: ${asked.join(", ")}.`,
        );
      const lower = listed.map((name) => name.toLowerCase());
      const missing = asked.filter((name) => !covers(lower, name, plan.credentials));
      if (missing.length === 0) return pass(evidence);
      return fail(
        `Access-Control-Allow-Headers has no ${missing.join(", ")}.`,
        evidence,
        `Send Access-Control-Allow-Headers: ${[...listed.filter((one) => one !== "*"), ...missing].join(", ")}`,
      );
    },
  },
  {
    code: "wildcard-lists",
    title: "No list relies on *.",
    judge({ preflight, conversation }) {
      if (!isCorsAnswer(preflight)) return SKIP;
      const evidence = lines(preflight, ALLOW_METHODS, ALLOW_HEADERS);
      const notes = conversation.result.notes.map(({ code }) => code);
      if (notes.includes("wildcard-with-credentials"))
        return warn(
          "With credentials, * in a list is a name like any other.",
          evidence,
          "List what is allowed.",
        );
      return notes.includes("preflight-uncached")
        ? warn(
            "A * passes this preflight, and Firefox never caches such an answer.",
            evidence,
            "List what is allowed.",
          )
        : pass();
    },
  },
  {
    code: "authorization-wildcard",
    title: "Authorization is listed by name.",
    decidesVerdict: true,
    judge({ preflight }) {
      if (!isCorsAnswer(preflight) || !headersAskedIn(preflight).includes("authorization")) return SKIP;
      const listed = tokensOf(headersIn(preflight), ALLOW_HEADERS) ?? [];
      const lower = listed === "failure" ? [] : listed.map((name) => name.toLowerCase());
      if (!lower.includes("*") || lower.includes("authorization")) return pass();
      return fail(
        "By the standard * does not cover Authorization, whatever today's engines let through.",
        lines(preflight, ALLOW_HEADERS),
        "Send Access-Control-Allow-Headers: Authorization, *; or list all names.",
      );
    },
  },
  {
    code: "max-age",
    title: "The preflight may be remembered.",
    judge(seen) {
      const { preflight } = seen;
      if (!isCorsAnswer(preflight) || !isReadableBy(preflight, ownOrigin(seen))) return SKIP;
      const values = valuesOf(headersIn(preflight), MAX_AGE);
      const evidence = lines(preflight, MAX_AGE);
      const [value = ""] = values;
      if (values.length === 0)
        return warn(
          "No Access-Control-Max-Age: browsers ask again after 5 seconds.",
          evidence,
          "Send Access-Control-Max-Age: 600",
        );
      if (values.length > 1 || !/^-?\d+$/.test(value))
        return warn(
          "Access-Control-Max-Age is no number of seconds: browsers ask again after 5, Firefox each time.",
          evidence,
          "Send Access-Control-Max-Age: 600",
        );
      if (Number(value) <= 0)
        return warn(
          "Access-Control-Max-Age is not above 0: browsers ask before each request.",
          evidence,
          "If that is not meant, send Access-Control-Max-Age: 600",
        );
      if (Number(value) <= LONGEST_MAX_AGE) return pass(evidence);
      return warn(
        "Access-Control-Max-Age is above what browsers keep: Firefox 86400 seconds, Chromium 7200.",
        evidence,
        "Send Access-Control-Max-Age: 7200",
      );
    },
  },
  {
    code: "options-swallowed",
    title: "Plain OPTIONS is not taken for a preflight.",
    judge({ plainOptions }) {
      const status = statusIn(plainOptions);
      if (status === 0) return SKIP;
      const isPreflights = [ALLOW_METHODS, ALLOW_HEADERS, MAX_AGE].some(
        (name) => valueIn(plainOptions, name) !== null,
      );
      if (!isPreflights || status > 299) return pass(statusLine(plainOptions));
      return warn(
        "OPTIONS without Access-Control-Request-Method is no preflight, but answered as one.",
        [...statusLine(plainOptions), ...lines(plainOptions, ALLOW_METHODS, "allow")],
        "Answer only OPTIONS with Origin and Access-Control-Request-Method; let the application have the others.",
      );
    },
  },
];

function isRedirected(preflight: Seen["preflight"]): boolean {
  const status = statusIn(preflight);
  return status >= 300 && status <= 399;
}

/** A 403 is authentication only where the origin is welcome: else it is how the server refuses the origin. */
function isAuth(seen: Seen): boolean {
  const status = statusIn(seen.preflight);
  return status === 401 || status === 407 || (status === 403 && isReadableBy(seen.own, ownOrigin(seen)));
}

/** Does whoever speaks CORS speak here? */
function isCorsAnswer(preflight: Seen["preflight"]): boolean {
  const status = statusIn(preflight);
  return status >= 200 && status <= 299 && valueIn(preflight, ALLOW_ORIGIN) !== null;
}

function covers(listed: readonly string[], name: string, credentials: boolean): boolean {
  return listed.includes(name) || (!credentials && listed.includes("*"));
}

function askedIn(exchange: Seen["preflight"], name: string): string {
  return valuesOf(exchange?.headers ?? [], name)[0] ?? "";
}

/** After a redirect these are fewer than the page's: Authorization goes to no other origin, Content-Type with no GET. */
function headersAskedIn(preflight: Seen["preflight"]): string[] {
  return askedIn(preflight, "access-control-request-headers")
    .split(",")
    .filter((name) => name !== "");
}
