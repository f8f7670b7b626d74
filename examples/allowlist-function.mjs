// The usual Express service: an allowlist behind an origin function, as it is written for npm `cors`.
import cors from "boring-cors";
import express from "express";

// A list that is fixed needs no function: `origin: allowlist` is checked at start, and a refusal then says why.
const allowlist = ["https://app.example.com", "https://admin.example.com"];

const app = express();
app.use(
  cors({
    // Asked only when there is an Origin, so `!origin ||` is gone; to refuse is an answer, not an error.
    origin: (origin, callback) => callback(null, allowlist.includes(origin)),
    credentials: true,
  }),
);
app.get("/orders", (_req, res) => res.json([{ id: 1 }]));
app.put("/orders/:id", (req, res) => res.json({ id: Number(req.params.id) }));

const server = app.listen(process.env.PORT ?? 3000, (error) => {
  if (error) throw error;
  const { port } = server.address();
  console.log(`Listening on http://localhost:${port}

curl -i http://localhost:${port}/orders -H 'Origin: https://app.example.com'   # granted
curl -i http://localhost:${port}/orders -H 'Origin: https://evil.example'      # Vary, and nothing else`);
});
