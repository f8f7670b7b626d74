// Gateways, compression and sessions around the policy: real proxies in front of real upstreams.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import compression from "compression";
import cookieSession from "cookie-session";
import express from "express";
import session from "express-session";
import { createProxyMiddleware } from "http-proxy-middleware";
import { describe, expect, test } from "vitest";
import { cors } from "../src/index.ts";
import { APP, collectWarnings, EVIL, from, preflightFrom, settled, started } from "./support/cases.ts";
import { corsHeaders, valuesOf } from "./support/raw-http.ts";

const OPTIONS = { origin: [APP], credentials: true, exposedHeaders: ["ETag"] } as const;
const GRANTED = {
  "access-control-allow-origin": APP,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "ETag",
};

const UPSTREAMS: Readonly<Record<string, (req: IncomingMessage, res: ServerResponse) => void>> = {
  "sends a star": (_req, res) =>
    res
      .writeHead(200, { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" })
      .end("up"),
  "reflects any origin": (req, res) =>
    res.writeHead(200, { "Access-Control-Allow-Origin": req.headers.origin ?? "" }).end("up"),
  "reflects any origin with credentials": (req, res) =>
    res
      .writeHead(200, {
        "Access-Control-Allow-Origin": req.headers.origin ?? "",
        "Access-Control-Allow-Credentials": "true",
      })
      .end("up"),
  "sends two Allow-Origin lines": (_req, res) =>
    res
      .writeHead(200, [
        "Access-Control-Allow-Origin",
        "https://a.example",
        "Access-Control-Allow-Origin",
        "*",
      ])
      .end("up"),
  "sends preflight headers with everything": (_req, res) =>
    res
      .writeHead(200, {
        "Access-Control-Allow-Methods": "*",
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Max-Age": "1",
      })
      .end("up"),
  "knows nothing of CORS": (_req, res) => res.end("up"),
};

async function gateway(upstream: RequestListener, options: object = OPTIONS, wrapped = false) {
  const { url } = await started(upstream);
  const proxy = createProxyMiddleware({ target: url, changeOrigin: true });
  const app = express();
  const middleware = cors(options as typeof OPTIONS);
  if (!wrapped) app.use(middleware);
  app.use(proxy);
  return started(wrapped ? middleware.wrap(app) : app);
}

describe.each(Object.entries(UPSTREAMS))("an upstream that %s", (_name, upstream) => {
  test.each([false, true])(
    "behind the gateway (wrapped: %s): the gateway's answer is what leaves",
    async (wrapped) => {
      const server = await gateway(upstream, OPTIONS, wrapped);
      const granted = await server.send(from(APP));
      expect([granted.body.includes("up"), corsHeaders(granted)]).toEqual([true, GRANTED]);
      for (const origin of [EVIL, "null", undefined]) {
        const response = await server.send(from(origin));
        expect(corsHeaders(response)).toEqual({});
        expect(valuesOf(response, "vary")).toEqual(["Origin"]);
      }
      expect((await server.send(preflightFrom(APP))).status).toBe(204);
      expect((await server.send(preflightFrom(EVIL))).status).toBe(403);
    },
  );
});

test.each([
  ["Accept-Encoding", "Accept-Encoding, Origin"],
  ["origin, Accept", "origin, Accept"],
  ["*", "*"],
])("an upstream's Vary: %s leaves as %s", async (sent, leaves) => {
  const server = await gateway((_req, res) => void res.writeHead(200, { Vary: sent }).end());
  expect(valuesOf(await server.send(from(APP)), "vary")).toEqual([leaves]);
});

test("passthrough leaves the upstream's own answer alone, and so does allowOverride what it wrote", async () => {
  const upstream: RequestListener = (req, res) =>
    void res.writeHead(200, { "Access-Control-Allow-Origin": req.headers.origin ?? "none" }).end();
  const open = await gateway(upstream, { routes: { "/": "passthrough" } });
  expect(corsHeaders(await open.send(from(EVIL)))).toEqual({ "access-control-allow-origin": EVIL });
  expect(valuesOf(await open.send(from(EVIL)), "vary")).toEqual([]);
  const overridable = await gateway(upstream, { origin: [APP], allowOverride: true });
  expect(corsHeaders(await overridable.send(from(EVIL)))).toEqual({ "access-control-allow-origin": EVIL });
});

test("an upstream that is away: the 5xx keeps the headers", async () => {
  const app = express();
  app.use(cors(OPTIONS));
  app.use(createProxyMiddleware({ target: "http://127.0.0.1:9" }));
  const response = await (await started(app)).send(from(APP));
  expect([response.status, corsHeaders(response)]).toEqual([504, GRANTED]);
});

test("an override by an upstream is told once", async () => {
  const warnings = collectWarnings();
  const server = await gateway(UPSTREAMS["sends a star"] as RequestListener);
  for (let round = 0; round < 3; round++) await server.send(from(EVIL));
  await settled();
  expect(
    warnings
      .filter(({ name }) => name === "CorsOverrideWarning")
      .map(({ message }) => /wrote ([a-z-]+)/.exec(message)?.[1]),
  ).toEqual(["access-control-allow-origin"]);
});

describe("compression", () => {
  const page = (_req: express.Request, res: express.Response) => {
    res.set("Access-Control-Allow-Origin", "*");
    res.type("text").send("x".repeat(5000));
  };

  test.each(["before", "after"])("mounted %s: both names in one line of Vary", async (order) => {
    const app = express();
    if (order === "before") app.use(compression());
    app.use(cors(OPTIONS));
    if (order === "after") app.use(compression());
    app.get("/", page);
    const response = await (await started(app)).send(from(APP, [["Accept-Encoding", "gzip"]]));
    expect(valuesOf(response, "content-encoding")).toEqual(["gzip"]);
    expect(
      valuesOf(response, "vary")
        .flatMap((line) => line.split(", "))
        .sort(),
    ).toEqual(["Accept-Encoding", "Origin"]);
    expect(valuesOf(response, "vary")).toHaveLength(1);
    expect(corsHeaders(response)).toEqual(GRANTED);
  });
});

describe("sessions", () => {
  const SESSIONS = {
    "cookie-session": cookieSession({ secret: "test", name: "s" }),
    "express-session": session({ secret: "test", resave: false, saveUninitialized: true }),
  };
  const cases = Object.entries(SESSIONS).flatMap(([name, middleware]) =>
    (["before", "after"] as const).map((order) => ({ name, middleware, order })),
  );

  test.each(cases)("$name mounted $order: its cookie and our headers", async ({ middleware, order }) => {
    const app = express();
    if (order === "before") app.use(middleware);
    app.use(cors(OPTIONS));
    if (order === "after") app.use(middleware);
    app.get("/", (req, res) => {
      (req.session as unknown as Record<string, unknown>).user = "u";
      res.set("Access-Control-Allow-Credentials", "no").send("x");
    });
    const response = await (await started(app)).send(from(APP));
    expect(valuesOf(response, "set-cookie").length).toBeGreaterThan(0);
    expect(corsHeaders(response)).toEqual(GRANTED);
    expect(valuesOf(response, "vary")).toEqual(["Origin"]);
  });
});
