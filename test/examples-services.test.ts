// The examples of several services at once: what leaves the gateway, the edge and the API, complete.
import { expect, test } from "vitest";
import {
  type Asked,
  answersOf,
  expectedOf,
  LISTS,
  ORIGIN,
  PREFLIGHT,
  withCookies,
} from "./support/answers.ts";
import { APP, EVIL, from, preflightFrom } from "./support/cases.ts";
import { type RunningExample, startExample } from "./support/example.ts";
import { type RawRequest, sendTo, valuesOf } from "./support/raw-http.ts";

/** Another server of the same example, by what its line says. */
async function second(example: RunningExample, name: string) {
  const [, port] = await example.printed(new RegExp(`^${name} on http://localhost:(\\d+)`, "m"));
  return (request: Partial<RawRequest>) => sendTo(Number(port), request);
}

const ACCOUNTS = "https://accounts.example.com";
const ANYBODY = { "access-control-allow-origin": "*" };

/** GET and preflight, from one origin that is granted and one that is not. */
function named(target: string, granted: string, refused: string, vary = ORIGIN): Asked[] {
  return [
    {
      name: `${target} from ${granted}`,
      request: { target, ...from(granted) },
      status: 200,
      cors: withCookies(granted),
      vary,
    },
    {
      name: `${target} from ${refused}`,
      request: { target, ...from(refused) },
      status: 200,
      cors: {},
      vary,
    },
    { name: `${target} without Origin`, request: { target }, status: 200, cors: {}, vary },
    {
      name: `${target}, a preflight from ${granted}`,
      request: { target, ...preflightFrom(granted) },
      status: 204,
      cors: withCookies(granted, LISTS),
      vary: PREFLIGHT,
    },
    {
      name: `${target}, a preflight from ${refused}`,
      request: { target, ...preflightFrom(refused) },
      status: 403,
      cors: {},
      vary: PREFLIGHT,
    },
  ];
}

test("gateway: its policy is what leaves, the upstream's where it was let", async () => {
  const table: readonly Asked[] = [
    ...named("/orders", APP, EVIL, ["Accept-Encoding, Origin"]),
    ...named("/billing/invoices", ACCOUNTS, APP),
    {
      name: "legacy",
      request: { target: "/legacy", ...from(EVIL) },
      status: 200,
      cors: ANYBODY,
      vary: ["Accept-Encoding"],
    },
    {
      name: "legacy, a preflight",
      request: { target: "/legacy", ...preflightFrom(EVIL) },
      status: 204,
      cors: { ...ANYBODY, "access-control-allow-methods": "GET,PUT" },
      vary: ["Accept-Encoding"],
    },
  ];
  const example = await startExample("gateway");
  expect(await answersOf(example.send, table)).toEqual(expectedOf(table));
  await example.printed(
    /CorsOverrideWarning: On route "\/" something .* wrote access-control-allow-origin: "\*"; "https:\/\/app\.example\.com" left instead/,
  );
  // Once for the route, although three answers were put right; and what agreed, or was let through, is no override.
  expect(example.output().match(/CorsOverrideWarning/g)).toHaveLength(1);
});

test("gateway: the services without it", async () => {
  const example = await startExample("gateway");
  const shared = named("/invoices", ACCOUNTS, APP);
  expect(await answersOf(await second(example, "Billing"), shared)).toEqual(expectedOf(shared));
  const own: readonly Asked[] = [
    {
      name: "upstream",
      request: { target: "/orders", ...from(EVIL) },
      status: 200,
      cors: ANYBODY,
      vary: ["Accept-Encoding"],
    },
  ];
  expect(await answersOf(await second(example, "Upstream"), own)).toEqual(expectedOf(own));
});

const LOGIN = { method: "POST", target: "/login", body: '{"name":"Ada"}' };
const JSON_TYPE = ["Content-Type", "application/json"] as const;

test("cookies-across-services: the session of the page, and nobody else's", async () => {
  const example = await startExample("cookies-across-services");
  const page = `http://localhost:${example.port}`;
  const html = (await example.send({ target: "/" })).body;
  const [, apiPort] = await example.printed(/^API on http:\/\/localhost:(\d+)/m);
  expect(html).toContain(`fetch("http://localhost:${apiPort}" + path, { ...init, credentials: "include" })`);
  const api = await second(example, "API");

  const login = await api({ ...LOGIN, ...from(page, [JSON_TYPE]) });
  expect(login.status).toBe(200);
  const [set = ""] = valuesOf(login, "set-cookie");
  expect(set).toMatch(/^connect\.sid=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = ["Cookie", set.split(";")[0] ?? ""] as const;

  const table: readonly Asked[] = [
    {
      name: "me, before",
      request: { target: "/me", ...from(page) },
      status: 401,
      cors: withCookies(page),
      vary: ORIGIN,
    },
    {
      name: "me, with the cookie",
      request: { target: "/me", ...from(page, [cookie]) },
      status: 200,
      cors: withCookies(page),
      vary: ORIGIN,
    },
    {
      name: "login asks first",
      request: { target: "/login", ...preflightFrom(page, "POST") },
      status: 204,
      cors: withCookies(page, LISTS),
      vary: PREFLIGHT,
    },
    {
      name: "login asks first, elsewhere",
      request: { target: "/login", ...preflightFrom(EVIL, "POST") },
      status: 403,
      cors: {},
      vary: PREFLIGHT,
    },
    {
      name: "another port of the same site",
      request: { target: "/me", ...from("http://localhost:9", [cookie]) },
      status: 403,
      cors: {},
      vary: ORIGIN,
    },
    {
      name: "a simple POST from elsewhere, with the cookie",
      request: { method: "POST", target: "/logout", ...from(EVIL, [cookie]) },
      status: 403,
      cors: {},
      vary: ORIGIN,
    },
    {
      name: "did not run",
      request: { target: "/me", ...from(page, [cookie]) },
      status: 200,
      cors: withCookies(page),
      vary: ORIGIN,
    },
    {
      name: "logout",
      request: { method: "POST", target: "/logout", ...from(page, [cookie]) },
      status: 204,
      cors: withCookies(page),
      vary: ORIGIN,
    },
    {
      name: "ran",
      request: { target: "/me", ...from(page, [cookie]) },
      status: 401,
      cors: withCookies(page),
      vary: ORIGIN,
    },
  ];
  expect(await answersOf(api, table)).toEqual(expectedOf(table));
});

test("cookies-across-services, deployed on two sites: SameSite=None; Secure, behind TLS only", async () => {
  const example = await startExample("cookies-across-services", {
    NODE_ENV: "production",
    APP_ORIGIN: APP,
    SESSION_SECRET: "test",
  });
  const api = await second(example, "API");
  const login = (more: readonly (readonly [string, string])[]) =>
    api({ ...LOGIN, ...from(APP, [JSON_TYPE, ...more]) });
  const [cookie] = valuesOf(await login([["X-Forwarded-Proto", "https"]]), "set-cookie");
  expect(cookie).toMatch(/^connect\.sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=None$/);
  const plain = await login([]);
  expect([plain.status, valuesOf(plain, "set-cookie")]).toEqual([200, []]);
});

test("behind-an-edge: one Allow-Origin line leaves, from the one owner", async () => {
  const example = await startExample("behind-an-edge");
  const table: readonly Asked[] = [
    ...named("/shop/orders", APP, EVIL),
    {
      name: "assets",
      request: { target: "/shop/assets/logo.svg", ...from(EVIL) },
      status: 200,
      cors: ANYBODY,
      vary: [],
    },
    {
      name: "assets, a preflight",
      request: { target: "/shop/assets/logo.svg", ...preflightFrom(EVIL, "GET") },
      status: 204,
      cors: { ...ANYBODY, "access-control-allow-methods": "GET,HEAD" },
      vary: [],
    },
    {
      name: "assets, a plain OPTIONS",
      request: { target: "/shop/assets/logo.svg", method: "OPTIONS" },
      status: 200,
      cors: ANYBODY,
      vary: [],
    },
  ];
  expect(await answersOf(example.send, table)).toEqual(expectedOf(table));

  const service: readonly Asked[] = [
    ...named("/orders", APP, EVIL),
    {
      name: "assets: the service's own, left alone",
      request: { target: "/assets/logo.svg", ...from(APP) },
      status: 200,
      cors: { "access-control-allow-origin": "https://old.example" },
      vary: [],
    },
  ];
  expect(await answersOf(await second(example, "Upstream"), service)).toEqual(expectedOf(service));
  await example.printed(/^curl/m);
  expect(example.output().match(/^(?:ok|FAIL) .*$/gm)).toEqual([
    `ok   /shop/orders: 1 Allow-Origin, ${APP}`,
    "ok   /shop/assets/logo.svg: 1 Allow-Origin, *",
  ]);
});

test("behind-an-edge: its check fails when there are two owners", async () => {
  const example = await startExample("behind-an-edge", { TWO_OWNERS: "1" });
  await example.printed(/^curl/m);
  expect(example.output().match(/^(?:ok|FAIL) .*$/gm)).toEqual([
    `FAIL /shop/orders: 2 Allow-Origin, ${APP} and *`,
    "ok   /shop/assets/logo.svg: 1 Allow-Origin, *",
  ]);
});
