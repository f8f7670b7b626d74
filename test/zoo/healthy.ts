// Healthy services: nothing fails there, whoever wrote them.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import fastifyCors from "@fastify/cors";
import { getRequestListener } from "@hono/node-server";
import compression from "compression";
import connect from "connect";
import npmCors from "cors";
import express from "express";
import express4 from "express4";
import fastify from "fastify";
import helmet from "helmet";
import { Hono } from "hono";
import { cors as honoCors } from "hono/cors";
import type { CheckOptions } from "../../src/cli/check/options.ts";
import { cors } from "../../src/index.ts";
import { APP } from "./run.ts";
import { application, chain, handWritten, PREFLIGHT, type Step, service, setting } from "./service.ts";

export interface Healthy {
  readonly name: string;
  readonly listener: RequestListener;
  readonly options?: CheckOptions;
}

const PUT: CheckOptions = { method: "PUT", header: ["X-Own: 1"], credentials: true };
const NAMED = {
  origin: [APP],
  credentials: true,
  methods: ["GET", "PUT"],
  allowedHeaders: ["X-Own"],
} as const;
const app = (req: IncomingMessage, res: ServerResponse) => application(req, res, () => {});
const onExpress5 = (...middleware: readonly unknown[]) =>
  middleware.reduce((built: ReturnType<typeof express>, one) => built.use(one as Step), express()).use(app);

function onFastify(): RequestListener {
  const built = fastify();
  built.register(fastifyCors, {
    origin: [APP],
    credentials: true,
    methods: ["GET", "PUT"],
    allowedHeaders: ["X-Own"],
    maxAge: 600,
  });
  built.get("/orders", async () => "orders");
  const ready = built.ready();
  return async (req, res) => {
    await ready;
    built.routing(req, res);
  };
}

function onHono(): RequestListener {
  const { origin, credentials, methods, allowedHeaders } = NAMED;
  const built = new Hono()
    .use(
      honoCors({
        origin: [...origin],
        credentials,
        allowMethods: [...methods],
        allowHeaders: [...allowedHeaders],
        maxAge: 600,
      }),
    )
    .get("/orders", (context) => context.text("orders"));
  return getRequestListener(built.fetch);
}

export const HEALTHY: readonly Healthy[] = [
  { name: "ours, on Express 5", listener: onExpress5(cors(NAMED)), options: PUT },
  { name: "ours, on Express 4", listener: express4().use(cors(NAMED)).use(app), options: PUT },
  { name: "ours, on Connect", listener: connect().use(cors(NAMED)).use(app), options: PUT },
  { name: "ours, wrapped around", listener: cors(NAMED).wrap(app), options: PUT },
  { name: "ours, with *", listener: onExpress5(cors({ origin: "*" })) },
  {
    name: "ours, with a pattern",
    listener: onExpress5(cors({ ...NAMED, origin: ["https://*.example.com"] })),
    options: PUT,
  },
  {
    name: "ours, with a pattern, for a page several levels down",
    listener: onExpress5(cors({ ...NAMED, origin: ["https://*.example.com"] })),
    options: { ...PUT, origin: "https://pr-7.preview.example.com" },
  },
  {
    name: "ours, for a developer's own machine with and without TLS",
    listener: onExpress5(cors({ ...NAMED, origin: ["https://localhost:3000", "http://localhost:3000"] })),
    options: { ...PUT, origin: "https://localhost:3000" },
  },
  {
    name: "ours, with a function",
    listener: onExpress5(cors({ ...NAMED, origin: (origin) => origin === APP })),
    options: PUT,
  },
  {
    name: "ours, with helmet and compression",
    listener: onExpress5(cors(NAMED), helmet(), compression()),
    options: PUT,
  },
  {
    name: "ours, refusing",
    listener: onExpress5(cors(NAMED)),
    options: { origin: "https://other.example", expect: "blocked" },
  },
  {
    name: "ours, with ETags of Express",
    listener: onExpress5(cors(NAMED), (_req: unknown, res: { send(body: string): void }) =>
      res.send("orders"),
    ),
    options: { credentials: true },
  },
  { name: "ours, asked with HEAD", listener: onExpress5(cors(NAMED)), options: { method: "HEAD" } },
  {
    name: "ours, refusing a method",
    listener: onExpress5(cors(NAMED)),
    options: { method: "DELETE", expect: "blocked" },
  },
  {
    name: "npm cors, with a list",
    listener: onExpress5(
      npmCors({
        origin: [APP, "https://admin.example.com"],
        credentials: true,
        methods: ["GET", "PUT"],
        maxAge: 600,
      }),
    ),
    options: PUT,
  },
  {
    name: "npm cors, with one origin",
    listener: onExpress5(npmCors({ origin: APP, credentials: true })),
    options: PUT,
  },
  { name: "npm cors, with *", listener: onExpress5(npmCors()) },
  { name: "hand-written, with a list", listener: service(), options: PUT },
  { name: "hand-written, with *", listener: chain(setting("Access-Control-Allow-Origin", "*"), application) },
  {
    name: "hand-written, one origin for everybody, no Vary",
    listener: chain(setting("Access-Control-Allow-Origin", APP), application),
  },
  {
    name: "hand-written, POST answered by GET with 405",
    listener: chain(
      handWritten({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Methods": "POST" } }),
      (req, res) => {
        res.writeHead(req.method === "POST" ? 201 : 405).end();
      },
    ),
    options: { method: "POST", header: ["Content-Type: application/json"] },
  },
  { name: "@fastify/cors, with a list", listener: onFastify(), options: PUT },
  { name: "hono, with a list", listener: onHono(), options: PUT },
  {
    name: "hono, with *",
    listener: getRequestListener(
      new Hono().use(honoCors()).get("/orders", (context) => context.text("orders")).fetch,
    ),
  },
  { name: "none, and none is wanted", listener: chain(application), options: { expect: "blocked" } },
  {
    name: "refusing with 403",
    listener: chain((req, res, next) => {
      if ((req.headers.origin ?? APP) === APP) next();
      else res.writeHead(403, { Vary: "Origin" }).end();
    }, service() as Step),
    options: PUT,
  },
  {
    name: "CORS for PUT alone, and a page for GET",
    listener: chain((req, res, next) => {
      if (req.method === "GET") res.end("a page");
      else handWritten({ allow: () => "*", credentials: undefined })(req, res, next);
    }, application),
    options: { method: "PUT", header: ["X-Own: 1"] },
  },
  {
    name: "refusing with 403, without Vary",
    listener: chain((req, res, next) => {
      if ((req.headers.origin ?? APP) === APP) next();
      else res.writeHead(403).end();
    }, service() as Step),
  },
  {
    name: "strict about its query",
    listener: chain((req, res, next) => {
      if (req.url?.includes("?")) res.writeHead(400).end();
      else next();
    }, service() as Step),
    options: PUT,
  },
  {
    name: "with a limit that is reached",
    listener: chain((req, res, next) => {
      if (req.url?.includes("?")) res.writeHead(429, { "Retry-After": "1" }).end();
      else next();
    }, service() as Step),
  },
  {
    name: "request ids exposed to everybody by *",
    listener: chain(
      setting("X-Request-Id", "7"),
      setting("Access-Control-Expose-Headers", "*"),
      setting("Access-Control-Allow-Origin", "*"),
      application,
    ),
  },
  {
    name: "a page of this machine, under another port",
    listener: service({ allow: (origin) => (/^http:\/\/localhost:\d+$/.test(origin) ? origin : undefined) }),
    options: { ...PUT, origin: "http://localhost:5173" },
  },
  {
    name: "an extension of a browser",
    listener: service({ allow: (origin) => (origin === "chrome-extension://abc" ? origin : undefined) }),
    options: { ...PUT, origin: "chrome-extension://abc" },
  },
  {
    name: "a sandboxed frame, on purpose",
    listener: chain(setting("Access-Control-Allow-Origin", "*"), application),
    options: { origin: "null" },
  },
];
