// The Request constructor: what a script may ask for at all. What a browser throws, this throws.
import { isHeaderValue, isToken, normalizeValue } from "./header-list.ts";
import {
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isNoCorsSafelistedRequestHeader,
  normalizeMethod,
} from "./safelists.ts";
import type { CheckedRequest, CredentialsMode, RedirectMode, RequestMode } from "./types.ts";

/**
 * A request as a script writes it: the part of `RequestInit` that CORS depends on.
 *
 * @example const options: RequestOptions = { method: "PUT", headers: { "X-Trace": "1" }, credentials: "include" };
 */
export interface RequestOptions {
  /**
   * Case matters, but for DELETE, GET, HEAD, OPTIONS, POST and PUT, which browsers put in upper case.
   *
   * @defaultValue `"GET"`
   */
  readonly method?: string | undefined;
  /** A record, pairs, or a `Headers`. Those that scripts cannot set (`Origin`, `Cookie`, ...) are dropped, with a note. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;
  /** What `fetch` takes. Its kind decides the content type, and whether it can be sent twice. */
  readonly body?: RequestBody | null | undefined;
  /** Required beside a stream, as in browsers. (Of these Chromium alone sends streams, and over HTTP/2 only.) */
  readonly duplex?: "half" | undefined;
  /**
   * Are cookies sent, and are those that come stored?
   *
   * @defaultValue `"same-origin"`, as in browsers: a cross-origin request then carries none.
   */
  readonly credentials?: CredentialsMode | undefined;
  /**
   * `"no-cors"` sends what needs no preflight, and keeps the answer from the script.
   *
   * @defaultValue `"cors"`
   */
  readonly mode?: RequestMode | undefined;
  /**
   * What becomes of a redirect: followed, an error, or an opaque answer.
   *
   * @defaultValue `"follow"`
   */
  readonly redirect?: RedirectMode | undefined;
  /**
   * As with an `XMLHttpRequest` that has a listener on `upload`: a preflight, whatever the request is like.
   *
   * @defaultValue `false`
   */
  readonly uploadListener?: boolean | undefined;
}

/**
 * What may be a body. A `ReadableStream` is asked for by preflight, and cannot be redirected.
 *
 * @example const body: RequestBody = new URLSearchParams({ q: "boring" });
 */
export type RequestBody =
  | string
  | URLSearchParams
  | FormData
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>;

/** https://fetch.spec.whatwg.org/#concept-bodyinit-extract */
export interface ExtractedBody {
  /** A stream's come when they like, or never. */
  readonly bytes: () => Promise<Uint8Array>;
  /** `null` where the kind of body says nothing. */
  readonly contentType: string | null;
  readonly streamed: boolean;
}

/**
 * The bytes of a body and the content type that it brings along.
 *
 * @throws {TypeError} for a stream that is being read already.
 */
export function extractBody(body: RequestBody): ExtractedBody {
  const carrier = new Response(body as ConstructorParameters<typeof Response>[0]);
  return {
    bytes: async () => new Uint8Array(await carrier.arrayBuffer()),
    contentType: carrier.headers.get("content-type"),
    streamed: body instanceof ReadableStream,
  };
}

/** A checked request, and the names of the headers that a browser drops without a word. */
export interface ConstructedRequest {
  readonly request: CheckedRequest;
  readonly dropped: readonly string[];
}

/**
 * https://fetch.spec.whatwg.org/#dom-request
 *
 * @throws {TypeError} as a browser does, naming what is wrong: URL, method, header, or a combination of options.
 */
export function constructRequest(
  url: string | URL,
  base: string,
  options: RequestOptions,
  body: ExtractedBody | undefined,
): ConstructedRequest {
  const parsed = parseUrl(url, base);
  // Defaults stand for `undefined` only, as in Web IDL: `null` is a value, and mostly a wrong one.
  const { method: writtenMethod = "GET", headers: init = [] } = options;
  const mode = oneOf("mode", options.mode, ["cors", "no-cors", "same-origin"]);
  const credentials = oneOf("credentials", options.credentials, ["same-origin", "omit", "include"]);
  const redirect = oneOf("redirect", options.redirect, ["follow", "error", "manual"]);
  const method = checkMethod(writtenMethod, mode);
  if (body !== undefined && (method === "GET" || method === "HEAD"))
    throw new TypeError(`A request with method ${method} cannot have a body.`);
  if (body?.streamed && mode === "no-cors")
    throw new TypeError(`A stream cannot be sent in mode "no-cors": it needs a preflight.`);
  if (body?.streamed && options.duplex !== "half")
    throw new TypeError('A stream cannot be sent without duplex: "half".');
  const { headers, dropped } = filled(init, mode, body?.contentType ?? null);
  return {
    request: {
      method,
      url: parsed,
      headers,
      body: body?.bytes,
      streamed: body?.streamed ?? false,
      mode,
      credentials,
      redirect,
      forcePreflight: (options.uploadListener === true && mode !== "no-cors") || (body?.streamed ?? false),
    },
    dropped,
  };
}

function parseUrl(url: string | URL, base: string): URL {
  let parsed: URL;
  try {
    // A template, unlike String(), refuses symbols, as Web IDL does.
    parsed = new URL(`${url}`, base === "null" ? undefined : base);
  } catch {
    throw new TypeError(`Failed to parse URL from ${described(url)}.`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new TypeError(
      `A request cannot be made from a URL that includes credentials: ${quote(parsed.host)}.`,
    );
  }
  return parsed;
}

/** The first value is the default. */
function oneOf<T extends string>(name: string, value: T | undefined, values: readonly [T, ...T[]]): T {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  const quoted = values.map((one) => JSON.stringify(one)).join(", ");
  throw new TypeError(`${name}: ${quote(String(value))} is none of ${quoted}.`);
}

function checkMethod(method: string, mode: RequestMode): string {
  const written = String(method);
  if (!isToken(written)) throw new TypeError(`${quote(written)} is not a valid HTTP method.`);
  if (isForbiddenMethod(written))
    throw new TypeError(`${quote(written)}: scripts cannot use this HTTP method.`);
  const normalized = normalizeMethod(written);
  if (mode === "no-cors" && !["GET", "HEAD", "POST"].includes(normalized))
    throw new TypeError(`${quote(written)} is unsupported in mode "no-cors": only GET, HEAD and POST are.`);
  return normalized;
}

/**
 * https://fetch.spec.whatwg.org/#concept-headers-fill, then the content type of the body. Values of one name are
 * combined, as scripts see them; what is dropped is judged when it is appended, together with what stands there already.
 */
function filled(init: NonNullable<RequestOptions["headers"]>, mode: RequestMode, contentType: string | null) {
  const list = new Map<string, [name: string, value: string]>();
  const dropped = new Set<string>();
  const append = (name: string, value: string): boolean => {
    const earlier = list.get(name.toLowerCase());
    const becomes = earlier === undefined ? value : `${earlier[1]}, ${value}`;
    if (isForbiddenRequestHeader(name, value)) return false;
    if (mode === "no-cors" && !isNoCorsSafelistedRequestHeader(name, becomes)) return false;
    list.set(name.toLowerCase(), [earlier?.[0] ?? name, becomes]);
    return true;
  };
  for (const [name, value] of pairsOf(init)) {
    if (!isToken(name)) throw new TypeError(`${quote(name)} is not a valid header name.`);
    // The rest of the value may be a secret.
    const wrong = [...value].find((character) => !isHeaderValue(character));
    if (wrong !== undefined)
      throw new TypeError(`The value of header ${name} is not valid: it has the character ${quote(wrong)}.`);
    if (!append(name, value)) dropped.add(name);
  }
  if (contentType !== null && !list.has("content-type")) append("Content-Type", contentType);
  return { headers: [...list.values()], dropped: [...dropped] };
}

/** https://webidl.spec.whatwg.org/#js-union: a list of pairs, or else a record. */
function pairsOf(init: unknown): [name: string, value: string][] {
  if (typeof init !== "object" || init === null)
    throw new TypeError("headers: write a record, a list of [name, value] pairs, or a Headers.");
  const pairs = Symbol.iterator in init ? [...(init as Iterable<unknown>)] : Object.entries(init);
  return pairs.map((pair) => {
    const isList = typeof pair === "object" && pair !== null && Symbol.iterator in pair;
    const members = isList ? [...(pair as Iterable<unknown>)] : [];
    if (members.length !== 2) throw new TypeError("headers: each is a pair of name and value.");
    const [name, value] = members;
    // Template literals, unlike String(), refuse symbols, as Web IDL does.
    return [`${name}`, normalizeValue(`${value}`)];
  });
}

function described(value: unknown): string {
  try {
    return quote(String(value));
  } catch {
    return "what is no text";
  }
}

/** For messages: what a caller or a server wrote, on one line, cut. */
export function quote(text: string): string {
  const MOST = 120;
  return JSON.stringify(text.length > MOST ? `${text.slice(0, MOST)}...` : text);
}
