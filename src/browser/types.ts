// What goes over the wire, what a script asks for, and what it gets.
import type { HeaderList } from "./header-list.ts";

/**
 * A request as it goes over the wire.
 *
 * @example const send = ({ method, url, headers }: WireRequest) => ({ status: 204, headers: [] });
 */
export interface WireRequest {
  /** Case kept: `patch` is not `PATCH`. */
  readonly method: string;
  /** Absolute, without fragment. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: HeaderList;
  /** The body; absent where there is none. */
  readonly body?: Uint8Array | undefined;
}

/**
 * A response as it came over the wire: each header line by itself, so that two lines stay two.
 *
 * @example const response: WireResponse = { status: 200, headers: [["access-control-allow-origin", "*"]], body: "hello" };
 */
export interface WireResponse {
  /** The status code, 200 to 999. */
  readonly status: number;
  /** One entry for each line. */
  readonly headers: HeaderList;
  /** Read once, when the script reads it; a function where it is still on its way. */
  readonly body?: string | Uint8Array | (() => Promise<Uint8Array>) | undefined;
}

/**
 * Sends one request. A rejection is a network error.
 *
 * @example const send: Send = ({ url }) => ({ status: url.endsWith("/missing") ? 404 : 200, headers: [] });
 */
export type Send = (request: WireRequest) => WireResponse | Promise<WireResponse>;

/**
 * https://fetch.spec.whatwg.org/#concept-request-credentials-mode: when does a request carry cookies?
 *
 * @example const credentials: CredentialsMode = "include";
 */
export type CredentialsMode = "omit" | "same-origin" | "include";

/**
 * https://fetch.spec.whatwg.org/#concept-request-mode, as far as scripts may choose it.
 *
 * @example const mode: RequestMode = "no-cors";
 */
export type RequestMode = "cors" | "no-cors" | "same-origin";

/**
 * https://fetch.spec.whatwg.org/#concept-request-redirect-mode: what becomes of a redirect?
 *
 * @example const redirect: RedirectMode = "manual";
 */
export type RedirectMode = "follow" | "error" | "manual";

/** The page that a script runs on. */
export interface PageOrigin {
  /** https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin; `"null"` where it is opaque. */
  readonly origin: string;
  /** Is plain http mixed content here? https://www.w3.org/TR/mixed-content/#categorize-settings-object */
  readonly secure: boolean;
}

/** A request that passed the constructor: https://fetch.spec.whatwg.org/#requests */
export interface CheckedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  /** Read when it is sent, after the preflight. */
  readonly body: (() => Promise<Uint8Array>) | undefined;
  /** A stream cannot be sent twice: https://fetch.spec.whatwg.org/#concept-body-source is null. */
  readonly streamed: boolean;
  readonly mode: RequestMode;
  readonly credentials: CredentialsMode;
  readonly redirect: RedirectMode;
  /** https://fetch.spec.whatwg.org/#use-cors-preflight-flag: a stream, or a listener on `XMLHttpRequest.upload`. */
  readonly forcePreflight: boolean;
}

/**
 * At which step a request was stopped: before anything was sent, at the preflight, at the response, or at a redirect.
 *
 * @example const step: BlockedStep | undefined = got.blocked?.step;
 */
export type BlockedStep = "request" | "preflight" | "response" | "redirect";

/**
 * Why a script got a network error.
 *
 * @example const blocked: Blocked | null = got.blocked;
 */
export interface Blocked {
  /** Stable: what tests compare. */
  readonly code: BlockedCode;
  /** Before anything was sent, at the preflight, at the response, or when it was to be redirected. */
  readonly step: BlockedStep;
  /** Reads like the line in Chromium's console. What came over the wire is cut and free of control characters. */
  readonly message: string;
  /** What the network said, where it is the network's fault. */
  readonly cause?: unknown;
}

/**
 * The reasons, each under the clause of the Fetch standard that gives it.
 *
 * @example const code: BlockedCode = "preflight-method";
 */
export type BlockedCode =
  /** Before anything is sent: https://fetch.spec.whatwg.org/#concept-main-fetch */
  | "bad-port"
  | "mixed-content"
  | "request-mode"
  | "url-scheme"
  /** https://fetch.spec.whatwg.org/#concept-cors-check, of a preflight's response or of any other. */
  | "allow-origin-missing"
  | "allow-origin-wildcard"
  | "allow-origin-multiple"
  | "allow-origin-invalid"
  | "allow-origin-mismatch"
  | "allow-credentials"
  /** https://fetch.spec.whatwg.org/#cors-preflight-fetch */
  | "preflight-status"
  | "preflight-redirect"
  | "preflight-methods-malformed"
  | "preflight-headers-malformed"
  | "preflight-method"
  | "preflight-header"
  /** https://fetch.spec.whatwg.org/#concept-http-redirect-fetch */
  | "redirect-forbidden"
  | "redirect-location"
  | "redirect-count"
  | "redirect-credentials"
  | "redirect-stream"
  /** https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check, in mode "no-cors". */
  | "resource-policy"
  /** No response: refused, reset, timed out, not HTTP. */
  | "network";

/**
 * One request that went over the wire, and what came back.
 *
 * @example got.requests.map(({ kind, method, response }) => `${kind} ${method} ${response?.status}`);
 */
export interface WireExchange extends WireRequest {
  /** A preflight, or the request that the script wanted. */
  readonly kind: "preflight" | "actual";
  /** `null` where nothing came back. */
  readonly response: WireResponse | null;
}

/** https://fetch.spec.whatwg.org/#concept-filtered-response: what is left of a response for the script. */
export interface FilteredResponse {
  readonly type: "basic" | "cors" | "opaque" | "opaqueredirect";
  /** `""` where it is opaque. */
  readonly url: string;
  readonly redirected: boolean;
  /** 0 where it is opaque. */
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: WireResponse["body"];
}

/** What became of a request. */
export interface Outcome {
  readonly blocked: Blocked | null;
  readonly response: FilteredResponse | null;
  readonly exchanges: readonly WireExchange[];
}
