// The matrix that every layer is put through: policies, requests, and what stands behind them does.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { PolicyOptions } from "../../src/index.ts";
import { type RawRequest, type RawResponse, valuesOf } from "./raw-http.ts";

export const APP = "https://app.example.com";
const EVIL = "https://evil.example";

/** Of an answer, all that the layer decides: lists as sets, and whether it reached the application. */
export function answerOf(response: RawResponse): Record<string, unknown> {
  const cors = response.headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => name.startsWith("access-control-"))
    .map((name) => [
      name,
      /-(methods|headers)$/.test(name) ? asSet(valuesOf(response, name)) : valuesOf(response, name),
    ]);
  return {
    status: response.status,
    reached: valuesOf(response, "x-reached").length > 0,
    vary: asSet(valuesOf(response, "vary")),
    ...Object.fromEntries(cors.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))),
  };
}

/** Names in lower case, but methods as they are. */
function asSet(lines: readonly string[]): string[] {
  const names = lines.flatMap((line) => line.split(",")).map((name) => name.trim());
  return [...new Set(names.map((name) => (/^[A-Z]+$/.test(name) ? name : name.toLowerCase())))]
    .filter((name) => name !== "")
    .sort();
}

/** What stands behind, by the header X-Behaviour: everything that has ever gone wrong between two layers. */
export const BEHAVIOURS: Readonly<Record<string, (req: IncomingMessage, res: ServerResponse) => void>> = {
  plain: (_req, res) => void res.end("orders"),
  "its own CORS": (_req, res) => {
    res.setHeader("Access-Control-Allow-Origin", "*");
    res.setHeader("Access-Control-Allow-Credentials", "true");
    res.setHeader("Access-Control-Allow-Methods", "DELETE");
    res.setHeader("Access-Control-Allow-Headers", "X-Theirs");
    res.setHeader("Access-Control-Max-Age", "5");
    res.setHeader("Access-Control-Allow-Private-Network", "true");
    res.end("orders");
  },
  reflecting: (req, res) => {
    res.setHeader("Access-Control-Allow-Origin", req.headers.origin ?? "null");
    res.setHeader("Access-Control-Allow-Credentials", "true");
    res.setHeader("Vary", "Origin");
    res.end("orders");
  },
  "names of its own": (_req, res) => {
    res.setHeader("Access-Control-Expose-Headers", "Content-Disposition, X-Total");
    res.end("orders");
  },
  "a star and a name": (_req, res) => {
    res.setHeader("Access-Control-Expose-Headers", "*, X-Total");
    res.end("orders");
  },
  "no list of names": (_req, res) => {
    res.setHeader("Access-Control-Expose-Headers", '"X-Total"');
    res.end("orders");
  },
  "another Vary": (_req, res) => {
    res.setHeader("Vary", "Accept-Encoding");
    res.end("orders");
  },
  "Vary with origin in it": (_req, res) => {
    res.setHeader("Vary", "accept-encoding,origin");
    res.end("orders");
  },
  "Vary on two lines": (_req, res) => {
    res.setHeader("Vary", ["Accept-Encoding", "Accept-Language"]);
    res.end("orders");
  },
  "Vary: *": (_req, res) => {
    res.setHeader("Vary", "*");
    res.end("orders");
  },
  "a 404": (_req, res) => void res.writeHead(404).end("nothing"),
  "a 500": (_req, res) => void res.writeHead(500).end("sorry"),
  "a redirect": (_req, res) => void res.writeHead(302, { Location: "/elsewhere" }).end(),
  "a 304": (_req, res) => void res.writeHead(304, { ETag: '"1"' }).end(),
};

export const behind: RequestListener = (req, res) => {
  res.setHeader("X-Reached", "1");
  const behaviour = BEHAVIOURS[String(req.headers["x-behaviour"] ?? "plain")];
  if (behaviour === undefined) throw new Error(`no behaviour ${req.headers["x-behaviour"]}`);
  behaviour(req, res);
};

const LIST = { origin: [APP, "https://admin.example.com"], credentials: true } as const;

/** Policies that between them use every option. */
export const POLICIES: Readonly<Record<string, PolicyOptions>> = {
  "a list": LIST,
  everybody: { origin: "*", exposedHeaders: ["ETag"] },
  "everybody, everything": { origin: "*", methods: "*", allowedHeaders: "*", exposedHeaders: "*", maxAge: 0 },
  "everybody, and Authorization": { origin: "*", allowedHeaders: ["*", "Authorization"] },
  nobody: { origin: false },
  "nobody, blocked": { origin: false, blockRefused: true },
  "lists of everything": {
    ...LIST,
    methods: ["GET", "PUT", "QUERY"],
    allowedHeaders: ["Content-Type", "X-Own"],
    exposedHeaders: ["ETag", "X-Request-Id"],
    maxAge: 7200,
    optionsSuccessStatus: 200,
  },
  "no header, no method": { origin: [APP], methods: [], allowedHeaders: [] },
  "methods and headers as asked": { ...LIST, methods: "*", allowedHeaders: "*" },
  patterns: {
    origin: [
      "https://*.example.com",
      "http://localhost:*",
      "https://*.example.net:8443",
      "http://*.lan.example:*",
    ],
  },
  "other schemes": {
    origin: [
      "chrome-extension://AbCd",
      "app://$x;y{z}",
      "null",
      "https://app.example.com:8443",
      "http://[::1]:3000",
    ],
    dangerouslyAllowOpaqueOrigins: true,
  },
  RegExps: {
    origin: [
      /^https:\/\/[a-z]+\.preview\.example\.com$/,
      /^https?:\/\/(?:dev|test)\d{1,3}\.example\.org(?::\d+)?$/i,
      /^http:\/\/localhost(:\d+)?$/,
    ],
    credentials: true,
  },
  "blocks refused origins": { ...LIST, blockRefused: true },
  "preflights go on": { ...LIST, preflightContinue: true, methods: ["GET", "PUT"] },
  "later writes stand": { ...LIST, allowOverride: true },
  routes: {
    routes: {
      "/": LIST,
      "/public": { origin: "*", methods: ["GET"], allowedHeaders: [] },
      "/public/private": { origin: ["https://admin.example.com"], blockRefused: true },
      "/internal": false,
      "/legacy": "passthrough",
    },
  },
  "routes without /": {
    routes: { "/orders": LIST, "/Orders2": { origin: [EVIL] }, "/a.b/c+d": { origin: "*" } },
  },
};

export const PATHS: Readonly<Record<string, readonly string[]>> = {
  routes: [
    "/",
    "/x",
    "/public",
    "/public/",
    "/public/x?y=/internal",
    "/public/x?y=/../z&w=a;%2f",
    "/publicity",
    "/public/private/x",
    "/internal/x",
    "/legacy",
    "/legacy/x",
    "/PUBLIC/x",
    "/x/Y",
    "//public",
    "/public//x",
    "/public/%70rivate",
    "/%70ublic",
    "/public%2fprivate",
    "/public%2Fx",
    "/public/../x",
    "/public/./x",
    "/public/%2e%2e/x",
    "/x/..%2fpublic",
    "/public;a=b/x",
    "/public/private;x",
    "/legacy;x",
    "/x;/public",
    "/x;a%2fb",
    "/public/%2570rivate",
    "/x%25",
    "/public%3f/x",
    "/public%23",
    "/x\\public",
    "/public\\private",
    "/caf%C3%A9",
    "/x%ff",
    "/%E2%84%AAx",
    "/publ%C4%B1c/x",
    "/PUBL%C4%B1C",
    "/internal/%zz",
    "/x/%20y",
    "/public.",
    "/public%20",
  ],
  "routes without /": [
    "/",
    "/x",
    "/orders",
    "/orders/7",
    "/ORDERS/7",
    "/orders2",
    "/Orders2",
    "/Orders2/x",
    "/a.b/c+d",
    "/a.b/c%2Bd",
    "/aXb/c+d",
    "/a.b/c",
    "/orders?x",
    "/orders#x",
  ],
};

const ORIGINS = [
  undefined,
  APP,
  "https://admin.example.com",
  EVIL,
  "null",
  `${APP}/`,
  "https://APP.example.com",
  "http://app.example.com",
  `${APP}.evil.example`,
  "https://evilapp.example.com",
  "https://x.y.example.com",
  "https://example.com",
  "https://.example.com",
  "https://x.example.com:8443",
  "https://x.example.com:443",
  "http://localhost",
  "http://localhost:5173",
  "http://localhost:80",
  "http://localhost:99999",
  "http://LOCALHOST:1",
  "https://a.example.net:8443",
  "https://a.example.net",
  "http://pc.lan.example:1234",
  "chrome-extension://AbCd",
  "chrome-extension://abcd",
  "app://$x;y{z}",
  "APP://$X;Y{Z}",
  "https://app.example.com:8443",
  "http://[::1]:3000",
  "http://[::2]:3000",
  "https://one.preview.example.com",
  "https://one.preview.example.com.",
  "https://dev1.example.org",
  "HTTPS://DEV1.example.org",
  "http://dev12.example.org:8080",
  "https://dev1.example.org:443",
  "https://1.2.3.4",
  "https://x y",
  `https://${"a".repeat(64)}.example.com`,
  `https://${"a.".repeat(130)}example.com`,
  '"',
  "$http_origin",
  "r0|x",
  "*",
];

const asking = (method: string, headers?: string): [string, string][] => [
  ["Access-Control-Request-Method", method],
  ...(headers === undefined ? [] : ([["Access-Control-Request-Headers", headers]] as [string, string][])),
];

/** What a preflight asks for. */
const ASKED: readonly (readonly [string, string][])[] = [
  asking("PUT"),
  asking("GET"),
  asking("put"),
  asking("*"),
  asking("GE T"),
  asking(""),
  asking("DELETE", "content-type,x-own"),
  asking("PUT", " X-Own ,\tX-B"),
  asking("PUT", "a,,b"),
  asking("PUT", "*"),
  asking("PUT", "x-a, *"),
  asking("PUT", "bad name"),
  asking("PUT", "authorization"),
  asking("PUT", "a".repeat(128)),
  asking("PUT", "a".repeat(129)),
  asking("PUT", "x-a\u00e9"),
  asking("PUT", `${"a,".repeat(255)}a`),
];

const request = (
  method: string,
  target: string,
  origin: string | undefined,
  more: readonly (readonly [string, string])[] = [],
): Partial<RawRequest> => ({
  method,
  target,
  headers: [...(origin === undefined ? [] : [["Origin", origin] as const]), ...more],
});

/** Every request that a policy is asked: the first path with everything, the others with what paths decide. */
export function requestsFor(
  paths: readonly string[] = ["/"],
  origins: readonly string[] = [],
): Partial<RawRequest>[] {
  const [first = "/"] = paths;
  const preflight = asking("PUT", "x-own");
  const behaviour = (name: string) => ["X-Behaviour", name] as const;
  return [
    ...[...ORIGINS, ...origins].flatMap((origin) => [
      request("GET", first, origin),
      request("OPTIONS", first, origin, preflight),
    ]),
    ...ASKED.map((asked) => request("OPTIONS", first, APP, asked)),
    ...Object.keys(BEHAVIOURS).flatMap((name) =>
      [APP, EVIL, undefined].flatMap((origin) => [
        request("GET", first, origin, [behaviour(name)]),
        request("OPTIONS", first, origin, [behaviour(name), ...preflight]),
      ]),
    ),
    ...["POST", "PUT", "HEAD", "OPTIONS"].map((method) => request(method, first, APP)),
    ...[
      [["Sec-Fetch-Site", "same-origin"]],
      [["Sec-Fetch-Site", "none"]],
      [["Sec-Fetch-Site", "cross-site"]],
      [["X-Forwarded-Host", "evil.example"]],
      [["X-Forwarded-Host", " EVIL.example:443 , other"]],
      [["X-Forwarded-Host", "other, evil.example"]],
    ].map((more) => request("GET", first, EVIL, more as [string, string][])),
    ...["http://127.0.0.1", "https://127.0.0.1", "http://127.0.0.1:8080"].map((origin) =>
      request("GET", first, origin),
    ),
    ...paths
      .slice(1)
      .flatMap((path) =>
        [APP, "https://admin.example.com", EVIL, undefined].flatMap((origin) => [
          request("GET", path, origin, [behaviour("its own CORS")]),
          request("OPTIONS", path, origin, preflight),
        ]),
      ),
  ];
}
