// mode "report" never stands in the way: invalid policies, functions that fail or are slow, and what is counted and printed.
import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { lineOf } from "../src/adapters/report.ts";
import { type CorsMiddleware, cors, type Difference, definePolicy, livePolicy } from "../src/index.ts";
import { show } from "../src/policy/issues.ts";
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
import { valuesOf } from "./support/raw-http.ts";
import { differencesOf, type Layer, linesOf, npm, problemsOf, published, stack } from "./support/report.ts";

const REPORT = { mode: "report" } as const;
const BEHIND = npm({ origin: [APP], credentials: true });
const app = (_req: IncomingMessage, res: ServerResponse) => void res.end("app");
const behind = (middleware: CorsMiddleware) => stack([middleware as Layer, BEHIND], app);
/** An error whose message can be read once it is known to have been thrown, and not before. */
class Unreadable {
  reads = 0;
  get message() {
    this.reads++;
    if (this.reads === 1) throw new Error("no");
    return "unreadable";
  }
}
const BLOCKED = [
  `blocks access-control-allow-origin: ${APP} -> none`,
  "blocks access-control-allow-credentials: true -> none",
];

describe("an event", () => {
  test("has the request and the decision as the enforcing policy publishes them", async () => {
    const policy = definePolicy({ routes: { "/api": { origin: ["https://other.example"] } } });
    const decisions: unknown[] = [];
    const listen = (message: unknown) => void decisions.push(message);
    subscribe("boring-cors:decision", listen);
    onTestFinished(() => void unsubscribe("boring-cors:decision", listen));
    const events = published();
    const request = { target: "/x?y", ...from(APP) };
    await once(behind(cors(policy, { ...REPORT, base: "/api" })), request);
    expect(decisions).toEqual([]);
    await once(behind(cors(policy, { base: "/api" })), request);
    const [difference, ...others] = differencesOf(events);
    const { kind, effect, header, sent, wanted, ...rest } = difference ?? ({} as never);
    expect(rest).toEqual(decisions[0]);
    expect({ kind, effect, header, sent, wanted }).toEqual({
      kind: "header",
      effect: "blocks",
      header: "access-control-allow-origin",
      sent: APP,
      wanted: undefined,
    });
    expect(rest.request.path).toBe("/api/x");
    expect(rest.digest).toBe(policy.digest);
    expect(others).toHaveLength(1);
    expect(Object.isFrozen(difference)).toBe(true);
  });

  test("speaks of the request as it came, whatever it was made into behind", async () => {
    const events = published();
    const rewrites: Layer = (req, _res, next) => {
      Object.assign(req, { url: "/rewritten", method: "PUT" });
      delete req.headers.origin;
      next();
    };
    const layers = [cors({ origin: false }, REPORT) as Layer, BEHIND, rewrites];
    await once(stack(layers, app), { target: "/asked", ...from(APP) });
    const [first] = differencesOf(events);
    expect(first?.request).toEqual({
      method: "GET",
      path: "/asked",
      origin: APP,
      requestMethod: undefined,
      requestHeaders: undefined,
      sameOrigin: false,
    });
  });
});

describe("an invalid policy", () => {
  const INVALID = { origin: ["https://a.example/"], credentials: "yes" } as never;

  test("becomes one warning and one message, at once where somebody listens", async () => {
    const warnings = collectWarnings();
    const events = published();
    const middleware = cors(INVALID, REPORT);
    expect(problemsOf(events).map(({ error, ...rest }) => [(error as Error).name, rest])).toEqual([
      ["CorsConfigError", { kind: "policy", request: undefined, digest: undefined }],
    ]);
    const server = await started(behind(middleware));
    for (const request of [from(APP), preflightFrom(APP)]) {
      const response = await server.send(request);
      expect(valuesOf(response, "access-control-allow-origin")).toEqual([APP]);
    }
    await settled();
    expect(events).toHaveLength(1);
    expect(warnings.map(({ name, code }) => [name, code])).toEqual([
      ["CorsReportWarning", "CORS_REPORT_POLICY"],
    ]);
    expect(warnings[0]?.message).toMatch(
      /^Found by .*: Invalid CORS policy \(2 problems\):\n.*\[OPTION_TYPE\]\n.*\[ORIGIN_PATH\]/,
    );
    expect(middleware.differences).toEqual({ answers: 0, blocks: 0, opens: 0 });
  });

  test("is published later to who comes later, once", async () => {
    const server = await started(behind(cors(INVALID, REPORT)));
    await server.send({});
    const events = published();
    for (let round = 0; round < 2; round++) await server.send({});
    expect(problemsOf(events)).toHaveLength(1);
  });

  test.each([
    ["nothing", undefined],
    ["a middleware of its own", cors({ origin: "*" })],
    [
      "a getter that throws",
      Object.defineProperty({}, "origin", { enumerable: true, get: () => JSON.parse("{") }),
    ],
  ])("%s: the service starts and answers", async (_name, source) => {
    const events = published();
    const middleware = cors(source as never, REPORT);
    expect((await once(middleware.wrap(behind(middleware)), from(APP))).body).toBe("app");
    expect(problemsOf(events)).toHaveLength(1);
  });

  test("of the adapter's own options is an error of the program, as ever", () => {
    expect(() => cors({ origin: "*" }, { mode: "reprot" } as never)).toThrow(/MODE/);
    expect(() => cors({ origin: "*" }, { ...REPORT, base: "/x/" })).toThrow(/BASE/);
    expect(() => cors({ origin: "*" }, { ...REPORT, origin: "*" } as never)).toThrow(/UNKNOWN_OPTION/);
  });
});

describe("functions", () => {
  const asked: string[] = [];
  const slow = async (origin: string) => {
    asked.push(origin);
    await wait(20);
    return origin !== APP;
  };
  const broken = () => {
    throw new Error("no \u0007 database");
  };

  test("nobody waits for an origin function; it is asked once, and published when it has answered", async () => {
    asked.length = 0;
    const events = published();
    const middleware = cors({ origin: slow, credentials: true }, REPORT);
    const server = await started(stack([middleware as Layer, middleware as Layer, BEHIND], app));
    expect((await server.send(from(APP))).body).toBe("app");
    expect(linesOf(events)).toEqual([]);
    await wait(40);
    expect(linesOf(events)).toEqual(BLOCKED);
    expect(asked).toEqual([APP]);
    for (const request of [{}, from("null,"), from(APP, [["Sec-Fetch-Site", "same-origin"]])]) {
      await server.send(request);
    }
    expect(asked).toEqual([APP]);
    expect(middleware.differences).toEqual({ answers: 4, blocks: 1, opens: 0 });
  });

  test("a source of the request, and its rules", async () => {
    const events = published();
    const source = async (req: IncomingMessage) => {
      await wait(5);
      return req.url === "/off"
        ? false
        : req.url === "/hands-off"
          ? "passthrough"
          : { origin: slow, credentials: true };
    };
    const server = await started(behind(cors(source, REPORT)));
    for (const target of ["/hands-off", "/off", "/"]) {
      await server.send({ target, ...from(APP) });
      await wait(50);
    }
    expect(linesOf(events)).toEqual([...BLOCKED, ...BLOCKED]);
    expect(differencesOf(events).map(({ digest }) => digest)).toEqual(Array(4).fill(undefined));
  });

  test("once the client is gone nothing more is asked", async () => {
    asked.length = 0;
    const events = published();
    const source = async (_req: IncomingMessage) => {
      await wait(20);
      return { origin: slow };
    };
    const hangsUp = stack([cors(source, REPORT) as Layer], (_req, res) => void res.destroy());
    await once(hangsUp, from(APP)).catch(() => {});
    await wait(40);
    expect(asked).toEqual([]);
    expect(events).toEqual([]);
  });

  test.each([
    ["an origin function that throws", { origin: broken }, "no"],
    ["an origin function that rejects", { origin: async () => broken() }, "no"],
    ["a source that throws", broken, "no"],
    [
      "a source that throws what cannot be looked at",
      () => {
        throw new Unreadable();
      },
      "un",
    ],
    [
      "a source that calls back an error",
      (_req: unknown, callback: (e: Error) => void) => callback(new Error("no")),
      "no",
    ],
    [
      "a source whose answer throws",
      () => Object.defineProperty({}, "origin", { enumerable: true, get: broken }),
      "no",
    ],
  ])("%s: the request goes on, one warning, and each time a message", async (_name, source, said) => {
    const warnings = collectWarnings();
    const events = published();
    const server = await started(behind(cors(source as never, REPORT)));
    for (let round = 0; round < 2; round++) {
      const response = await server.send(from(APP));
      expect([response.status, response.body]).toEqual([200, "app"]);
    }
    await settled();
    expect(differencesOf(events)).toEqual([]);
    expect(
      problemsOf(events).map(({ error, request }) => [
        String((error as Error).message).slice(0, 2),
        request?.origin,
      ]),
    ).toEqual(Array(2).fill([said, APP]));
    expect(warnings.map(({ code }) => code)).toEqual(["CORS_REPORT_POLICY"]);
    expect(warnings[0]?.message).toMatch(
      /changes nothing and goes on: The .* failed: (?:"no|an? [Oo]bject|\{)/,
    );
    expect(warnings[0]?.message).not.toContain("\u0007");
  });

  test("a source that answers what is no policy: what it would have meant, and why", async () => {
    const warnings = collectWarnings();
    const events = published();
    const server = await started(behind(cors(() => ({ origin: `${APP}/`, maxAge: -1 }) as never, REPORT)));
    await server.send(from(APP));
    await settled();
    expect(linesOf(events)).toEqual(BLOCKED);
    expect(problemsOf(events).map(({ error }) => (error as Error).message)).toEqual([
      expect.stringMatching(/^The per-request source answered an invalid policy: .*MAX_AGE\].*ORIGIN_PATH\]/),
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(["CORS_REPORT_POLICY"]);
  });

  test("a live policy: the one that served when the request came", async () => {
    const live = livePolicy({ origin: [APP], credentials: true });
    const events = published();
    const replaces: Layer = (_req, _res, next) => {
      live.replace({ origin: false });
      next();
    };
    const server = await started(stack([cors(live, REPORT) as Layer, replaces, BEHIND], app));
    await server.send(from(APP));
    expect(linesOf(events)).toEqual([]);
    await server.send(from(APP));
    await settled();
    expect(linesOf(events)).toEqual(BLOCKED);
  });
});

describe("where else it stands", () => {
  test("wrap() and onError pass on", async () => {
    const middleware = cors({ origin: false }, REPORT);
    const events = published();
    const wrapped = await started(middleware.wrap(stack([BEHIND], app)));
    expect((await wrapped.send(from(APP))).body).toBe("app");
    const failing = mounted(
      ((req: IncomingMessage, res: ServerResponse, next: (error: unknown) => void) =>
        middleware.onError(new Error("parser"), req, res, (error) => {
          res.setHeader("Access-Control-Allow-Origin", APP);
          next(error);
        })) as unknown as CorsMiddleware,
      app,
    );
    const failed = await once(failing, from(APP));
    expect([failed.status, failed.body]).toEqual([500, "failed: Error: parser"]);
    await settled();
    expect(linesOf(events)).toEqual([...BLOCKED, BLOCKED[0]]);
    expect(() => middleware.wrap(undefined as never)).toThrow(/wrap\(\) takes the application/);
  });

  test("without next it says what is missing", () => {
    const middleware = cors({ origin: "*" }, REPORT) as unknown as (req: unknown, res: unknown) => void;
    const double = { headersSent: true };
    expect(() => middleware({ headers: {} }, double)).toThrow(/without next/);
  });

  test("a request that cannot be read goes on all the same", () => {
    const fails = () => {
      throw new Error("no");
    };
    const unreadable = [Object.defineProperty({ headers: {} }, "url", { get: fails }), { url: Symbol("x") }];
    let passed = 0;
    for (const req of unreadable) {
      const res = { writeHead() {} } as unknown as ServerResponse;
      cors({ origin: [APP] }, REPORT)(req as IncomingMessage, res, () => passed++);
    }
    expect(passed).toBe(2);
  });

  test("options that cannot be read are an invalid policy", async () => {
    const { proxy, revoke } = Proxy.revocable({ origin: [APP] }, {});
    revoke();
    const { body } = await once(behind(cors(proxy, REPORT)), from(APP));
    expect(body).toBe("app");
  });

  test("doubles that have no head are let pass", () => {
    const middleware = cors({ origin: "*" }, REPORT) as unknown as Layer;
    const passed: unknown[] = [];
    const request = { method: "GET", url: "/", headers: {} } as IncomingMessage;
    for (const response of [{}, { writeHead() {} }]) {
      middleware(request, response as unknown as ServerResponse, () => passed.push("next"));
      (response as { writeHead?(status: number): void }).writeHead?.(200);
    }
    expect(passed).toEqual(["next", "next"]);
  });

  test("an upgrade is no answer", async () => {
    const events = published();
    const handler = stack([cors({ origin: [APP] }, REPORT) as Layer], (_req, res) => {
      res.writeHead(101, { "Access-Control-Allow-Origin": "*" }).end();
    });
    await once(handler, from(EVIL)).catch(() => {});
    await settled();
    expect(events).toEqual([]);
  });
});

test("counted: answers, and those that would be blocked or opened, each once", async () => {
  const middleware = cors({ origin: ["https://new.example", APP], exposedHeaders: ["ETag"] }, REPORT);
  const server = await started(behind(middleware));
  for (const origin of [APP, "https://new.example", EVIL, undefined]) await server.send(from(origin));
  await settled();
  expect(middleware.differences).toEqual({ answers: 4, blocks: 1, opens: 1 });
  expect(Object.isFrozen(middleware.differences)).toBe(true);
  expect(cors({ origin: "*" }).differences).toBeUndefined();
});

test("a line of NODE_DEBUG, quoted and cut", () => {
  const policy = definePolicy({ routes: { "/": false, "/x": { origin: [APP], blockRefused: true } } });
  const request = { method: "GET", path: "/%78", origin: "x\u0007".repeat(200) };
  const decision = policy.decide(request);
  const difference: Difference = {
    ...{ request: { ...request, requestMethod: undefined, requestHeaders: undefined, sameOrigin: false } },
    ...{
      decision,
      kind: "status",
      effect: "blocks",
      header: undefined,
      sent: 200,
      wanted: 403,
      digest: undefined,
    },
  };
  const line = lineOf(difference, show);
  expect(line).toMatch(
    /^report: the policy blocks actual on route null from "x\\u0007x.*: status is 200, and would be 403\. /,
  );
  expect(line.length).toBeLessThan(1200);
  expect(line).not.toContain("\u0007");
  expect(lineOf({ ...difference, kind: "header", header: "vary", sent: undefined }, show)).toContain(
    "vary is none,",
  );
});

test("NODE_DEBUG prints each block and opening once, quoted, and nothing else", async () => {
  const program = `
    import { createServer } from "node:http";
    import cors from "boring-cors";
    import npmCors from "cors";
    const report = cors({ origin: ["https://b.example"] }, { mode: "report" });
    const today = npmCors({ origin: [/^https:\\/\\/a/] });
    const server = createServer((req, res) => report(req, res, () => today(req, res, () => res.end())));
    await new Promise((resolve) => server.listen(0, resolve));
    for (const Origin of ["https://a.example", "https://a.example", "https://b.example", "https://c.example", "https://a\\u0085"])
      await fetch("http://localhost:" + server.address().port, { headers: { Origin } });
    server.close();
    server.closeAllConnections();
  `;
  const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, NODE_DEBUG: "boring-cors", NODE_OPTIONS: "" },
    timeout: 15_000,
  });
  const lines = stderr.split("\n").filter((line) => line.includes("report:"));
  expect(lines.map((line) => line.replace(/^BORING-CORS \d+: /, ""))).toEqual([
    'report: the policy blocks actual on route "/" from "https://a.example": access-control-allow-origin is "https://a.example", and would be none. ' +
      'Origin "https://a.example" is not among the origins of route "/"; add it to "origin" to allow it.',
    'report: the policy opens actual on route "/" from "https://b.example": access-control-allow-origin is none, and would be "https://b.example".',
    expect.stringContaining('blocks actual on route "/" from "https://a\\u0085"'),
  ]);
});
