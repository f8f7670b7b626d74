// import cors = require("boring-cors"), in CommonJS
import http = require("node:http");
import cors = require("boring-cors");
import express = require("express");

const options: cors.CorsOptions = { origin: ["https://app.example.com"], credentials: true };
const delegate: cors.CorsOptionsDelegate<express.Request> = (req, callback) =>
  callback(null, { origin: req.hostname });
const policy: cors.Policy = cors.definePolicy({ routes: { "/": options, "/public": { origin: "*" } } });
const decision: cors.Decision = cors.livePolicy(policy).decide({ method: "GET" });
const middleware: cors.CorsMiddleware = cors.default(policy);
express().use(
  cors(options),
  cors(delegate),
  cors.cors({ origin: (origin) => origin.length > 9 }),
  middleware,
);
http.createServer(middleware.wrap(express()));
const issues = (error: unknown): readonly cors.ConfigIssue[] =>
  error instanceof cors.CorsConfigError ? error.issues : policy.warnings;
void [decision, issues, cors.originsFromEnv("ORIGINS")];

// @ts-expect-error: an unknown option
cors({ origin: "*", allowHeaders: [] });
// @ts-expect-error: any would pass
cors.cors(7);
// @ts-expect-error: no credentials for everybody
cors.definePolicy({ routes: { "/": { origin: "*", credentials: true } } });
// @ts-expect-error: no such name
cors.nothing;
