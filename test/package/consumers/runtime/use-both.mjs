// Imported and required in one process: two copies, which must know each other's policies and claims.
import assert from "node:assert/strict";
import http from "node:http";
import { createRequire } from "node:module";
import esm, * as all from "boring-cors";
import { check, serves } from "./check.cjs";

const cjs = createRequire(import.meta.url)("boring-cors");
assert.notEqual(cjs, esm);
await check({ ...all, cors: esm });
await check({ cors: cjs, definePolicy: cjs.definePolicy, CorsConfigError: cjs.CorsConfigError });

const options = { origin: ["https://app.example.com"], credentials: true };
await serves(esm(cjs.definePolicy(options)));
await serves(cjs(all.definePolicy(options)));
await serves(esm(cjs.livePolicy(options)));
await serves(cjs(all.livePolicy(options)));
assert.equal(all.definePolicy(options).digest, cjs.definePolicy(options).digest);

// One owner of a response: the policy that ran last, whichever copy it came from.
const outer = cjs({ origin: "*" });
const inner = esm({ origin: ["https://app.example.com"] });
const server = http.createServer((req, res) => outer(req, res, () => inner(req, res, () => res.end())));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
process.on("warning", (warning) => assert.equal(warning.name, "CorsStackedWarning"));
const { headers } = await fetch(`http://127.0.0.1:${server.address().port}/`, {
  headers: { origin: "https://evil.example" },
});
assert.equal(headers.get("access-control-allow-origin"), null);
assert.equal(headers.get("vary"), "Origin");
server.close();
server.closeAllConnections();
