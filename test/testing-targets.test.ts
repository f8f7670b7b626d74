// What a page may be put before: every kind of target gives the same page the same answers, over real sockets.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import connect from "connect";
import express from "express";
import express4 from "express4";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { cors, definePolicy, livePolicy } from "../src/index.ts";
import {
  type PageOptions,
  page,
  type SingleTarget,
  type Target,
  type WireRequest,
} from "../src/testing/index.ts";

const APP = "https://app.example.com";
const API = "https://api.example.com/orders?a=1";
const POLICY = {
  origin: [APP],
  credentials: true,
  methods: ["GET", "PUT"],
  allowedHeaders: ["X-Own"],
  exposedHeaders: ["X-Seen"],
} as const;

/** Says what reached it. */
function echo(req: IncomingMessage, res: ServerResponse): void {
  const { host, "x-forwarded-proto": proto = "-" } = req.headers;
  res.setHeader("X-Seen", `${req.method} ${req.url} ${host} ${proto}`);
  res.end("hello");
}

async function listening(server: Server, host = "127.0.0.1"): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const policy = cors(POLICY);
const behind = (req: IncomingMessage, res: ServerResponse) => policy(req, res, () => echo(req, res));

let folder: string;
let tls: { key: Buffer; cert: Buffer };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "boring-cors-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const make = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test.example -keyout KEY -out CERT";
  execFileSync("openssl", make.replace("KEY", key).replace("CERT", cert).split(" "), { stdio: "ignore" });
  tls = { key: readFileSync(key), cert: readFileSync(cert) };
});
afterAll(() => rmSync(folder, { recursive: true }));

const send = async ({ method, url }: WireRequest) => {
  const allow = [
    ["Access-Control-Allow-Origin", APP],
    ["Access-Control-Allow-Credentials", "true"],
  ] as const;
  const { pathname, search, host } = new URL(url);
  return method === "OPTIONS"
    ? {
        status: 204,
        headers: [
          ...allow,
          ["Access-Control-Allow-Methods", "PUT"],
          ["Access-Control-Allow-Headers", "x-own"],
        ] as const,
      }
    : {
        status: 200,
        headers: [
          ...allow,
          ["Access-Control-Expose-Headers", "X-Seen"],
          ["X-Seen", `${method} ${pathname}${search} ${host} -`],
        ] as const,
        body: "hello",
      };
};

const seenBy = (path: string, proto: string, host = "api.example.com") => `PUT ${path} ${host} ${proto}`;
const PATH = "/orders?a=1";

/** Target -> what the application saw of the PUT. */
const TARGETS: Readonly<Record<string, readonly [make: () => Target | Promise<Target>, seen: string]>> = {
  "an Express 5 application": [() => express().use(policy).use(echo), seenBy(PATH, "https")],
  "an Express 4 application": [() => express4().use(policy).use(echo) as SingleTarget, seenBy(PATH, "https")],
  "a Connect application": [() => connect().use(policy).use(echo), seenBy(PATH, "https")],
  "a listener": [() => behind, seenBy(PATH, "https")],
  "wrap()": [() => policy.wrap(echo), seenBy(PATH, "https")],
  "middleware alone, behind which nobody stands": [() => policy, ""],
  "an http.Server that does not listen": [() => createHttp(behind), seenBy(PATH, "https")],
  "an http.Server that listens": [() => listening(createHttp(behind)), seenBy(PATH, "https")],
  "one on all addresses": [() => listening(createHttp(behind), "0.0.0.0"), seenBy(PATH, "https")],
  "one on another address of this machine": [
    () => listening(createHttp(behind), "127.0.0.2"),
    seenBy(PATH, "https"),
  ],
  "an https.Server with a certificate of its own": [
    () => listening(createHttps(tls, behind) as unknown as Server),
    seenBy(PATH, "-"),
  ],
  "an https.Server that does not listen": [
    () => createHttps(tls, behind) as unknown as Server,
    seenBy(PATH, "https"),
  ],
  "a base URL": [async () => urlOf(await listening(createHttp(behind))), seenBy(PATH, "https")],
  "a base URL with a slash": [
    async () => `${urlOf(await listening(createHttp(behind)))}/`,
    seenBy(PATH, "https"),
  ],
  "a base URL with a path": [
    async () => new URL(`${urlOf(await listening(createHttp(behind)))}/v1/`),
    seenBy(`/v1${PATH}`, "https"),
  ],
  "a policy": [() => definePolicy(POLICY), ""],
  "a live policy": [() => livePolicy(POLICY), ""],
  "a function": [() => send, seenBy(PATH, "-")],
  "a record by origin": [
    () => ({
      "https://other.example": () => ({ status: 500, headers: [] }),
      "https://api.example.com": behind,
    }),
    seenBy(PATH, "https"),
  ],
};

describe("one page, before", () => {
  test.each(Object.entries(TARGETS))("%s", async (_name, [make, seen]) => {
    const app = page(APP, await make());
    const got = await app.fetch(API, {
      method: "PUT",
      credentials: "include",
      headers: { "X-Own": "1" },
      body: "b",
    });
    expect({
      blocked: got.blocked,
      ok: got.ok,
      wire: got.requests.map(
        ({ kind, method, url, response }) => `${kind} ${method} ${url} ${response?.status}`,
      ),
      status: got.response?.status,
      seen: got.response?.headers.get("x-seen") ?? "",
      text: await got.response?.text(),
    }).toEqual({
      blocked: null,
      ok: true,
      wire: [`preflight OPTIONS ${API} 204`, `actual PUT ${API} 200`],
      status: 200,
      seen,
      text: seen === "" ? "" : "hello",
    });
    const refused = await app.fetch(API, { method: "DELETE", credentials: "include" });
    expect([refused.blocked?.code, refused.requests.length]).toEqual(["preflight-method", 1]);
    expect((await page("https://evil.example", await make()).fetch(API)).blocked?.step).toBe("response");
  });

  test("a listener and a server are served once, however many pages there are", async () => {
    const ports = new Set<number | undefined>();
    const listener = (req: IncomingMessage, res: ServerResponse) => {
      ports.add(req.socket.localPort);
      res.end();
    };
    for (let times = 0; times < 3; times++) await page("null", listener).fetch("http://a.example/");
    expect(ports.size).toBe(1);
  });

  test("no target at all: the URL itself is asked, and its certificate has to be good", async () => {
    const server = await listening(createHttp(cors({ origin: "*" }).wrap(echo)));
    const got = await page("http://app.localhost").fetch(`${urlOf(server)}/x`);
    expect([got.blocked, await got.response?.text()]).toEqual([null, "hello"]);
    const secure = await listening(createHttps(tls, echo) as unknown as Server);
    const refused = await page("http://app.localhost").fetch(urlOf(secure).replace("http:", "https:"));
    expect([refused.blocked?.code, (refused.blocked?.cause as { code?: string } | undefined)?.code]).toEqual([
      "network",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
    ]);
  });

  test("a policy hears what a server would", async () => {
    const same = await page(APP, definePolicy(POLICY)).fetch("/x", { method: "DELETE" });
    expect([same.blocked, same.response?.type, same.requests.length]).toEqual([null, "basic", 1]);
    const rejecting = definePolicy({ origin: async () => Promise.reject(new Error("no database")) });
    const failed = await page(APP, rejecting).fetch(API);
    expect([failed.blocked?.code, (failed.blocked?.cause as Error | undefined)?.message]).toEqual([
      "network",
      "no database",
    ]);
  });

  test("an origin that a record lacks", async () => {
    const { blocked } = await page(APP, { "https://api.example.com": send }).fetch("https://b.example/");
    expect([blocked?.code, (blocked?.cause as Error | undefined)?.message]).toEqual([
      "network",
      "the page's targets have none for https://b.example",
    ]);
  });

  test("raw methods, header bytes and bodies arrive as they are", async () => {
    const seen: unknown[] = [];
    const app = page("null", async (req: IncomingMessage, res: ServerResponse) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      seen.push([
        req.method,
        req.headers["content-length"],
        req.headers["x-own"],
        Buffer.concat(chunks).toString("hex"),
      ]);
      res.setHeader("access-control-allow-origin", "null");
      res.setHeader("access-control-allow-headers", "x-own");
      res.setHeader("access-control-allow-methods", "PUT");
      res.end();
    });
    const bytes = new Uint8Array([0, 255, 10]);
    await app.fetch("http://a.example/", { method: "PUT", headers: { "X-Own": "caf\xe9" }, body: bytes });
    await app.fetch("http://a.example/", { method: "POST" });
    // Node's server refuses what is no method to its parser: as in front of a browser.
    const patch = await app.fetch("http://a.example/", { method: "patch" });
    expect(seen).toEqual([
      ["OPTIONS", undefined, undefined, ""],
      ["PUT", "3", "caf\xe9", "00ff0a"],
      ["POST", "0", undefined, ""],
      ["OPTIONS", undefined, undefined, ""],
    ]);
    expect(patch.blocked?.code).toBe("preflight-method");
  });

  test("what a script reads", async () => {
    const target = () => ({
      status: 201,
      headers: [
        ["access-control-allow-origin", "*"],
        ["content-type", "application/json"],
        ["set-cookie", "a=1"],
        ["x-own", "1"],
      ] as const,
      body: '\ufeff{"a":1}',
    });
    const { response, ok } = await page(APP, target).fetch(API);
    const { type, url, status, redirected, headers } = response as NonNullable<typeof response>;
    expect({ ok, type, url, status, statusOk: response?.ok, redirected, headers: [...headers] }).toEqual({
      ok: true,
      type: "cors",
      url: API,
      status: 201,
      statusOk: true,
      redirected: false,
      headers: [["content-type", "application/json"]],
    });
    expect([await response?.json(), await response?.text(), (await response?.bytes())?.length]).toEqual([
      { a: 1 },
      '{"a":1}',
      10,
    ]);
    const opaque = await page(APP, target).fetch(API, { mode: "no-cors" });
    expect([opaque.ok, opaque.response?.ok, await opaque.response?.text()]).toEqual([false, false, ""]);
  });
});

describe("mixed content", () => {
  const HTTP = "http://api.example.com/";
  const allow = () => ({ status: 200, headers: [["access-control-allow-origin", "*"]] as const });
  const rows: readonly (readonly [origin: string, options: PageOptions, code: string | null])[] = [
    [APP, {}, "mixed-content"],
    [APP, { secure: false }, null],
    ["http://app.example.com", {}, null],
    // Engines look at https alone, and so a page under development may ask what it likes.
    ["http://localhost:5173", {}, null],
    ["http://127.0.0.1", {}, null],
    ["file://", {}, null],
    ["http://localhost:5173", { secure: true }, "mixed-content"],
    ["null", {}, null],
    ["null", { secure: true }, "mixed-content"],
  ];
  test.each(rows)("on %s with %j: %s", async (origin, options, code) => {
    expect((await page(origin, allow, options).fetch(HTTP)).blocked?.code ?? null).toBe(code);
  });
});

describe("refused when the page is made", () => {
  const answer = () => ({ status: 200, headers: [] });
  const TARGETS =
    "write an application, a request listener, an http.Server, a base URL, a policy, a function (request) => response, or a record of these by origin.";
  const rows: readonly (readonly [origin: unknown, target: unknown, options: unknown, message: string])[] = [
    [
      "https://app.example.com/",
      answer,
      {},
      'origin: "https://app.example.com/" is no serialized origin; write "https://app.example.com".',
    ],
    [
      "https://APP.example.com",
      answer,
      {},
      'origin: "https://APP.example.com" is no serialized origin; write "https://app.example.com".',
    ],
    [
      "https://app.example.com:443",
      answer,
      {},
      'origin: "https://app.example.com:443" is no serialized origin; write "https://app.example.com".',
    ],
    [
      "https://u@app.example.com",
      answer,
      {},
      'origin: "https://u@app.example.com" is no serialized origin; write "https://app.example.com".',
    ],
    [
      "app.example.com",
      answer,
      {},
      'origin: "app.example.com" is no serialized origin; write "https://app.example.com".',
    ],
    ["", answer, {}, 'origin: "" is no serialized origin; write "https://app.example.com".'],
    [
      "about:blank",
      answer,
      {},
      'origin: "about:blank" is no serialized origin; write "https://app.example.com".',
    ],
    [
      "localhost:3000",
      answer,
      {},
      'origin: "localhost:3000" is no serialized origin; write "http://localhost:3000".',
    ],
    [
      "app.example.com",
      answer,
      {},
      'origin: "app.example.com" is no serialized origin; write "https://app.example.com".',
    ],
    [
      "http://*.example.com",
      answer,
      {},
      'origin: "http://*.example.com" is no serialized origin; write "https://app.example.com".',
    ],
    ...[undefined, null, new URL(APP)].map((origin): (typeof rows)[number] => [
      origin,
      answer,
      {},
      `origin: ${typeof origin} given; write text such as "https://app.example.com", or "null".`,
    ]),
    [
      APP,
      undefined,
      {},
      "target: undefined; leave it out, or write null, to send requests where their URL says.",
    ],
    [APP, 5, {}, `target: 5 is none; ${TARGETS}`],
    [APP, {}, {}, `target: an object without entries is none; ${TARGETS}`],
    [APP, Promise.resolve(answer), {}, `target: a promise is none, await it; ${TARGETS}`],
    [APP, { app: answer }, {}, `target: its key "app" is no origin; ${TARGETS}`],
    [
      APP,
      { "https://a.example/": answer },
      {},
      `target: its key "https://a.example/" is no origin, write "https://a.example"; ${TARGETS}`,
    ],
    [
      APP,
      { "https://a.example": undefined },
      {},
      `target["https://a.example"]: undefined is none; ${TARGETS}`,
    ],
    [APP, { "https://a.example": null }, {}, `target["https://a.example"]: null is none; ${TARGETS}`],
    [
      APP,
      { "https://a.example": {} },
      {},
      `target["https://a.example"]: an object without entries is none; ${TARGETS}`,
    ],
    [
      APP,
      "127.0.0.1:3000",
      {},
      'target: "127.0.0.1:3000" is no base URL; write one such as "http://127.0.0.1:3000".',
    ],
    [APP, "http://", {}, 'target: "http://" is no base URL; write one such as "http://127.0.0.1:3000".'],
    [
      APP,
      "ftp://a.example",
      {},
      'target: "ftp://a.example" is no base URL; write one such as "http://127.0.0.1:3000".',
    ],
    [
      APP,
      answer,
      { timeOut: 5 },
      "options.timeOut: unknown option; a page has timeout, preflightCache and secure.",
    ],
    [APP, answer, null, "options: write an object such as { timeout: 500 }, or nothing."],
    [APP, answer, 500, "options: write an object such as { timeout: 500 }, or nothing."],
    [APP, answer, { timeout: 0 }, "options.timeout: 0 is no number of milliseconds above 0."],
    [APP, answer, { timeout: "5" }, "options.timeout: 5 is no number of milliseconds above 0."],
    [APP, answer, { timeout: Number.NaN }, "options.timeout: NaN is no number of milliseconds above 0."],
    [APP, answer, { timeout: 2 ** 31 }, "options.timeout: 2147483648 is no number of milliseconds above 0."],
  ];
  test.each(rows)("page(%j, %o, %j)", (origin, target, options, message) => {
    const make = page as unknown as (...given: unknown[]) => unknown;
    expect(() => make(origin, target, options)).toThrow(new TypeError(message));
  });

  test.each([
    "https://app.example.com:8443",
    "http://[::1]:3000",
    "capacitor://localhost",
    "file://",
    "null",
  ])("but not %s", (origin) => {
    expect(page(origin, answer).origin).toBe(origin);
  });
});
