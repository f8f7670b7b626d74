// The same split as split-by-mount, written as one table of routes and mounted once.
import cors, { definePolicy } from "boring-cors";
import express from "express";

// One place to read, to review and to test: policy.decide({ method, path, origin }) needs no server.
const policy = definePolicy({
  routes: {
    "/api/private": { origin: ["https://app.example.com"], credentials: true },
    "/api/public": { origin: "*", methods: ["GET", "HEAD"], allowedHeaders: [], exposedHeaders: ["ETag"] },
    // The longest key wins, for preflights too. With mounts, one inside the other, this could not be said.
    "/api/private/metrics": false,
    // No key "/": other paths are left alone. They get no CORS header, so no page of another origin reads them.
  },
});

const app = express();
// First, before routes, authentication and limits: none of them should see a preflight.
app.use(cors(policy));
app.get("/api/private/orders", (_req, res) => res.json([{ id: 1 }]));
app.put("/api/private/orders/:id", (req, res) => res.json({ id: Number(req.params.id) }));
app.get("/api/private/metrics", (_req, res) => res.json({ requests: 1 }));
app.get("/api/public/prices", (_req, res) => res.set("ETag", '"v1"').json([{ item: "Tea", price: 3 }]));

const server = app.listen(process.env.PORT ?? 3000, (error) => {
  if (error) throw error;
  const { port } = server.address();
  // Keys are compared byte by byte. Express ignores case: it serves /API/public, but no page may read it there.
  console.log(`Listening on http://localhost:${port}

curl -i http://localhost:${port}/api/private/orders -H 'Origin: https://app.example.com'    # this origin, with cookies
curl -i http://localhost:${port}/api/public/prices -H 'Origin: https://evil.example'        # "*": everybody, no cookies
curl -i http://localhost:${port}/api/private/metrics -H 'Origin: https://app.example.com'   # no CORS headers at all`);
});
