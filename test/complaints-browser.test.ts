// What people complain about in CORS packages, 58 to 78: what the browser's console says, and life behind proxies.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express from "express";
import express4 from "express4";
import { createProxyMiddleware } from "http-proxy-middleware";
import { describe, expect, test } from "vitest";
import { cors, definePolicy } from "../src/index.ts";
import {
  answer,
  CREDENTIALS,
  granted,
  grantedPreflight,
  PREFLIGHT,
  REFUSED,
  REFUSED_PREFLIGHT,
} from "./support/answers.ts";
import {
  APP,
  collectWarnings,
  EVIL,
  from,
  mounted,
  preflightFrom,
  settled,
  started,
} from "./support/cases.ts";

const done = (_req: unknown, res: { end(): void }) => res.end();
const served = (options: Parameters<typeof cors>[0]) => mounted(cors(options), done);

/** A preflight that asks for headers too. */
const asking = (headers: string, origin = APP, method = "PUT") => {
  const preflight = preflightFrom(origin, method);
  const asked = ["Access-Control-Request-Headers", headers] as const;
  return { ...preflight, headers: [...(preflight.headers ?? []), asked] };
};

describe("in the browser's console", () => {
  test(`58. "No 'Access-Control-Allow-Origin' header is present": from which layer, and why?`, () => {
    const policy = definePolicy({
      routes: { "/api": { origin: [APP] }, "/off": false, "/old": "passthrough" },
    });
    const detail = (path: string, origin = EVIL) => policy.decide({ method: "GET", path, origin }).detail;
    expect(detail("/api")).toContain(
      'is not among the origins of route "/api"; add it to "origin" to allow it.',
    );
    expect(detail("/off")).toContain('give it an "origin" to allow cross-origin requests.');
    expect(detail("/old")).toContain("is left to the application behind this policy; look there.");
    expect(detail("/elsewhere")).toContain('is covered by no route; add one, "/" covers everything.');
  });

  test("59. \"must not be the wildcard '*' when the request's credentials mode is 'include'\"", async () => {
    const listener = served({ origin: [APP], credentials: true, allowedHeaders: "*", methods: "*" });
    expect(await answer(listener, from(APP))).toEqual(granted(APP, CREDENTIALS));
    expect(await answer(listener, asking("x-one", APP, "PURGE"))).toEqual(
      grantedPreflight(APP, {
        ...CREDENTIALS,
        "access-control-allow-methods": "PURGE",
        "access-control-allow-headers": "x-one",
      }),
    );
  });

  test('60. "Method PATCH is not allowed by Access-Control-Allow-Methods"', async () => {
    expect(await answer(served({ origin: [APP] }), preflightFrom(APP, "PATCH"))).toEqual(
      grantedPreflight(APP),
    );
    const policy = definePolicy({ origin: [APP], methods: ["GET", "PATCH"] });
    const lower = { method: "OPTIONS", origin: APP, requestMethod: "patch" };
    expect(policy.decide(lower).detail).toContain(
      "methods are case-sensitive; the page must send it in upper case.",
    );
    expect(policy.decide({ ...lower, requestMethod: "PUT" }).detail).toContain(
      'is not among the methods of route "/"; add it to "methods" to allow it.',
    );
  });

  test('61. "Request header field authorization is not allowed", though the list is "*"', async () => {
    const detail = definePolicy({ origin: "*", allowedHeaders: "*" }).decide({
      method: "OPTIONS",
      origin: APP,
      requestMethod: "GET",
      requestHeaders: "authorization",
    }).detail;
    expect(detail).toContain('"authorization" is not among the allowed headers');
    expect(detail).toContain('add it to "allowedHeaders" to allow it.');
    const named = served({ origin: "*", allowedHeaders: ["*", "Authorization"] });
    expect(await answer(named, asking("authorization"))).toEqual(
      grantedPreflight("*", { "access-control-allow-headers": "*,Authorization" }),
    );
    const open = served({ origin: [APP], credentials: true });
    expect(await answer(open, asking("authorization,content-type"))).toEqual(
      grantedPreflight(APP, { ...CREDENTIALS, "access-control-allow-headers": "authorization,content-type" }),
    );
  });

  test('62. "It does not have HTTP ok status": the preflight gets a 404', async () => {
    for (const make of [express, express4 as typeof express]) {
      const app = make();
      app.use(cors({ origin: [APP] }));
      expect(await answer(app, { ...preflightFrom(APP), target: "/no/such/route" })).toEqual(
        grantedPreflight(APP),
      );
    }
  });

  test('63. "Redirect is not allowed for a preflight request", and redirects without CORS headers', async () => {
    for (const make of [express, express4 as typeof express]) {
      const app = make();
      app.use(cors({ origin: [APP] }));
      app.use((_req, res) => res.redirect(301, "https://api.example.com/x"));
      expect(await answer(app, preflightFrom(APP))).toEqual(grantedPreflight(APP));
      // Express adds Accept to Vary: its redirect answers in text or HTML.
      const redirect = await answer(app, from(APP));
      expect([redirect.status, redirect.cors]).toEqual([301, granted(APP).cors]);
      expect(redirect.vary).toEqual(["Origin, Accept"]);
    }
  });

  test("64. Every request is preceded by a preflight", async () => {
    expect((await answer(served({ origin: [APP] }), preflightFrom(APP))).cors).toMatchObject({
      "access-control-max-age": "600",
    });
  });

  test("65. Content-Disposition is in the network tab, and undefined in my script", async () => {
    const download = (_req: IncomingMessage, res: ServerResponse) => {
      res.setHeader("Access-Control-Expose-Headers", "Content-Disposition");
      res.end();
    };
    const exposing = { "access-control-expose-headers": "ETag,Content-Disposition" };
    const mw = cors({ origin: [APP], exposedHeaders: ["ETag"] });
    expect(await answer(mounted(mw, download), from(APP))).toEqual(granted(APP, exposing));
    expect(await answer(mounted(mw, download), from(EVIL))).toEqual(REFUSED);
  });

  test("66. exposedHeaders: '*' exposes nothing once cookies go along", () => {
    expect(() => cors({ origin: [APP], credentials: true, exposedHeaders: "*" })).toThrow(
      `"*" exposes nothing with credentials, browsers then take it for a header's name; list the names`,
    );
  });

  test("67. The front end sends Access-Control-Allow-Origin itself, and now needs a preflight", () => {
    const policy = definePolicy({ origin: [APP], allowedHeaders: ["Access-Control-Allow-Origin"] });
    expect(policy.warnings[0]?.message).toBe(
      '"Access-Control-Allow-Origin" belongs to responses; the front end should stop sending it',
    );
  });

  test("68. The dev server's port changes, and localhost is refused", async () => {
    const listener = served({ origin: ["http://localhost:*", "http://127.0.0.1:*"], credentials: true });
    for (const origin of ["http://localhost:5173", "http://localhost", "http://127.0.0.1:3000"]) {
      expect(await answer(listener, from(origin))).toEqual(granted(origin, CREDENTIALS));
    }
    expect(await answer(listener, from("http://localhost.evil.example:5173"))).toEqual(REFUSED);
  });

  test("69. Capacitor, Ionic, Tauri and extensions have origins that no list takes", async () => {
    const origins = ["capacitor://localhost", "ionic://localhost", "tauri://localhost", "https://localhost"];
    const listener = served({
      origin: [...origins, "chrome-extension://abcdefghijklmnop"],
      credentials: true,
    });
    for (const origin of origins)
      expect(await answer(listener, from(origin))).toEqual(granted(origin, CREDENTIALS));
  });

  test("70. All subdomains, but not the domain that ends alike, nor the port next door", async () => {
    const listener = served({ origin: ["https://example.com", "https://*.example.com"], credentials: true });
    for (const origin of ["https://example.com", "https://a.b.example.com"]) {
      expect(await answer(listener, from(origin))).toEqual(granted(origin, CREDENTIALS));
    }
    for (const origin of ["https://evilexample.com", "https://a.example.com:8443", "http://a.example.com"]) {
      expect(await answer(listener, from(origin))).toEqual(REFUSED);
      expect(await answer(listener, preflightFrom(origin))).toEqual(REFUSED_PREFLIGHT);
    }
  });
});

/** A gateway of http-proxy-middleware in front of an upstream. */
async function gateway(upstream: RequestListener, options: Parameters<typeof cors>[0]) {
  const { url } = await started(upstream);
  const app = express();
  app.use(cors(options), createProxyMiddleware({ target: url, changeOrigin: true }));
  return app;
}

describe("behind proxies", () => {
  const POLICY = { origin: [APP], credentials: true } as const;

  test("71. \"The 'Access-Control-Allow-Origin' header contains multiple values '*, *'\"", async () => {
    const upstream: RequestListener = (_req, res) =>
      void res.writeHead(200, ["Access-Control-Allow-Origin", "*", "Access-Control-Allow-Origin", APP]).end();
    const warnings = collectWarnings();
    const app = await gateway(upstream, POLICY);
    expect(await answer(app, from(APP))).toEqual(granted(APP, CREDENTIALS));
    await settled();
    expect(warnings.map(({ message }) => message).join()).toContain(
      "change the policy, stop writing the header, or set allowOverride: true.",
    );
  });

  test("72. The upstream reflects every origin, the gateway adds Allow-Credentials: everybody is in", async () => {
    const upstream: RequestListener = (req, res) =>
      void res.writeHead(200, { "Access-Control-Allow-Origin": req.headers.origin ?? "*" }).end();
    expect(await answer(await gateway(upstream, POLICY), from(EVIL))).toEqual(REFUSED);
  });

  test("73. The upstream's Vary replaces the gateway's", async () => {
    const upstream: RequestListener = (_req, res) =>
      void res.writeHead(200, { Vary: "Accept-Encoding" }).end();
    expect(await answer(await gateway(upstream, POLICY), from(APP))).toEqual({
      ...granted(APP, CREDENTIALS),
      vary: ["Accept-Encoding, Origin"],
    });
  });

  test("74. When the upstream is down the console shows CORS, not the 504", async () => {
    const app = express();
    app.use(cors(POLICY), createProxyMiddleware({ target: "http://127.0.0.1:9" }));
    expect(await answer(app, from(APP))).toEqual(granted(APP, CREDENTIALS, 504));
  });

  test("75. Service and gateway both do CORS: one of them must let go", async () => {
    const upstream = mounted(cors({ origin: [EVIL] }), done);
    const app = await gateway(upstream, { routes: { "/": POLICY, "/legacy": "passthrough" } });
    expect(await answer(app, from(EVIL))).toEqual(REFUSED);
    expect(await answer(app, { ...from(EVIL), target: "/legacy/x" })).toEqual(granted(EVIL));
    expect(await answer(app, { ...preflightFrom(EVIL), target: "/legacy/x" })).toEqual(
      grantedPreflight(EVIL),
    );
  });

  test("76. The gateway strips the prefix, and the service finds no rule for what is left", async () => {
    const policy = definePolicy({ routes: { "/billing": POLICY } });
    expect(await answer(mounted(cors(policy, { base: "/billing" }), done), from(APP))).toEqual(
      granted(APP, CREDENTIALS),
    );
    expect(() => cors(policy, { base: "billing/" })).toThrow('does not start with "/"; write "/billing"');
  });

  test("77. nginx does not cache: its line for Vary ends at 128 characters, and old ones read the last line only", async () => {
    const { vary } = await answer(served(POLICY), preflightFrom(APP));
    expect(vary).toEqual(PREFLIGHT);
    expect(vary[0]?.length).toBeLessThan(128);
  });

  test("78. WebSockets ignore CORS: any site opens one with my users' cookies", () => {
    const { isTrustedOrigin } = definePolicy(POLICY);
    expect([APP, EVIL, "null", undefined].map((origin) => isTrustedOrigin(origin))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
