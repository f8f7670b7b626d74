// What a user writes: the options, and the documentation that an editor shows for them.

/** Called with what an origin function answers, or with the error that kept it from answering. */
export type OriginCallback = (error: unknown, answer?: StaticOrigin) => void;

/** A RegExp as plain data, the form that survives JSON. */
export interface RegExpData {
  /** The RegExp's source, without slashes. */
  readonly regexp: string;
  /** The RegExp's flags; default none. */
  readonly flags?: string | undefined;
}

/** A RegExp in `Policy.routes`. */
export interface CompleteRegExpData {
  readonly regexp: string;
  readonly flags: string;
}

/** One entry of an origin list. */
export type OriginEntry = string | boolean | RegExp | RegExpData;

/** Everything `origin` accepts but a function. */
export type StaticOrigin = OriginEntry | readonly OriginEntry[];

/**
 * Decides about one origin at request time, by return value, by promise or by callback. It is asked once per
 * request, never without an `Origin`, never for a malformed one. Answer `false` to refuse: an error is a failure of
 * the service and goes to `next(err)`.
 *
 * @example
 * const origin = async (origin: string) => (await tenants.findByOrigin(origin)) !== undefined;
 */
export type OriginFunction = (
  origin: string,
  callback: OriginCallback,
) => StaticOrigin | void | Promise<StaticOrigin | void>;

/** Everything `origin` accepts. */
export type Origin = StaticOrigin | OriginFunction;

type CredentialsFor<O> = [O] extends ["*" | true | readonly ["*"]]
  ? false | 'credentials cannot stand beside origin "*" or true: list the origins'
  : boolean;

/** The options of one rule; the names are those of npm `cors`. An option that is `undefined` counts as absent. */
export interface RuleOptions<O extends Origin = Origin> {
  /**
   * Which origins may read responses. **Required.** One of:
   * - `"*"` or `true`: every website, without cookies;
   * - `false`: none;
   * - a serialized origin, `"https://app.example.com"` (no path, no trailing slash);
   * - a pattern: `"https://*.example.com"` (one or more labels, the apex not included), `"http://localhost:*"` (any
   *   port or none), or both together;
   * - a RegExp over whole origins, anchored at both ends;
   * - an array of these;
   * - a function `(origin, callback)`, see {@link OriginFunction}.
   *
   * @throws {CorsConfigError} `ORIGIN_*`, `REGEXP_*`, `CREDENTIALS_*` where it is absent, malformed or unsafe.
   * @example origin: ["https://app.example.com", "https://*.preview.example.com"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-origin
   */
  readonly origin: O;
  /**
   * May responses to requests made with cookies, client certificates or HTTP authentication be read?
   * Default `false`. Never beside `"*"`: with credentials an exact origin is always answered.
   *
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-credentials
   */
  readonly credentials?: CredentialsFor<O> | undefined;
  /**
   * Methods that a preflight grants: an array, a comma list, or `"*"`. Default `GET,HEAD,PUT,PATCH,POST,DELETE`.
   * GET, HEAD and POST need no listing in a browser.
   *
   * @example methods: ["GET", "PUT"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-methods
   */
  readonly methods?: string | readonly string[] | undefined;
  /**
   * Request headers that a preflight grants: an array, a comma list, or `"*"`. Default (or `null`): what is asked
   * for. `[]` and `""` grant none.
   *
   * @example allowedHeaders: ["Authorization", "Content-Type"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-headers
   */
  readonly allowedHeaders?: string | readonly string[] | null | undefined;
  /**
   * Response headers that scripts may read beyond the safelisted ones: an array, a comma list, or `"*"` (without
   * credentials only). Default none. Names that a handler itself puts into Access-Control-Expose-Headers join them.
   *
   * @example exposedHeaders: ["ETag", "Link"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-expose-headers
   */
  readonly exposedHeaders?: string | readonly string[] | undefined;
  /**
   * How long a browser may keep a granted preflight: whole seconds, at least 0. Default 600, the longest that every
   * engine honours. Without the header browsers ask again after 5 seconds; `0` is sent as `0`.
   *
   * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
   */
  readonly maxAge?: number | undefined;
  /** Sets the preflight's headers and calls `next()` instead of answering. Default `false`. */
  readonly preflightContinue?: boolean | undefined;
  /** The status of a granted preflight, 200 to 299. Default 204. */
  readonly optionsSuccessStatus?: number | undefined;
  /**
   * Answers 403 to cross-origin requests (not only preflights) whose origin is refused. Default `false`: CORS keeps
   * pages from *reading*, the request itself still runs. Same-origin requests pass: by `Sec-Fetch-Site` where it is
   * sent, otherwise by comparing Origin's host with `:authority`, `Host` or the first `X-Forwarded-Host`.
   * SAML and OAuth `form_post` callbacks are cross-site posts: give them a route without it.
   */
  readonly blockRefused?: boolean | undefined;
  /** May handlers, proxied upstreams and other layers overwrite the policy's headers? Default `false`. */
  readonly allowOverride?: boolean | undefined;
  /** With credentials, allows `http:` origins that are neither loopback nor localhost: anyone on the network path can act as them. Default `false`. */
  readonly dangerouslyAllowInsecureOrigins?: boolean | undefined;
  /** With credentials, allows patterns and RegExps below a public suffix (`https://*.vercel.app`), where anyone can register a name. Default `false`. */
  readonly dangerouslyAllowPublicSuffixes?: boolean | undefined;
  /** Allows the origins `null` and `file://`, which every sandboxed frame and local file sends. Default `false`. */
  readonly dangerouslyAllowOpaqueOrigins?: boolean | undefined;
  readonly routes?: never;
}

/** `false`: no cross-origin access, and nothing behind us may grant it. `"passthrough"`: somebody behind us owns CORS here. */
export type RouteOptions<O extends Origin = Origin> = RuleOptions<O> | false | "passthrough";

/** One table of routes: a key covers that path and everything below it; the longest key wins. */
export interface RouteTable<T extends Record<string, Origin> = Record<string, Origin>> {
  /**
   * Path to rule. A path that no key covers is left alone.
   *
   * @example routes: { "/": { origin: ["https://app.example.com"], credentials: true }, "/public": { origin: "*" }, "/internal": false }
   */
  readonly routes: { readonly [K in keyof T]: RuleOptions<T[K]> | false | "passthrough" };
  readonly origin?: never;
}

/** What `definePolicy` accepts: one rule for every path, or a table of routes. */
export type PolicyOptions<
  O extends Origin = Origin,
  T extends Record<string, Origin> = Record<string, Origin>,
> = RuleOptions<O> | RouteTable<T>;

/** The raw values of a request that a policy looks at. Fields that are no strings count as absent. */
export interface DecisionRequest {
  readonly method: string;
  /** The full public path, as on the request line; query and absolute form are removed here. Default `"/"`. */
  readonly path?: string | undefined;
  /** The value of `Origin`. */
  readonly origin?: string | undefined;
  /** The value of `Access-Control-Request-Method`. */
  readonly requestMethod?: string | undefined;
  /** The value of `Access-Control-Request-Headers`. */
  readonly requestHeaders?: string | undefined;
  /** Is the request known to be same-origin (`Sec-Fetch-Site: same-origin`)? Default `false`. */
  readonly sameOrigin?: boolean | undefined;
  // A request of Express has a method and a path, and would otherwise be taken for these values.
  readonly headers?: never;
  readonly url?: never;
}

/** Why a browser would not let the page proceed. */
export type DecisionReason =
  | "origin-not-allowed"
  | "malformed-origin"
  | "insecure-origin"
  | "method-not-allowed"
  | "header-not-allowed"
  | "malformed-request"
  | "cors-disabled"
  | "ambiguous-path"
  | "not-covered"
  | "passthrough";

/** What a policy says about one request, and why. Frozen. */
export interface Decision {
  /** `"preflight"`: OPTIONS with Origin and Access-Control-Request-Method; `"actual"`: any other request with an Origin. */
  readonly kind: "preflight" | "actual" | "non-cors";
  /** Would a browser, on a page that uses the rule's credentials setting, let the page proceed? */
  readonly allowed: boolean;
  readonly reason: DecisionReason | null;
  /** One sentence for people: the value refused, and what would allow it. `""` where nothing is refused. Untrusted text is JSON-quoted and cut. */
  readonly detail: string;
  /** The exact response headers to set, lower-case names, without Vary. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names to merge into Vary. */
  readonly vary: readonly string[];
  /** The status with which the request is answered here; `undefined` when it goes on to the application. */
  readonly status: number | undefined;
  /** The key of the route that decided. */
  readonly route: string | undefined;
}

/** An origin function as plain data. */
export interface FunctionData {
  readonly function: true;
}

/** One rule of `Policy.routes`: plain data, every default filled in. */
export interface RuleData {
  readonly origin: "*" | false | readonly (string | CompleteRegExpData)[] | FunctionData;
  readonly credentials: boolean;
  readonly methods: "*" | readonly string[];
  /** `null`: what is asked for. */
  readonly allowedHeaders: "*" | readonly string[] | null;
  readonly exposedHeaders: "*" | readonly string[];
  readonly maxAge: number;
  readonly preflightContinue: boolean;
  readonly optionsSuccessStatus: number;
  readonly blockRefused: boolean;
  readonly allowOverride: boolean;
  readonly dangerouslyAllowInsecureOrigins: boolean;
  readonly dangerouslyAllowPublicSuffixes: boolean;
  readonly dangerouslyAllowOpaqueOrigins: boolean;
}

/** One value of `Policy.routes`. */
export type RouteData = RuleData | false | "passthrough";
