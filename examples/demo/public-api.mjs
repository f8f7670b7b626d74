// The public read-only API: a Connect service that any website may read, with ETag, Link and rate-limit headers.
import { createHash } from "node:crypto";
import http from "node:http";
import cors from "boring-cors";
import connect from "connect";

const LIMIT = 1000;
const WINDOW_SECONDS = 60;
const ARTICLES = JSON.stringify([
  { id: 1, title: "Boring CORS is good CORS" },
  { id: 2, title: "Vary, or the cache that lied" },
]);

/** Behind the gateway the app is bare: CORS has its owner there. */
export function createPublicApi() {
  return http.createServer(publicApp());
}

/**
 * Reached directly nobody is in front, so the service is the owner. It sees `/articles` where the table says
 * `/public/articles`: `base` is what the gateway took off. Same table, same answers.
 *
 * @param {import("boring-cors").Policy} policy
 */
export function createDirectPublicApi(policy) {
  return http.createServer(cors(policy, { base: "/public" }).wrap(publicApp()));
}

function publicApp() {
  const app = connect();
  app.use(rateLimit());
  app.use("/articles", (req, res) => {
    const etag = `"${createHash("sha256").update(ARTICLES).digest("base64url").slice(0, 12)}"`;
    res.setHeader("ETag", etag);
    res.setHeader("Link", '</articles?page=2>; rel="next"');
    if (req.headers["if-none-match"] === etag) {
      res.statusCode = 304;
      res.end();
      return;
    }
    res.setHeader("Content-Type", "application/json");
    res.end(ARTICLES);
  });
  return app;
}

/** One window for all clients: enough to have real figures in the headers. */
function rateLimit() {
  let windowEnds = 0;
  let left = LIMIT;
  return (_req, res, next) => {
    const now = Date.now();
    if (now >= windowEnds) {
      windowEnds = now + WINDOW_SECONDS * 1000;
      left = LIMIT;
    }
    left = Math.max(0, left - 1);
    const seconds = Math.ceil((windowEnds - now) / 1000);
    res.setHeader("RateLimit-Policy", `"default";q=${LIMIT};w=${WINDOW_SECONDS}`);
    res.setHeader("RateLimit", `"default";r=${left};t=${seconds}`);
    if (left > 0) return next();
    res.statusCode = 429;
    res.setHeader("Retry-After", String(seconds));
    res.end();
  };
}
