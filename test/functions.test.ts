// Origin functions and per-request sources: asked once, answered once, and never more granted than was said.

import { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import npmCors from "cors";
import express from "express";
import { describe, expect, test, vi } from "vitest";
import { cors, definePolicy, type OriginFunction } from "../src/index.ts";
import { answerOf } from "./support/answers.ts";
import {
  APP,
  collectWarnings,
  EVIL,
  from,
  mounted,
  once,
  preflightFrom,
  settled,
  started,
} from "./support/cases.ts";
import { corsHeaders } from "./support/raw-http.ts";

const GRANTED = { "access-control-allow-origin": APP };
const done = (_req: unknown, res: { end(): void }) => res.end();
const refused = { status: 200, cors: {}, vary: ["Origin"] };
const granted = { status: 200, cors: GRANTED, vary: ["Origin"] };

/** One way to answer: by value, promise or callback, at once or later. */
const STYLES: Readonly<Record<string, (answer: unknown) => OriginFunction>> = {
  value: (answer) => (_origin) => answer as never,
  promise: (answer) => async (_origin) => answer as never,
  callback: (answer) => (_origin, callback) => callback(null, answer as never),
  "callback, later": (answer) => (_origin, callback) => {
    setImmediate(() => callback(undefined, answer as never));
  },
  "async function with a callback": (answer) => async (_origin, callback) => {
    await wait(1);
    callback(null, answer as never);
  },
};

describe.each(Object.entries(STYLES))("an origin function that answers by %s", (_style, make) => {
  const answers: readonly (readonly [unknown, boolean])[] = [
    [true, true],
    ["*", true],
    [["*"], true],
    [APP, true],
    [[EVIL, APP], true],
    ["https://*.example.com", true],
    [["https://*.example.com", EVIL], true],
    [/^https:\/\/app\.example\.com$/, true],
    [{ regexp: "^https:\\/\\/app\\.example\\.com$" }, true],
    [["http://insecure.example", APP], true],
    [false, false],
    [EVIL, false],
    [[], false],
    [[EVIL], false],
    ["", false],
    [null, false],
    [`${APP}/`, false],
    ["app.example.com", false],
    [/example\.com/, false],
    [42, false],
    [() => true, false],
  ];

  test.each(answers)("%j", async (answer, allowed) => {
    const listener = mounted(cors({ origin: make(answer) }), done);
    expect(answerOf(await once(listener, from(APP)))).toEqual(allowed ? granted : refused);
    expect((await once(listener, preflightFrom(APP))).status).toBe(allowed ? 204 : 403);
    const policy = definePolicy({ origin: make(answer) });
    const decision = await policy.decideAsync({ method: "GET", origin: APP });
    expect([decision.allowed, decision.reason]).toEqual(
      allowed ? [true, null] : [false, "origin-not-allowed"],
    );
    if (!allowed) expect(decision.detail).toContain("answered");
    expect(await policy.isTrustedOriginAsync(APP)).toBe(allowed);
  });
});

describe("an origin function", () => {
  test("is asked once per request; not without an origin, for a malformed one, or on its own site", async () => {
    const asked = vi.fn((_origin: string) => true);
    const server = await started(mounted(cors({ origin: asked, blockRefused: true }), done));
    await server.send(from(APP));
    await server.send(preflightFrom(APP));
    expect(asked.mock.calls.map(([origin]) => origin)).toEqual([APP, APP]);
    await server.send(from(undefined));
    await server.send(from(""));
    await server.send(from(APP, [["Sec-Fetch-Site", "same-origin"]]));
    expect((await server.send(from(`${APP}/`))).status).toBe(403);
    expect((await server.send(from(`${APP}, ${APP}`))).status).toBe(403);
    expect((await server.send(preflightFrom("nonsense"))).status).toBe(403);
    expect(asked).toHaveBeenCalledTimes(2);
    await server.send(from("null"));
    expect(asked).toHaveBeenCalledTimes(3);
  });

  test("that reflects everything grants no opaque, and with credentials no insecure origin", async () => {
    const reflecting = (more: object) =>
      mounted(cors({ origin: () => true, credentials: true, ...more }), done);
    for (const origin of ["null", "file://", "http://app.example.com"]) {
      expect(corsHeaders(await once(reflecting({}), from(origin)))).toEqual({});
    }
    const dangerous = { dangerouslyAllowOpaqueOrigins: true, dangerouslyAllowInsecureOrigins: true };
    for (const origin of ["null", "file://", "http://app.example.com"]) {
      expect(corsHeaders(await once(reflecting(dangerous), from(origin)))).toMatchObject({
        "access-control-allow-origin": origin,
      });
    }
    const opaque = definePolicy({ origin: () => true }).decide({ method: "GET", origin: "null" });
    expect([opaque.reason, opaque.detail]).toEqual([
      "origin-not-allowed",
      expect.stringContaining("dangerouslyAllowOpaqueOrigins"),
    ]);
    const insecure = await definePolicy({ origin: () => true, credentials: true }).decideAsync({
      method: "GET",
      origin: "http://a.example",
    });
    expect(insecure.reason).toBe("insecure-origin");
  });

  test("that takes the callback answers with it: what it returns beside is no grant", async () => {
    // As node-redis once did: get(key, callback) returns whether the command could be written.
    const get = (found: boolean, callback: (error: null, answer: boolean) => void) => {
      setImmediate(callback, null, found);
      return true;
    };
    for (const found of [true, false]) {
      const origin = mounted(cors({ origin: (_origin, callback) => get(found, callback as never) }), done);
      const source = mounted(
        cors((_req, callback) => get(found, (_error, answer) => callback(null, { origin: answer })) as never),
        done,
      );
      for (const listener of [origin, source]) {
        expect(corsHeaders(await once(listener, from(EVIL)))).toEqual(
          found ? { "access-control-allow-origin": EVIL } : {},
        );
      }
    }
  });

  test("whose answer throws when it is looked at fails its request, and no more", async () => {
    const nameless = Object.defineProperty(() => {}, "name", { value: 5 });
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error("trapped");
        },
      },
    );
    for (const answer of [trap, [trap], nameless]) {
      const listener = mounted(cors({ origin: async () => answer as never }), done);
      const response = await once(listener, from(APP));
      expect(corsHeaders(response)).toEqual({});
      expect(response.status).toBe(answer === nameless ? 200 : 500);
    }
  });

  test("is told, once per route, that an origin it allowed is refused all the same", async () => {
    const warnings = collectWarnings();
    const server = await started(mounted(cors({ origin: () => true, credentials: true }), done));
    for (let time = 0; time < 2; time++) {
      for (const origin of [APP, "http://a.example", "http://b.example", "null"])
        await server.send(from(origin));
    }
    await server.send({ headers: [] });
    await settled();
    expect(warnings.map(({ name, code }) => [name, code])).toEqual([
      ["CorsOriginFunctionWarning", "CORS_OVERRULED"],
      ["CorsOriginFunctionWarning", "CORS_OVERRULED"],
    ]);
    expect(warnings[0]?.message).toContain(
      'of route "/" allowed "http://a.example", which was refused all the same: with credentials, whoever is on the ' +
        "network path can act as an http: origin. Answer false for it, serve the page over https, or set " +
        "dangerouslyAllowInsecureOrigins: true.",
    );
    expect(warnings[1]?.message).toMatch(/allowed "null".*or set dangerouslyAllowOpaqueOrigins: true\./);
  });

  test("without an answer on return: decide says to use decideAsync; with one it decides", () => {
    const late = definePolicy({ origin: async () => true });
    expect(() => late.decide({ method: "GET", origin: APP })).toThrow(/decideAsync/);
    expect(() => late.isTrustedOrigin(APP)).toThrow(/isTrustedOriginAsync/);
    expect(late.decide({ method: "GET" }).allowed).toBe(true);
    expect(
      definePolicy({ origin: (_origin, callback) => callback(null, true) }).decide({
        method: "GET",
        origin: APP,
      }).allowed,
    ).toBe(true);
  });

  const FAILURES: Readonly<Record<string, OriginFunction>> = {
    throws: () => {
      throw new Error("database away");
    },
    rejects: async () => {
      throw new Error("database away");
    },
    "calls back an error": (_origin, callback) => callback(new Error("database away")),
    "calls back a string": (_origin, callback) => callback("route"),
    "rejects with nothing": () => Promise.reject(undefined),
    "returns nothing": ((_origin: string) => undefined) as OriginFunction,
    "resolves to nothing": async (_origin) => undefined,
  };

  test.each(Object.entries(FAILURES))(
    "that %s goes to next(err), with Vary, granting nothing; the first time with a warning",
    async (_name, origin) => {
      const warnings = collectWarnings();
      const server = await started(mounted(cors({ origin }), done));
      for (let round = 0; round < 2; round++) {
        const response = await server.send(from(APP));
        expect(answerOf(response)).toEqual({ ...refused, status: 500 });
        expect(response.body).toMatch(/^failed: (Type)?Error: /);
      }
      await settled();
      expect(warnings.map(({ name }) => name)).toEqual(["CorsOriginFunctionWarning"]);
      expect(warnings[0]?.message).toMatch(/origin function of route "\/" failed.* answer false/);
      const policy = definePolicy({ origin });
      await expect(policy.decideAsync({ method: "GET", origin: APP })).rejects.toBeInstanceOf(Error);
      await expect(policy.isTrustedOriginAsync(APP)).rejects.toBeInstanceOf(Error);
    },
  );

  test("of fewer than two parameters that returns nothing says so", async () => {
    const policy = definePolicy({ origin: ((_origin: string) => undefined) as OriginFunction });
    expect(() => policy.decide({ method: "GET", origin: APP })).toThrow(/returned nothing/);
  });

  test("a second answer is ignored, by whatever way it comes", async () => {
    const twice: OriginFunction[] = [
      (_origin, callback) => {
        callback(null, true);
        callback(null, false);
        callback(new Error("late"));
      },
      (_origin, callback) => {
        callback(null, true);
        throw new Error("late");
      },
      async (_origin, callback) => {
        callback(null, true);
        throw new Error("late");
      },
      async (_origin, callback) => {
        callback(null, true);
        return false;
      },
    ];
    for (const origin of twice) {
      let passed = 0;
      const middleware = cors({ origin });
      const response = await once(
        (req, res) =>
          middleware(req, res, () => {
            passed++;
            res.end();
          }),
        from(APP),
      );
      expect([answerOf(response), passed]).toEqual([granted, 1]);
    }
  });

  test("that answers when the response is over: nothing happens", async () => {
    let answer: ((error: unknown, answer?: boolean) => void) | undefined;
    let passed = 0;
    const middleware = cors({
      origin: (_origin, callback) => {
        answer = callback;
      },
    });
    const listener = (req: never, res: never) => {
      middleware(req, res, () => passed++);
      (res as { end(text: string): void }).end("timed out");
    };
    const response = await once(listener as never, from(APP));
    expect(answerOf(response)).toEqual(refused);
    answer?.(null, true);
    answer?.(new Error("late"));
    expect(passed).toBe(0);
  });

  test("in a route table, for its own route alone", async () => {
    const policy = definePolicy({
      routes: { "/": { origin: [APP] }, "/tenant": { origin: (origin) => origin === EVIL } },
    });
    expect(policy.decide({ method: "GET", path: "/tenant", origin: EVIL }).allowed).toBe(true);
    expect(policy.decide({ method: "GET", path: "/tenant", origin: APP }).detail).toContain(
      'of route "/tenant" answered false',
    );
    expect(policy.decide({ method: "GET", path: "/", origin: APP }).allowed).toBe(true);
    expect(policy.routes["/tenant"]).toMatchObject({ origin: { function: true } });
  });
});

describe("a per-request source", () => {
  const answering = (answer: unknown) =>
    mounted(
      cors((_req, callback) => callback(null, answer as never)),
      done,
    );

  // As npm cors's documentation writes them, with and without credentials, and what else people answer.
  const ANSWERS: readonly (readonly [unknown, string, object])[] = [
    [{ origin: true }, APP, GRANTED],
    [{ origin: true, credentials: true }, APP, { ...GRANTED, "access-control-allow-credentials": "true" }],
    [{ origin: APP, credentials: true }, APP, { ...GRANTED, "access-control-allow-credentials": "true" }],
    [{ origin: [APP] }, APP, GRANTED],
    [{ origin: ["https://*.example.com"] }, APP, GRANTED],
    [{ origin: "*" }, APP, { "access-control-allow-origin": "*" }],
    [
      { origin: "*", credentials: true, exposedHeaders: "*" },
      APP,
      { "access-control-allow-origin": "*", "access-control-expose-headers": "*" },
    ],
    [{ origin: () => true }, APP, GRANTED],
    [{ routes: { "/": { origin: true } } }, APP, GRANTED],
    [definePolicy({ origin: [APP] }), APP, GRANTED],
    [definePolicy({ origin: "*" }), APP, { "access-control-allow-origin": "*" }],
    [{ origin: false }, APP, {}],
    [{ origin: [] }, APP, {}],
    [false, APP, {}],
    [[], APP, {}],
    [{ routes: { "/": false } }, APP, {}],
    [{ routes: { "/elsewhere": { origin: true } } }, APP, {}],
    [{ origin: [EVIL] }, APP, {}],
    [{ origin: true }, "nonsense", {}],
    [{ origin: "nonsense" }, "nonsense", {}],
    [{ origin: true }, "null", {}],
    [{ origin: "null" }, "null", {}],
    [
      { origin: true, dangerouslyAllowOpaqueOrigins: true },
      "null",
      { "access-control-allow-origin": "null" },
    ],
    [{ origin: true, credentials: true }, "http://app.example.com", {}],
    [{ origin: true }, "http://app.example.com", { "access-control-allow-origin": "http://app.example.com" }],
  ];

  test.each(ANSWERS)("%j for %s", async (answer, origin, headers) => {
    const listener = answering(answer);
    const warnings = collectWarnings();
    expect(answerOf(await once(listener, from(origin)))).toEqual({
      status: 200,
      cors: headers,
      vary: ["Origin"],
    });
    const preflight = await once(listener, preflightFrom(origin));
    const passes = "access-control-allow-origin" in headers;
    const uncovered = JSON.stringify(answer).includes("/elsewhere");
    expect(preflight.status).toBe(uncovered ? 200 : passes ? 204 : 403);
    await settled();
    expect(warnings).toEqual([]);
  });

  test("without Origin: Vary always, and no warning for the origin that is not there", async () => {
    const warnings = collectWarnings();
    for (const answer of [
      { origin: true, credentials: true },
      { origin: undefined },
      { origin: false },
      "passthrough",
    ]) {
      expect(answerOf(await once(answering(answer), from(undefined)))).toEqual(refused);
    }
    expect(answerOf(await once(answering({ origin: "*" }), from(undefined))).cors).toEqual({
      "access-control-allow-origin": "*",
    });
    await settled();
    expect(warnings).toEqual([]);
  });

  test("passthrough: the application's own headers leave", async () => {
    const listener = mounted(
      cors(() => "passthrough"),
      (_req, res) => res.writeHead(200, { "Access-Control-Allow-Origin": "x" }).end(),
    );
    expect(answerOf(await once(listener, from(APP)))).toEqual({
      status: 200,
      cors: { "access-control-allow-origin": "x" },
      vary: ["Origin"],
    });
  });

  test.each([
    [undefined, "OPTIONS_TYPE"],
    [null, "OPTIONS_TYPE"],
    ["*", "OPTIONS_TYPE"],
    [{}, "ORIGIN_REQUIRED"],
    [{ origin: `${APP}/` }, "ORIGIN_PATH"],
    [{ origin: [APP], credentials: "yes" }, "OPTION_TYPE"],
    [{ origin: [APP], headers: "x" }, "UNKNOWN_OPTION"],
    [{ origin: ["https://*.vercel.app"], credentials: true }, "CREDENTIALS_PUBLIC_SUFFIX"],
    [{ routes: { public: { origin: true } } }, "ROUTE_KEY"],
  ])(
    "an invalid answer, %j, refuses with one warning per code, and is no error of the request",
    async (answer, code) => {
      const warnings = collectWarnings();
      const server = await started(answering(answer));
      expect(answerOf(await server.send(from(APP)))).toEqual(refused);
      expect((await server.send(preflightFrom(APP))).status).toBe(403);
      await settled();
      expect(warnings.map((warning) => [warning.name, warning.code])).toEqual([["CorsPolicyWarning", code]]);
    },
  );

  test("errors go to next(err), with Vary and nothing granted", async () => {
    const failures = [
      () => {
        throw new Error("boom");
      },
      () => Promise.reject(new Error("boom")),
      (_req: unknown, callback: (error: unknown) => void) => callback(new Error("boom")),
      (_req: unknown) => undefined,
    ];
    for (const failure of failures) {
      const response = await once(mounted(cors(failure as never), done), from(APP));
      expect(answerOf(response)).toEqual({ ...refused, status: 500 });
    }
  });

  test("an option that is a getter, and throws, is an error too", async () => {
    const options = Object.defineProperty({}, "origin", {
      enumerable: true,
      get() {
        throw new Error("boom");
      },
    });
    const response = await once(answering(options), from(APP));
    expect([answerOf(response), response.body]).toEqual([{ ...refused, status: 500 }, "failed: Error: boom"]);
  });

  test("sees the request, and its route is the full path", async () => {
    const app = express();
    const seen: string[] = [];
    app.use(
      "/v1",
      cors(async (req) => {
        seen.push(req instanceof IncomingMessage ? (req.url ?? "") : "");
        return { routes: { "/v1/open": { origin: "*" }, "/": { origin: [APP] } } };
      }),
    );
    app.use((_req, res) => void res.end());
    const server = await started(app);
    expect(corsHeaders(await server.send({ ...from(EVIL), target: "/v1/open" }))).toEqual({
      "access-control-allow-origin": "*",
    });
    expect(corsHeaders(await server.send({ ...from(EVIL), target: "/v1/other" }))).toEqual({});
    expect(seen).toEqual(["/open", "/other"]);
  });

  test("is asked once, however often the middleware is mounted", async () => {
    let asked = 0;
    const middleware = cors(() => {
      asked++;
      return { origin: true };
    });
    const listener = middleware.wrap((req, res) => middleware(req, res, () => res.end()));
    expect(answerOf(await once(listener, from(APP)))).toEqual(granted);
    expect(asked).toBe(1);
  });

  test("a response that is over is left alone", async () => {
    let passed = 0;
    const middleware = cors(async () => {
      await wait(5);
      return { origin: true };
    });
    const response = await once((req, res) => {
      middleware(req, res, () => passed++);
      res.end("timed out");
    }, from(APP));
    await wait(20);
    expect([response.body, passed]).toEqual(["timed out", 0]);
  });

  test("gives no 5xx that npm cors does not give, for what its documentation shows", async () => {
    const allowlist = [APP];
    const delegates = [
      (req: IncomingMessage, callback: (error: null, options: object) => void) =>
        callback(null, { origin: allowlist.includes(String(req.headers.origin)) }),
      (req: IncomingMessage, callback: (error: null, options: object) => void) =>
        callback(
          null,
          allowlist.includes(String(req.headers.origin))
            ? { origin: true, credentials: true }
            : { origin: false },
        ),
      (req: IncomingMessage, callback: (error: null, options: object) => void) =>
        callback(null, { origin: req.headers.origin, credentials: true }),
    ];
    for (const delegate of delegates) {
      for (const request of [
        from(APP),
        from(EVIL),
        from(undefined),
        from("null"),
        preflightFrom(APP),
        preflightFrom(EVIL),
      ]) {
        const theirs = await once(
          (req, res) => npmCors(delegate as never)(req as never, res as never, () => res.end()),
          request,
        );
        const ours = await once(mounted(cors(delegate as never), done), request);
        expect(ours.status < 500).toBe(theirs.status < 500);
      }
    }
  });
});
