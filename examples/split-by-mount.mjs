// Public and private routes, each router with a policy of its own, mounted side by side.
import cors from "boring-cors";
import express from "express";

const privateApi = express.Router();
privateApi.get("/orders", (_req, res) => res.json([{ id: 1 }]));
privateApi.put("/orders/:id", (req, res) => res.json({ id: Number(req.params.id) }));

const publicApi = express.Router();
publicApi.get("/prices", (_req, res) => res.set("ETag", '"v1"').json([{ item: "Tea", price: 3 }]));

const app = express();

// Cookies go along here, so the pages that may read the answers are named.
app.use("/api/private", cors({ origin: ["https://app.example.com"], credentials: true }), privateApi);

// Every site may read this, without cookies. Scripts can read ETag only because it is exposed.
app.use(
  "/api/public",
  cors({ origin: "*", methods: ["GET", "HEAD"], allowedHeaders: [], exposedHeaders: ["ETag"] }),
  publicApi,
);

// The two are siblings on purpose. A policy mounted further in, below another one, decides about its own GETs and
// POSTs, but never sees a preflight: the outermost policy answers those. What nests belongs into one table of routes:
// see split-by-route-table.mjs.

const server = app.listen(process.env.PORT ?? 3000, (error) => {
  if (error) throw error;
  const { port } = server.address();
  console.log(`Listening on http://localhost:${port}

curl -i http://localhost:${port}/api/private/orders -H 'Origin: https://app.example.com'   # this origin, with cookies
curl -i http://localhost:${port}/api/private/orders -H 'Origin: https://evil.example'      # Vary, and nothing else
curl -i http://localhost:${port}/api/public/prices -H 'Origin: https://evil.example'       # "*": everybody, no cookies`);
});
