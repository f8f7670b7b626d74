// What is worth knowing of a fetch beside its result: where engines differ, what caches will do, what layers did twice.
import { isRedirect } from "./checks.ts";
import { type HeaderList, tokensOf, valuesOf } from "./header-list.ts";
import { isSafelistedMethod, isSafelistedResponseHeader, unsafeRequestHeaderNames } from "./safelists.ts";
import type { CheckedRequest, Outcome, PageOrigin, WireExchange, WireResponse } from "./types.ts";

/**
 * Something that is worth knowing and changes no result.
 *
 * @example expect(got.notes.map(({ code }) => code)).toEqual([]);
 */
export interface Note {
  /** Stable: what tests compare. */
  readonly code: NoteCode;
  /** One or two sentences: what was seen, and what to write instead. */
  readonly message: string;
}

/**
 * The notes that there are.
 *
 * @example const codes: NoteCode[] = got.notes.map(({ code }) => code);
 */
export type NoteCode =
  /** The URL is of the page's own origin, where CORS plays no part. */
  | "same-origin"
  /** An option that `fetch` has not. */
  | "option-ignored"
  /** A header that scripts cannot set was dropped, as browsers do. */
  | "header-dropped"
  /** Engines let Authorization through under `Access-Control-Allow-Headers: *`, against the standard. */
  | "authorization-wildcard"
  /** `*` in a list, with credentials: a name like any other. */
  | "wildcard-with-credentials"
  /** Engines want the method of an upload with a listener, or of a stream, listed, against the standard. */
  | "forced-preflight"
  /** Firefox never caches a preflight that relied on `*`. */
  | "preflight-uncached"
  /** No usable Access-Control-Max-Age: browsers ask again after 5 seconds. */
  | "max-age"
  /** One Access-Control-* header on two lines: two layers answer. */
  | "duplicate-header"
  /** An origin is named and Vary lacks `Origin`: a cache serves one page's answer to another. */
  | "vary-origin"
  /** Headers were sent that the page cannot read. */
  | "unexposed-headers"
  /** The page may not read the answer, but the server has acted. */
  | "sent-nevertheless"
  /** A public page asks this machine or a private network: Chromium asks the user first. */
  | "local-network"
  /** A cookie that was not stored, and why. */
  | "cookie-dropped"
  /** A cookie that was not sent, and why. */
  | "cookie-withheld"
  /** A cookie of another site, which Safari blocks and Firefox keeps apart for each site. */
  | "third-party-cookie";

/** Notes on one fetch, in a fixed order; those on cookies come from whoever keeps them. */
export function notesOn(
  page: PageOrigin,
  request: CheckedRequest,
  dropped: readonly string[],
  { exchanges, blocked }: Outcome,
): readonly Note[] {
  const passed = blocked?.step !== "preflight";
  const notes = [
    ...(request.url.origin === page.origin ? [SAME_ORIGIN] : []),
    ...(dropped.length === 0 ? [] : [droppedNote(dropped, request.mode)]),
    ...(isLocal(request.url) && isPublic(page) ? [LOCAL_NETWORK] : []),
    ...exchanges.flatMap((exchange) => notesOnExchange(page, request, exchange, passed)),
    ...(blocked?.step === "response" && hasActed(exchanges) ? [SENT_NEVERTHELESS] : []),
  ];
  return notes.filter(
    ({ message }, index) => notes.findIndex((other) => other.message === message) === index,
  );
}

function droppedNote(names: readonly string[], mode: CheckedRequest["mode"]): Note {
  const why = mode === "no-cors" ? 'not in mode "no-cors"' : "the browser owns them";
  return {
    code: "header-dropped",
    message: `Scripts cannot set ${names.join(", ")} (${why}): browsers drop them without a word.`,
  };
}

const SAME_ORIGIN: Note = {
  code: "same-origin",
  message:
    "The URL is of the page's own origin: CORS plays no part. Write the API's whole URL where another origin was meant.",
};

const LOCAL_NETWORK: Note = {
  code: "local-network",
  message:
    "A public page asks for this machine or a private network: Chromium asks the user for permission first (Local Network Access), and reports a refusal as a CORS error. No header grants it.",
};

const SENT_NEVERTHELESS: Note = {
  code: "sent-nevertheless",
  message:
    "The request reached the server, which has acted on it; only the answer is kept from the page. CORS is no protection of what the server does.",
};

function hasActed(exchanges: readonly WireExchange[]): boolean {
  const last = exchanges[exchanges.length - 1];
  return last?.kind === "actual" && last.response !== null;
}

function notesOnExchange(
  page: PageOrigin,
  request: CheckedRequest,
  exchange: WireExchange,
  passed: boolean,
): Note[] {
  const { response, kind, url } = exchange;
  if (response === null || new URL(url).origin === page.origin) return [];
  return [
    ...duplicates(response.headers),
    ...(kind === "preflight" ? preflightNotes(request, response, passed) : actualNotes(request, response)),
  ];
}

/** The response headers of the protocol, each of which is to stand once. */
const CORS_HEADERS = [
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Access-Control-Allow-Methods",
  "Access-Control-Allow-Headers",
  "Access-Control-Max-Age",
  "Access-Control-Expose-Headers",
];

function duplicates(headers: HeaderList): Note[] {
  return CORS_HEADERS.filter((name) => valuesOf(headers, name).length > 1).map((name) => ({
    code: "duplicate-header",
    message: `${name} was sent ${valuesOf(headers, name).length} times: two layers answer. Let one of them own CORS.`,
  }));
}

function preflightNotes(
  { credentials, method, headers, forcePreflight }: CheckedRequest,
  response: WireResponse,
  passed: boolean,
): Note[] {
  const listedMethods = tokensOf(response.headers, "access-control-allow-methods");
  const methods = listedMethods ?? [];
  const names = tokensOf(response.headers, "access-control-allow-headers") ?? [];
  if (methods === "failure" || names === "failure") return [];
  const notes: Note[] = [];
  if (forcePreflight && listedMethods === null && !isSafelistedMethod(method)) notes.push(FORCED_PREFLIGHT);
  const unsafe = unsafeRequestHeaderNames(headers);
  const listed = names.map((name) => name.toLowerCase());
  if (credentials === "include") {
    if (methods.includes("*") || names.includes("*")) notes.push(WILDCARD_WITH_CREDENTIALS);
  } else {
    if (unsafe.includes("authorization") && listed.includes("*") && !listed.includes("authorization"))
      notes.push(AUTHORIZATION_WILDCARD);
    const relied =
      (methods.includes("*") && !methods.includes(method)) ||
      (listed.includes("*") && unsafe.some((name) => !listed.includes(name)));
    if (relied && passed) notes.push(PREFLIGHT_UNCACHED);
  }
  // Only what was granted is remembered.
  if (!passed) return notes;
  const maxAge = valuesOf(response.headers, "access-control-max-age");
  if (maxAge.length === 0) notes.push(MAX_AGE_MISSING);
  else if (maxAge.length > 1 || !/^-?\d+$/.test(maxAge[0] as string)) notes.push(MAX_AGE_MALFORMED);
  return notes;
}

const WILDCARD_WITH_CREDENTIALS: Note = {
  code: "wildcard-with-credentials",
  message: "With credentials, * in a list is a method or a header of that name: list what is allowed.",
};
const AUTHORIZATION_WILDCARD: Note = {
  code: "authorization-wildcard",
  message:
    "Access-Control-Allow-Headers: * does not cover Authorization by the Fetch standard; today's Chromium, Firefox and WebKit let it through all the same. List Authorization beside it.",
};
const FORCED_PREFLIGHT: Note = {
  code: "forced-preflight",
  message:
    "A preflight that an upload listener or a stream has forced needs no Access-Control-Allow-Methods by the Fetch standard; today's Chromium, Firefox and WebKit block the request without one. List the method.",
};
const PREFLIGHT_UNCACHED: Note = {
  code: "preflight-uncached",
  message: "This preflight was passed by a *, and Firefox never caches such an answer: list what is allowed.",
};
const MAX_AGE_MISSING: Note = {
  code: "max-age",
  message:
    "The preflight has no Access-Control-Max-Age: browsers ask again after 5 seconds. Send 600 (maxAge: 600), the longest that every engine honours.",
};
const MAX_AGE_MALFORMED: Note = {
  code: "max-age",
  message:
    "Access-Control-Max-Age is no number of seconds: browsers ask again after 5 seconds, Firefox each time.",
};

function actualNotes(request: CheckedRequest, response: WireResponse): Note[] {
  const { headers } = response;
  const origin = valuesOf(headers, "access-control-allow-origin")[0];
  if (origin === undefined || request.mode !== "cors") return [];
  const vary = valuesOf(headers, "vary").join(",").toLowerCase().split(",");
  const varies = vary.some((name) => ["origin", "*"].includes(name.trim()));
  const hidden = isRedirect(response.status) ? [] : unexposed(request, headers);
  return [
    ...(origin === "*" || varies ? [] : [VARY_ORIGIN]),
    ...(hidden.length === 0 ? [] : [unexposedNote(hidden)]),
  ];
}

const VARY_ORIGIN: Note = {
  code: "vary-origin",
  message:
    "Access-Control-Allow-Origin names an origin and Vary lacks Origin: a cache may serve this answer to another page. Send Vary: Origin with every response of this URL.",
};

// Of the connection, the server, caches or the browser itself: pages rarely ask for these, and most answers have them.
const OF_NO_INTEREST = new Set(
  `accept-ranges age allow alt-svc clear-site-data connection content-encoding content-security-policy
   content-security-policy-report-only date expect-ct keep-alive nel origin-agent-cluster
   permissions-policy proxy-connection referrer-policy report-to reporting-endpoints server
   server-timing set-cookie set-cookie2 strict-transport-security timing-allow-origin trailer
   transfer-encoding upgrade vary via x-cache x-content-type-options x-dns-prefetch-control
   x-download-options x-frame-options x-permitted-cross-domain-policies x-powered-by x-runtime
   x-served-by x-timer x-xss-protection`.split(/\s+/),
);

function isOfInterest(name: string): boolean {
  return !OF_NO_INTEREST.has(name) && !/^(access-control-|cross-origin-|cf-)/.test(name);
}

function unexposed({ credentials }: CheckedRequest, headers: HeaderList): string[] {
  const listed = tokensOf(headers, "access-control-expose-headers") ?? [];
  const exposed = listed === "failure" ? [] : listed.map((name) => name.toLowerCase());
  if (exposed.includes("*") && credentials !== "include") return [];
  const sent = headers.filter((line) => !isWeakTag(line)).map(([name]) => name.toLowerCase());
  return [...new Set(sent)].filter(
    (name) => !isSafelistedResponseHeader(name) && !exposed.includes(name) && isOfInterest(name),
  );
}

/** What frameworks make of every answer for the browser's cache; who wants to compare versions sends a strong one (RFC 9110 8.8.1). */
function isWeakTag([name, value]: HeaderList[number]): boolean {
  return name.toLowerCase() === "etag" && value.startsWith("W/");
}

function unexposedNote(names: readonly string[]): Note {
  return {
    code: "unexposed-headers",
    message: `The page cannot read ${names.join(", ")}: name what it needs in Access-Control-Expose-Headers (exposedHeaders).`,
  };
}

const PRIVATE_HOST =
  /^(localhost|.*\.localhost|.*\.local|\[::1\]|\[f[cd].*|\[fe[89ab].*|(127|10)(\.\d+){3}|(192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))(\.\d+){2})$/;

function isLocal({ hostname }: URL): boolean {
  return PRIVATE_HOST.test(hostname);
}

function isPublic({ origin }: PageOrigin): boolean {
  return URL.canParse(origin) && /^https?:/.test(origin) && !isLocal(new URL(origin));
}
