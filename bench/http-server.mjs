// One server in a process of its own: Express 5 with, behind or without a CORS middleware.
import http from "node:http";
import boring from "boring-cors";
import npmCors from "cors";
import express from "express";
import { makeOrigins } from "./contenders.mjs";

const { contender } = JSON.parse(process.argv[2]);
const origin = makeOrigins(10);

const LISTENERS = {
  "npm cors in Express 5": () => application(npmCors({ origin })),
  "boring-cors in Express 5": () => application(boring({ origin })),
  "boring-cors wrapped around Express 5": () => boring({ origin }).wrap(application()),
};

function application(middleware) {
  const app = express();
  if (middleware !== undefined) app.use(middleware);
  app.get("/api/orders", (_req, res) => res.json({ ok: true }));
  return app;
}

const server = http.createServer(LISTENERS[contender]());
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

// Asked for the processor time that the server has used: on a shared machine it says more than the clock.
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
