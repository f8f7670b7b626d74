// The conformance table: policies x requests, each with the complete answer.
import type { DecisionReason } from "../../src/index.ts";
import type { RawRequest } from "./raw-http.ts";

export interface Row {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  /** Several values: as many Origin lines. */
  readonly origin?: string | readonly string[];
  readonly asks?: string;
  readonly headers?: string | readonly string[];
  readonly sameOrigin?: true;
  /** `null`: the page may proceed. */
  readonly reason: DecisionReason | null;
  readonly cors: Readonly<Record<string, string>>;
  readonly vary: readonly string[];
  /** Answered by the middleware with this status; otherwise the application answers. */
  readonly status?: number;
  readonly route?: string;
}

export interface Case {
  readonly name: string;
  readonly options: unknown;
  readonly rows: readonly Row[];
}

const APP = "https://app.example.com";
const EVIL = "https://evil.example";
const ORIGIN = ["Origin"];
const PREFLIGHT = ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"];
const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";

const allow = (origin: string, more: Record<string, string> = {}) => ({
  "access-control-allow-origin": origin,
  ...more,
});
const CREDENTIALS = { "access-control-allow-credentials": "true" };
const granted = (origin: string, more: Record<string, string> = {}) =>
  allow(origin, { "access-control-allow-methods": METHODS, "access-control-max-age": "600", ...more });
const preflight = { method: "OPTIONS", asks: "PUT", vary: PREFLIGHT } as const;
const refusedPreflight = { ...preflight, cors: {}, status: 403 } as const;

const NAMED: Case = {
  name: "named origins with credentials",
  options: {
    origin: [
      APP,
      "https://*.preview.example.com",
      "http://localhost:*",
      "chrome-extension://abcdefghijklmnop",
    ],
    credentials: true,
    methods: ["GET", "PUT"],
    allowedHeaders: ["Authorization", "Content-Type"],
    exposedHeaders: ["ETag", "Link"],
  },
  rows: [
    ...[
      APP,
      "https://a.preview.example.com",
      "https://a.b.preview.example.com",
      "http://localhost",
      "http://localhost:5173",
      "chrome-extension://abcdefghijklmnop",
    ].flatMap((origin): Row[] => [
      {
        name: `GET from ${origin}`,
        origin,
        reason: null,
        cors: allow(origin, { ...CREDENTIALS, "access-control-expose-headers": "ETag,Link" }),
        vary: ORIGIN,
        route: "/",
      },
      {
        name: `preflight from ${origin}`,
        ...preflight,
        origin,
        headers: "authorization,content-type",
        reason: null,
        cors: allow(origin, {
          ...CREDENTIALS,
          "access-control-allow-methods": "GET,PUT",
          "access-control-allow-headers": "Authorization,Content-Type",
          "access-control-max-age": "600",
        }),
        status: 204,
        route: "/",
      },
    ]),
    ...(
      [
        [EVIL, "origin-not-allowed"],
        ["http://app.example.com", "origin-not-allowed"],
        ["https://app.example.com:8443", "origin-not-allowed"],
        ["https://app.example.com.evil.example", "origin-not-allowed"],
        ["https://evilapp.example.com", "origin-not-allowed"],
        ["https://preview.example.com", "origin-not-allowed"],
        ["https://xpreview.example.com", "origin-not-allowed"],
        ["http://a.preview.example.com", "origin-not-allowed"],
        ["https://a.preview.example.com:8443", "origin-not-allowed"],
        ["https://app.example.com.", "origin-not-allowed"],
        ["https://localhost:5173", "origin-not-allowed"],
        ["null", "origin-not-allowed"],
        ["file://", "origin-not-allowed"],
        ["chrome-extension://abcdefghijklmnoP", "origin-not-allowed"],
        ["https://APP.example.com", "malformed-origin"],
        ["https://app.example.com/", "malformed-origin"],
        ["https://app.example.com:443", "malformed-origin"],
        ["https://user@app.example.com", "malformed-origin"],
        ["https://app.example.com, https://app.example.com", "malformed-origin"],
        ["*", "malformed-origin"],
        ["https://*.preview.example.com", "malformed-origin"],
        ["http://localhost:0", "malformed-origin"],
        ["http://localhost:65536", "malformed-origin"],
        ["http://localhost:080", "malformed-origin"],
        ["https://..preview.example.com", "malformed-origin"],
        [`https://${"a".repeat(64)}.preview.example.com`, "malformed-origin"],
        [`https://${"a.".repeat(150)}preview.example.com`, "malformed-origin"],
        ["app.example.com", "malformed-origin"],
        ["https://\u00e9.preview.example.com", "malformed-origin"],
        ["https://app.example.com\tx", "malformed-origin"],
      ] as const
    ).flatMap(([origin, reason]): Row[] => [
      { name: `GET from ${JSON.stringify(origin)}`, origin, reason, cors: {}, vary: ORIGIN, route: "/" },
      { name: `preflight from ${JSON.stringify(origin)}`, ...refusedPreflight, origin, reason, route: "/" },
    ]),
    {
      name: "two Origin lines",
      origin: [APP, APP],
      reason: "malformed-origin",
      cors: {},
      vary: ORIGIN,
      route: "/",
    },
    { name: "no Origin", reason: null, cors: {}, vary: ORIGIN, route: "/" },
    { name: "an empty Origin counts as none", origin: "", reason: null, cors: {}, vary: ORIGIN, route: "/" },
    { name: "plain OPTIONS", method: "OPTIONS", reason: null, cors: {}, vary: ORIGIN, route: "/" },
    {
      name: "OPTIONS without Origin",
      method: "OPTIONS",
      asks: "PUT",
      reason: null,
      cors: {},
      vary: ORIGIN,
      route: "/",
    },
    {
      name: "OPTIONS with Origin alone is an actual request",
      method: "OPTIONS",
      origin: APP,
      reason: null,
      cors: allow(APP, { ...CREDENTIALS, "access-control-expose-headers": "ETag,Link" }),
      vary: ORIGIN,
      route: "/",
    },
    {
      name: "an empty request method makes no preflight",
      method: "OPTIONS",
      origin: APP,
      asks: "",
      reason: null,
      cors: allow(APP, { ...CREDENTIALS, "access-control-expose-headers": "ETag,Link" }),
      vary: ORIGIN,
      route: "/",
    },
    {
      name: "a same-origin POST from an unlisted origin",
      method: "POST",
      origin: "https://api.example.com",
      sameOrigin: true,
      reason: null,
      cors: {},
      vary: ORIGIN,
      route: "/",
    },
    ...(
      [
        ["DELETE", undefined, "method-not-allowed"],
        ["put", undefined, "method-not-allowed"],
        ["POST", undefined, null],
        ["HEAD", undefined, null],
        ["GET", "x-other", "header-not-allowed"],
        ["GET", "authorization, x-other", "header-not-allowed"],
        ["GET", "AUTHORIZATION , Content-Type,,", null],
        ["GET", "", null],
        ["GET", "auth orization", "malformed-request"],
        ["GET", "a\u00e9", "malformed-request"],
        ["GET", ",".repeat(17), "malformed-request"],
        ["GET", "x".repeat(129), "malformed-request"],
        ["GET", `${"x".repeat(100)},`.repeat(41), "malformed-request"],
        ["GET", Array.from({ length: 257 }, (_, index) => `x${index}`).join(","), "malformed-request"],
        ["P UT", undefined, "malformed-request"],
        ["(", undefined, "malformed-request"],
      ] as const
    ).map(
      ([asks, headers, reason]): Row => ({
        name: `preflight asking ${asks} with ${JSON.stringify(headers)?.slice(0, 40)}: the full static lists whatever is asked`,
        ...preflight,
        origin: APP,
        asks,
        ...(headers === undefined ? {} : { headers }),
        reason,
        cors: allow(APP, {
          ...CREDENTIALS,
          "access-control-allow-methods": "GET,PUT",
          "access-control-allow-headers": "Authorization,Content-Type",
          "access-control-max-age": "600",
        }),
        status: 204,
        route: "/",
      }),
    ),
  ],
};

const PUBLIC: Case = {
  name: "everybody, without credentials",
  options: { origin: "*", exposedHeaders: "*", maxAge: 0 },
  rows: [
    ...([undefined, "", APP, "null", "nonsense", "a, b"] as const).map(
      (origin): Row => ({
        name: `GET with Origin ${JSON.stringify(origin)}: unconditional, the origin is not looked at`,
        ...(origin === undefined ? {} : { origin }),
        reason: null,
        cors: allow("*", { "access-control-expose-headers": "*" }),
        vary: [],
        route: "/",
      }),
    ),
    {
      name: "preflight: what is asked for is echoed as written, joined by commas",
      ...preflight,
      origin: "null",
      headers: "X-One , x-two,,Authorization",
      reason: null,
      cors: granted("*", {
        "access-control-allow-headers": "X-One,x-two,Authorization",
        "access-control-max-age": "0",
      }),
      status: 204,
      route: "/",
    },
    {
      name: "preflight without headers",
      ...preflight,
      origin: APP,
      reason: null,
      cors: granted("*", { "access-control-max-age": "0" }),
      status: 204,
      route: "/",
    },
    {
      name: "preflight asking for nothing but commas",
      ...preflight,
      origin: APP,
      headers: ", ,",
      reason: null,
      cors: granted("*", { "access-control-max-age": "0" }),
      status: 204,
      route: "/",
    },
    {
      name: "preflight with two lines of headers",
      ...preflight,
      origin: APP,
      headers: ["x-one", "x-two"],
      reason: null,
      cors: granted("*", { "access-control-allow-headers": "x-one,x-two", "access-control-max-age": "0" }),
      status: 204,
      route: "/",
    },
    ...["a b", "a\u00e9", "x".repeat(129), ",".repeat(17), "a;b", '"a"', "*", "x-one, *"].map(
      (headers): Row => ({
        name: `preflight asking for ${JSON.stringify(headers).slice(0, 30)}: nothing is echoed`,
        ...preflight,
        origin: APP,
        headers,
        reason: "malformed-request",
        cors: granted("*", { "access-control-max-age": "0" }),
        status: 204,
        route: "/",
      }),
    ),
  ],
};

const LISTS: Case = {
  name: "a route for each form of list",
  options: {
    routes: {
      "/star": { origin: "*", methods: "*", allowedHeaders: "*" },
      "/star-and-name": {
        origin: "*",
        allowedHeaders: ["*", "Authorization"],
        methods: "get, put , PROPFIND",
      },
      "/none": { origin: true, allowedHeaders: [], methods: [], exposedHeaders: "" },
      "/open": { origin: [APP], credentials: true, methods: "*", allowedHeaders: ["*", "X-One"] },
      "/continue": { origin: [APP], preflightContinue: true },
      "/status": { origin: [APP], optionsSuccessStatus: 200 },
      "/off": false,
      "/off-too": { origin: false },
      "/hands-off": "passthrough",
      "/blocked": { origin: [APP], blockRefused: true },
      "/blocked-off": { origin: false, blockRefused: true },
      "/opaque": { origin: ["null", "file://", APP], dangerouslyAllowOpaqueOrigins: true, credentials: true },
      "/insecure": {
        origin: ["http://app.example.com"],
        dangerouslyAllowInsecureOrigins: true,
        credentials: true,
      },
      "/regexp": { origin: /^https?:\/\/([a-z0-9-]+\.)*example\.com$/gi, credentials: true },
    },
  },
  rows: [
    {
      name: "stars",
      ...preflight,
      path: "/star",
      origin: APP,
      headers: "x-one",
      reason: null,
      cors: allow("*", {
        "access-control-allow-methods": "*",
        "access-control-allow-headers": "*",
        "access-control-max-age": "600",
      }),
      status: 204,
      route: "/star",
    },
    {
      name: "a star does not cover Authorization",
      ...preflight,
      path: "/star/x",
      origin: APP,
      headers: "authorization",
      reason: "header-not-allowed",
      cors: allow("*", {
        "access-control-allow-methods": "*",
        "access-control-allow-headers": "*",
        "access-control-max-age": "600",
      }),
      status: 204,
      route: "/star",
    },
    {
      name: "a star beside Authorization; methods from a comma list, normalised as browsers do",
      ...preflight,
      path: "/star-and-name",
      origin: APP,
      headers: "authorization,x-any",
      reason: null,
      cors: allow("*", {
        "access-control-allow-methods": "GET,PUT,PROPFIND",
        "access-control-allow-headers": "*,Authorization",
        "access-control-max-age": "600",
      }),
      status: 204,
      route: "/star-and-name",
    },
    {
      name: "lists without entries send no header",
      ...preflight,
      path: "/none",
      origin: APP,
      asks: "GET",
      reason: null,
      cors: allow("*", { "access-control-max-age": "600" }),
      status: 204,
      route: "/none",
    },
    {
      name: "lists without entries grant nothing",
      ...preflight,
      path: "/none",
      origin: APP,
      asks: "GET",
      headers: "x-one",
      reason: "header-not-allowed",
      cors: allow("*", { "access-control-max-age": "600" }),
      status: 204,
      route: "/none",
    },
    {
      name: "open lists with credentials echo",
      ...preflight,
      path: "/open",
      origin: APP,
      asks: "PROPFIND",
      headers: "x-any,authorization",
      reason: null,
      cors: allow(APP, {
        ...CREDENTIALS,
        "access-control-allow-methods": "PROPFIND",
        "access-control-allow-headers": "x-any,authorization",
        "access-control-max-age": "600",
      }),
      status: 204,
      route: "/open",
    },
    {
      name: "a method or a header that is called * is not echoed",
      ...preflight,
      path: "/open",
      origin: APP,
      asks: "*",
      headers: "x-any,*",
      reason: "method-not-allowed",
      cors: allow(APP, { ...CREDENTIALS, "access-control-max-age": "600" }),
      status: 204,
      route: "/open",
    },
    {
      name: "what is no token is never echoed",
      ...preflight,
      path: "/open",
      origin: APP,
      asks: "A B",
      headers: "a b",
      reason: "malformed-request",
      cors: allow(APP, { ...CREDENTIALS, "access-control-max-age": "600" }),
      status: 204,
      route: "/open",
    },
    {
      name: "preflightContinue sets the headers and goes on",
      method: "OPTIONS",
      path: "/continue",
      origin: APP,
      asks: "PUT",
      headers: "x-one",
      reason: null,
      cors: granted(APP, { "access-control-allow-headers": "x-one" }),
      vary: PREFLIGHT,
      route: "/continue",
    },
    {
      name: "preflightContinue with a refused origin: Vary only",
      method: "OPTIONS",
      path: "/continue",
      origin: EVIL,
      asks: "PUT",
      reason: "origin-not-allowed",
      cors: {},
      vary: PREFLIGHT,
      route: "/continue",
    },
    {
      name: "a status of one's own",
      ...preflight,
      path: "/status",
      origin: APP,
      reason: null,
      cors: granted(APP),
      status: 200,
      route: "/status",
    },
    ...["/off", "/off-too"].flatMap((path): Row[] => [
      {
        name: `${path}: preflight`,
        ...refusedPreflight,
        path,
        origin: APP,
        reason: "cors-disabled",
        route: path,
      },
      { name: `${path}: GET`, path, origin: APP, reason: "cors-disabled", cors: {}, vary: [], route: path },
      { name: `${path}: no Origin`, path, reason: null, cors: {}, vary: [], route: path },
    ]),
    {
      name: "passthrough preflight",
      method: "OPTIONS",
      asks: "PUT",
      path: "/hands-off",
      origin: APP,
      reason: "passthrough",
      cors: {},
      vary: [],
      route: "/hands-off",
    },
    {
      name: "passthrough GET",
      path: "/hands-off",
      origin: APP,
      reason: "passthrough",
      cors: {},
      vary: [],
      route: "/hands-off",
    },
    { name: "uncovered", path: "/elsewhere", origin: APP, reason: "not-covered", cors: {}, vary: [] },
    { name: "uncovered without Origin", path: "/elsewhere", reason: null, cors: {}, vary: [] },
    { name: "a segment boundary", path: "/starry", origin: APP, reason: "not-covered", cors: {}, vary: [] },
    {
      name: "blockRefused refuses",
      path: "/blocked",
      origin: EVIL,
      reason: "origin-not-allowed",
      cors: {},
      vary: ORIGIN,
      status: 403,
      route: "/blocked",
    },
    {
      name: "blockRefused grants",
      path: "/blocked",
      origin: APP,
      reason: null,
      cors: allow(APP),
      vary: ORIGIN,
      route: "/blocked",
    },
    {
      name: "blockRefused spares same-origin requests",
      path: "/blocked",
      origin: EVIL,
      sameOrigin: true,
      reason: null,
      cors: {},
      vary: ORIGIN,
      route: "/blocked",
    },
    {
      name: "blockRefused without Origin",
      path: "/blocked",
      reason: null,
      cors: {},
      vary: ORIGIN,
      route: "/blocked",
    },
    {
      name: "blockRefused where CORS is off",
      path: "/blocked-off",
      origin: APP,
      reason: "cors-disabled",
      cors: {},
      vary: ORIGIN,
      status: 403,
      route: "/blocked-off",
    },
    ...["null", "file://"].map(
      (origin): Row => ({
        name: `${origin} where it is allowed`,
        path: "/opaque",
        origin,
        reason: null,
        cors: allow(origin, CREDENTIALS),
        vary: ORIGIN,
        route: "/opaque",
      }),
    ),
    {
      name: "an insecure origin where it is allowed",
      path: "/insecure",
      origin: "http://app.example.com",
      reason: null,
      cors: allow("http://app.example.com", CREDENTIALS),
      vary: ORIGIN,
      route: "/insecure",
    },
    {
      name: "a RegExp",
      path: "/regexp",
      origin: APP,
      reason: null,
      cors: allow(APP, CREDENTIALS),
      vary: ORIGIN,
      route: "/regexp",
    },
    {
      name: "a RegExp matches whole origins only",
      path: "/regexp",
      origin: "https://evilexample.com",
      reason: "origin-not-allowed",
      cors: {},
      vary: ORIGIN,
      route: "/regexp",
    },
    {
      name: "a RegExp cannot grant an insecure origin",
      path: "/regexp",
      origin: "http://app.example.com",
      reason: "insecure-origin",
      cors: {},
      vary: ORIGIN,
      route: "/regexp",
    },
    {
      name: "a RegExp with the flag i runs on strict origins only",
      path: "/regexp",
      origin: "https://APP.example.com",
      reason: "malformed-origin",
      cors: {},
      vary: ORIGIN,
      route: "/regexp",
    },
  ],
};

const AMBIGUOUS: readonly string[] = [
  "/Public/x",
  "/PUBLIC",
  "//public",
  "/public%2fx/../x",
  "/public/../internal",
  "/public/./x",
  "/public/%2e%2e/internal",
  "/public/%2E%2e%2finternal",
  "/public/..;/internal",
  "/public/..%3b/internal",
  "/x/%252e%252e/internal",
  "/public/%zz",
  "/public/%",
  "/public/%ff",
  "/public/%c0%ae%c0%ae/internal",
  "/%70ublic",
  "/%2570ublic",
  "/public;v=1",
  "//x/public",
  "/\\x/public",
  "/internal%3f",
  "/internal%23x",
  "/internal%00",
  "//x/internal",
  "/public%3fx",
  "/public%23x",
  "/public%00",
  "/;x/public",
  "/;%2fx/public",
  "/;x\\y/public",
  "/x%3b%2fpublic",
  "/public%2Fsub",
  "/\\public",
  "/public/%5c..%5cinternal",
  "/internal;x",
  `/public/%${"25".repeat(12)}2f..`,
  "/publi%63/x",
  "/a/Blocked",
];

const ROUTES: Case = {
  name: "routes",
  options: {
    routes: {
      "/": { origin: [APP], credentials: true },
      "/public": { origin: "*" },
      "/public/private": { origin: [APP] },
      "/internal": false,
    },
  },
  rows: [
    { name: "the root", origin: APP, reason: null, cors: allow(APP, CREDENTIALS), vary: ORIGIN, route: "/" },
    {
      name: "anything below the root",
      path: "/anything/at/all",
      origin: APP,
      reason: null,
      cors: allow(APP, CREDENTIALS),
      vary: ORIGIN,
      route: "/",
    },
    ...[
      "/public",
      "/public/",
      "/public/x",
      "/public?x=/internal",
      "/public/x;y",
      "/public/caf%C3%A9",
      "/public/A",
      "/public//x",
      "http://other.example/public/x",
      "/public/...",
      "/public/.well-known",
    ].map(
      (path): Row => ({
        name: `public: ${path}`,
        path,
        origin: EVIL,
        reason: null,
        cors: allow("*"),
        vary: [],
        route: "/public",
      }),
    ),
    {
      name: "the longest key",
      path: "/public/private/x",
      origin: APP,
      reason: null,
      cors: allow(APP),
      vary: ORIGIN,
      route: "/public/private",
    },
    {
      name: "a neighbour",
      path: "/publicity",
      origin: EVIL,
      reason: "origin-not-allowed",
      cors: {},
      vary: ORIGIN,
      route: "/",
    },
    {
      name: "OPTIONS *",
      method: "OPTIONS",
      path: "*",
      origin: APP,
      asks: "PUT",
      reason: "not-covered",
      cors: {},
      vary: [],
    },
    ...AMBIGUOUS.filter((path) => path !== "/a/Blocked").flatMap((path): Row[] => [
      { name: `ambiguous: ${path}`, path, origin: APP, reason: "ambiguous-path", cors: {}, vary: ORIGIN },
      { name: `ambiguous, no Origin: ${path}`, path, reason: null, cors: {}, vary: ORIGIN },
      {
        name: `ambiguous preflight: ${path}`,
        ...refusedPreflight,
        path,
        origin: APP,
        reason: "ambiguous-path",
      },
    ]),
    {
      name: "upper case that selects the same key",
      path: "/Other",
      origin: APP,
      reason: null,
      cors: allow(APP, CREDENTIALS),
      vary: ORIGIN,
      route: "/",
    },
  ],
};

const ROOT_ONLY: Case = {
  name: "one key: the path does not matter",
  options: { origin: [APP] },
  rows: AMBIGUOUS.map(
    (path): Row => ({
      name: path,
      path,
      origin: APP,
      reason: null,
      cors: allow(APP),
      vary: ORIGIN,
      route: "/",
    }),
  ),
};

const BLOCKED_AMBIGUOUS: Case = {
  name: "ambiguous paths under blockRefused",
  options: {
    routes: {
      "/": { origin: [APP] },
      "/a/blocked": { origin: [APP], blockRefused: true },
      "/Upper": { origin: "*" },
    },
  },
  rows: [
    {
      name: "a candidate blocks",
      path: "/a/Blocked",
      origin: APP,
      reason: "ambiguous-path",
      cors: {},
      vary: ORIGIN,
      status: 403,
    },
    {
      name: "a candidate blocks, but not the service's own pages",
      path: "/a/Blocked",
      origin: APP,
      sameOrigin: true,
      reason: null,
      cors: {},
      vary: ORIGIN,
    },
    {
      name: "dot segments could lead there",
      path: "/x/..",
      origin: APP,
      reason: "ambiguous-path",
      cors: {},
      vary: ORIGIN,
      status: 403,
    },
    {
      name: "no candidate blocks",
      path: "/upper",
      origin: APP,
      reason: "ambiguous-path",
      cors: {},
      vary: ORIGIN,
    },
    {
      name: "upper case in a key",
      path: "/Upper/x",
      origin: APP,
      reason: null,
      cors: allow("*"),
      vary: [],
      route: "/Upper",
    },
  ],
};

export const TABLE: readonly Case[] = [NAMED, PUBLIC, LISTS, ROUTES, ROOT_ONLY, BLOCKED_AMBIGUOUS];

/** A row as it goes over the wire. */
export function requestOf(row: Row): Partial<RawRequest> {
  return {
    method: row.method ?? "GET",
    target: row.path ?? "/",
    headers: [
      ...lines("Origin", row.origin),
      ...lines("Access-Control-Request-Method", row.asks),
      ...lines("Access-Control-Request-Headers", row.headers),
      ...(row.sameOrigin ? [["Sec-Fetch-Site", "same-origin"] as const] : []),
    ],
  };
}

function lines(name: string, value: string | readonly string[] | undefined): (readonly [string, string])[] {
  if (value === undefined) return [];
  return (typeof value === "string" ? [value] : value).map((line) => [name, line] as const);
}
