// Connect 3, without Express: the middleware needs Node's request and response, and nothing else.
import cors, { definePolicy } from "boring-cors";
import connect from "connect";

const policy = definePolicy({
  routes: {
    "/": { origin: ["https://app.example.com"], credentials: true, methods: ["GET", "POST", "DELETE"] },
    "/public": { origin: "*", methods: ["GET", "HEAD"] },
  },
});

const json = (res, value) => {
  res.setHeader("Content-Type", "application/json");
  res.end(JSON.stringify(value));
};

const app = connect();
// First, so that what fails below still carries the headers, and the page can read the status and the message.
app.use(cors(policy));
// Connect cuts the mount path off req.url; the policy looks at the whole path (req.originalUrl).
app.use("/public/prices", (_req, res) => json(res, [{ item: "Tea", price: 3 }]));
app.use("/orders", (_req, res) => json(res, [{ id: 1 }]));
app.use("/broken", () => {
  throw new Error("out of tea");
});
app.use((error, _req, res, _next) => {
  res.statusCode = 500;
  json(res, { error: error.message });
});

// Or in front of Connect, where preflights are cheapest, and without app.use(cors(policy)):
//   http.createServer(cors(policy).wrap(app)).listen(3000);
const server = app.listen(process.env.PORT ?? 3000, () => {
  const { port } = server.address();
  console.log(`Listening on http://localhost:${port}

curl -i http://localhost:${port}/orders -H 'Origin: https://app.example.com'          # granted, with cookies
curl -i http://localhost:${port}/broken -H 'Origin: https://app.example.com'          # 500, and still readable
curl -i http://localhost:${port}/public/prices -H 'Origin: https://evil.example'      # "*": everybody, no cookies`);
});
