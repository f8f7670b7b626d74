// Subdomains, development ports, and a RegExp for what patterns cannot say.
import cors from "boring-cors";
import express from "express";

const origins = [
  // One or more labels: app.example.com, a.b.example.com. Not evilexample.com, not example.com itself,
  "https://*.example.com",
  // so the apex stands beside it.
  "https://example.com",
  // A port is part of an origin: the two above mean 443 and no other.
  "https://status.example.com:8443",
  // "pr-" and a number, on a domain of ours. Anchored at both ends and with escaped dots, or it would not start.
  /^https:\/\/pr-\d+\.preview\.example\.net$/,
];

// Any port on the developer's machine. Asked for by name, since NODE_ENV is easily forgotten: a production server
// without it must not trust whatever program happens to listen on its users' machines.
if (process.env.NODE_ENV === "development") origins.push("http://localhost:*");

const app = express();
// With cookies the answer names the one origin that asked, never "*", and Vary keeps caches from mixing them up.
app.use(cors({ origin: origins, credentials: true }));
app.get("/me", (_req, res) => res.json({ name: "Ada" }));

const server = app.listen(process.env.PORT ?? 3000, (error) => {
  if (error) throw error;
  const { port } = server.address();
  console.log(`Listening on http://localhost:${port}

curl -i http://localhost:${port}/me -H 'Origin: https://a.b.example.com'    # granted
curl -i http://localhost:${port}/me -H 'Origin: https://evilexample.com'    # Vary, and nothing else
curl -i http://localhost:${port}/me -H 'Origin: http://localhost:5173'      # granted under NODE_ENV=development only`);
});
