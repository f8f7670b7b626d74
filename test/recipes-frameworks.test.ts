// The recipes for what is bigger than a middleware: NestJS, Socket.IO, OpenTelemetry, each for real.
import "reflect-metadata";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Controller, Get, type INestApplication, Module, Put } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";
import { expect, onTestFinished, test } from "vitest";
import cors, { definePolicy } from "../src/index.ts";
import { APP, EVIL, from, mounted, preflightFrom, started } from "./support/cases.ts";
import { blocks, readDocument, run, section } from "./support/markdown.ts";
import { corsHeaders, type RawRequest, sendTo, valuesOf } from "./support/raw-http.ts";

const RECIPES = section(readDocument("README.md"), "Recipes");
const codeOf = (title: string, language = "js") => blocks(section(RECIPES, title), language)[0] ?? "";
const POLICY = definePolicy({ origin: [APP], credentials: true });
const GRANTED = { "access-control-allow-origin": APP, "access-control-allow-credentials": "true" };
const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

async function portOf(server: HttpServer): Promise<number> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test("NestJS", async () => {
  class Orders {
    list() {
      return [];
    }
    replace() {
      return "replaced";
    }
  }
  // Decorators by hand, since the test is not compiled by Nest's compiler.
  const member = (name: keyof Orders) => Object.getOwnPropertyDescriptor(Orders.prototype, name) as never;
  Get()(Orders.prototype, "list", member("list"));
  Put()(Orders.prototype, "replace", member("replace"));
  Controller("orders")(Orders);
  class AppModule {}
  Module({ controllers: [Orders] })(AppModule);
  const quiet = { create: (module: never) => NestFactory.create(module, { logger: false }) };

  const app = (await run(codeOf("NestJS", "ts"), {
    modules: {
      "@nestjs/core": { NestFactory: quiet },
      "./app.module.js": { AppModule },
      "./cors-policy.js": { policy: POLICY },
    },
    result: "app",
  })) as INestApplication;
  onTestFinished(() => app.close());
  await app.listen(0, "127.0.0.1");
  const port = (app.getHttpServer().address() as AddressInfo).port;
  const ask = (request: Partial<RawRequest>) => sendTo(port, { target: "/orders", ...request });

  const granted = await ask(from(APP));
  expect([granted.status, granted.body, corsHeaders(granted)]).toEqual([200, "[]", GRANTED]);
  for (const response of [await ask(from(EVIL)), await ask({ target: "/none", ...from(EVIL) })]) {
    expect(corsHeaders(response)).toEqual({});
    expect(valuesOf(response, "vary")).toEqual(["Origin"]);
  }
  // A 404 of Nest's own exception filter stays readable for the page.
  expect(corsHeaders(await ask({ target: "/none", ...from(APP) }))).toEqual(GRANTED);
  const preflight = await ask(preflightFrom(APP));
  expect(preflight.status).toBe(204);
  expect(corsHeaders(preflight)).toEqual({
    ...GRANTED,
    "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
    "access-control-max-age": "600",
  });
  expect((await ask(preflightFrom(EVIL))).status).toBe(403);
});

test("Socket.IO", async () => {
  const server = createServer();
  const io = (await run(codeOf("Socket.IO"), {
    scope: { server, Server, cors, policy: POLICY },
    result: "io",
  })) as Server;
  onTestFinished(() => io.close());
  const port = await portOf(server);

  const polling = "/socket.io/?EIO=4&transport=polling";
  const granted = await sendTo(port, { target: polling, ...from(APP) });
  expect([granted.status, corsHeaders(granted)]).toEqual([200, GRANTED]);
  const refused = await sendTo(port, { target: polling, ...from(EVIL) });
  expect([refused.status, corsHeaders(refused), valuesOf(refused, "vary")]).toEqual([403, {}, ["Origin"]]);
  const preflight = await sendTo(port, { target: polling, ...preflightFrom(APP, "POST") });
  expect([preflight.status, valuesOf(preflight, "vary")]).toEqual([204, [PREFLIGHT_VARY]]);

  const outcome = (transport: "polling" | "websocket", origin: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(`http://127.0.0.1:${port}`, {
        transports: [transport],
        extraHeaders: { Origin: origin },
        reconnection: false,
        forceNew: true,
      });
      const end = (text: string) => {
        socket.close();
        resolve(text);
      };
      socket.on("connect", () => end("connected"));
      socket.on("connect_error", () => end("refused"));
    });
  for (const transport of ["polling", "websocket"] as const) {
    expect([transport, await outcome(transport, APP)]).toEqual([transport, "connected"]);
    expect([transport, await outcome(transport, EVIL)]).toEqual([transport, "refused"]);
  }
});

test("counting refusals", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  onTestFinished(async () => {
    metrics.disable();
    await provider.shutdown();
  });
  await run(codeOf("Counting refusals"));

  const policy = definePolicy({
    routes: { "/": { origin: [APP], methods: ["GET"] }, "/internal": false, "/legacy": "passthrough" },
  });
  const server = await started(mounted(cors(policy), (_req, res) => res.end()));
  for (let index = 0; index < 20; index++) await server.send(from(`https://evil-${index}.example`));
  await server.send(from("nonsense"));
  await server.send(preflightFrom(APP, "DELETE"));
  await server.send({ target: "/internal", ...from(APP) });
  for (const request of [from(APP), from(undefined), preflightFrom(APP, "GET")]) await server.send(request);
  await server.send({ target: "/legacy", ...from(EVIL) });

  await provider.forceFlush();
  const [counter] = exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
  expect(counter?.descriptor).toMatchObject({ name: "cors.refusals", unit: "{request}" });
  const counted = counter?.dataPoints.map(({ value, attributes }) => ({ value, ...attributes }));
  const cell = (value: number, route: string, reason: string) => ({
    value,
    "cors.route": route,
    "cors.reason": reason,
    "cors.policy": policy.digest,
  });
  // Twenty foreign origins are one series.
  expect(counted).toEqual([
    cell(20, "/", "origin-not-allowed"),
    cell(1, "/", "malformed-origin"),
    cell(1, "/", "method-not-allowed"),
    cell(1, "/internal", "cors-disabled"),
  ]);
});
