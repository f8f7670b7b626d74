// What a blocked request says, in the words of Chromium's console, so that it can be searched for.
import type { CheckFailure } from "./checks.ts";
import type { BlockedCode, BlockedStep } from "./types.ts";

/** Whom a message is about. */
export interface MessageContext {
  readonly origin: string;
  /** The URL that was asked for at last. */
  readonly url: string;
  /** The URL that the script asked for, where a redirect led elsewhere. */
  readonly redirectedFrom: string | undefined;
  readonly initiator: "fetch" | "XMLHttpRequest";
}

/** The line for the console. */
export function messageOf({ code, value }: CheckFailure, step: BlockedStep, context: MessageContext): string {
  const { origin, url, redirectedFrom, initiator } = context;
  const from = redirectedFrom === undefined ? "" : ` (redirected from '${redirectedFrom}')`;
  const reason = REASONS[code](clean(value));
  if (code === "mixed-content") {
    return `Mixed Content: The page at '${origin}/' was loaded over HTTPS, but requested an insecure resource '${url}'${from}. ${reason}`;
  }
  if (OUTSIDE_CORS.has(code))
    return `${initiator === "fetch" ? "Fetch API" : initiator} cannot load ${url}${from}. ${reason}`;
  const preflight =
    step === "preflight" && !code.startsWith("preflight-") ? PREFLIGHT_FAILED : (CHECKED[code] ?? "");
  return `Access to ${initiator} at '${url}'${from} from origin '${origin}' has been blocked by CORS policy: ${preflight}${reason}`;
}

const PREFLIGHT_FAILED = "Response to preflight request doesn't pass access control check: ";
/** Of the preflight's own reasons, those that count as part of the access control check. */
const CHECKED: Partial<Record<BlockedCode, string>> = {
  "preflight-status": PREFLIGHT_FAILED,
  "preflight-redirect": PREFLIGHT_FAILED,
};

/** Network errors that have nothing to do with CORS. */
const OUTSIDE_CORS: ReadonlySet<BlockedCode> = new Set<BlockedCode>([
  "bad-port",
  "network",
  "redirect-count",
  "redirect-forbidden",
  "redirect-location",
  "redirect-stream",
  "request-mode",
  "resource-policy",
  "url-scheme",
]);

const VALID_VALUE = "Have the server send the header with a valid value.";

const REASONS: Readonly<Record<BlockedCode, (value: string) => string>> = {
  "bad-port": (port) => `Browsers connect to port ${port} for no page.`,
  "mixed-content": () => "This request has been blocked; the content must be served over HTTPS.",
  "request-mode": (mode) =>
    mode === "no-cors"
      ? 'Request mode is "no-cors" but the redirect mode is not "follow".'
      : `Request mode is "${mode}" but the URL's origin is not same as the request origin.`,
  "url-scheme": (scheme) => `URL scheme "${scheme}" is not supported.`,
  "allow-origin-missing": () =>
    "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
  "allow-origin-wildcard": () =>
    "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
  "allow-origin-multiple": (value) =>
    `The 'Access-Control-Allow-Origin' header contains multiple values '${value}', but only one is allowed. ${VALID_VALUE}`,
  "allow-origin-invalid": (value) =>
    `The 'Access-Control-Allow-Origin' header contains the invalid value '${value}'. ${VALID_VALUE}`,
  "allow-origin-mismatch": (value) =>
    `The 'Access-Control-Allow-Origin' header has a value '${value}' that is not equal to the supplied origin. ${VALID_VALUE}`,
  "allow-credentials": (value) =>
    `The value of the 'Access-Control-Allow-Credentials' header in the response is '${value}' which must be 'true' when the request's credentials mode is 'include'.`,
  "preflight-status": () => "It does not have HTTP ok status.",
  "preflight-redirect": () => "Redirect is not allowed for a preflight request.",
  "preflight-methods-malformed": () =>
    "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
  "preflight-headers-malformed": () =>
    "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
  "preflight-method": (method) =>
    `Method ${method} is not allowed by Access-Control-Allow-Methods in preflight response.`,
  "preflight-header": (name) =>
    `Request header field ${name} is not allowed by Access-Control-Allow-Headers in preflight response.`,
  "redirect-forbidden": () => 'The answer is a redirect, and the redirect mode is "error".',
  "redirect-location": (location) => `The redirect's Location is no HTTP(S) URL: '${location}'.`,
  "redirect-count": () => "The answer is the 21st redirect; browsers follow 20.",
  "redirect-credentials": (host) =>
    `Redirect location '${host}' contains a username and password, which is disallowed for cross-origin requests.`,
  "redirect-stream": (status) => `The answer is a redirect (${status}), and a stream cannot be sent again.`,
  "resource-policy": (policy) =>
    `The answer's Cross-Origin-Resource-Policy is '${policy}': it is kept from pages of another origin or site.`,
  network: (cause) => `Network error: ${cause}`,
};

/** Every code that there is. */
export const BLOCKED_CODES = Object.keys(REASONS) as readonly BlockedCode[];

const MOST_CHARACTERS = 200;

/** What a server wrote, on one line, without control characters, cut. */
function clean(value: string): string {
  const printable = value.replace(/\s+/g, " ").replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
  return printable.length > MOST_CHARACTERS ? `${printable.slice(0, MOST_CHARACTERS)}...` : printable;
}
