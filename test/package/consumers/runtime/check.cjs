// What every runtime consumer does with what it got: serve real requests, through plain http and Express 5.
const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const http = require("node:http");
const express = require("express");

const ORIGIN = "https://app.example.com";

/** `cors` and `definePolicy` are what the consumer got; each must be the real thing. */
exports.check = async ({ cors, definePolicy, CorsConfigError }) => {
  const policy = definePolicy({ origin: [ORIGIN], credentials: true });
  assert.equal(policy.decide({ method: "GET", origin: ORIGIN }).allowed, true);
  assert.throws(
    () => cors({ origin: `${ORIGIN}/` }),
    (error) =>
      error instanceof CorsConfigError &&
      error.name === "CorsConfigError" &&
      error.issues[0].code === "ORIGIN_PATH",
  );
  loadsLater({ definePolicy });
  failsReadably();
  await exports.serves(cors(policy));
};

/** What a terminal shows when a service does not start: the problems, not a bundle's one long line. */
function failsReadably() {
  const { stderr } = spawnSync(process.execPath, ["-e", 'require("boring-cors")({ orgin: "x" })'], {
    cwd: __dirname,
    encoding: "utf8",
  });
  assert.match(stderr, /^CorsConfigError: Invalid CORS policy \(2 problems\):$/m);
  assert.ok(stderr.length < 2000, `${stderr.length} characters`);
}

/** What the package loads at first use is there: the RegExp judge, the suffix list, the words, `vary`. */
function loadsLater({ definePolicy }) {
  const codes = (origin) => {
    try {
      definePolicy({ origin, credentials: true, allowHeaders: [] });
    } catch ({ issues, message }) {
      assert.match(message, /did you mean "allowedHeaders"/);
      return issues.map(({ code }) => code);
    }
  };
  const expected = ["UNKNOWN_OPTION", "CREDENTIALS_PUBLIC_SUFFIX", "REGEXP_ANCHOR", "ORIGIN_PATH"];
  assert.deepEqual(codes(["https://*.github.io", /x/, "https://a.example/"]), expected);
  assert.match(definePolicy({ origin: false }).digest, /^[0-9a-f]{16}$/);
}

/** Does the middleware grant and refuse as the policy above does? */
exports.serves = async (middleware) => {
  const app = express();
  app.use(middleware);
  app.get("/", (_req, res) => res.send("express"));
  const plain = (req, res) => middleware(req, res, () => res.setHeader("vary", "Accept") && res.end("http"));
  for (const listener of [plain, app, middleware.wrap((_req, res) => res.end("wrapped"))]) {
    await serving(listener, async (url) => {
      await granted(url);
      await refused(url);
      await preflight(url);
    });
  }
};

async function granted(url) {
  const response = await fetch(url, { headers: { origin: ORIGIN } });
  assert.match(await response.text(), /^(http|express|wrapped)$/);
  assert.equal(response.headers.get("access-control-allow-origin"), ORIGIN);
  assert.equal(response.headers.get("access-control-allow-credentials"), "true");
  assert.match(response.headers.get("vary"), /^(Accept, )?Origin$/);
}

async function refused(url) {
  const response = await fetch(url, { headers: { origin: "https://evil.example" } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  assert.match(response.headers.get("vary"), /^(Accept, )?Origin$/);
}

async function preflight(url) {
  const response = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin: ORIGIN,
      "access-control-request-method": "PUT",
      "access-control-request-headers": "x-a",
    },
  });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("access-control-allow-headers"), "x-a");
  assert.match(response.headers.get("access-control-allow-methods"), /PUT/);
}

async function serving(listener, use) {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Consumers end with this: a rejection must fail them. */
exports.main = (promise) => {
  promise.catch((error) => {
    console.error(error);
    process.exit(1);
  });
};
