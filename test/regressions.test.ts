// What went wrong once, or nearly did: one test each, which fails without its fix.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import {
  type ClientHttp2Stream,
  connect as connectHttp2,
  createServer as createHttp2Server,
} from "node:http2";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import connect from "connect";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  CorsConfigError,
  type CorsMiddleware,
  cors,
  definePolicy,
  type OriginFunction,
} from "../src/index.ts";
import { adviseOrigin } from "../src/policy/origin-advice.ts";
import { answerOf } from "./support/answers.ts";
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
import { corsHeaders, type RawResponse, valuesOf } from "./support/raw-http.ts";

type OnHeaders = (res: ServerResponse, listener: () => void) => void;
const onHeaders = createRequire(import.meta.url)("on-headers-1.0") as OnHeaders;

const GRANTED = { "access-control-allow-origin": APP };
const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const ends: Handler = (_req, res) => void res.end();

function fakeRequest(headers: Record<string, unknown>, method = "GET"): IncomingMessage {
  return { method, url: "/", headers } as never;
}

/** A response that has what every response must have, and can take headers back. */
class Double {
  statusCode = 200;
  readonly headers: Record<string, unknown> = {};
  getHeader(name: string) {
    return this.headers[name];
  }
  setHeader(name: string, value: unknown) {
    this.headers[name] = value;
  }
  removeHeader(name: string) {
    delete this.headers[name];
  }
  end() {}
}

const double = () => new Double() as unknown as ServerResponse & Double;

function listenTo(channel: string, listener: (message: never) => void): void {
  const heard = listener as (message: unknown) => void;
  subscribe(channel, heard);
  onTestFinished(() => void unsubscribe(channel, heard));
}

describe("behind on-headers 1.0, which misreads flat arrays of headers", () => {
  const policy = cors({ origin: [APP], credentials: true, allowedHeaders: ["X-A"] });
  const hosts: Readonly<Record<string, RequestListener>> = {
    "plain http": (req, res) => {
      onHeaders(res, () => {});
      policy(req, res, () => ends(req, res));
    },
    connect: connect()
      .use((_req, res, next) => {
        onHeaders(res, () => {});
        next();
      })
      .use(policy),
  };

  test.each(Object.entries(hosts))("%s", async (_name, listener) => {
    expect(answerOf(await once(listener, preflightFrom(APP)))).toEqual({
      status: 204,
      cors: {
        ...GRANTED,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
        "access-control-allow-headers": "X-A",
        "access-control-max-age": "600",
      },
      vary: [PREFLIGHT_VARY],
    });
    expect(answerOf(await once(listener, preflightFrom(EVIL)))).toEqual({
      status: 403,
      cors: {},
      vary: [PREFLIGHT_VARY],
    });
  });
});

describe("functions that answer", () => {
  const middlewares: Readonly<Record<string, CorsMiddleware>> = {
    "an origin function, by callback": cors({ origin: (_origin, callback) => callback(null, true) }),
    "an origin function, by value": cors({ origin: () => true }),
    "a source, by callback": cors((_req, callback) => callback(null, { origin: true })),
    "a source, by value": cors(() => ({ origin: true })),
    "a source that hands over to an origin function": cors((_req, callback) =>
      callback(null, { origin: (_origin, answer) => answer(null, true) }),
    ),
  };

  test.each(Object.entries(middlewares))(
    "%s: an exception of the application leaves the middleware, and next is called once",
    (_name, middleware) => {
      const next = vi.fn(() => {
        throw new Error("application");
      });
      const run = () => middleware(fakeRequest({ origin: APP }), double(), next);
      expect(run).toThrow("application");
      expect(next.mock.calls).toEqual([[]]);
    },
  );

  test("and then throw: the first answer counts", () => {
    const res = double();
    const next = vi.fn();
    const late = (callback: (error: null, answer: never) => void, answer: unknown) => {
      callback(null, answer as never);
      throw new Error("late");
    };
    cors({ origin: (_origin, callback) => late(callback, true) })(fakeRequest({ origin: APP }), res, next);
    cors((_req, callback) => late(callback, { origin: true }))(fakeRequest({ origin: APP }), res, next);
    expect([res.headers, next.mock.calls]).toEqual([{ vary: "Origin", ...GRANTED }, [[], []]]);
  });

  const fail = () => {
    throw new Error("broken thenable");
  };
  const broken: Readonly<Record<string, () => unknown>> = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    "a getter of then throws": () => Object.defineProperty({}, "then", { get: fail }),
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    "then throws": () => Object.defineProperty({}, "then", { value: fail }),
  };

  test.each(Object.entries(broken))("%s: the error goes to next(err)", async (_name, make) => {
    for (const middleware of [cors({ origin: make as OriginFunction }), cors(make as () => false)]) {
      const response = await once(mounted(middleware, ends), from(APP));
      expect([answerOf(response), response.body]).toEqual([
        { status: 500, cors: {}, vary: ["Origin"] },
        "failed: Error: broken thenable",
      ]);
    }
  });
});

test.each([[{ origin: APP, routes: { "/b": { origin: APP } } }], [{ routes: { "/b": { origin: APP } } }]])(
  "a route inside a route is refused: %j",
  (nested) => {
    const error = thrownBy(() => definePolicy({ routes: { "/a": nested } } as never));
    expect(error.issues.map(({ code, path }) => `${code} ${path}`)).toContain(
      'UNKNOWN_OPTION routes["/a"].routes',
    );
    expect(error.message).toContain("do not nest");
  },
);

function thrownBy(run: () => unknown): CorsConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof CorsConfigError) return error;
  }
  throw new Error("no CorsConfigError");
}

describe("hostile origins in a source's answer", () => {
  const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
    "a port of zeros": (size) => `http://a:${"0".repeat(size)}x`,
    "a list": (size) => "A,".repeat(size / 2),
    "a list of origins": (size) => `${APP},`.repeat(size / 24),
    stars: (size) => `https://${"*.".repeat(size / 2)}x`,
    spaces: (size) => `a${" ".repeat(size)}b`,
    quotes: (size) => `"${'"'.repeat(size)}x`,
    slashes: (size) => `https:${"/".repeat(size)}`,
    schemes: (size) => "a://".repeat(size / 4),
    at: (size) => `https://${"a@".repeat(size / 2)}`,
    dots: (size) => `https://A${".".repeat(size)}`,
  };

  test.each(Object.entries(HOSTILE))("%s: advice takes linear time, and little of it", (_name, make) => {
    for (const size of [300, 1200, 16_000, 1_000_000]) {
      const text = make(size);
      // The fastest of many: what the advice takes, not what else the machine was doing.
      const times = Array.from({ length: 50 }, () => {
        const start = performance.now();
        adviseOrigin(text);
        return performance.now() - start;
      });
      expect(Math.min(...times)).toBeLessThan(1);
    }
  });

  test("nothing from the wire is shown raw or at length", async () => {
    const details: string[] = [];
    listenTo("boring-cors:decision", ({ decision }: { decision: { detail: string } }) => {
      details.push(decision.detail);
    });
    const warnings = collectWarnings();
    const echo = (req: IncomingMessage) => req.headers.origin ?? "";
    const sources = [
      cors((req) => ({ origin: [echo(req)] })),
      cors((req) => ({ origin: [echo(req), `${echo(req)}x`, `x${echo(req)}`, `y${echo(req)}`] })),
      cors((req) => ({ origin: APP, [`x${echo(req)}`]: true })),
      cors((req) => ({ routes: { [`/${echo(req)}`]: { origin: `x${echo(req)}`, methods: echo(req) } } })),
      cors((req) => echo(req) as never),
      cors({ origin: [APP] }),
      cors({ origin: (origin) => `x${origin}` }),
    ];
    const texts = [
      ...Object.values(HOSTILE).map((make) => make(1200)),
      "\u009b31m",
      "https://\u0085.x, \u009d0;x",
    ];
    for (const source of sources) {
      const server = await started(mounted(source, ends));
      for (const text of texts) {
        expect((await server.send(from(text))).status).toBe(200);
        expect((await server.send(preflightFrom(text))).status).toBe(403);
      }
    }
    await settled();
    expect(details).toHaveLength(2 * sources.length * texts.length);
    expect(warnings.length).toBeGreaterThan(0);
    for (const text of [...details, ...warnings.map(({ message }) => message)]) {
      expect(text).toMatch(/^[\x20-\x7e\n]+$/);
      expect(text.length).toBeLessThan(1000);
    }
  });

  test("nor is it in errors", () => {
    const text = "https://\u009b31m\u202e.x";
    for (const options of [
      { origin: text },
      { origin: [text, `${text},${text}`] },
      { origin: APP, [text]: 1 },
      { origin: APP, credentials: text, methods: text, maxAge: text },
      { routes: { [text]: { origin: APP } } },
      { routes: { "/": { origin: APP }, [text]: text } },
    ]) {
      expect(thrownBy(() => definePolicy(options as never)).message).toMatch(/^[\x20-\x7e\n]+$/);
    }
  });
});

describe("isTrustedOrigin of a rule without credentials", () => {
  const listed = {
    origin: [
      APP,
      "https://mine.vercel.app",
      "https://*.vercel.app",
      "https://*.example.org",
      /^https:\/\/.*example\.net$/,
      /^https:\/\/.*\.example\.info$/,
    ],
  };

  test.each([
    ["an exact entry", APP, true, true],
    ["an exact entry below a public suffix", "https://mine.vercel.app", true, true],
    ["a safe pattern", "https://a.example.org", true, true],
    ["a safe RegExp", "https://a.example.info", true, true],
    ["a pattern below a public suffix", "https://evil.vercel.app", false, true],
    ["a RegExp that is too wide", "https://evilexample.net", false, false],
  ])("%s", (_name, origin, trusted, dangerously) => {
    expect(definePolicy(listed).decide({ method: "GET", origin }).allowed).toBe(true);
    expect(definePolicy(listed).isTrustedOrigin(origin)).toBe(trusted);
    const dangerous = definePolicy({ ...listed, dangerouslyAllowPublicSuffixes: true });
    expect(dangerous.isTrustedOrigin(origin)).toBe(dangerously);
  });
});

describe("an outer layer that left only Access-Control-Allow-Credentials", () => {
  const outer = (inner: CorsMiddleware): RequestListener => {
    const listener = mounted(inner, ends);
    return (req, res) => {
      res.setHeader("Access-Control-Allow-Credentials", "true");
      listener(req, res);
    };
  };

  test("allowOverride: it is removed, for granted and refused origins", async () => {
    const listener = outer(cors({ origin: [APP], allowOverride: true }));
    expect(corsHeaders(await once(listener, from(APP)))).toEqual(GRANTED);
    expect(corsHeaders(await once(listener, from(EVIL)))).toEqual({});
  });

  test("a response without writeHead: it is removed", () => {
    for (const [origin, headers] of [
      [APP, GRANTED],
      [EVIL, {}],
    ] as const) {
      const res = double();
      res.setHeader("access-control-allow-credentials", "true");
      cors({ origin: [APP] })(fakeRequest({ origin }), res, () => {});
      expect(res.headers).toEqual({ vary: "Origin", ...headers });
    }
  });
});

test("http2: a client that has gone while an origin function is asked: next is not called", async () => {
  let answer: ((error: null, answer: boolean) => void) | undefined;
  let stream: ClientHttp2Stream | undefined;
  const next = vi.fn();
  const middleware = cors({
    origin: (_origin, callback) => {
      answer = callback;
      stream?.close(8);
    },
  });
  const gone = new Promise<void>((resolve) => {
    const server = createHttp2Server((req, res) => {
      req.stream.on("close", resolve);
      middleware(req, res, next);
    });
    server.listen(0, "127.0.0.1", () => {
      const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      stream = client.request({ ":path": "/", origin: APP });
      stream.on("error", () => {});
      onTestFinished(() => {
        client.destroy();
        server.close();
      });
    });
  });
  await gone;
  answer?.(null, true);
  expect([typeof answer, next.mock.calls]).toEqual(["function", []]);
});

test.each([99, 1000, 0, "abc", undefined])(
  "an invalid status given to writeHead, %j, throws as without us, and its headers stay off the response",
  async (status) => {
    const codes: unknown[] = [];
    const handler: Handler = (_req, res) => {
      try {
        res.writeHead(status as number, { "X-A": "1", "Access-Control-Allow-Origin": "*" });
      } catch (error) {
        codes.push((error as NodeJS.ErrnoException).code);
      }
      codes.push(res.getHeader("x-a"), res.getHeader("access-control-allow-origin"));
      res.end();
    };
    const response = await once(mounted(cors({ origin: [APP] }), handler), from(APP));
    expect(codes).toEqual(["ERR_HTTP_INVALID_STATUS_CODE", undefined, APP]);
    expect([answerOf(response), valuesOf(response, "x-a")]).toEqual([
      { status: 200, cors: GRANTED, vary: ["Origin"] },
      [],
    ]);
  },
);

describe("a middleware that is made anew for every request", () => {
  const ROUNDS = 25;
  const MOST = 10;
  const named = async (make: () => CorsMiddleware, handler: Handler) => {
    const warnings = collectWarnings();
    const server = await started((req, res) => mounted(make(), handler)(req, res));
    for (let round = 0; round < ROUNDS; round++) await server.send(from(APP));
    await settled();
    return warnings.map(({ name }) => name);
  };

  test("tells of a doubtful policy at most ten times", async () => {
    const make = () => cors({ origin: [APP], maxAge: 123_456 });
    expect(await named(make, ends)).toEqual(Array(MOST).fill("CorsPolicyWarning"));
  });

  test("tells of an override at most ten times", async () => {
    const handler: Handler = (_req, res) => res.writeHead(200, { "Access-Control-Max-Age": "31" }).end();
    expect(await named(() => cors({ origin: [APP] }), handler)).toEqual(
      Array(MOST).fill("CorsOverrideWarning"),
    );
  });

  test("tells of a source's invalid answer at most ten times", async () => {
    const make = () => cors(() => ({ origin: [APP], anew: 1 }));
    expect(await named(make, ends)).toEqual(Array(MOST).fill("CorsPolicyWarning"));
  });

  test("tells of what names a path or an origin at most ten times, whatever a client sends", async () => {
    const warnings = collectWarnings();
    const twice: Handler = (req, res) =>
      mounted(cors({ origin: () => true, credentials: true }), ends)(req, res);
    const server = await started((req, res) => mounted(cors({ origin: [APP] }), twice)(req, res));
    for (let round = 0; round < ROUNDS; round++) {
      await server.send({ target: `/${round}`, ...from(`http://host-${round}.example`) });
    }
    await settled();
    // In all: other tests of this process may have said some of them.
    for (const each of ["CORS_OVERRULED", "CORS_STACKED"]) {
      const count = warnings.filter(({ code }) => code === each).length;
      expect(count, each).toBeGreaterThan(MOST / 2);
      expect(count, each).toBeLessThanOrEqual(MOST);
    }
  });
});

test("routes that a source makes of what a client sends are warned of within bounds, and silence nothing else", async () => {
  const source = (req: { url?: string }) => ({
    routes: { [req.url ?? "/"]: { origin: () => true, credentials: true } },
  });
  const server = await started(mounted(cors(source as never), ends));
  const warnings = collectWarnings();
  for (let round = 0; round < 1200; round++) {
    await server.send({ target: `/${round}`, ...from("http://a.example") });
  }
  await settled();
  expect(warnings.length).toBeLessThanOrEqual(200);
  const other = await started(mounted(cors({ origin: () => Promise.reject(new Error("away")) }), ends));
  await other.send(from(APP));
  await settled();
  expect(warnings.at(-1)?.code).toBe("CORS_ORIGIN_FUNCTION");
}, 60_000);

describe("a per-request source and the headers of others", () => {
  const others = { "Access-Control-Allow-Origin": "x", Vary: "Accept" };
  const writes: Handler = (_req, res) => res.writeHead(200, others).end();
  const left = (headers: Record<string, string>) => ({
    status: 200,
    cors: headers,
    vary: ["Accept, Origin"],
  });

  test.each([
    ["throws", () => Promise.reject(new Error("away"))],
    ["calls back an error", (_req: unknown, callback: (error: Error) => void) => callback(new Error("away"))],
  ])("that %s: the error handler's Allow-Origin is removed, its Vary merged", async (_name, source) => {
    const middleware = cors(source as () => Promise<never>);
    const seen: unknown[] = [];
    const response = await once(
      (req, res) =>
        middleware(req, res, (error) => {
          seen.push(error);
          writes(req, res);
        }),
      from(APP),
    );
    expect([answerOf(response), seen]).toEqual([left({}), [new Error("away")]]);
  });

  test.each([
    ["passthrough", "passthrough"],
    ["a rule with allowOverride", { origin: [APP], allowOverride: true }],
    ["a policy with allowOverride", definePolicy({ origin: [APP], allowOverride: true })],
    ["a policy that does not cover the path", { routes: { "/elsewhere": { origin: [APP] } } }],
  ])("that answers %s: the handler's Allow-Origin leaves, its Vary is merged", async (_name, answer) => {
    const listener = mounted(
      cors(() => answer as "passthrough"),
      writes,
    );
    expect(answerOf(await once(listener, from(APP)))).toEqual(left({ "access-control-allow-origin": "x" }));
  });

  test("inside an outer policy, with the answer passthrough: the outer answer stands, unwarned", async () => {
    const warnings = collectWarnings();
    const inner = cors(() => "passthrough" as const);
    const listener = mounted(cors({ origin: [APP], credentials: true }), (req, res) =>
      inner(req, res, () => ends(req, res)),
    );
    expect(answerOf(await once(listener, from(APP)))).toEqual({
      status: 200,
      cors: { ...GRANTED, "access-control-allow-credentials": "true" },
      vary: ["Origin"],
    });
    await settled();
    expect(warnings).toEqual([]);
  });
});

test("a policy with allowOverride that is mounted twice asks its origin function once", async () => {
  const asked = vi.fn((_origin: string) => true);
  const policy = definePolicy({ origin: asked, allowOverride: true });
  const [outer, inner] = [cors(policy), cors(policy)];
  const listener = mounted(outer, (req, res) => inner(req, res, () => ends(req, res)));
  expect(corsHeaders(await once(listener, from(APP)))).toEqual(GRANTED);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("blockRefused: an app scheme's host is not the service's own, whatever it is called", async () => {
  const listener = mounted(cors({ origin: [APP], blockRefused: true }), ends);
  expect((await once(listener, from("app://127.0.0.1"))).status).toBe(403);
  expect((await once(listener, from("http://127.0.0.1"))).status).toBe(200);
});

test.each([[[APP]], [[]], [1], [{}], [null]])("a request double whose Origin is %j has none", (origin) => {
  const asked = vi.fn((_origin: string) => true);
  for (const middleware of [cors({ origin: asked, blockRefused: true }), cors({ origin: [APP] })]) {
    const res = double();
    const next = vi.fn();
    middleware(fakeRequest({ origin, "access-control-request-method": "PUT" }, "OPTIONS"), res, next);
    expect([res.headers, res.statusCode, next.mock.calls]).toEqual([{ vary: "Origin" }, 200, [[]]]);
  }
  expect(asked).not.toHaveBeenCalled();
});

test("an outer layer's Content-Length does not survive on our 204, and is 0 on our 403", async () => {
  const listener = mounted(cors({ origin: [APP], blockRefused: true }), ends);
  const outer: RequestListener = (req, res) => {
    res.setHeader("Content-Length", "5");
    listener(req, res);
  };
  const lengthOf = (response: RawResponse) => [response.status, valuesOf(response, "content-length")];
  expect(lengthOf(await once(outer, preflightFrom(APP)))).toEqual([204, []]);
  expect(lengthOf(await once(outer, preflightFrom(EVIL)))).toEqual([403, ["0"]]);
  expect(lengthOf(await once(outer, from(EVIL)))).toEqual([403, ["0"]]);
});

test.each([[["X-A"]], ["X-A"], [{ "X-A": 1 }]])(
  "options that hold method and headers (%j) are options, not a request",
  (headers) => {
    const error = thrownBy(() => cors({ origin: APP, method: ["GET"], headers } as never));
    expect(error.issues.map(({ code, path }) => `${code} ${path}`)).toEqual([
      "UNKNOWN_OPTION method",
      "UNKNOWN_OPTION headers",
    ]);
    expect(error.message).toContain('did you mean "methods"?');
    expect(error.message).toContain('did you mean "allowedHeaders"?');
  },
);

describe("what a source answered before decides nothing about what it answers now", () => {
  const B = "https://b.example.com";
  /** Answers in turn; each with the origins that it must allow. */
  async function check(answers: readonly (readonly [unknown, readonly string[]])[], rounds = 3) {
    let answer: unknown;
    const server = await started(
      mounted(
        cors(() => answer as "passthrough"),
        ends,
      ),
    );
    for (let round = 0; round < rounds; round++) {
      for (const [given, allowed] of answers) {
        answer = typeof given === "function" ? given() : given;
        for (const origin of [APP, B, EVIL]) {
          const expected = allowed.includes(origin) ? origin : undefined;
          expect(corsHeaders(await server.send(from(origin)))["access-control-allow-origin"]).toBe(expected);
        }
      }
    }
  }

  test("equal options in fresh objects", () => check([[() => ({ origin: [APP] }), [APP]]]));

  test("options that differ in one thing alone, in turn", () =>
    check([
      [() => ({ origin: [APP] }), [APP]],
      [() => ({ origin: [B] }), [B]],
      [() => ({ origin: [APP, B] }), [APP, B]],
      [() => ({ origin: [] }), []],
      [() => ({ origin: APP }), [APP]],
      [() => ({ origin: true }), [APP, B, EVIL]],
      [() => ({ origin: /^https:\/\/b\.example\.com$/ }), [B]],
      [() => ({ origin: /^https:\/\/app\.example\.com$/ }), [APP]],
      [() => ({ origin: (origin: string) => origin === B }), [B]],
      [() => ({ origin: (origin: string) => origin === APP }), [APP]],
      [() => ({ origin: [APP], nonsense: 1 }), []],
    ]));

  test("changed entries in the same array, and a changed property of the same object", () => {
    const entries = [APP];
    const options: { origin: unknown } = { origin: entries };
    return check([
      [options, [APP]],
      [
        () => {
          entries[0] = B;
          return options;
        },
        [B],
      ],
      [
        () => {
          entries.push(EVIL);
          return options;
        },
        [B, EVIL],
      ],
      [
        () => {
          entries.splice(0, 2, APP);
          return options;
        },
        [APP],
      ],
      // What the array holds now, in an array of its own.
      [
        () => {
          entries[0] = B;
          return { origin: [B] };
        },
        [B],
      ],
      [() => Object.assign(options, { origin: B }), [B]],
      [
        () => {
          entries[0] = APP;
          return Object.assign(options, { origin: entries });
        },
        [APP],
      ],
    ]);
  });

  test("an origin that is not the object's own: of a class, or of a prototype", () => {
    class Tenant {
      readonly maxAge = 60;
      readonly #origin: string;
      constructor(origin: string) {
        this.#origin = origin;
      }
      get origin() {
        return this.#origin;
      }
    }
    return check([
      [() => new Tenant(APP), [APP]],
      [() => new Tenant(B), [B]],
      [() => ({ maxAge: 60 }), []],
      [() => Object.create({ origin: APP }), [APP]],
      [() => Object.create({ origin: B }), [B]],
      [() => Object.defineProperty({ maxAge: 60 }, "origin", { value: APP }), [APP]],
      [() => Object.defineProperty({ maxAge: 60 }, "origin", { value: B }), [B]],
      [() => ({}), []],
    ]);
  });

  test("an object in the place of a RegExp, which changes", () => {
    const data = { regexp: "" };
    const set = (host: string, origin: unknown) => () => {
      data.regexp = `^https:\\/\\/${host}\\.example\\.com$`;
      return { origin };
    };
    return check([
      [set("app", data), [APP]],
      [set("b", data), [B]],
      [set("app", [data]), [APP]],
      [set("b", [data]), [B]],
    ]);
  });

  test("other options than origin, in turn", async () => {
    const answers = [
      { origin: [APP] },
      { origin: [APP], credentials: true },
      { origin: [APP], blockRefused: true },
      { origin: [APP], credentials: false },
      { origin: [APP], exposedHeaders: ["ETag"] },
      { origin: [APP], exposedHeaders: ["Link"] },
      { origin: [APP], exposedHeaders: "Link" },
      { credentials: true, origin: [APP] },
    ];
    let turn = 0;
    const server = await started(
      mounted(
        cors(() => answers[turn++ % answers.length] ?? false),
        ends,
      ),
    );
    for (let round = 0; round < 3 * answers.length; round++) {
      const { credentials, exposedHeaders } = answers[round % answers.length] as {
        credentials?: boolean;
        exposedHeaders?: string | string[];
      };
      expect(corsHeaders(await server.send(from(APP)))).toEqual({
        ...GRANTED,
        ...(credentials === true ? { "access-control-allow-credentials": "true" } : {}),
        ...(exposedHeaders === undefined ? {} : { "access-control-expose-headers": String(exposedHeaders) }),
      });
    }
  });

  test("the request's own origin, named", async () => {
    const server = await started(
      mounted(
        cors((req) => ({ origin: req.headers.origin as string, credentials: true })),
        ends,
      ),
    );
    for (const origin of [APP, B, APP, EVIL]) {
      expect(corsHeaders(await server.send(from(origin)))).toEqual({
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
      });
    }
    expect(corsHeaders(await server.send(from("http://app.example.com")))).toEqual({});
  });

  test("a name that was the request's own is not everybody's later", async () => {
    const server = await started(
      mounted(
        cors(() => ({ origin: APP })),
        ends,
      ),
    );
    for (const [origin, headers] of [
      [APP, GRANTED],
      [B, {}],
      [APP, GRANTED],
      [undefined, {}],
      [EVIL, {}],
    ] as const) {
      expect(corsHeaders(await server.send(from(origin)))).toEqual(headers);
    }
  });
});
