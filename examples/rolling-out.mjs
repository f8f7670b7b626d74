// A policy beside npm cors: what it would change, the switch to it, and the way back.
import { subscribe } from "node:diagnostics_channel";
import { createServer } from "node:http";
import cors from "boring-cors";
import npmCors from "cors";
import express from "express";

// What answers today: every site may read, with the user's cookies.
const today = npmCors({ origin: true, credentials: true, exposedHeaders: ["X-Total"] });

// What is to answer. Somebody forgot the admin page, and a header.
const policy = { origin: ["https://app.example.com"], credentials: true };

// Counts what differs: one line for each kind of difference, whoever asks. Origins are the client's choice, so bounded.
const counts = new Map();
subscribe("boring-cors:difference", (event) => {
  if (event.kind === "policy") return console.error(event.error);
  const { effect, kind, header = kind, decision, request } = event;
  const key = `${effect.padEnd(6)} ${decision.kind.padEnd(9)} ${header} (${request.origin ?? "no origin"})`;
  if (counts.has(key) || counts.size < 1000) counts.set(key, (counts.get(key) ?? 0) + 1);
});

await serve("today: npm cors alone", today);
const report = cors(policy, { mode: "report" });
await serve("report: the same answers", report, today);
const { answers, blocks, opens } = report.differences;
console.log(`\n${answers} answers compared: ${blocks} would be blocked, ${opens} opened`);
for (const [line, count] of [...counts].sort()) console.log(`${String(count).padStart(4)}  ${line}`);

// Two of them were not meant.
policy.origin.push("https://admin.example.com");
policy.exposedHeaders = ["X-Total"];
counts.clear();
await serve("report: mended", cors(policy, { mode: "report" }), today);
console.log("");
for (const [line, count] of [...counts].sort()) console.log(`${String(count).padStart(4)}  ${line}`);

await serve("enforce: the policy, npm cors still behind it", cors(policy, { mode: "enforce" }), today);
await serve("rolled back: report again", cors(policy, { mode: "report" }), today);
await serve("done: npm cors is gone", cors(policy));

/** Starts the service with these layers, and asks it as four pages would. */
async function serve(title, ...layers) {
  const app = express();
  for (const layer of layers) app.use(layer);
  app.get("/orders", (_req, res) => res.set("X-Total", "7").json([]));
  const server = createServer(app);
  await new Promise((resolve) => server.listen(0, resolve));
  console.log(`\n${title}`);
  for (const origin of ["https://app.example.com", "https://admin.example.com", "https://evil.example"]) {
    const preflight = await ask(server, "OPTIONS", { origin, "access-control-request-method": "PUT" });
    const get = await ask(server, "GET", { origin });
    console.log(`  ${origin.padEnd(26)} preflight ${preflight}, GET ${get}`);
  }
  console.log(`  ${"monitoring".padEnd(26)} OPTIONS   ${await ask(server, "OPTIONS", {})}`);
  server.close();
}

/** The status, and who may read the answer. */
async function ask(server, method, headers) {
  const response = await fetch(`http://localhost:${server.address().port}/orders`, { method, headers });
  await response.arrayBuffer();
  return `${response.status} ${response.headers.get("access-control-allow-origin") === null ? "closed" : "open"}`;
}
