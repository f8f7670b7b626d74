// A service behind an edge that could write CORS headers too: one owner for each path, and a check of what leaves.
import { once } from "node:events";
import http from "node:http";
import cors, { definePolicy } from "boring-cors";
import express from "express";

// Keys are the paths that the world sees. The edge cuts /shop off, base puts it back.
const policy = definePolicy({
  routes: {
    "/shop": { origin: ["https://app.example.com"], credentials: true }, // the service owns CORS
    "/shop/assets": "passthrough", // the edge does; to leave such a path out of the table is the same
  },
});
const service = express();
service.use(cors(policy, { base: "/shop" }));
service.get("/orders", (_req, res) => res.json([{ id: 1 }]));
service.get("/assets/logo.svg", (_req, res) => {
  res.set("Access-Control-Allow-Origin", "https://old.example").type("svg").send("<svg/>"); // forgotten long ago
});

// Stands in for nginx, an ingress or a CDN, which must do the same. Where the service owns CORS: add nothing, pass
// Origin and OPTIONS on (preflights carry no login, so ask for none), and cache by Vary. Where the edge owns it:
// remove what the service says, and answer preflights.
const TWO_OWNERS = process.env.TWO_OWNERS === "1"; // the mistake: the edge adds its header everywhere
const edge = http.createServer((req, res) => {
  const owned = req.url.startsWith("/shop/assets/");
  const { method, headers } = req;
  if (owned && method === "OPTIONS" && headers.origin && headers["access-control-request-method"]) {
    res.writeHead(204, { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET,HEAD" });
    res.end();
    return;
  }
  const target = serviceUrl + req.url.replace(/^\/shop(?=\/)/, "");
  const onward = http.request(target, { method, headers }, (answer) => {
    for (const [name, value] of Object.entries(answer.headers)) {
      if (!(owned && name.startsWith("access-control-"))) res.setHeader(name, value);
    }
    if (owned || TWO_OWNERS) res.appendHeader("Access-Control-Allow-Origin", "*");
    res.writeHead(answer.statusCode);
    answer.pipe(res);
  });
  onward.on("error", () => res.destroy());
  req.pipe(onward);
});

const first = Number(process.env.PORT ?? 3000);
const serviceUrl = await listen(service, first && first + 1);
const url = await listen(edge, first);
console.log(`Listening on ${url}\nUpstream on ${serviceUrl}\n`);

// Worth having against the real edge: a browser refuses a response with two Allow-Origin lines, even equal ones.
for (const path of ["/shop/orders", "/shop/assets/logo.svg"]) {
  const request = http.get(url + path, { headers: { Origin: "https://app.example.com" } });
  const [answer] = await once(request, "response");
  answer.resume();
  const lines = answer.headersDistinct["access-control-allow-origin"] ?? [];
  const verdict = lines.length === 1 ? "ok  " : "FAIL";
  console.log(`${verdict} ${path}: ${lines.length} Allow-Origin, ${lines.join(" and ")}`);
}
console.log(`
curl -i ${url}/shop/orders -H 'Origin: https://app.example.com'         # the service's: this origin, Vary
curl -i ${url}/shop/assets/logo.svg -H 'Origin: https://evil.example'   # the edge's: "*"
TWO_OWNERS=1 npm run example -- behind-an-edge   # two lines on /shop/orders: FAIL`);

async function listen(listener, port) {
  const server = listener.listen(port);
  await once(server, "listening");
  return `http://localhost:${server.address().port}`;
}
