// The middleware around the policy: wrap, onError, base, blockRefused, doubles, the environment, what it reports.

import { spawnSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { buildSync } from "esbuild";
import express from "express";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { CorsConfigError, cors, definePolicy, livePolicy, originsFromEnv } from "../src/index.ts";
import {
  APP,
  collectWarnings,
  EVIL,
  from,
  type Handler,
  mounted,
  once,
  preflightFrom,
  settled,
  started,
} from "./support/cases.ts";
import { corsHeaders, valuesOf } from "./support/raw-http.ts";

const GRANTED = { "access-control-allow-origin": APP };

describe("wrap(listener)", () => {
  test("preflights never enter the framework; everything else does", async () => {
    const seen: string[] = [];
    const app = express();
    app.use((req, res) => {
      seen.push(req.method);
      res.send("app");
    });
    const server = await started(cors({ origin: [APP] }).wrap(app));
    expect((await server.send(preflightFrom(APP))).status).toBe(204);
    expect((await server.send(preflightFrom(EVIL))).status).toBe(403);
    expect(corsHeaders(await server.send(from(APP)))).toEqual(GRANTED);
    expect((await server.send({ method: "OPTIONS" })).body).toBe("app");
    expect(seen).toEqual(["GET", "OPTIONS"]);
  });

  test("a failing function: 500, an empty body, Vary, and the error as a warning if nobody listens", async () => {
    const warnings = collectWarnings();
    const failing = cors({
      origin: () => {
        throw new Error("database away");
      },
    });
    const response = await once(
      failing.wrap((_req, res) => res.end("app")),
      from(APP),
    );
    expect([response.status, response.body, corsHeaders(response), valuesOf(response, "vary")]).toEqual([
      500,
      "",
      {},
      ["Origin"],
    ]);
    await settled();
    expect(warnings.map(({ message }) => message)).toContain("database away");
  });

  test("or on the channel boring-cors:error if somebody does", async () => {
    const errors: unknown[] = [];
    listenTo("boring-cors:error", (message) => errors.push((message as { error: unknown }).error));
    const warnings = collectWarnings();
    const failing = cors(() => Promise.reject("plain string"));
    expect(
      (
        await once(
          failing.wrap((_req, res) => res.end()),
          from(APP),
        )
      ).status,
    ).toBe(500);
    await settled();
    expect(errors).toEqual([new Error("the per-request CORS source failed: plain string")]);
    expect(warnings).toEqual([]);
  });
});

function listenTo(channel: string, listener: (message: unknown) => void): void {
  subscribe(channel, listener);
  onTestFinished(() => void unsubscribe(channel, listener));
}

test("onError puts the same headers on errors that were raised before the middleware", async () => {
  const app = express();
  const middleware = cors({ origin: [APP] });
  app.use(express.json());
  app.use(middleware);
  app.use(middleware.onError);
  app.use(
    (
      error: { status: number },
      _req: express.Request,
      res: express.Response,
      _next: express.NextFunction,
    ) => {
      res.status(error.status).send("handled");
    },
  );
  const server = await started(app);
  const response = await server.send({
    method: "POST",
    headers: [
      ["Origin", APP],
      ["Content-Type", "application/json"],
    ],
    body: "{",
  });
  expect([response.status, response.body, corsHeaders(response)]).toEqual([400, "handled", GRANTED]);
  expect(middleware.onError).toHaveLength(4);
});

test("onError answers a preflight that something before the middleware refused", async () => {
  const middleware = cors({ origin: [APP] });
  const response = await once(
    (req, res) => middleware.onError(new Error("401"), req, res, () => res.end("error")),
    preflightFrom(APP),
  );
  expect([response.status, response.body]).toEqual([204, ""]);
});

describe("paths", () => {
  const policy = definePolicy({
    routes: { "/billing/public": { origin: "*" }, "/billing": { origin: [APP] } },
  });

  test("the full public path counts, whatever the mount point", async () => {
    const app = express();
    const router = express.Router();
    router.use(cors(policy));
    router.use((_req, res) => void res.end());
    app.use("/billing", router);
    const server = await started(app);
    expect(corsHeaders(await server.send({ ...from(EVIL), target: "/billing/public" }))).toEqual({
      "access-control-allow-origin": "*",
    });
    expect(corsHeaders(await server.send({ ...from(APP), target: "/billing/x" }))).toEqual(GRANTED);
  });

  test("base is put before it, for a service that sees rewritten paths", async () => {
    const server = await started(mounted(cors(policy, { base: "/billing" }), (_req, res) => res.end()));
    expect(corsHeaders(await server.send({ ...from(EVIL), target: "/public?x" }))).toEqual({
      "access-control-allow-origin": "*",
    });
    expect(corsHeaders(await server.send({ ...from(APP), target: "/" }))).toEqual(GRANTED);
    expect(corsHeaders(await server.send({ ...from(APP), method: "OPTIONS", target: "*" }))).toEqual({});
  });
});

describe("blockRefused", () => {
  const blocked = mounted(cors({ origin: [APP], blockRefused: true }), (_req, res) => res.end("ran"));

  test.each([
    ["a foreign origin", EVIL, [], 403],
    ["null", "null", [], 403],
    ["nonsense", "nonsense", [], 403],
    ["the service's own host", "http://127.0.0.1", [], 200],
    ["the service's own host on another port", "http://127.0.0.1:8080", [], 403],
    [
      "the first forwarded host",
      "https://api.example.com",
      [["X-Forwarded-Host", "API.example.com, proxy"]],
      200,
    ],
    [
      "the first forwarded host with its default port",
      "https://api.example.com",
      [["X-Forwarded-Host", "api.example.com:443"]],
      200,
    ],
    ["another forwarded host", EVIL, [["X-Forwarded-Host", "api.example.com"]], 403],
    ["Sec-Fetch-Site alone decides: same-origin", EVIL, [["Sec-Fetch-Site", "same-origin"]], 200],
    ["Sec-Fetch-Site alone decides: none", EVIL, [["Sec-Fetch-Site", "none"]], 200],
    ["Sec-Fetch-Site alone decides: same-site", "http://127.0.0.1", [["Sec-Fetch-Site", "same-site"]], 403],
    ["Sec-Fetch-Site alone decides: cross-site", "http://127.0.0.1", [["Sec-Fetch-Site", "cross-site"]], 403],
    ["an allowed origin", APP, [["Sec-Fetch-Site", "cross-site"]], 200],
  ] as const)("%s", async (_name, origin, headers, status) => {
    const response = await once(blocked, from(origin, headers));
    expect(response.status).toBe(status);
    expect(response.body).toBe(status === 403 ? "" : "ran");
    expect(valuesOf(response, "vary")).toEqual(["Origin"]);
    if (status === 403) expect(valuesOf(response, "content-length")).toEqual(["0"]);
  });
});

describe("response doubles", () => {
  class Double {
    statusCode = 200;
    ended = false;
    readonly headers: Record<string, unknown> = {};
    getHeader(name: string) {
      return this.headers[name.toLowerCase()];
    }
    setHeader(name: string, value: unknown) {
      this.headers[name.toLowerCase()] = value;
    }
    end() {
      this.ended = true;
    }
  }
  const run = (request: object, options: object = { origin: [APP] }) => {
    const res = new Double();
    const next = vi.fn();
    cors(options as { origin: string[] })({ headers: {}, ...request } as never, res as never, next);
    return { headers: res.headers, status: res.statusCode, ended: res.ended, passed: next.mock.calls.length };
  };

  test("with getHeader, setHeader, end and statusCode alone", () => {
    expect(run({ method: "GET", headers: { origin: APP } })).toEqual({
      headers: { vary: "Origin", ...GRANTED },
      status: 200,
      ended: false,
      passed: 1,
    });
    expect(run({ method: "GET", headers: { origin: EVIL } })).toEqual({
      headers: { vary: "Origin" },
      status: 200,
      ended: false,
      passed: 1,
    });
    expect(run({})).toEqual({ headers: { vary: "Origin" }, status: 200, ended: false, passed: 1 });
    const preflight = { method: "OPTIONS", headers: { origin: APP, "access-control-request-method": "PUT" } };
    expect(run(preflight)).toMatchObject({ headers: GRANTED, status: 204, ended: true, passed: 0 });
    expect(run({ ...preflight, headers: { ...preflight.headers, origin: EVIL } })).toMatchObject({
      status: 403,
      ended: true,
      passed: 0,
    });
    expect(
      run({ method: "GET", headers: { origin: EVIL } }, { origin: [APP], blockRefused: true }),
    ).toMatchObject({ status: 403, ended: true });
  });

  test("with writeHead, but without getHeaderNames or removeHeader", () => {
    class Writing extends Double {
      status = 0;
      writeHead(status: number) {
        this.status = status;
      }
    }
    const res = new Writing();
    cors({ origin: [APP] })({ method: "GET", headers: { origin: APP } } as never, res as never, () => {
      res.setHeader("access-control-allow-origin", "*");
      res.setHeader("access-control-max-age", "1");
      res.writeHead(201);
    });
    expect([res.status, res.getHeader("access-control-allow-origin")]).toEqual([201, APP]);
  });

  test("headers that are sent already: nothing happens", () => {
    const next = vi.fn();
    const res = Object.assign(new Double(), { headersSent: true });
    cors({ origin: [APP] })({ method: "GET", headers: { origin: APP } } as never, res as never, next);
    expect([res.headers, next.mock.calls]).toEqual([{}, [[]]]);
  });
});

describe("originsFromEnv", () => {
  afterEach(() => void vi.unstubAllEnvs());
  const read = (value: string | undefined, options?: { fallback?: string | string[] }) => {
    vi.stubEnv("TEST_ORIGINS", value);
    return originsFromEnv("TEST_ORIGINS", options);
  };

  test("lists, however they are separated", () => {
    expect(read(` ${APP}, https://b.example\n,https://*.c.example http://localhost:*,`)).toEqual([
      APP,
      "https://b.example",
      "https://*.c.example",
      "http://localhost:*",
    ]);
    expect(read("*")).toEqual(["*"]);
  });

  test("unset or empty: the fallback, or an error that names the variable", () => {
    expect(read(undefined, { fallback: APP })).toEqual([APP]);
    expect(read(" , ", { fallback: [APP] })).toEqual([APP]);
    expect(() => read(undefined)).toThrow(
      /TEST_ORIGINS: undefined names no origin; set it .* or give a fallback\. \[ENV_UNSET\]/,
    );
    expect(() => read("")).toThrow(CorsConfigError);
  });

  test("its own options are checked, whether or not the variable is set", () => {
    const mistaken = (options: unknown) => () => read(APP, options as never);
    expect(mistaken(APP)).toThrow(
      / {2}options: ".*" is no options object; write \{ fallback: .* \[OPTIONS_TYPE\]/,
    );
    expect(mistaken([APP])).toThrow(/\[OPTIONS_TYPE\]/);
    expect(mistaken({ default: APP })).toThrow(/ {2}default: unknown option; write .*\[UNKNOWN_OPTION\]/);
    expect(mistaken({ fallback: 7 })).toThrow(
      / {2}fallback: 7 is no list of origins; write .*\[OPTION_TYPE\]/,
    );
    for (const fine of [undefined, null, {}, { fallback: undefined, default: undefined }])
      expect(mistaken(fine)()).toEqual([APP]);
  });

  test("an entry that is no origin names the variable, the entry and the fix", () => {
    const error = (() => {
      try {
        return read(`${APP}, b.example/, nonsense`);
      } catch (thrown) {
        return thrown as CorsConfigError;
      }
    })() as CorsConfigError;
    expect(error.message).toContain("TEST_ORIGINS[1]");
    expect(error.issues.map(({ code, fix }) => [code, fix])).toEqual([
      ["ENV_ORIGIN", "https://b.example"],
      ["ENV_ORIGIN", undefined],
    ]);
  });
});

const REFUSING_SERVICE = `
  import { createServer, request } from "node:http";
  import { cors } from "../src/index.ts";
  const server = createServer(cors({ origin: ["https://a.example"] }).wrap((req, res) => res.end()));
  server.listen(0, "127.0.0.1", async () => {
    const { port } = server.address();
    const send = (headers) =>
      new Promise((done) => request({ port, host: "127.0.0.1", headers }, (res) => res.resume().on("end", done)).end());
    for (const origin of ["https://a.example", "https://evil.example", "https://evil.example", "\\u009b31m"]) await send({ origin });
    await send({ origin: "https://other.example", "sec-fetch-site": "same-origin" });
    server.close();
    server.closeAllConnections();
  });
`;

test("without next a preflight is answered, and anything else told what to write", async () => {
  const middleware = cors({ origin: APP }) as unknown as (req: unknown, res: unknown) => void;
  const messages: string[] = [];
  const listener: Handler = (req, res) => {
    try {
      middleware(req, res);
    } catch (error) {
      messages.push((error as Error).message);
      res.end();
    }
  };
  expect((await once(listener, preflightFrom(APP))).status).toBe(204);
  expect(messages).toEqual([]);
  await once(listener, from(APP));
  expect(messages).toEqual([expect.stringContaining("called without next; write app.use(cors(policy))")]);
});

describe("what it reports", () => {
  test("boring-cors:decision publishes what decide says, for every request", async () => {
    const events: { request: object; decision: object; digest: unknown }[] = [];
    listenTo("boring-cors:decision", (message) => events.push(message as (typeof events)[number]));
    const policy = definePolicy({
      routes: {
        "/": { origin: [APP], blockRefused: true },
        "/p": "passthrough",
        "/f": { origin: () => false },
      },
    });
    const server = await started(mounted(cors(policy), (_req, res) => res.end()));
    const requests = [
      from(APP),
      from(undefined),
      { ...from(EVIL), target: "/p" },
      { ...from(EVIL), target: "/f" },
      { ...preflightFrom(APP, "BREW"), target: "/x?secret" },
      from(EVIL),
      from(EVIL, [["Sec-Fetch-Site", "none"]]),
    ];
    for (const request of requests) await server.send(request);
    expect(events).toHaveLength(requests.length);
    for (const { request, decision, digest } of events) {
      expect(decision).toEqual(await policy.decideAsync(request as never));
      expect(digest).toBe(policy.digest);
    }
    expect(events[4]?.decision).toMatchObject({
      kind: "preflight",
      reason: "method-not-allowed",
      status: 204,
    });
  });

  test("of a per-request source too, without a digest, with Vary", async () => {
    const events: { decision: { vary: string[]; detail: string }; digest: unknown }[] = [];
    listenTo("boring-cors:decision", (message) => events.push(message as (typeof events)[number]));
    await once(
      mounted(
        cors(() => ({ origin: "*" })),
        (_req, res) => res.end(),
      ),
      from(APP),
    );
    await once(
      mounted(
        cors(() => ({ origin: "nonsense" })),
        (_req, res) => res.end(),
      ),
      from(APP),
    );
    expect(events[0]).toMatchObject({ decision: { allowed: true, vary: ["Origin"] }, digest: undefined });
    expect(events[1]?.decision.detail).toContain("answered an invalid policy");
  });

  test("of a source that leaves CORS to the application, or whose policy does not cover the path", async () => {
    const events: { decision: object }[] = [];
    listenTo("boring-cors:decision", (message) => events.push(message as (typeof events)[number]));
    for (const answer of ["passthrough", { routes: { "/elsewhere": { origin: APP } } }]) {
      await once(
        mounted(
          cors(() => answer as "passthrough"),
          (_req, res) => res.end(),
        ),
        from(APP),
      );
    }
    expect(events.map(({ decision }) => decision)).toMatchObject([
      { reason: "passthrough", vary: ["Origin"] },
      { reason: "not-covered", vary: ["Origin"] },
    ]);
  });

  test("boring-cors:override publishes each override, not only the first", async () => {
    const events: unknown[] = [];
    listenTo("boring-cors:override", (message) => events.push(message));
    const server = await started(
      mounted(cors({ origin: [APP] }), (_req, res) =>
        res.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end(),
      ),
    );
    await server.send(from(APP));
    await server.send(from(EVIL));
    const header = "access-control-allow-origin";
    expect(events).toEqual([
      { route: "/", header, written: "*", sent: APP },
      { route: "/", header, written: "*", sent: undefined },
    ]);
  });

  test("warnings of a policy: once, when it is mounted; none for policies born in a request", async () => {
    const warnings = collectWarnings();
    const policy = definePolicy({ origin: [APP, ""], maxAge: 100_000 });
    cors(policy);
    cors(livePolicy(policy));
    cors(policy).wrap(() => {});
    await settled();
    expect(warnings.map(({ name }) => name)).toEqual(["CorsPolicyWarning"]);
    expect(warnings[0]?.message).toMatch(/MAX_AGE_CAPPED[\s\S]*ORIGIN_EMPTY_ENTRY/);
    await once(
      mounted(
        cors(() => ({ origin: [APP, ""] })),
        (_req, res) => res.end(),
      ),
      from(APP),
    );
    await settled();
    expect(warnings).toHaveLength(1);
  });

  test("NODE_DEBUG=boring-cors prints one line per distinct refusal, nothing raw, silent on same-origin requests", () => {
    // NODE_DEBUG is read when a process starts, so this needs one of its own.
    const { outputFiles } = buildSync({
      stdin: { contents: REFUSING_SERVICE, resolveDir: import.meta.dirname },
      bundle: true,
      platform: "node",
      write: false,
    });
    const { stderr } = spawnSync(process.execPath, ["-"], {
      input: outputFiles[0]?.text ?? "",
      env: { ...process.env, NODE_DEBUG: "boring-cors" },
      encoding: "utf8",
    });
    const lines = stderr.split("\n").filter((line) => line.includes("refused"));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^BORING-CORS \d+: refused actual on route "\/": Origin "https:\/\/evil\.example" is not among/,
    );
    expect(stderr).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

test("the listener of http.createServer and the doubles of other servers share one middleware", async () => {
  const middleware = cors({ origin: [APP] });
  const server = createServer((req, res) => middleware(req, res, () => res.end()));
  expect(server.listening).toBe(false);
  expect((await once((req, res) => middleware(req, res, () => res.end()), from(APP))).status).toBe(200);
});
