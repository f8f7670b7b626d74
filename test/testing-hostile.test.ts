// Targets that misbehave, over real sockets and as functions: a clear result in time, never a hang and nothing unhandled.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import express from "express";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type FetchResult, page, type SingleTarget, type Target } from "../src/testing/index.ts";

const APP = "http://app.example.com";
const API = "http://api.example.com/x";
const ALLOW = "Access-Control-Allow-Origin: *";
const TIMEOUT = 400;

// What nobody handled would end the process of a user's tests.
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
});
afterAll(async () => {
  await wait(50);
  process.off("unhandledRejection", note);
  process.off("uncaughtException", note);
  expect(unhandled).toEqual([]);
});

/** A server that speaks to each socket as it likes. */
async function raw(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => talk(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Seen {
  readonly code: string | null;
  readonly status: number | null;
  /** Of the body, or of the reason. */
  readonly text: string;
}

async function seen(got: FetchResult): Promise<Seen> {
  const text = await (got.response?.text() ?? Promise.resolve(got.blocked?.message ?? "")).catch(
    (error: unknown) => `broken: ${error instanceof Error ? error.message : String(error)}`,
  );
  return { code: got.blocked?.code ?? null, status: got.response?.status ?? null, text };
}

/** What a page sees of a target, and that it takes no longer than one time-out. */
async function outcome(
  target: Target | undefined,
  timeout = TIMEOUT,
  url = API,
  options = {},
): Promise<Seen> {
  const started = performance.now();
  const result = await seen(await page(APP, target, { timeout }).fetch(url, options));
  expect(performance.now() - started).toBeLessThan(timeout + 1500);
  return result;
}

const blocked = (text: string | RegExp) => ({
  code: "network",
  status: null,
  text:
    typeof text === "string"
      ? `Fetch API cannot load ${API}. Network error: ${text}`
      : expect.stringMatching(text),
});
const answered = (status: number, text: unknown) => ({ code: null, status, text });

describe("sockets", () => {
  const head = (status: string, ...lines: string[]) =>
    `HTTP/1.1 ${status}\r\n${[ALLOW, ...lines].join("\r\n")}\r\n\r\n`;
  const SOCKETS: Readonly<Record<string, readonly [talk: (socket: Socket) => void, expected: object]>> = {
    "never answers": [() => {}, blocked(`no answer within ${TIMEOUT} ms`)],
    "closes at once": [(socket) => socket.end(), blocked("socket hang up")],
    "resets at once": [(socket) => socket.resetAndDestroy(), blocked(/ECONNRESET|socket hang up/)],
    "closes after half a head": [
      (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-"),
      blocked("socket hang up"),
    ],
    "stops after half a head": [
      (socket) => socket.write("HTTP/1.1 200 OK\r\nX: "),
      blocked(`no answer within ${TIMEOUT} ms`),
    ],
    "closes in the middle of the body": [
      (socket) => socket.end(`${head("200 OK", "Content-Length: 10")}abc`),
      answered(200, "broken: aborted"),
    ],
    "closes in the middle of a chunk": [
      (socket) => socket.end(`${head("200 OK", "Transfer-Encoding: chunked")}5\r\nab`),
      answered(200, "broken: aborted"),
    ],
    "stops in the middle of the body": [
      (socket) => socket.write(`${head("200 OK", "Content-Length: 10")}abc`),
      answered(200, expect.stringMatching(/^broken: (aborted|no body within)/)),
    ],
    "answers an endless body": [
      (socket) => {
        socket.write(head("200 OK", "Transfer-Encoding: chunked"));
        const timer = setInterval(() => socket.write("1\r\na\r\n"), 5);
        socket.on("close", () => clearInterval(timer));
      },
      answered(200, expect.stringMatching(/^broken: (aborted|no body within)/)),
    ],
    "answers garbage": [(socket) => socket.end("\0\x01\x02 hello\r\n\r\n"), blocked(/Parse Error/)],
    "answers in another protocol": [
      (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
      blocked(/Parse Error/),
    ],
    "answers nothing but a line break": [
      (socket) => socket.end("\r\n"),
      blocked(/Parse Error|socket hang up/),
    ],
    "has a huge head": [
      (socket) => socket.end(head("200 OK", `X-Own: ${"a".repeat(300_000)}`)),
      blocked(/Header overflow/),
    ],
    "has a large head, which browsers take": [
      (socket) => socket.end(`${head("200 OK", `X-Own: ${"a".repeat(100_000)}`, "Content-Length: 2")}ok`),
      answered(200, "ok"),
    ],
    "has a control character in a header": [
      (socket) => socket.end(head("200 OK", "X-Own: a\x01b", "Content-Length: 0")),
      blocked(/Parse Error|Invalid/),
    ],
    "has a header name that is none": [
      (socket) => socket.end(head("200 OK", "X Own: a", "Content-Length: 0")),
      blocked(/Parse Error/),
    ],
    "switches protocols": [
      (socket) => socket.write(head("101 Switching Protocols", "Upgrade: x", "Connection: Upgrade")),
      blocked("the answer is 101 Switching Protocols"),
    ],
    "switches protocols, and says no more": [
      (socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
      blocked(/"101"/),
    ],
    "says 102 and 103 first": [
      (socket) =>
        socket.end(
          `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${head("200 OK", "Content-Length: 2")}ok`,
        ),
      answered(200, "ok"),
    ],
    "says 100 for ever": [
      (socket) => {
        const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 5);
        socket.on("close", () => clearInterval(timer));
      },
      blocked(`no answer within ${TIMEOUT} ms`),
    ],
    "answers 999": [(socket) => socket.end(`${head("999 No", "Content-Length: 2")}ok`), answered(999, "ok")],
    "answers 099": [
      (socket) => socket.end(`${head("099 No", "Content-Length: 2")}ok`),
      blocked(/status|Parse Error/),
    ],
    "answers 1000": [
      (socket) => socket.end(`${head("1000 No", "Content-Length: 2")}ok`),
      blocked(/Parse Error/),
    ],
    "answers twice": [
      (socket) =>
        socket.end(`${head("200 OK", "Content-Length: 1")}a${head("200 OK", "Content-Length: 1")}b`),
      answered(200, "a"),
    ],
    "sends more than it announced": [
      (socket) => socket.end(`${head("200 OK", "Content-Length: 1")}abc`),
      answered(200, expect.stringMatching(/^(a$|broken: )/)),
    ],
    "announces two lengths": [
      (socket) => socket.end(`${head("200 OK", "Content-Length: 1", "Content-Length: 2")}ab`),
      blocked(/Parse Error/),
    ],
    "says nothing of the length, and closes": [
      (socket) => socket.end(`${head("200 OK")}ab`),
      answered(200, "ab"),
    ],
    "answers 204 with a body": [(socket) => socket.end(`${head("204 No Content")}ab`), answered(204, "")],
  };
  test.each(Object.entries(SOCKETS))("%s", async (_name, [talk, expected]) => {
    expect(await outcome(await raw(talk))).toEqual(expected);
  });

  test("nobody listens", async () => {
    const url = await new Promise<string>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(`http://127.0.0.1:${port}`));
      });
    });
    const refused = blocked(/^Fetch API cannot load .*ECONNREFUSED/);
    expect(await outcome(url)).toEqual(refused);
    // By name there may be several addresses, each with its error.
    expect(await outcome(url.replace("127.0.0.1", "localhost"))).toEqual(refused);
    // What Node cannot send breaks off before the connection does.
    expect(await outcome(url, TIMEOUT, API, { headers: { Accept: "\x01" } })).toEqual(blocked(/./));
    await wait(20);
  });

  test("a header that cannot be sent leaves no connection behind", async () => {
    const server = createHttpServer((_req, res) => void res.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const result = await outcome(server, TIMEOUT, "http://app.example.com/", {
      headers: { "X-Own": "\x01" },
    });
    expect(result).toMatchObject({
      code: "network",
      text: expect.stringContaining("Invalid character in header content"),
    });
    await wait(50);
    expect(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0);
  });
});

/** Functions: what they do, and what the page sees. */
describe("functions", () => {
  const ok = { status: 200, headers: [["access-control-allow-origin", "*"]] as [string, string][] };
  const more = (name: unknown, value: unknown) => ({ ...ok, headers: [...ok.headers, [name, value]] });
  const bare = Object.create(null) as object;
  const STATUS = "the answer has no status from 200 to 999, but";
  const PAIRS = 'the answer\'s headers are no list of pairs; write headers: [["content-type", "text/plain"]]';
  const BODY = "the answer's body is neither text nor bytes";

  const FUNCTIONS: Readonly<Record<string, readonly [send: () => unknown, expected: object]>> = {
    "that throw": [
      () => {
        throw new Error("boom");
      },
      blocked("boom"),
    ],
    "that throw text": [
      () => {
        throw "boom";
      },
      blocked("boom"),
    ],
    "that throw nothing": [
      () => {
        throw undefined;
      },
      blocked("undefined"),
    ],
    "that throw what is no text": [
      () => {
        throw bare;
      },
      blocked(/^Fetch API cannot load .* Network error: ./),
    ],
    "that throw an error whose message is none": [
      () => {
        throw Object.assign(new Error("x"), { message: bare });
      },
      blocked(/^Fetch API cannot load .* Network error: ./),
    ],
    "that throw several lines": [
      () => {
        throw new Error("a\nb\x1b[31m\u20ac");
      },
      blocked("a b?[31m?"),
    ],
    "that reject": [
      async () => {
        throw new Error("boom");
      },
      blocked("boom"),
    ],
    "that never answer": [() => new Promise(() => {}), blocked(`no answer within ${TIMEOUT} ms`)],
    "that answer undefined": [() => undefined, blocked(`${STATUS} "undefined"`)],
    "that answer null": [() => null, blocked(`${STATUS} "undefined"`)],
    "that answer text": [() => "hello", blocked(`${STATUS} "undefined"`)],
    "that answer a Response": [() => new Response("x"), blocked(PAIRS)],
    "with status 199": [() => ({ ...ok, status: 199 }), blocked(`${STATUS} "199"`)],
    "with status 1000": [() => ({ ...ok, status: 1000 }), blocked(`${STATUS} "1000"`)],
    "with status 200.5": [() => ({ ...ok, status: 200.5 }), blocked(`${STATUS} "200.5"`)],
    'with status "200"': [() => ({ ...ok, status: "200" }), blocked(`${STATUS} "200"`)],
    "without headers": [() => ({ status: 200 }), blocked(PAIRS)],
    "with headers as a record": [() => ({ status: 200, headers: { a: "b" } }), blocked(PAIRS)],
    "with a header of one": [() => ({ status: 200, headers: [["a"]] }), blocked(PAIRS)],
    "with a number for a value": [
      () => more("content-length", 5),
      blocked('the answer\'s header "content-length" has a value that no header can have'),
    ],
    "with a name that is none": [
      () => more("a b", ""),
      blocked('the answer has a header named "a b", which is no header name'),
    ],
    "with a name that is no text": [
      () => more(5, ""),
      blocked('the answer has a header named "5", which is no header name'),
    ],
    "with a line break in a value": [
      () => more("x-own", "a\r\nset-cookie: b"),
      blocked('the answer\'s header "x-own" has a value that no header can have'),
    ],
    "with NUL in a value": [
      () => more("x-own", "\0"),
      blocked('the answer\'s header "x-own" has a value that no header can have'),
    ],
    "with text beyond Latin-1 in a value": [
      () => more("x-own", "\u20ac"),
      blocked('the answer\'s header "x-own" has a value that no header can have'),
    ],
    "with text beyond Latin-1 in Allow-Origin": [
      () => ({ status: 200, headers: [["access-control-allow-origin", "https://\u20ac.example"]] }),
      blocked('the answer\'s header "access-control-allow-origin" has a value that no header can have'),
    ],
    "with Latin-1 in a value": [() => more("x-own", "caf\xe9"), answered(200, "")],
    "with a body that is an object": [() => ({ ...ok, body: { a: 1 } }), blocked(BODY)],
    "with a body that is null": [() => ({ ...ok, body: null }), answered(200, "")],
    "with a body of text": [() => ({ ...ok, body: "caf\u00e9\u20ac" }), answered(200, "caf\u00e9\u20ac")],
    "with a body of bytes": [() => ({ ...ok, body: Buffer.from("a") }), answered(200, "a")],
    "with a body that comes later": [
      () => ({ ...ok, body: async () => Buffer.from("a") }),
      answered(200, "a"),
    ],
    "with a body that never comes": [
      () => ({ ...ok, body: () => new Promise(() => {}) }),
      answered(200, `broken: no body within ${TIMEOUT} ms`),
    ],
    "with a body that breaks": [
      () => ({
        ...ok,
        body: () => {
          throw new Error("boom");
        },
      }),
      answered(200, "broken: boom"),
    ],
    "with a body that comes as something else": [
      () => ({ ...ok, body: async () => 5 }),
      answered(200, `broken: ${BODY}`),
    ],
  };
  test.each(Object.entries(FUNCTIONS))("%s", async (_name, [send, expected]) => {
    expect(await outcome(send as SingleTarget)).toEqual(expected);
  });

  test("what was thrown is the cause", async () => {
    const boom = new Error("boom");
    const { blocked: reason, requests } = await page(APP, () => Promise.reject(boom)).fetch(API, {
      method: "PUT",
    });
    expect([reason?.step, reason?.cause, requests.map(({ kind, response }) => [kind, response])]).toEqual([
      "preflight",
      boom,
      [["preflight", null]],
    ]);
    expect(reason?.cause).toBe(boom);
  });
});

describe("listeners", () => {
  type Listener = (req: IncomingMessage, res: ServerResponse) => unknown;
  const half: Listener = (_req, res) => {
    res.writeHead(200, { "access-control-allow-origin": "*", "content-length": "5" });
    res.write("a");
  };
  const boom = (): never => {
    throw new Error("boom");
  };
  const LISTENERS: Readonly<Record<string, readonly [listener: Listener, expected: object]>> = {
    "that throw": [(_req, _res) => boom(), blocked("boom")],
    "that reject": [async (_req, _res) => boom(), blocked("boom")],
    "that reject later": [
      async (_req, _res) => {
        await wait(5);
        boom();
      },
      blocked("boom"),
    ],
    "that throw text": [
      (_req, _res) => {
        throw "boom";
      },
      blocked("boom"),
    ],
    "that never answer": [(_req, _res) => {}, blocked(`no answer within ${TIMEOUT} ms`)],
    "that close the socket": [(req, _res) => void req.socket.destroy(), blocked("socket hang up")],
    "that throw after half an answer": [
      (req, res) => {
        half(req, res);
        setTimeout(() => res.destroy(), 20);
      },
      answered(200, "broken: aborted"),
    ],
  };
  describe.each(Object.entries(LISTENERS))("%s", (_name, [listener, expected]) => {
    test("as they are", async () => {
      expect(await outcome(listener as SingleTarget)).toEqual(expected);
    });
    test("of a server that does not listen", async () => {
      expect(await outcome(createHttpServer(listener as never))).toEqual(expected);
    });
    test("as middleware", async () => {
      const middleware = (req: IncomingMessage, res: ServerResponse, _next: () => void) => listener(req, res);
      expect(await outcome(middleware as SingleTarget)).toEqual(expected);
    });
  });

  test("a listener that throws when it has answered", async () => {
    const listener = async (_req: IncomingMessage, res: ServerResponse) => {
      res.setHeader("access-control-allow-origin", "*");
      res.end("a");
      boom();
    };
    expect((await outcome(listener)).code).toBe(null);
  });

  test("an Express application's errors are its own answers", async () => {
    const app = express();
    app.set("env", "test");
    app.use((_req, res) => {
      res.setHeader("access-control-allow-origin", "*");
      boom();
    });
    expect(await outcome(app)).toEqual(answered(500, expect.stringContaining("boom")));
  });

  test("middleware that passes an error on", async () => {
    const middleware = (_req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => {
      res.setHeader("access-control-allow-origin", "*");
      next(new Error("boom"));
    };
    expect(await outcome(middleware)).toEqual(answered(500, ""));
  });
});

describe("bodies that the page sends", () => {
  const send = () => ({ status: 200, headers: [["access-control-allow-origin", "*"]] as [string, string][] });
  const bodies: Readonly<Record<string, readonly [body: () => ReadableStream, text: string | RegExp]>> = {
    "a stream that never ends": [() => new ReadableStream(), `no body within ${TIMEOUT} ms`],
    "a stream that breaks": [
      () => new ReadableStream({ pull: (controller) => controller.error(new Error("boom")) }),
      "boom",
    ],
    "a stream of what are no bytes": [
      () => new ReadableStream({ start: (controller) => controller.enqueue("text") }),
      /Network error: ./,
    ],
  };
  test.each(Object.entries(bodies))("%s", async (_name, [body, text]) => {
    expect(await outcome(send, TIMEOUT, API, { method: "POST", body: body(), duplex: "half" })).toEqual(
      blocked(text),
    );
  });

  test("a stream that was read already is refused, as by a browser", async () => {
    const body = new Blob(["x"]).stream() as ReadableStream<Uint8Array>;
    body.getReader();
    await expect(page(APP, send).fetch(API, { method: "POST", body, duplex: "half" })).rejects.toThrow(
      TypeError,
    );
  });

  test.each([null, 5, "x"])("options that are %j: as in a browser", async (options) => {
    const fetched = page(APP, send).fetch(API, options as never);
    if (options === null) expect(await fetched).toMatchObject({ requests: [{ method: "GET" }] });
    else await expect(fetched).rejects.toThrow(new TypeError("options: write an object, or nothing."));
  });

  test("a Request is no URL: it is not asked for by its name", async () => {
    await expect(page(APP, send).fetch(new Request(API) as never)).rejects.toThrow(
      new TypeError("url: a Request was given; write fetch(request.url, { method, headers, ... })."),
    );
  });

  test("what a browser refuses is refused before the body is read", async () => {
    const started = performance.now();
    const options = { method: "GET", body: new ReadableStream() };
    await expect(page(APP, send).fetch(API, options)).rejects.toThrow(
      "A request with method GET cannot have a body.",
    );
    await expect(page(APP, send).fetch("https://", options)).rejects.toThrow(TypeError);
    expect(performance.now() - started).toBeLessThan(TIMEOUT);
  });
});
