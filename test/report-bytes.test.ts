// mode "report" changes no byte: the whole policy table through each framework, and every way to write a head.
import { createReadStream } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import compression from "compression";
import express from "express";
import session from "express-session";
import { describe, expect, test } from "vitest";
import { type CorsMiddleware, cors } from "../src/index.ts";
import { APP, EVIL, from, type Handler, preflightFrom, settled, started } from "./support/cases.ts";
import type { RawRequest, RawResponse } from "./support/raw-http.ts";
import { type Layer, linesOf, npm, published, stack } from "./support/report.ts";
import { type Row, requestOf, TABLE } from "./support/table.ts";
import { FRAMEWORKS } from "./support/targets.ts";

const onHeaders = createRequire(import.meta.url)("on-headers-1.0") as (
  res: ServerResponse,
  listener: () => void,
) => void;

const reporting = (options: unknown) => cors(options as { origin: "*" }, { mode: "report" });
const POLICY = { origin: [APP], credentials: true, exposedHeaders: ["ETag"] } as const;

/** Everything that came, but the time of day. */
const bytes = ({ headers, ...rest }: RawResponse) => ({
  ...rest,
  headers: headers.map(([name, value]) => [name, name === "Date" ? "" : value]),
});

// What answers today: a misconfigured npm cors, and an application that has something to say to each request.
const today = npm({ origin: [EVIL, APP], exposedHeaders: ["X-A"], maxAge: 5, preflightContinue: true });
const application: Handler = (req, res) => {
  res.setHeader("X-Method", String(req.method));
  res.end("application");
};

describe.each(Object.entries(FRAMEWORKS))("%s", (_framework, mount) => {
  test.each(TABLE)("$name", async ({ options, rows }) => {
    const nothing = ((_req, _res, next) => next()) as Layer as CorsMiddleware;
    const without = Object.assign(nothing, { wrap: (listener: RequestListener) => listener });
    const behind = (middleware: CorsMiddleware) =>
      started(mount(middleware, (req, res) => today(req, res, () => application(req, res))));
    const [plain, watched] = [await behind(without), await behind(reporting(options))];
    for (const row of rows as readonly Row[]) {
      const request = requestOf(row);
      expect(bytes(await watched.send(request)), row.name).toEqual(bytes(await plain.send(request)));
    }
  });
});

const HEADERS: readonly (readonly [string, string])[] = [
  ["X-First", "1"],
  ["access-control-allow-ORIGIN", "*"],
  ["VARY", "accept"],
  ["Set-Cookie", "a=1"],
  ["Set-Cookie", "b=2"],
];
const sets: Handler = (_req, res) => {
  for (const [name, value] of HEADERS) res.appendHeader(name, value);
};
const WRITERS: Readonly<Record<string, Handler>> = {
  setHeader: (req, res) => {
    sets(req, res);
    res.end("x");
  },
  "writeHead with an object": (_req, res) => void res.writeHead(200, Object.fromEntries(HEADERS)).end("x"),
  "writeHead with a reason and an object": (_req, res) =>
    void res.writeHead(201, "Fine", Object.fromEntries(HEADERS)).end("x"),
  "writeHead with a flat array": (_req, res) => void res.writeHead(200, HEADERS.flat()).end("x"),
  "writeHead with a reason and a flat array": (_req, res) =>
    void res.writeHead(200, "Fine", HEADERS.flat()).end("x"),
  "writeHead with pairs": (_req, res) => void res.writeHead(200, HEADERS as never).end("x"),
  "setHeader, then writeHead": (req, res) => {
    sets(req, res);
    res.writeHead(404, undefined as never).end("x");
  },
  flushHeaders: (req, res) => {
    sets(req, res);
    res.flushHeaders();
    res.end("x");
  },
  write: (req, res) => {
    sets(req, res);
    res.write("x");
    res.end();
  },
  "a stream": (req, res) => {
    sets(req, res);
    Readable.from(["x"]).pipe(res);
  },
  "a file": (req, res) => {
    sets(req, res);
    createReadStream(new URL("./support/one-byte.txt", import.meta.url)).pipe(res);
  },
  later: (req, res) => {
    sets(req, res);
    setTimeout(() => res.end("x"), 5);
  },
  304: (req, res) => {
    sets(req, res);
    res.writeHead(304).end();
  },
  "no body": (_req, res) => void res.end(),
  "early hints and 102 first": (req, res) => {
    res.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
    res.writeProcessing();
    sets(req, res);
    res.end("x");
  },
  "writeHead twice": (req, res) => {
    sets(req, res);
    res.writeHead(200);
    try {
      res.writeHead(200);
    } catch (error) {
      res.end((error as { code?: string }).code);
    }
  },
  "a status that is none": (_req, res) => {
    try {
      res.writeHead(99);
    } catch (error) {
      res.end((error as { code?: string }).code);
    }
  },
};
const REQUESTS: readonly Partial<RawRequest>[] = [
  {},
  from(APP),
  from(EVIL),
  { method: "HEAD", ...from(APP) },
  preflightFrom(APP),
];

test.each(Object.entries(WRITERS))("written by %s: the same bytes, and looked at", async (name, handler) => {
  const events = published();
  const plain = await started(handler);
  const watched = await started(stack([reporting(POLICY) as Layer], handler));
  for (const request of REQUESTS) {
    expect(bytes(await watched.send(request))).toEqual(bytes(await plain.send(request)));
  }
  await settled();
  const readable = linesOf(events).filter((line) => line === "blocks access-control-allow-origin: * -> none");
  expect(readable).toHaveLength(/^(?:no body|a status that is none)$/.test(name) ? 0 : 1);
});

const signed: Layer = (_req, res, next) => {
  onHeaders(res, () => {
    res.setHeader("Access-Control-Allow-Origin", APP);
    res.setHeader("Vary", "Origin");
  });
  next();
};

describe("whoever else replaces writeHead", () => {
  const enforcing = cors(POLICY) as Layer;
  const report = () => reporting({ origin: [APP] }) as Layer;
  const OPENED = [`opens access-control-allow-origin: none -> ${APP}`, "none vary: none -> Origin"];
  const LAYERS: Readonly<Record<string, (report: Layer) => Layer[]>> = {
    "an enforcing policy outside": (one) => [enforcing, one],
    "an enforcing policy inside": (one) => [one, enforcing],
    "enforcing policies on both sides": (one) => [enforcing, one, cors({ origin: "*" }) as Layer],
    "on-headers 1.0 outside": (one) => [signed, one],
    "on-headers 1.0 inside": (one) => [one, signed],
    "two reports": (one) => [one, report()],
    "the same report twice": (one) => [one, one],
    "blockRefused inside": (one) => [one, cors({ origin: [APP], blockRefused: true }) as Layer],
  };

  test.each(Object.entries(LAYERS))("%s: the same bytes", async (_name, layers) => {
    const plain = await started(
      stack(
        layers((_req, _res, next) => next()),
        application,
      ),
    );
    const watched = await started(stack(layers(report()), application));
    for (const request of [...REQUESTS, preflightFrom(EVIL)]) {
      expect(bytes(await watched.send(request))).toEqual(bytes(await plain.send(request)));
    }
  });

  test.each([
    ["an enforcing policy outside", ["blocks access-control-allow-credentials: true -> none"]],
    ["an enforcing policy inside", ["blocks access-control-allow-credentials: true -> none"]],
    ["on-headers 1.0 outside", []],
    ["on-headers 1.0 inside", []],
    ["two reports", [...OPENED, ...OPENED]],
    ["the same report twice", OPENED],
  ])("%s: what really left is compared", async (name, lines) => {
    const server = await started(stack(LAYERS[name]?.(report()) ?? [], application));
    const events = published();
    await server.send(from(APP));
    await settled();
    const seen = linesOf(events).filter((line) => !line.includes("expose"));
    expect(seen).toEqual(lines);
  });
});

test("compression and sessions, before and behind", async () => {
  const listener = (layers: readonly unknown[]): RequestListener => {
    const app = express();
    for (const layer of layers) app.use(layer as express.RequestHandler);
    app.get("/", (_req, res) => void res.type("text").send("x".repeat(2000)));
    return app;
  };
  const others = () => [
    compression(),
    session({ secret: "s", resave: false, saveUninitialized: true, genid: () => "1" }),
  ];
  const request = from(APP, [["Accept-Encoding", "gzip"]]);
  const plain = await started(listener([...others(), npm()]));
  const events = published();
  for (const layers of [
    [reporting(POLICY), ...others(), npm()],
    [...others(), reporting(POLICY), npm()],
    [...others(), npm(), reporting(POLICY)],
  ]) {
    const watched = await started(listener(layers));
    expect(bytes(await watched.send(request))).toEqual(bytes(await plain.send(request)));
  }
  await settled();
  expect(linesOf(events).filter((line) => line.includes("vary"))).toEqual(
    Array(3).fill("none vary: Accept-Encoding -> Accept-Encoding, Origin"),
  );
});

test("a body that is on its way, or was, is nobody's to compare", async () => {
  const events = published();
  const sent: Layer = (_req, res, next) => {
    res.writeHead(200, { "Access-Control-Allow-Origin": "*" });
    next();
  };
  const server = await started(stack([sent, reporting(POLICY) as Layer], (_req, res) => void res.end("x")));
  expect((await server.send(from(EVIL))).status).toBe(200);
  await settled();
  expect(events).toEqual([]);
});

test("http2's compatibility API", async () => {
  const events = published();
  const ask = async (middleware: Layer, headers: Record<string, string>, handler: Handler) => {
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
    return Object.entries(head).filter(([name]) => name !== "date");
  };
  const nothing: Layer = (_req, _res, next) => next();
  for (const name of ["setHeader", "write", "later", "304", "no body", "flushHeaders"]) {
    const handler = WRITERS[name] as Handler;
    const watched = await ask(reporting(POLICY) as Layer, { origin: EVIL }, handler);
    expect(watched, name).toEqual(await ask(nothing, { origin: EVIL }, handler));
  }
  await settled();
  expect(linesOf(events).filter((line) => !line.includes("vary"))).toEqual(
    Array(5).fill("blocks access-control-allow-origin: * -> none"),
  );
});
