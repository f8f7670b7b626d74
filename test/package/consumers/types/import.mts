// import cors, { cors as named } from "boring-cors", in an ES module
import http from "node:http";
import cors, {
  CorsConfigError,
  type CorsOptions,
  type Decision,
  definePolicy,
  livePolicy,
  cors as named,
  originsFromEnv,
  type Policy,
} from "boring-cors";
import express from "express";

const options: CorsOptions = { origin: originsFromEnv("ORIGINS"), credentials: true };
const same: cors.CorsOptions = options;
const policy: Policy = definePolicy({ routes: { "/": same, "/public": { origin: "*" }, "/off": false } });
const decision: Decision = livePolicy(policy).decide({ method: "GET" });
const app = express();
app.use(cors(policy), named({ origin: (origin) => origin.endsWith(".example.com") }));
app.use(cors((req: express.Request, callback) => callback(null, { origin: req.hostname })));
http.createServer(cors(policy).wrap(app));
const issues = (error: unknown) => (error instanceof CorsConfigError ? error.issues : decision.vary);
void issues;

// @ts-expect-error: an unknown option
cors({ origin: "*", allowHeaders: [] });
// @ts-expect-error: any would pass
named(7);
// @ts-expect-error: no credentials for everybody
definePolicy({ routes: { "/": { origin: "*", credentials: true } } });

const later = import("boring-cors").then((all) => all.default({ origin: "*" }));
// @ts-expect-error: any would pass
import("boring-cors").then((all) => all.default(7));
void later;
