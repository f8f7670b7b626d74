// One policy, two layers: the edge and the service each enforce what they own, and step aside for the rest.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import connect from "connect";
import express from "express";
import express4 from "express4";
import { createProxyMiddleware } from "http-proxy-middleware";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { cors, type DecisionEvent, definePolicy, type Layer } from "../src/index.ts";
import { listening } from "./zoo/run.ts";

const APP = "https://app.example.com";
const RULE = { origin: [APP], credentials: true, exposedHeaders: ["ETag"] } as const;
const policy = definePolicy({
  routes: {
    "/": RULE,
    "/edge": { ...RULE, owner: "edge", blockRefused: true },
    "/edge/public": { origin: "*", owner: "edge" },
    "/service": { ...RULE, owner: "service" },
    "/off": { origin: false, owner: "edge" },
  },
});

/** Everything about CORS in an answer. */
async function corsOf(url: string, init: { method?: string; headers?: Record<string, string> } = {}) {
  const response = await fetch(url, init);
  const headers = [...response.headers].filter(([name]) => name === "vary" || name.startsWith("access-"));
  return { status: response.status, ...Object.fromEntries(headers) };
}

const from = (origin: string) => ({ headers: { Origin: origin } });
const preflight = (origin: string) => ({
  method: "OPTIONS",
  headers: { Origin: origin, "Access-Control-Request-Method": "PUT" },
});

const GRANTED = {
  status: 200,
  "access-control-allow-origin": APP,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "ETag",
  vary: "Origin",
};

/** A careless handler: what it grants must not leave the process where somebody else owns CORS. */
const careless = (
  _req: unknown,
  res: { setHeader(name: string, value: string): unknown; end(body: string): unknown },
) => {
  res.setHeader("Access-Control-Allow-Origin", "*");
  res.end("orders");
};

const FRAMEWORKS = {
  "Express 5": (layer?: Layer) => express().use(cors(policy, { layer })).use(careless),
  "Express 4": (layer?: Layer) => express4().use(cors(policy, { layer })).use(careless),
  Connect: (layer?: Layer) => connect().use(cors(policy, { layer })).use(careless),
  "a wrapped listener": (layer?: Layer) => cors(policy, { layer }).wrap(careless),
} as const;

describe.each(Object.entries(FRAMEWORKS))("%s", (_name, mounted) => {
  const quiet = () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
  };

  test("the service enforces what it owns and what nobody owns, and grants nothing on the edge's routes", async () => {
    quiet();
    const url = await listening(mounted());
    expect(await corsOf(`${url}/x`, from(APP))).toEqual(GRANTED);
    expect(await corsOf(`${url}/service/x`, from(APP))).toEqual(GRANTED);
    expect(await corsOf(`${url}/edge/x`, from(APP))).toEqual({ status: 200, vary: "Origin" });
    expect(await corsOf(`${url}/edge/x`)).toEqual({ status: 200, vary: "Origin" });
    // The edge blocks there.
    expect(await corsOf(`${url}/edge/x`, from("https://evil.example"))).toEqual({
      status: 200,
      vary: "Origin",
    });
    expect(await corsOf(`${url}/edge/public`, from(APP))).toEqual({ status: 200 });
    expect(await corsOf(`${url}/off`, from(APP))).toEqual({ status: 200 });
    expect(await corsOf(`${url}/edge/x`, preflight(APP))).toEqual({
      status: 200,
      vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    });
    expect((await corsOf(`${url}/service/x`, preflight(APP))).status).toBe(204);
    // What could be read as another layer's is granted by none.
    expect(await corsOf(`${url}/EDGE/x`, from(APP))).toEqual({ status: 403, vary: "Origin" });
  });

  test("the edge passes the service's routes through untouched", async () => {
    quiet();
    const url = await listening(mounted("edge"));
    expect(await corsOf(`${url}/x`, from(APP))).toEqual(GRANTED);
    expect(await corsOf(`${url}/edge/x`, from(APP))).toEqual(GRANTED);
    expect((await corsOf(`${url}/edge/x`, from("https://evil.example"))).status).toBe(403);
    expect(await corsOf(`${url}/service/x`, from(APP))).toEqual({
      status: 200,
      "access-control-allow-origin": "*",
    });
    expect(await corsOf(`${url}/service/x`, preflight(APP))).toEqual({
      status: 200,
      "access-control-allow-origin": "*",
    });
  });
});

test("through both layers every header stands once, whoever owns the route", async () => {
  const service = await listening(
    express()
      .use(cors(policy))
      .use((_req, res) => void res.end("orders")),
  );
  const gateway = express()
    .use(cors(policy, { layer: "edge" }))
    .use(createProxyMiddleware({ target: service }));
  const url = await listening(gateway);
  for (const path of ["/x", "/edge/x", "/service/x"]) {
    expect(await corsOf(url + path, from(APP))).toEqual(GRANTED);
    expect(await corsOf(url + path, preflight(APP))).toMatchObject({
      status: 204,
      "access-control-allow-origin": APP,
    });
    expect(await corsOf(url + path, from("https://other.example"))).toEqual({
      status: path === "/edge/x" ? 403 : 200,
      vary: "Origin",
    });
  }
});

test("a per-request source's rules have owners, too", async () => {
  const url = await listening(cors(() => ({ ...RULE, owner: "edge" as const })).wrap(careless));
  expect(await corsOf(`${url}/x`, from(APP))).toEqual({ status: 200, vary: "Origin" });
});

test("who asks why nothing is granted is sent to the owner", async () => {
  const details: string[] = [];
  const listen = (event: unknown) => details.push((event as DecisionEvent).decision.detail);
  subscribe("boring-cors:decision", listen);
  onTestFinished(() => void unsubscribe("boring-cors:decision", listen));
  const url = await listening(cors(policy).wrap((_req, res) => res.end("orders")));
  await fetch(`${url}/edge/x`, from(APP));
  expect(details).toEqual(['CORS on route "/edge" is owned by the edge; look there.']);
});

test("the policy itself decides for all layers together", () => {
  expect(policy.decide({ method: "GET", path: "/edge/x", origin: APP }).allowed).toBe(true);
  expect(policy.routes["/edge"]).toMatchObject({ owner: "edge" });
  expect(policy.routes["/off"]).toMatchObject({ origin: false, owner: "edge" });
  expect("owner" in (policy.routes["/"] as object)).toBe(false);
  const again = definePolicy({ routes: JSON.parse(JSON.stringify(policy.routes)) });
  expect(again.digest).toBe(policy.digest);
});

test("what is no owner or no layer is refused", () => {
  const code = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return (error as { issues: { code: string; message: string }[] }).issues.map(
        (issue) => `${issue.code} ${issue.message}`,
      );
    }
    return [];
  };
  expect(code(() => definePolicy({ origin: APP, owner: "gateway" as "edge" }))).toEqual([
    'OPTION_TYPE "gateway" is no owner; write "edge", "service", or nothing',
  ]);
  expect(code(() => cors({ origin: APP }, { layer: "gateway" as "edge" }))).toEqual([
    'LAYER "gateway" is no layer; write "edge" or "service"',
  ]);
});
