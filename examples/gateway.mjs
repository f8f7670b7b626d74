// A gateway in front of services, one of which has CORS of its own: the gateway's policy is what leaves.
import { once } from "node:events";
import cors, { definePolicy } from "boring-cors";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";

const policy = definePolicy({
  routes: {
    "/": { origin: ["https://app.example.com"], credentials: true },
    "/billing": { origin: ["https://accounts.example.com"], credentials: true },
    "/legacy": "passthrough", // the upstream owns CORS here, preflights included
  },
});

// An upstream as they are: any site may read it, and its own Vary says nothing of Origin.
const upstream = express();
upstream.use((req, res, next) => {
  res.set({ "Access-Control-Allow-Origin": "*", Vary: "Accept-Encoding" });
  if (req.method === "OPTIONS") res.set("Access-Control-Allow-Methods", "GET,PUT").sendStatus(204);
  else next();
});
upstream.get(["/orders", "/legacy"], (_req, res) => res.json([{ id: 1 }]));

// A service of ours that shares the table, for whoever reaches it without the gateway. It sees /invoices where the
// world sees /billing/invoices; base puts the prefix back, so that both look up the same key.
const billing = express();
billing.use(cors(policy, { base: "/billing" }));
billing.get("/invoices", (_req, res) => res.json([{ id: 9 }]));

const first = Number(process.env.PORT ?? 3000);
const upstreamUrl = await listen(upstream, first && first + 1);
const billingUrl = await listen(billing, first && first + 2);

const gateway = express();
// Before the proxies. Proxies copy the upstream's headers over ours: "*" would stand beside Allow-Credentials, and
// Vary: Origin would be gone, so that a cache could hand one origin's answer to another. The policy looks at the head
// of each response once more when it is written, puts that right, and says once what it found (CorsOverrideWarning).
gateway.use(cors(policy));
// Mounted at a path, the proxy passes on what follows it: /billing/invoices becomes /invoices.
gateway.use("/billing", createProxyMiddleware({ target: billingUrl }));
gateway.use(createProxyMiddleware({ target: upstreamUrl, pathFilter: ["/orders", "/legacy"] }));
const url = await listen(gateway, first);

console.log(`Listening on ${url}
Upstream on ${upstreamUrl}
Billing on ${billingUrl}

curl -i ${url}/orders -H 'Origin: https://app.example.com'   # this origin, not "*", and a warning in this terminal
curl -i ${url}/orders -H 'Origin: https://evil.example'      # the upstream's "*" is removed
curl -i ${url}/legacy -H 'Origin: https://evil.example'      # "*": the upstream's own, left alone`);

async function listen(app, port) {
  const server = app.listen(port);
  await once(server, "listening");
  return `http://localhost:${server.address().port}`;
}
