// mode "report": it writes nothing, answers nothing, and says where the policy would have answered otherwise.
import { describe, expect, test } from "vitest";
import { type CorsMiddleware, cors } from "../src/index.ts";
import { APP, EVIL, from, type Handler, preflightFrom, settled, started } from "./support/cases.ts";
import type { RawRequest } from "./support/raw-http.ts";
import { type Layer, linesOf, npm, published, stack } from "./support/report.ts";

const OTHER = "https://other.example";
const OK: Handler = (_req, res) => void res.end("x");
const report = (options: unknown, more: object = {}): CorsMiddleware =>
  cors(options as { origin: "*" }, { mode: "report", ...more });

async function said(today: readonly Layer[], options: unknown, request: Partial<RawRequest>, handler = OK) {
  const events = published();
  const server = await started(stack([report(options) as Layer, ...today], handler));
  await server.send(request);
  await settled();
  return linesOf(events);
}

const LIST = { origin: [APP], credentials: true, maxAge: 600 };
const plainOptions = { method: "OPTIONS" };
const asking = (method: string, headers?: string): Partial<RawRequest> => ({
  method: "OPTIONS",
  headers: [
    ["Origin", APP],
    ["Access-Control-Request-Method", method],
    ...(headers === undefined ? [] : [["Access-Control-Request-Headers", headers] as const]),
  ],
});
const writes =
  (headers: Record<string, string>, status = 200): Handler =>
  (_req, res) =>
    void res.writeHead(status, headers).end("x");
const NAMED = { "Access-Control-Allow-Origin": APP, Vary: "Origin" };
const SECRET = { "Access-Control-Allow-Credentials": "true" };

interface Row {
  readonly name: string;
  readonly today: readonly Layer[];
  readonly policy: unknown;
  readonly request: Partial<RawRequest>;
  readonly handler?: Handler;
  readonly lines: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "the same", today: [npm(LIST)], policy: LIST, request: from(APP), lines: [] },
  {
    name: "everybody could read",
    today: [npm()],
    policy: { origin: [APP] },
    request: from(EVIL),
    lines: ["blocks access-control-allow-origin: * -> none", "none vary: none -> Origin"],
  },
  {
    name: "everybody could read, with cookies",
    today: [npm({ origin: true, credentials: true })],
    policy: LIST,
    request: from(EVIL),
    lines: [
      `blocks access-control-allow-origin: ${EVIL} -> none`,
      "blocks access-control-allow-credentials: true -> none",
    ],
  },
  {
    name: "one that is listed reads either way",
    today: [npm()],
    policy: { origin: [APP] },
    request: from(APP),
    lines: [`none access-control-allow-origin: * -> ${APP}`, "none vary: none -> Origin"],
  },
  {
    name: "a forgotten origin",
    today: [npm({ origin: [APP, OTHER] })],
    policy: { origin: [APP] },
    request: from(OTHER),
    lines: [`blocks access-control-allow-origin: ${OTHER} -> none`],
  },
  {
    name: "a new origin",
    today: [npm({ origin: [APP] })],
    policy: { origin: [APP, OTHER] },
    request: from(OTHER),
    lines: [`opens access-control-allow-origin: none -> ${OTHER}`],
  },
  {
    name: "forgotten cookies: pages that send none read on, the others do not",
    today: [npm({ origin: [APP], credentials: true })],
    policy: { origin: [APP] },
    request: from(APP),
    lines: ["blocks access-control-allow-credentials: true -> none"],
  },
  {
    name: "new cookies",
    today: [npm({ origin: [APP] })],
    policy: LIST,
    request: from(APP),
    lines: ["opens access-control-allow-credentials: none -> true"],
  },
  {
    name: "a star with cookies never worked",
    today: [npm({ credentials: true })],
    policy: { origin: "*" },
    request: from(APP),
    lines: ["none access-control-allow-credentials: true -> none"],
  },
  {
    name: "what reaches neither page is silent",
    today: [npm({ origin: OTHER })],
    policy: { origin: [APP] },
    request: from(EVIL),
    lines: [],
  },
  { name: "no Origin", today: [npm({ origin: OTHER })], policy: { origin: [OTHER] }, request: {}, lines: [] },
  {
    name: "no Origin, and no Vary where caches need it",
    today: [],
    policy: LIST,
    request: {},
    lines: ["none vary: none -> Origin"],
  },
  {
    name: "names beside a Vary of ours",
    today: [],
    policy: LIST,
    request: {},
    handler: writes({ Vary: "Accept" }),
    lines: ["none vary: Accept -> Accept, Origin"],
  },
  { name: "Vary: *", today: [], policy: LIST, request: {}, handler: writes({ Vary: "*" }), lines: [] },
  {
    name: "the own site is not checked",
    today: [npm()],
    policy: { origin: [OTHER] },
    request: from(APP, [["Sec-Fetch-Site", "same-origin"]]),
    lines: ["none vary: none -> Origin"],
  },
  {
    name: "a navigation is not checked",
    today: [npm({ origin: true })],
    policy: { origin: [OTHER] },
    request: from(APP, [["Sec-Fetch-Mode", "navigate"]]),
    lines: [],
  },
  {
    name: "a navigation that would be answered 403 is lost",
    today: [npm({ origin: true })],
    policy: { origin: [OTHER], blockRefused: true },
    request: from(APP, [["Sec-Fetch-Mode", "navigate"]]),
    lines: ["blocks status: 200 -> 403"],
  },
  {
    name: "blockRefused: the application would not run, which no page could read anyway",
    today: [npm({ origin: [OTHER] })],
    policy: { origin: [OTHER], blockRefused: true },
    request: from(EVIL),
    lines: ["none status: 200 -> 403"],
  },
  {
    name: "blockRefused: what was readable is gone",
    today: [npm({ origin: true })],
    policy: { origin: [OTHER], blockRefused: true },
    request: from(EVIL),
    lines: ["blocks status: 200 -> 403", `blocks access-control-allow-origin: ${EVIL} -> none`],
  },
  {
    name: "exposed today, and there",
    today: [npm({ ...LIST, exposedHeaders: ["ETag", "X-Total"] })],
    policy: { ...LIST, exposedHeaders: ["etag"] },
    request: from(APP),
    handler: writes({ "X-Total": "7" }),
    lines: ["blocks access-control-expose-headers: ETag,X-Total -> etag"],
  },
  {
    name: "exposed today, and not there",
    today: [npm({ ...LIST, exposedHeaders: ["X-Total"] })],
    policy: LIST,
    request: from(APP),
    lines: ["none access-control-expose-headers: X-Total -> none"],
  },
  {
    name: "newly exposed",
    today: [npm(LIST)],
    policy: { ...LIST, exposedHeaders: ["X-Total"] },
    request: from(APP),
    handler: writes({ "X-Total": "7" }),
    lines: ["opens access-control-expose-headers: none -> X-Total"],
  },
  {
    name: "one name lost and one gained",
    today: [npm({ ...LIST, exposedHeaders: ["X-A"] })],
    policy: { ...LIST, exposedHeaders: ["X-B"] },
    request: from(APP),
    handler: writes({ "X-A": "1", "X-B": "2" }),
    lines: ["blocks access-control-expose-headers: X-A -> X-B"],
  },
  {
    name: "the same names, written otherwise",
    today: [npm({ ...LIST, exposedHeaders: "etag ,  X-Total" })],
    policy: { ...LIST, exposedHeaders: ["X-Total", "ETag"] },
    request: from(APP),
    handler: writes({ ETag: '"1"' }),
    lines: [],
  },
  {
    name: "a star exposes what is there, to pages without cookies",
    today: [npm({ origin: [APP], exposedHeaders: "*" })],
    policy: { origin: [APP], exposedHeaders: ["X-A"] },
    request: from(APP),
    handler: writes({ "X-A": "1", "X-B": "2", "Set-Cookie": "a=1", "Content-Type": "text/plain" }),
    lines: ["blocks access-control-expose-headers: * -> X-A"],
  },
  {
    name: "what is no list exposes nothing",
    today: [],
    policy: LIST,
    request: from(APP),
    handler: writes({ ...NAMED, ...SECRET, "Access-Control-Expose-Headers": "not a name", "X-A": "1" }),
    lines: ["none access-control-expose-headers: not a name -> none"],
  },
  {
    name: "two lines of Allow-Origin are none",
    today: [],
    policy: { origin: [APP] },
    request: from(APP),
    handler: (_req, res) => {
      res.setHeader("Access-Control-Allow-Origin", [APP, APP]);
      res.setHeader("Vary", "Origin");
      res.end();
    },
    lines: [`opens access-control-allow-origin: ${APP}, ${APP} -> ${APP}`],
  },
  {
    name: "what only preflights have a use for is not looked at elsewhere",
    today: [npm(LIST)],
    policy: LIST,
    request: from(APP),
    handler: writes({ "Access-Control-Allow-Methods": "GET", "Access-Control-Max-Age": "5" }),
    lines: [],
  },
  {
    name: "allowOverride: what is there stands",
    today: [npm()],
    policy: { ...LIST, allowOverride: true },
    request: from(APP),
    lines: ["none access-control-allow-credentials: none -> true", "none vary: none -> Origin"],
  },
  // Preflights.
  { name: "the same preflight", today: [npm(LIST)], policy: LIST, request: asking("PUT", "x-a"), lines: [] },
  {
    name: "max-age that nobody chose",
    today: [npm({ origin: [APP] })],
    policy: { origin: [APP] },
    request: asking("PUT"),
    lines: [],
  },
  {
    name: "another max-age",
    today: [npm({ ...LIST, maxAge: 60 })],
    policy: LIST,
    request: asking("PUT"),
    lines: ["none access-control-max-age: 60 -> 600"],
  },
  {
    name: "a refused preflight is a refused preflight",
    today: [npm(LIST)],
    policy: LIST,
    request: preflightFrom(EVIL),
    lines: [],
  },
  {
    name: "a preflight that passed",
    today: [npm({ origin: true })],
    policy: LIST,
    request: preflightFrom(EVIL),
    lines: [
      "blocks status: 204 -> 403",
      `blocks access-control-allow-origin: ${EVIL} -> none`,
      "blocks access-control-allow-methods: GET,HEAD,PUT,PATCH,POST,DELETE -> none",
    ],
  },
  {
    name: "a method that is missing",
    today: [npm(LIST)],
    policy: { ...LIST, methods: ["GET"] },
    request: asking("PUT"),
    lines: ["blocks access-control-allow-methods: GET,HEAD,PUT,PATCH,POST,DELETE -> GET"],
  },
  {
    name: "a method that nobody asked for",
    today: [npm(LIST)],
    policy: { ...LIST, methods: ["GET", "PUT"] },
    request: asking("PUT"),
    lines: ["none access-control-allow-methods: GET,HEAD,PUT,PATCH,POST,DELETE -> GET,PUT"],
  },
  {
    name: "a header that is missing",
    today: [npm({ ...LIST, allowedHeaders: ["X-A", "Content-Type"] })],
    policy: { ...LIST, allowedHeaders: ["x-a"] },
    request: asking("POST", "content-type,x-a"),
    lines: ["blocks access-control-allow-headers: X-A,Content-Type -> x-a"],
  },
  {
    name: "a header that is new",
    today: [npm({ ...LIST, allowedHeaders: ["X-A"] })],
    policy: { ...LIST, allowedHeaders: ["X-A", "X-B"] },
    request: asking("POST", "x-b"),
    lines: ["opens access-control-allow-headers: X-A -> X-A,X-B"],
  },
  {
    name: "a star does not cover Authorization",
    today: [npm({ origin: "*", allowedHeaders: ["Authorization"] })],
    policy: { origin: "*", allowedHeaders: "*" },
    request: asking("GET", "authorization"),
    lines: ["blocks access-control-allow-headers: Authorization -> *"],
  },
  {
    name: "a star that covers Authorization in today's engines",
    today: [npm({ origin: "*", allowedHeaders: "*" })],
    policy: { origin: "*", allowedHeaders: ["Content-Type"] },
    request: asking("GET", "authorization"),
    lines: ["blocks access-control-allow-headers: * -> Content-Type"],
  },
  {
    name: "a star before and after",
    today: [npm({ origin: "*", allowedHeaders: "*" })],
    policy: { origin: "*", allowedHeaders: "*" },
    request: asking("GET", "authorization"),
    lines: [],
  },
  {
    name: "200 or 204",
    today: [npm({ ...LIST, optionsSuccessStatus: 200 })],
    policy: LIST,
    request: asking("PUT"),
    lines: ["none status: 200 -> 204"],
  },
  {
    name: "a preflight that nobody answers",
    today: [],
    policy: LIST,
    request: asking("PUT"),
    handler: writes({ ...NAMED, ...SECRET, "Access-Control-Allow-Methods": "PUT" }, 404),
    lines: [
      "opens status: 404 -> 204",
      "none access-control-allow-methods: PUT -> GET,HEAD,PUT,PATCH,POST,DELETE",
    ],
  },
  {
    name: "a redirect",
    today: [],
    policy: LIST,
    request: asking("GET"),
    handler: writes({ ...NAMED, ...SECRET, Location: "/x" }, 302),
    lines: [
      "opens status: 302 -> 204",
      "none access-control-allow-methods: none -> GET,HEAD,PUT,PATCH,POST,DELETE",
    ],
  },
  {
    name: "a permission that is no header's to give",
    today: [npm({ ...LIST, preflightContinue: true })],
    policy: LIST,
    request: asking("PUT"),
    handler: writes({ "Access-Control-Allow-Private-Network": "true" }, 204),
    lines: ["none access-control-allow-private-network: true -> none"],
  },
  {
    name: "preflightContinue: the status is the application's",
    today: [],
    policy: { ...LIST, preflightContinue: true },
    request: asking("PUT"),
    handler: writes({ ...NAMED, ...SECRET, "Access-Control-Allow-Methods": "PUT" }),
    lines: ["none access-control-allow-methods: PUT -> GET,HEAD,PUT,PATCH,POST,DELETE"],
  },
  {
    name: "what is no list of names is asked for by no browser",
    today: [npm(LIST)],
    policy: LIST,
    request: asking("GET", "not a name"),
    lines: [],
  },
  // Plain OPTIONS.
  {
    name: "a swallowed OPTIONS",
    today: [npm(LIST)],
    policy: LIST,
    request: plainOptions,
    lines: ["none handled: 204 -> none"],
  },
  {
    name: "a swallowed OPTIONS of a page",
    today: [npm({ origin: true })],
    policy: LIST,
    request: { ...plainOptions, ...from(EVIL) },
    lines: ["none handled: 204 -> none", `blocks access-control-allow-origin: ${EVIL} -> none`],
  },
  { name: "an OPTIONS of the application", today: [], policy: LIST, request: plainOptions, lines: [] },
  // Routes.
  ...["passthrough", undefined].map(
    (route): Row => ({
      name: `a route that is ${route ?? "not covered"}`,
      today: [npm()],
      policy: { routes: { "/x": false, ...(route && { "/": route }) } },
      request: from(EVIL),
      lines: [],
    }),
  ),
  {
    name: "an ambiguous path",
    today: [npm()],
    policy: { routes: { "/": { origin: "*" }, "/x": false } },
    request: { target: "/%78", ...from(APP) },
    lines: ["blocks access-control-allow-origin: * -> none", "none vary: none -> Origin"],
  },
  {
    name: "no CORS at all",
    today: [npm()],
    policy: { origin: false },
    request: from(APP),
    lines: ["blocks access-control-allow-origin: * -> none"],
  },
];

describe("what is published", () => {
  test.each(ROWS)("$name", async ({ today, policy, request, handler, lines }) => {
    expect(await said(today, policy, request, handler)).toEqual(lines);
  });
});
