// What a policy is asked, and what it says: the request, the decision, and the reasons.

/**
 * The raw values of a request that a policy looks at. Fields that are no strings count as absent.
 *
 * @example policy.decide({ method: "OPTIONS", path: "/x", origin: "https://app.example.com", requestMethod: "PUT" }).allowed; // true
 */
export interface DecisionRequest {
  /** The request's method; case counts. **Required.** */
  readonly method: string;
  /**
   * The full public path, as on the request line; query and absolute form are removed here.
   *
   * @defaultValue `"/"`
   */
  readonly path?: string | undefined;
  /** The value of `Origin`. Default: absent, so no CORS request. */
  readonly origin?: string | undefined;
  /** The value of `Access-Control-Request-Method`. Default: absent, so no preflight. */
  readonly requestMethod?: string | undefined;
  /** The value of `Access-Control-Request-Headers`. Default: absent, so none are asked for. */
  readonly requestHeaders?: string | undefined;
  /**
   * Is the request known to be same-origin (`Sec-Fetch-Site: same-origin`)?
   *
   * @defaultValue `false`
   */
  readonly sameOrigin?: boolean | undefined;
  /** Never: a request of Express has a method and a path as well, and is none of these values. */
  readonly headers?: never;
  /** Never, as `headers`. */
  readonly url?: never;
}

/**
 * Why a browser would not let the page proceed.
 *
 * @example policy.decide({ method: "GET", origin: "https://evil.example" }).reason; // "origin-not-allowed"
 */
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

/**
 * What a policy says about one request, and why. Frozen.
 *
 * @example
 * const decision = policy.decide({ method: "GET", path: "/public/x", origin: "https://any.example" });
 * decision.allowed; // true
 * decision.headers; // { "access-control-allow-origin": "*" }
 * @see https://fetch.spec.whatwg.org/#cors-check
 */
export interface Decision {
  /**
   * `"preflight"`: OPTIONS with Origin and Access-Control-Request-Method; `"actual"`: any other request with an Origin;
   * `"non-cors"`: no Origin.
   */
  readonly kind: "preflight" | "actual" | "non-cors";
  /**
   * Would a browser, on a page that uses the rule's credentials setting, let the page proceed? About this one request:
   * a granted preflight says nothing of the request that follows.
   */
  readonly allowed: boolean;
  /** Why not; `null` where `allowed`. */
  readonly reason: DecisionReason | null;
  /** One sentence for people: the value refused, and what would allow it. `""` where nothing is refused. Untrusted text is JSON-quoted and cut. */
  readonly detail: string;
  /** The exact response headers to set, lower-case names, without Vary. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names to merge into Vary. */
  readonly vary: readonly string[];
  /** The status with which the request is answered here; `undefined` when it goes on to the application. */
  readonly status: number | undefined;
  /** The key of the route that decided; `undefined` where none covers the path or it is ambiguous. */
  readonly route: string | undefined;
}
