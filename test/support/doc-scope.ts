// What the examples in doc comments speak of: the package's values, and an application around them.
import { subscribe } from "node:diagnostics_channel";
import http, { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import express from "express";
import { expect } from "vitest";
import * as edge from "../../src/edge/index.ts";
import * as boringCors from "../../src/index.ts";
import { page } from "../../src/testing/index.ts";
import * as matchers from "../../src/testing/matchers.ts";

const APP = "https://app.example.com";
const policy = boringCors.definePolicy({
  routes: { "/": { origin: [APP], credentials: true }, "/public": { origin: "*" } },
});
const req = new IncomingMessage(new Socket());
// Not as an application may be configured: what the example of CorsConfigError catches.
const options: boringCors.PolicyOptions = { origin: "https://app.example.com/" };

expect.extend(matchers);
const server = express().use(boringCors.cors({ origin: [APP], credentials: true, exposedHeaders: ["ETag"] }));
server.use((_, res) => void res.set("ETag", '"1"').end("hello"));
const shop = page(APP, server);

export const scope = {
  ...boringCors,
  ...matchers,
  ...edge,
  notes: edge.toNginx(policy).notes,
  writeFileSync: (_file: string, _text: string) => {},
  page,
  matchers,
  expect,
  server,
  shop,
  evil: page("https://evil.example", server),
  got: await shop.fetch("https://api.example.com/orders"),
  subscribe,
  http,
  express,
  app: express(),
  policy,
  live: boringCors.livePolicy(policy),
  req,
  res: new ServerResponse(req),
  socket: new Socket(),
  options,
  isKnown: (origin: string | undefined) => origin === APP,
  db: {
    findByOrigin: async (origin: string) => (origin === APP ? { id: 1 } : undefined),
    listOrigins: async () => [APP],
    originsOf: async (_host: string | undefined) => [APP],
    onChange: (changed: () => Promise<void>) => void changed(),
  },
  console: { log: (..._: unknown[]) => {}, error: (..._: unknown[]) => {}, warn: (..._: unknown[]) => {} },
};
