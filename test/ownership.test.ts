// The policy's answer is what leaves the process, however a handler writes its head.
import { createReadStream } from "node:fs";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import npmCors from "cors";
import express from "express";
import express4 from "express4";
import { describe, expect, test } from "vitest";
import { cors, definePolicy, livePolicy } from "../src/index.ts";
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

const OPTIONS = { origin: [APP], credentials: true, exposedHeaders: ["ETag"] } as const;
const GRANTED = {
  "access-control-allow-origin": APP,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "ETag",
};

const WRONG: readonly (readonly [string, string])[] = [
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Allow-Credentials", "false"],
  ["Access-Control-Allow-Methods", "GET"],
  ["Access-Control-Allow-Headers", "*"],
  ["Access-Control-Max-Age", "1"],
  ["Access-Control-Allow-Private-Network", "true"],
  ["Vary", "Accept"],
];
const WRONG_OBJECT = Object.fromEntries(WRONG);

/** Every way to write a head; each one writes every wrong header it can. */
const WRITERS: Readonly<Record<string, Handler>> = {
  setHeader: (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, value);
    res.end("x");
  },
  "setHeader with arrays": (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, name === "Vary" ? [value] : [value, value]);
    res.end("x");
  },
  appendHeader: (_req, res) => {
    for (const [name, value] of WRONG) res.appendHeader(name, value);
    res.end("x");
  },
  setHeaders: (_req, res) => {
    res.setHeaders(new Headers(WRONG_OBJECT));
    res.end("x");
  },
  "writeHead(status, object)": (_req, res) => res.writeHead(200, WRONG_OBJECT).end("x"),
  "writeHead(status, reason, object)": (_req, res) => res.writeHead(200, "Fine", WRONG_OBJECT).end("x"),
  "writeHead(status, flat array)": (_req, res) => res.writeHead(200, WRONG.flat()).end("x"),
  "writeHead(status, reason, flat array)": (_req, res) => res.writeHead(200, "Fine", WRONG.flat()).end("x"),
  "writeHead(status, pairs)": (_req, res) => res.writeHead(200, WRONG as never).end("x"),
  "setHeader, then writeHead": (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, value);
    res.writeHead(200).end("x");
  },
  "writeHead(status, undefined)": (_req, res) => {
    res.setHeader("Vary", "Accept");
    res.writeHead(200, undefined as never).end("x");
  },
  flushHeaders: (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, value);
    res.flushHeaders();
    res.end("x");
  },
  write: (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, value);
    res.write("x");
    res.end();
  },
  "a stream": (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, value);
    Readable.from(["x"]).pipe(res);
  },
  "a file": (_req, res) => {
    for (const [name, value] of WRONG) res.setHeader(name, value);
    createReadStream(new URL("./support/one-byte.txt", import.meta.url)).pipe(res);
  },
  later: (_req, res) => {
    setTimeout(() => res.writeHead(200, WRONG_OBJECT).end("x"), 5);
  },
  "early hints first": (_req, res) => {
    res.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
    res.writeHead(200, WRONG_OBJECT).end("x");
  },
  "100 and 102 first": (_req, res) => {
    res.writeContinue();
    res.writeProcessing();
    res.writeHead(200, WRONG_OBJECT).end("x");
  },
  removal: (_req, res) => {
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.setHeader("Vary", "Accept");
    res.end("x");
  },
};

/** The names in the one line of Vary; more lines than one fail. */
function varyNames(response: RawResponse): string[] {
  const lines = valuesOf(response, "vary");
  expect(lines).toHaveLength(1);
  return lines.flatMap((line) => line.split(", ")).sort();
}

describe.each(Object.entries(WRITERS))("%s", (_name, handler) => {
  test("allowed: the policy's headers, one merged Vary", async () => {
    const response = await once(mounted(cors(OPTIONS), handler), from(APP));
    expect(response.body).toContain("x");
    expect(corsHeaders(response)).toEqual(GRANTED);
    expect(varyNames(response)).toEqual(["Accept", "Origin"]);
  });

  test("refused: none at all", async () => {
    const response = await once(mounted(cors(OPTIONS), handler), from(EVIL));
    expect(corsHeaders(response)).toEqual({});
    expect(varyNames(response)).toEqual(["Accept", "Origin"]);
  });

  test("a route without CORS: none at all, and Vary is the handler's own", async () => {
    const response = await once(mounted(cors({ origin: false }), handler), from(APP));
    expect(corsHeaders(response)).toEqual({});
    expect(valuesOf(response, "vary")).toEqual(["Accept"]);
  });

  test("everybody: a star", async () => {
    const response = await once(mounted(cors({ origin: "*" }), handler), from(undefined));
    expect(corsHeaders(response)).toEqual({ "access-control-allow-origin": "*" });
  });
});

test("the reason phrase and the status given to writeHead are kept", async () => {
  const response = await once(
    mounted(cors(OPTIONS), (_req, res) => res.writeHead(404, "Gone Fishing", { "X-A": "1" }).end()),
    from(APP),
  );
  expect([response.status, response.reason, valuesOf(response, "x-a")]).toEqual([404, "Gone Fishing", ["1"]]);
  expect(corsHeaders(response)).toEqual(GRANTED);
});

test.each([
  ["flat", ["Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-A", "1"]],
  [
    "pairs",
    [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
      ["X-A", "1"],
    ],
  ],
])("a name that is repeated in an array (%s) is sent as often", async (_form, headers) => {
  const response = await once(
    mounted(cors(OPTIONS), (_req, res) => res.writeHead(200, headers as never).end()),
    from(APP),
  );
  expect(valuesOf(response, "set-cookie")).toEqual(["a=1", "b=2"]);
  expect(valuesOf(response, "x-a")).toEqual(["1"]);
});

test("an array given to writeHead replaces what was set before", async () => {
  const handler: Handler = (_req, res) => {
    res.setHeader("X-A", ["1", "2"]);
    res.writeHead(200, ["X-A", "3"]).end();
  };
  const response = await once(mounted(cors(OPTIONS), handler), from(APP));
  expect(valuesOf(response, "x-a")).toEqual(["3"]);
});

test("writeHead twice fails as it does without us", async () => {
  const seen: string[] = [];
  const handler: Handler = (_req, res) => {
    res.writeHead(200);
    try {
      res.writeHead(200);
    } catch (error) {
      seen.push((error as NodeJS.ErrnoException).code ?? "");
    }
    res.end();
  };
  await once(mounted(cors(OPTIONS), handler), from(APP));
  expect(seen).toEqual(["ERR_HTTP_HEADERS_SENT"]);
});

test("a handler may see what will leave, and read it back", async () => {
  const seen: unknown[] = [];
  const handler: Handler = (_req, res) => {
    seen.push(res.getHeader("access-control-allow-origin"), res.getHeader("vary"));
    res.end();
  };
  await once(mounted(cors(OPTIONS), handler), from(APP));
  expect(seen).toEqual([APP, "Origin"]);
});

test("after a 101 or another interim status nothing is touched", async () => {
  const handler: Handler = (_req, res) => {
    res.removeHeader("vary");
    res.writeHead(101, { "Access-Control-Allow-Origin": "x" }).end();
  };
  const server = await started(mounted(cors(OPTIONS), handler));
  await expect(server.send(from(EVIL))).resolves.toBeDefined();
});

describe("Vary", () => {
  const vary = async (value: string | string[] | number) => {
    const handler: Handler = (_req, res) => {
      res.setHeader("Vary", value as string);
      res.end();
    };
    return valuesOf(await once(mounted(cors(OPTIONS), handler), from(APP)), "vary");
  };

  test.each([
    ["Accept-Encoding", ["Accept-Encoding, Origin"]],
    [["Accept", "Accept-Encoding"], ["Accept, Accept-Encoding, Origin"]],
    ["origin", ["origin"]],
    ["Origin, Origin, accept, Accept", ["Origin, accept"]],
    ["*", ["*"]],
    ["Accept, *", ["*"]],
    ["", ["Origin"]],
    ["not a name", ["not a name, Origin"]],
    ["a,,b", ["a,,b, Origin"]],
    [["Origin"], ["Origin"]],
  ] as const)("%j becomes %j", async (written, sent) => {
    expect(await vary(written as string)).toEqual(sent);
  });

  test("is never copied from the request", async () => {
    const response = await once(
      mounted(cors(OPTIONS), (_req, res) => res.end()),
      from(APP, [["Vary", "X-Evil"]]),
    );
    expect(valuesOf(response, "vary")).toEqual(["Origin"]);
  });
});

describe("Access-Control-Expose-Headers may be added to", () => {
  const exposing =
    (value: string | string[]): Handler =>
    (_req, res) => {
      res.setHeader("Access-Control-Expose-Headers", value);
      res.setHeader("Content-Disposition", "attachment");
      res.end();
    };
  const exposed = async (options: unknown, value: string | string[], origin: string | null = APP) => {
    const response = await once(
      mounted(cors(options as typeof OPTIONS), exposing(value)),
      from(origin ?? undefined),
    );
    return corsHeaders(response)["access-control-expose-headers"];
  };

  test("a download's Content-Disposition joins the policy's names, without a warning", async () => {
    const warnings = collectWarnings();
    expect(await exposed(OPTIONS, "Content-Disposition")).toBe("ETag,Content-Disposition");
    expect(await exposed(OPTIONS, ["etag , Content-Disposition", "X-A"])).toBe(
      "ETag,Content-Disposition,X-A",
    );
    expect(await exposed({ origin: "*" }, "Content-Disposition", null)).toBe("Content-Disposition");
    await settled();
    expect(warnings).toEqual([]);
  });

  test("a star beside credentials is dropped, and what is no name", async () => {
    expect(await exposed(OPTIONS, "*, X-A, not a name")).toBe("ETag,X-A");
    expect(await exposed({ origin: [APP], credentials: true }, "*")).toBeUndefined();
    expect(await exposed({ origin: "*", exposedHeaders: ["ETag"] }, "*")).toBe("ETag,*");
    expect(await exposed({ origin: "*", exposedHeaders: "*" }, "X-A")).toBe("*,X-A");
  });

  test("refused origins and requests without one get none, quietly", async () => {
    const warnings = collectWarnings();
    expect(await exposed(OPTIONS, "Content-Disposition", EVIL)).toBeUndefined();
    expect(await exposed(OPTIONS, "Content-Disposition", null)).toBeUndefined();
    await settled();
    expect(warnings).toEqual([]);
  });
});

describe("an override is never silent", () => {
  const overriding: Handler = (_req, res) => {
    res.setHeader("Access-Control-Allow-Origin", "*\u00e9");
    res.setHeader("Access-Control-Max-Age", "5");
    res.end();
  };

  test("where no route decides, the path is said to be ambiguous", async () => {
    const warnings = collectWarnings();
    const policy = definePolicy({ routes: { "/": { origin: [APP] }, "/public": { origin: "*" } } });
    const writes: Handler = (_req, res) => res.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end();
    const response = await once(mounted(cors(policy), writes), { target: "/%70ublic", ...from(APP) });
    await settled();
    expect(corsHeaders(response)).toEqual({});
    expect(warnings.map(({ message }) => message.slice(0, 40))).toEqual([
      "On an ambiguous path something behind th",
    ]);
  });

  test("one warning per middleware, route and header, with what was written and what left", async () => {
    const warnings = collectWarnings();
    const server = await started(mounted(cors({ routes: { "/": OPTIONS, "/b": OPTIONS } }), overriding));
    for (const target of ["/", "/", "/x", "/b"]) await server.send({ ...from(APP), target });
    await settled();
    expect(warnings.map(({ name, code }) => [name, code])).toEqual(
      Array(4).fill(["CorsOverrideWarning", "CORS_OVERRIDE"]),
    );
    expect(warnings[0]?.message).toBe(
      'On route "/" something behind the CORS middleware wrote access-control-allow-origin: "*\\u00e9"; ' +
        '"https://app.example.com" left instead. The policy owns this header: change the policy, stop writing the header, or set allowOverride: true. ' +
        "See docs/errors.md#cors_override in node_modules/boring-cors.",
    );
    expect(warnings[1]?.message).toContain('access-control-max-age: "5"; it was removed.');
    expect(warnings[2]?.message).toContain('On route "/b"');
  });

  test("the same value is no override, nor is a removal", async () => {
    const warnings = collectWarnings();
    const handler: Handler = (_req, res) => {
      res.setHeader("Access-Control-Allow-Origin", APP);
      res.removeHeader("Access-Control-Allow-Credentials");
      res.end();
    };
    expect(corsHeaders(await once(mounted(cors(OPTIONS), handler), from(APP)))).toEqual(GRANTED);
    await settled();
    expect(warnings).toEqual([]);
  });

  test("allowOverride: later writes stand, unwarned", async () => {
    const warnings = collectWarnings();
    const response = await once(mounted(cors({ ...OPTIONS, allowOverride: true }), overriding), from(APP));
    expect(corsHeaders(response)).toEqual({
      ...GRANTED,
      "access-control-allow-origin": "*\u00e9",
      "access-control-max-age": "5",
    });
    await settled();
    expect(warnings).toEqual([]);
  });
});

describe("errors keep the headers", () => {
  const failing = (framework: typeof express | typeof express4, error: unknown) => {
    const app = framework() as ReturnType<typeof express>;
    app.use(cors(OPTIONS));
    app.get("/throw", () => {
      throw error;
    });
    app.get("/next", (_req, _res, next) => next(error));
    return app;
  };
  const error = Object.assign(new Error("boom"), {
    headers: { Vary: "Accept", "Access-Control-Allow-Origin": "*" },
    status: 418,
  });

  test.each([
    ["express 5", express],
    ["express 4", express4 as unknown as typeof express],
  ])("%s: 404, throw, next(err) with headers of its own", async (_name, framework) => {
    const server = await started(failing(framework, error));
    const silent = console.error;
    console.error = () => {};
    for (const [target, status, vary] of [
      ["/none", 404, "Origin"],
      ["/throw", 418, "Accept, Origin"],
      ["/next", 418, "Accept, Origin"],
    ] as const) {
      const response = await server.send({ ...from(APP), target });
      expect([response.status, corsHeaders(response), valuesOf(response, "vary")]).toEqual([
        status,
        GRANTED,
        [vary],
      ]);
    }
    console.error = silent;
  });

  test("304 and HEAD", async () => {
    const app = express();
    app.use(cors(OPTIONS));
    app.get("/", (_req, res) => void res.set("ETag", '"1"').send("x"));
    const server = await started(app);
    const notModified = await server.send(from(APP, [["If-None-Match", '"1"']]));
    expect([notModified.status, corsHeaders(notModified), valuesOf(notModified, "vary")]).toEqual([
      304,
      GRANTED,
      ["Origin"],
    ]);
    const head = await server.send({ ...from(APP), method: "HEAD" });
    expect([head.status, head.body, corsHeaders(head)]).toEqual([200, "", GRANTED]);
  });
});

describe("two middlewares on one request", () => {
  const INNER = { origin: "*", exposedHeaders: ["Link"] } as const;

  test("the policy that ran last owns the answer; one warning says that preflights are the outer one's", async () => {
    const warnings = collectWarnings();
    const [outer, inner] = [cors(OPTIONS), cors(INNER)];
    const handler: Handler = (req, res) => inner(req, res, () => res.end());
    const server = await started(mounted(outer, handler));
    for (let round = 0; round < 2; round++) {
      expect(corsHeaders(await server.send(from(APP)))).toEqual({
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "Link",
      });
    }
    const preflight = await server.send(preflightFrom(APP));
    expect(corsHeaders(preflight)["access-control-allow-origin"]).toBe(APP);
    await settled();
    expect(warnings.map(({ name }) => name)).toEqual(["CorsStackedWarning"]);
  });

  test.each([
    ["passthrough", { routes: { "/": "passthrough" } }],
    ["an uncovered path", { routes: { "/elsewhere": { origin: "*" } } }],
  ])("an inner %s leaves the outer answer standing", async (_name, options) => {
    const inner = cors(options as { routes: { "/": "passthrough" } });
    const handler: Handler = (req, res) => inner(req, res, () => res.writeHead(200, WRONG_OBJECT).end());
    expect(corsHeaders(await once(mounted(cors(OPTIONS), handler), from(APP)))).toEqual(GRANTED);
  });

  test("an inner refusal takes back what the outer one granted", async () => {
    const inner = cors({ origin: ["https://other.example"] });
    const handler: Handler = (req, res) => inner(req, res, () => res.end());
    expect(corsHeaders(await once(mounted(cors(OPTIONS), handler), from(APP)))).toEqual({});
  });

  test("an inner one with allowOverride takes over, and then stands back", async () => {
    const inner = cors({ origin: [APP], allowOverride: true });
    const handler: Handler = (req, res) =>
      inner(req, res, () => {
        res.setHeader("Access-Control-Max-Age", "7");
        res.end();
      });
    expect(corsHeaders(await once(mounted(cors(OPTIONS), handler), from(APP)))).toEqual({
      "access-control-allow-origin": APP,
      "access-control-max-age": "7",
    });
  });

  test("an outer one with allowOverride, or npm cors before us, is replaced", async () => {
    for (const outer of [
      cors({ ...OPTIONS, allowOverride: true }),
      npmCors({ origin: true, credentials: true, exposedHeaders: "X-A" }),
    ]) {
      const inner = cors({ origin: ["https://other.example"] });
      const response = await once(
        (req, res) => outer(req as never, res as never, () => inner(req, res, () => res.end())),
        from(APP),
      );
      expect(corsHeaders(response)).toEqual({});
    }
  });

  test("a preflight that the outer one continues is answered by the inner one", async () => {
    const inner = cors({ origin: "*", methods: ["PUT"] });
    const outer = cors({ ...OPTIONS, preflightContinue: true });
    const response = await once(
      mounted(outer, (req, res) => inner(req, res, () => res.end())),
      preflightFrom(APP),
    );
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "PUT",
      "access-control-max-age": "600",
    });
    expect(valuesOf(response, "vary")).toEqual([
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    ]);
  });

  test("a continued preflight is made sure of too", async () => {
    const handler: Handler = (_req, res) => res.writeHead(200, WRONG_OBJECT).end();
    const response = await once(
      mounted(cors({ origin: [APP], preflightContinue: true }), handler),
      preflightFrom(APP),
    );
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
      "access-control-max-age": "600",
    });
  });

  test("equal policies contradict nobody: nothing is warned of", async () => {
    const warnings = collectWarnings();
    const inner = cors(OPTIONS);
    const handler: Handler = (req, res) => inner(req, res, () => res.end());
    expect(corsHeaders(await once(mounted(cors(OPTIONS), handler), from(APP)))).toEqual(GRANTED);
    await settled();
    expect(warnings).toEqual([]);
  });

  test("the same policy mounted inside is harmless, and nothing is warned of", async () => {
    const warnings = collectWarnings();
    const policy = definePolicy(OPTIONS);
    const inner = cors(policy);
    const listener = cors(policy).wrap((req, res) => inner(req, res, () => res.end()));
    expect(corsHeaders(await once(listener, from(APP)))).toEqual(GRANTED);
    await settled();
    expect(warnings).toEqual([]);
  });
});

test("a live policy is replaced between requests, and a request in flight keeps the one it began with", async () => {
  const live = livePolicy(OPTIONS);
  const other = "https://other.example";
  const server = await started(
    mounted(cors(live), (req, res) => {
      void wait(req.url === "/slow" ? 60 : 0).then(() => res.end());
    }),
  );
  const slow = server.send({ ...from(APP), target: "/slow" });
  await wait(20);
  live.replace({ origin: [other] });
  expect(() => live.replace({ origin: `${other}/` })).toThrow(/ORIGIN_PATH/);
  expect(corsHeaders(await server.send(from(APP)))).toEqual({});
  expect(corsHeaders(await server.send(from(other)))).toEqual({ "access-control-allow-origin": other });
  expect(corsHeaders(await slow)).toEqual(GRANTED);
});

describe("http2's compatibility API", () => {
  const request = async (handler: Handler, headers: Record<string, string>, options: unknown = OPTIONS) => {
    const middleware = cors(options as typeof OPTIONS);
    const server = createHttp2Server((req, res) =>
      middleware(req as never, res as never, () => handler(req as never, res as never)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = client.request({ ":path": "/", ...headers }, { endStream: true });
    const closed = new Promise((resolve) => stream.on("close", resolve));
    const head = await new Promise<Record<string, unknown>>((resolve) => stream.on("response", resolve));
    stream.resume();
    await closed;
    client.close();
    server.close();
    return Object.fromEntries(
      Object.entries(head).filter(([name]) => /^(:status|vary|access-control-.*|content-length)$/.test(name)),
    );
  };

  test.each([
    ["writeHead with an object", (_req, res) => res.writeHead(200, WRONG_OBJECT).end("x")],
    ["writeHead with an array", (_req, res) => res.writeHead(200, WRONG.flat()).end("x")],
    ["writeHead with pairs", (_req, res) => res.writeHead(200, WRONG as never).end("x")],
    ["setHeader", WRITERS.setHeader as Handler],
    ["write", WRITERS.write as Handler],
  ] as readonly (readonly [string, Handler])[])("%s", async (_name, handler) => {
    expect(await request(handler, { origin: APP })).toEqual({
      ":status": 200,
      vary: "Accept, Origin",
      ...GRANTED,
    });
    expect(await request(handler, { origin: EVIL })).toEqual({ ":status": 200, vary: "Accept, Origin" });
  });

  test("preflights, and blockRefused by :authority", async () => {
    const preflight = { ":method": "OPTIONS", origin: APP, "access-control-request-method": "PUT" };
    expect(await request((_req, res) => res.end(), preflight)).toMatchObject({
      ":status": 204,
      "access-control-allow-origin": APP,
    });
    expect(await request((_req, res) => res.end(), { ...preflight, origin: EVIL })).toMatchObject({
      ":status": 403,
    });
    const blocked = { ...OPTIONS, blockRefused: true };
    expect(await request((_req, res) => res.end(), { origin: EVIL }, blocked)).toMatchObject({
      ":status": 403,
    });
    expect(
      await request(
        (_req, res) => res.end(),
        { origin: "http://api.test", ":authority": "api.test" },
        blocked,
      ),
    ).toMatchObject({ ":status": 200 });
  });
});
