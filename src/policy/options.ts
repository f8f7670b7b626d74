// What a user writes: the options, and the documentation that an editor shows for them.

/**
 * Called with what an origin function answers, or with the error that kept it from answering. A second call is ignored.
 *
 * @example const ask: OriginFunction = (origin, callback) => callback(null, origin.endsWith(".example.com"));
 */
export type OriginCallback = (error: unknown, answer?: StaticOrigin) => void;

/**
 * A RegExp as plain data, the form that survives JSON.
 *
 * @example origin: { regexp: "^https://[a-z]+\\.example\\.com$" }
 */
export interface RegExpData {
  /** The RegExp's source, without slashes. It matches whole origins and must be anchored at both ends. */
  readonly regexp: string;
  /**
   * The RegExp's flags; `g`, `m` and `y` have no effect.
   *
   * @defaultValue `""`
   */
  readonly flags?: string | undefined;
}

/**
 * A RegExp in {@link Policy.routes}.
 *
 * @example const data: CompleteRegExpData = { regexp: "^https://[a-z]+\\.example\\.com$", flags: "" };
 */
export interface CompleteRegExpData {
  /** The RegExp's source, without slashes. */
  readonly regexp: string;
  /** The RegExp's flags; `""` for none. */
  readonly flags: string;
}

/**
 * One entry of an origin list: an origin, a pattern, or a RegExp.
 *
 * @example const entries: OriginEntry[] = ["https://*.example.com", /^https:\/\/[a-z]+\.example\.net$/];
 */
export type OriginEntry = string | boolean | RegExp | RegExpData;

/**
 * Everything `origin` accepts but a function; what an origin function may answer.
 *
 * @example const origins: StaticOrigin = ["https://app.example.com", "http://localhost:*"];
 */
export type StaticOrigin = OriginEntry | readonly OriginEntry[];

/**
 * Decides about one origin at request time, by return value, by promise or by callback. It is asked once per
 * request, never without an `Origin`, never for a malformed one, never with `Sec-Fetch-Site: same-origin`. `true` and
 * `"*"` mean this origin. Answer `false` to refuse: an error is a failure of the service and goes to `next(err)`.
 *
 * @example const ask: OriginFunction = async (origin) => (await db.findByOrigin(origin)) !== undefined;
 */
export type OriginFunction = (
  origin: string,
  callback: OriginCallback,
) => StaticOrigin | void | Promise<StaticOrigin | void>;

/**
 * Everything `origin` accepts, see {@link RuleOptions.origin}.
 *
 * @example const origin: Origin = (origin) => origin.endsWith(".example.com");
 */
export type Origin = StaticOrigin | OriginFunction;

/**
 * A layer that can own CORS on a route.
 *
 * @example const layer: Layer = "edge";
 */
export type Layer = "edge" | "service";

type CredentialsFor<O> = [O] extends ["*" | true | readonly ["*"]]
  ? false | 'credentials cannot stand beside origin "*" or true: list the origins'
  : boolean;

/**
 * The options of one rule; the names are those of npm `cors`. An option that is `undefined` counts as absent, an
 * unknown name throws `UNKNOWN_OPTION`.
 *
 * @example cors({ origin: ["https://app.example.com"], credentials: true, exposedHeaders: ["ETag"] });
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export interface RuleOptions<O extends Origin = Origin> {
  /**
   * Which origins may read responses. **Required.** One of:
   * - `"*"` or `true`: every website, without cookies;
   * - `false`: none;
   * - a serialized origin, `"https://app.example.com"` (no path, no trailing slash, at most 326 bytes);
   * - a pattern: `"https://*.example.com"` (one or more labels, the apex not included), `"http://localhost:*"` (any
   *   port or none), or both together;
   * - a RegExp over whole origins, anchored at both ends;
   * - an array of these;
   * - a function `(origin, callback)`, see {@link OriginFunction}.
   *
   * @throws {CorsConfigError} `ORIGIN_REQUIRED` where it is absent, `ORIGIN_*` where no browser would send it
   * (`ORIGIN_PATH`: a trailing slash), `REGEXP_*` and `CREDENTIALS_*` where it is unsafe.
   * @example origin: ["https://app.example.com", "https://*.preview.example.com"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-origin
   * @see https://www.rfc-editor.org/rfc/rfc6454#section-6.2
   */
  readonly origin: O;
  /**
   * May responses to requests made with cookies, client certificates or HTTP authentication be read?
   * Never beside `"*"`: with credentials an exact origin is always answered.
   *
   * @defaultValue `false`
   * @throws {CorsConfigError} `CREDENTIALS_WILDCARD` beside `"*"` or `true`, `CREDENTIALS_EXPOSED_WILDCARD`,
   * `CREDENTIALS_INSECURE` and `CREDENTIALS_PUBLIC_SUFFIX` (see `dangerously...`), `REGEXP_*`, `OPTION_TYPE`.
   * @example credentials: true
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-credentials
   */
  readonly credentials?: CredentialsFor<O> | undefined;
  /**
   * Methods that a preflight grants: an array, a comma list, or `"*"`. Case counts. GET, HEAD and POST need no listing
   * in a browser.
   *
   * @defaultValue `GET,HEAD,PUT,PATCH,POST,DELETE`
   * @throws {CorsConfigError} `METHOD_TOKEN`, `METHOD_CASE` (`"patch"`), `OPTION_TYPE`.
   * @example methods: ["GET", "PUT"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-methods
   */
  readonly methods?: string | readonly string[] | undefined;
  /**
   * Request headers that a preflight grants: an array, a comma list, or `"*"`. `[]` and `""` grant none. Without
   * credentials `"*"` does not cover Authorization: write `["*", "Authorization"]`.
   *
   * @defaultValue what is asked for, as with `null`
   * @throws {CorsConfigError} `HEADER_TOKEN`, `OPTION_TYPE`.
   * @example allowedHeaders: ["Authorization", "Content-Type"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-allow-headers
   */
  readonly allowedHeaders?: string | readonly string[] | null | undefined;
  /**
   * Response headers that scripts may read beyond the safelisted ones: an array, a comma list, or `"*"` (without
   * credentials only). Names that a handler itself puts into Access-Control-Expose-Headers join them.
   *
   * @defaultValue none
   * @throws {CorsConfigError} `HEADER_TOKEN`, `CREDENTIALS_EXPOSED_WILDCARD`, `OPTION_TYPE`.
   * @example exposedHeaders: ["ETag", "Link"]
   * @see https://fetch.spec.whatwg.org/#http-access-control-expose-headers
   */
  readonly exposedHeaders?: string | readonly string[] | undefined;
  /**
   * How long a browser may keep a granted preflight: whole **seconds**, at least 0. Without the header browsers ask
   * again after 5 seconds; `0` is sent as `0`. Above 86400 (a day) there is a warning, `MAX_AGE_CAPPED`.
   *
   * @defaultValue `600`, the longest that every engine honours
   * @throws {CorsConfigError} `MAX_AGE` for what is negative, fractional or no number.
   * @example maxAge: 7200
   * @see https://fetch.spec.whatwg.org/#http-access-control-max-age
   */
  readonly maxAge?: number | undefined;
  /**
   * Sets the preflight's headers and calls `next()` instead of answering: your own OPTIONS handler ends it. Under a
   * refused origin only Vary is set.
   *
   * @defaultValue `false`
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example preflightContinue: true
   */
  readonly preflightContinue?: boolean | undefined;
  /**
   * The status of a granted preflight, 200 to 299. A refused one gets 403.
   *
   * @defaultValue `204`
   * @throws {CorsConfigError} `OPTIONS_SUCCESS_STATUS`.
   * @example optionsSuccessStatus: 200
   * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
   */
  readonly optionsSuccessStatus?: number | undefined;
  /**
   * Answers 403 to cross-origin requests (not only preflights) whose origin is refused. Without it the request
   * itself runs: CORS keeps pages from *reading*. Same-origin requests pass: by `Sec-Fetch-Site` where it is
   * sent, otherwise by comparing Origin's host with `:authority`, `Host` or the first `X-Forwarded-Host`.
   * SAML and OAuth `form_post` callbacks are cross-site posts: give them a route without it.
   *
   * @defaultValue `false`
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example blockRefused: true
   * @see https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
   */
  readonly blockRefused?: boolean | undefined;
  /**
   * May handlers, proxied upstreams and other layers overwrite the policy's headers? If not, what they write is replaced
   * or removed, and a `CorsOverrideWarning` says so.
   *
   * @defaultValue `false`
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example allowOverride: true
   */
  readonly allowOverride?: boolean | undefined;
  /**
   * Who answers for this route, where one policy serves several layers: `"edge"` (a gateway, nginx) or `"service"`. A
   * layer enforces what it owns and what has no owner, and steps aside for the rest; see the `layer` of `cors()`.
   *
   * @defaultValue none: every layer enforces it
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example owner: "edge"
   */
  readonly owner?: Layer | undefined;
  /**
   * With credentials, allows `http:` origins that are neither loopback nor localhost: anyone on the network path can
   * act as them.
   *
   * @defaultValue `false`: they throw `CREDENTIALS_INSECURE`
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example dangerouslyAllowInsecureOrigins: true
   * @see https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
   */
  readonly dangerouslyAllowInsecureOrigins?: boolean | undefined;
  /**
   * With credentials, allows patterns and RegExps below a public suffix (`https://*.vercel.app`), where anyone can
   * register a name.
   *
   * @defaultValue `false`: they throw `CREDENTIALS_PUBLIC_SUFFIX` or `REGEXP_PUBLIC_SUFFIX`
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example dangerouslyAllowPublicSuffixes: true
   * @see https://publicsuffix.org/
   */
  readonly dangerouslyAllowPublicSuffixes?: boolean | undefined;
  /**
   * Allows the origins `null` and `file://`, which every sandboxed frame and local file sends.
   *
   * @defaultValue `false`: they throw `ORIGIN_OPAQUE`
   * @throws {CorsConfigError} `OPTION_TYPE`.
   * @example dangerouslyAllowOpaqueOrigins: true
   * @see https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
   */
  readonly dangerouslyAllowOpaqueOrigins?: boolean | undefined;
  /** Not beside the options of a rule: the table is the whole policy, see {@link RouteTable}. */
  readonly routes?: never;
}

/**
 * The value of a route: rule options, `false` (no cross-origin access, and nothing behind us may grant it), or
 * `"passthrough"` (somebody behind us owns CORS here).
 *
 * @example const route: RouteOptions = { origin: "*", methods: ["GET", "HEAD"] };
 */
export type RouteOptions<O extends Origin = Origin> = RuleOptions<O> | false | "passthrough";

/**
 * One table of routes: a key covers that path and everything below it; the longest key wins.
 *
 * @example cors({ routes: { "/": { origin: "https://app.example.com", credentials: true }, "/public": { origin: "*" } } });
 */
export interface RouteTable<T extends Record<string, Origin> = Record<string, Origin>> {
  /**
   * Path to rule, `false` or `"passthrough"`, see {@link RouteOptions}. **Required.** Keys are path prefixes on segment
   * boundaries. A path that no key covers is left alone; one that another server could read differently is granted nothing.
   *
   * @throws {CorsConfigError} `ROUTE_KEY`, `ROUTE_DUPLICATE`, `ROUTE_VALUE`, `ROUTES_EMPTY`, `ROUTES_MIXED`, `OPTION_TYPE`,
   * and what its rules throw.
   * @example routes: { "/": { origin: "https://app.example.com", credentials: true }, "/public": { origin: "*" }, "/internal": false }
   * @see https://www.rfc-editor.org/rfc/rfc9112#name-request-target
   */
  readonly routes: { readonly [K in keyof T]: RuleOptions<T[K]> | false | "passthrough" };
  /** Not beside `routes`: each route has its own. */
  readonly origin?: never;
}

/**
 * What {@link definePolicy} accepts: one rule for every path, or a table of routes.
 *
 * @example const options: PolicyOptions = { origin: ["https://app.example.com"] };
 */
export type PolicyOptions<
  O extends Origin = Origin,
  T extends Record<string, Origin> = Record<string, Origin>,
> = RuleOptions<O> | RouteTable<T>;

/**
 * An origin function as plain data.
 *
 * @example (definePolicy({ origin: () => false }).routes["/"] as RuleData).origin; // { function: true }
 */
export interface FunctionData {
  /** Always `true`: what the function would answer is not known. */
  readonly function: true;
}

/**
 * One rule of {@link Policy.routes}: plain data, every default filled in.
 *
 * @example const { maxAge } = definePolicy({ origin: "*" }).routes["/"] as RuleData;
 */
export interface RuleData {
  /** As written, `true` as `"*"`. See {@link RuleOptions.origin}. */
  readonly origin: "*" | false | readonly (string | CompleteRegExpData)[] | FunctionData;
  /** See {@link RuleOptions.credentials}. */
  readonly credentials: boolean;
  /** See {@link RuleOptions.methods}. */
  readonly methods: "*" | readonly string[];
  /** `null`: what is asked for. See {@link RuleOptions.allowedHeaders}. */
  readonly allowedHeaders: "*" | readonly string[] | null;
  /** See {@link RuleOptions.exposedHeaders}. */
  readonly exposedHeaders: "*" | readonly string[];
  /** Seconds. See {@link RuleOptions.maxAge}. */
  readonly maxAge: number;
  /** See {@link RuleOptions.preflightContinue}. */
  readonly preflightContinue: boolean;
  /** See {@link RuleOptions.optionsSuccessStatus}. */
  readonly optionsSuccessStatus: number;
  /** See {@link RuleOptions.blockRefused}. */
  readonly blockRefused: boolean;
  /** See {@link RuleOptions.allowOverride}. */
  readonly allowOverride: boolean;
  /** Absent where the rule has none. See {@link RuleOptions.owner}. */
  readonly owner?: Layer;
  /** See {@link RuleOptions.dangerouslyAllowInsecureOrigins}. */
  readonly dangerouslyAllowInsecureOrigins: boolean;
  /** See {@link RuleOptions.dangerouslyAllowPublicSuffixes}. */
  readonly dangerouslyAllowPublicSuffixes: boolean;
  /** See {@link RuleOptions.dangerouslyAllowOpaqueOrigins}. */
  readonly dangerouslyAllowOpaqueOrigins: boolean;
}

/**
 * One value of {@link Policy.routes}.
 *
 * @example const data: RouteData | undefined = policy.routes["/public"];
 */
export type RouteData = RuleData | false | "passthrough";
