// The recipes of the README run, each in a real server, and answer what they promise.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import compression from "compression";
import cookieSession from "cookie-session";
import express, { type Express } from "express";
import helmet from "helmet";
import { createProxyMiddleware } from "http-proxy-middleware";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import cors, { definePolicy, originsFromEnv } from "../src/index.ts";
import { type Answer, answer } from "./support/answers.ts";
import { APP, EVIL, from, once, preflightFrom, started } from "./support/cases.ts";
import { blocks, type RunOptions, readDocument, run, section } from "./support/markdown.ts";
import { corsHeaders, type RawRequest, valuesOf } from "./support/raw-http.ts";

const RECIPES = section(readDocument("README.md"), "Recipes");

/** The code of a recipe; a recipe may have several blocks. */
function codeOf(title: string, index = 0, language = "js"): string {
  const code = blocks(section(RECIPES, title), language)[index];
  if (code === undefined) throw new Error(`${title} has no block ${index}`);
  return code;
}

const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";
const WITH_COOKIES = { "access-control-allow-credentials": "true" };
const allow = (origin: string) => ({ "access-control-allow-origin": origin });

/** Runs a recipe on an Express application that answers 200 to everything it lets through. */
async function application(code: string, options: RunOptions = {}): Promise<Express> {
  const app = express();
  await run(code, { ...options, scope: { app, cors, definePolicy, originsFromEnv, ...options.scope } });
  app.use((_req, res) => {
    res.send("reached");
  });
  return app;
}

type Expected = Omit<Answer, "status"> & Partial<Answer>;

async function answers(listener: RequestListener, request: Partial<RawRequest>, expected: Expected) {
  expect(await answer(listener, request)).toEqual({ status: 200, ...expected });
}

test("public read-only API", async () => {
  const app = await application(codeOf("Public read-only API"));
  const readable = { ...allow("*"), "access-control-expose-headers": "ETag,Link" };
  for (const origin of [undefined, APP, "null"])
    await answers(app, from(origin), { cors: readable, vary: [] });
  await answers(app, preflightFrom(EVIL, "GET"), {
    cors: { ...allow("*"), "access-control-allow-methods": "GET,HEAD", "access-control-max-age": "600" },
    vary: [PREFLIGHT_VARY],
    status: 204,
  });
});

describe("several front ends", () => {
  test("listed, and localhost outside production", async () => {
    const app = await application(codeOf("Several front ends"), {
      scope: { process: { env: { NODE_ENV: "development" } } },
    });
    for (const origin of [APP, "https://admin.example.com", "http://localhost:5173"]) {
      await answers(app, from(origin), { cors: { ...allow(origin), ...WITH_COOKIES }, vary: ["Origin"] });
    }
    await answers(app, from(EVIL), { cors: {}, vary: ["Origin"] });
    await answers(app, from(undefined), { cors: {}, vary: ["Origin"] });
  });

  test("no localhost anywhere else", async () => {
    const env = {};
    const app = await application(codeOf("Several front ends"), { scope: { process: { env } } });
    await answers(app, from("http://localhost:5173"), { cors: {}, vary: ["Origin"] });
  });

  test("from the environment", async () => {
    const code = codeOf("Several front ends", 1);
    expect(process.env.ALLOWED_ORIGINS).toBeUndefined();
    await expect(application(code)).rejects.toThrow(/ALLOWED_ORIGINS: undefined names no origin/);
    onTestFinished(() => {
      delete process.env.ALLOWED_ORIGINS;
    });
    process.env.ALLOWED_ORIGINS = `${APP}, https://admin.example.com`;
    await answers(await application(code), from(APP), { cors: allow(APP), vary: ["Origin"] });
    process.env.ALLOWED_ORIGINS = `${APP}/`;
    await expect(application(code)).rejects.toThrow(/ALLOWED_ORIGINS.*remove the trailing slash/s);
  });
});

test("cookies", async () => {
  const scope = { session: cookieSession, process: { env: { SESSION_KEY: "a key of the test" } } };
  const app = await application(
    `app.set("trust proxy", true);\n${codeOf("Cookies")}\napp.post("/login", (req, res) => { req.session.user = 1; res.send("in"); });`,
    { scope },
  );
  const login = { method: "POST", target: "/login" };
  const https: [string, string] = ["X-Forwarded-Proto", "https"];
  const response = await once(app, { ...login, ...from(APP, [https]) });
  expect(corsHeaders(response)).toEqual({ ...allow(APP), ...WITH_COOKIES });
  expect(valuesOf(response, "set-cookie")[0]).toMatch(
    /^session=\S+; path=\/; samesite=none; secure; httponly$/,
  );
  await answers(app, { ...login, ...from(EVIL, [https]) }, { cors: {}, vary: ["Origin"], status: 403 });
});

test("subdomains", async () => {
  const app = await application(codeOf("Subdomains"));
  for (const origin of ["https://example.com", APP, "https://a.b.example.com"]) {
    await answers(app, from(origin), { cors: { ...allow(origin), ...WITH_COOKIES }, vary: ["Origin"] });
  }
  for (const origin of [
    "https://evilexample.com",
    "https://example.com.evil.example",
    "http://app.example.com",
  ]) {
    await answers(app, from(origin), { cors: {}, vary: ["Origin"] });
  }
});

test("per-route split", async () => {
  const app = await application(codeOf("Per-route split"));
  const at = (target: string, origin: string) => ({ target, ...from(origin) });
  await answers(app, at("/orders", APP), { cors: { ...allow(APP), ...WITH_COOKIES }, vary: ["Origin"] });
  await answers(app, at("/public/x", EVIL), {
    cors: { ...allow("*"), "access-control-expose-headers": "ETag,Link" },
    vary: [],
  });
  await answers(app, at("/publicity", EVIL), { cors: {}, vary: ["Origin"] });
  await answers(app, at("/internal", APP), { cors: {}, vary: [] });
  await answers(app, at("/legacy", APP), { cors: {}, vary: [] });
  for (const target of ["/%70ublic", "//public", "/public;x", "/Public"]) {
    await answers(app, at(target, APP), { cors: {}, vary: ["Origin"] });
  }
  await answers(
    app,
    { ...preflightFrom(APP), target: "/internal" },
    {
      cors: {},
      vary: [PREFLIGHT_VARY],
      status: 403,
    },
  );
});

test("gateway in front of services", async () => {
  const service = await started((req, res) => {
    // As many services do: everybody's origin, and a Vary of its own.
    res.setHeader("Access-Control-Allow-Origin", req.headers.origin ?? "*");
    res.setHeader("Vary", "Accept-Encoding");
    res.end("upstream");
  });
  const scope = { createProxyMiddleware, BILLING: service.url, LEGACY: service.url };
  const app = await application(codeOf("Gateway in front of services"), { scope });
  await answers(
    app,
    { target: "/billing/1", ...from(APP) },
    {
      cors: { ...allow(APP), ...WITH_COOKIES },
      vary: ["Accept-Encoding, Origin"],
    },
  );
  await answers(
    app,
    { target: "/billing/1", ...from(EVIL) },
    { cors: {}, vary: ["Accept-Encoding, Origin"] },
  );
  await answers(
    app,
    { target: "/legacy/1", ...from(EVIL) },
    { cors: allow(EVIL), vary: ["Accept-Encoding"] },
  );
});

const SOCKETS = definePolicy({ origin: [APP], credentials: true });

/** A server that is closed when the test ends. */
async function listening(server: Server): Promise<number> {
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test("WebSockets", async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("connection", (client) => client.send("welcome"));
  await run(codeOf("WebSockets"), { scope: { server, sockets, policy: SOCKETS } });
  const port = await listening(server);
  const says = (origin: string | undefined) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, origin === undefined ? {} : { origin });
      socket.on("message", (text) => {
        resolve(String(text));
        socket.terminate();
      });
      socket.on("error", ({ message }) => resolve(message));
    });
  expect(await says(APP)).toBe("welcome");
  expect(await says(undefined)).toBe("welcome");
  for (const origin of [EVIL, "null", `${APP}/`]) expect(await says(origin)).toMatch(/403/);
});

test("helmet and compression", async () => {
  const app = await application(codeOf("Helmet and compression"), {
    scope: { helmet, compression, policy: SOCKETS },
  });
  const plain = await once(app, from(APP));
  expect(corsHeaders(plain)).toEqual({ ...allow(APP), ...WITH_COOKIES });
  expect(valuesOf(plain, "vary")).toEqual(["Origin, Accept-Encoding"]);
  expect(valuesOf(plain, "cross-origin-resource-policy")).toEqual(["same-origin"]);
  const image = await once(app, { target: "/images/logo.png", ...from(APP) });
  expect(valuesOf(image, "cross-origin-resource-policy")).toEqual(["cross-origin"]);
  expect(valuesOf(plain, "x-content-type-options")).toEqual(["nosniff"]);
  await answers(app, preflightFrom(APP), {
    cors: {
      ...allow(APP),
      ...WITH_COOKIES,
      "access-control-allow-methods": METHODS,
      "access-control-max-age": "600",
    },
    vary: [PREFLIGHT_VARY],
    status: 204,
  });
});

test("tenants from a database: the code that test/example-postgres.test.ts runs", () => {
  const code = codeOf("Tenants from a database");
  const file = readDocument("examples/tenants-postgres/recipe.mjs");
  expect(file.slice(file.indexOf("import "))).toBe(code);
});

test("every recipe is tested", () => {
  const titles = [...RECIPES.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    "Public read-only API",
    "Several front ends",
    "Cookies",
    "Subdomains",
    "Per-route split",
    "Gateway in front of services",
    "Tenants from a database",
    "Behind nginx, an ingress or a CDN", // no code of its own: examples/behind-an-edge.mjs
    "WebSockets",
    "Socket.IO", // test/recipes-frameworks.test.ts, like the next two
    "Helmet and compression",
    "Counting refusals",
    "NestJS",
  ]);
});
