// Broken services, written by hand: what caches make of it.
import type { RequestListener } from "node:http";
import { type Animal, right, withoutOn } from "./animal.ts";
import { application, chain, handWritten, type Step, service, setting } from "./service.ts";

/** Behind it an answer of 304 to whoever has the tag. */
const tagged: Step = (req, res, next) => {
  res.setHeader("ETag", '"1"');
  if (req.headers["if-none-match"] !== '"1"') return next();
  res.writeHead(304).end();
};

/** A cache that keys by URL alone; with `heeds` it heeds Vary: Origin. */
function cache(behind: RequestListener, heeds: boolean): RequestListener {
  const stored = new Map<string, { status: number; headers: Record<string, unknown> }>();
  return (req, res) => {
    if (req.method !== "GET") return behind(req, res);
    const key = `${req.url} ${heeds ? req.headers.origin : ""}`;
    const hit = stored.get(key);
    if (hit !== undefined) {
      for (const [name, value] of Object.entries(hit.headers)) res.setHeader(name, value as string);
      res.writeHead(hit.status, { Age: "3", "X-Cache": "HIT" }).end("orders");
      return;
    }
    res.on("finish", () => stored.set(key, { status: res.statusCode, headers: { ...res.getHeaders() } }));
    behind(req, res);
  };
}

export const CACHES: readonly Animal[] = [
  {
    name: "no Vary",
    broken: service({ vary: false }),
    fixed: right,
    fails: ["vary-origin"],
  },
  {
    name: "Vary only for allowed origins",
    broken: service({ vary: "allowed" }),
    fixed: right,
    fails: ["vary-origin"],
  },
  {
    name: "Vary only where there is an Origin",
    broken: service({ vary: "with origin" }),
    fixed: right,
    fails: ["vary-origin"],
  },
  {
    name: "Vary overwritten by the application",
    broken: chain(handWritten(), setting("Vary", "Accept-Encoding"), application),
    fixed: chain(handWritten(), setting("Vary", "Accept-Encoding, Origin"), application),
    fails: ["vary-origin"],
  },
  {
    name: "no Vary, but no-store",
    broken: chain(setting("Cache-Control", "no-store"), handWritten({ vary: false }), application),
    fixed: right,
    warns: ["vary-origin"],
  },
  {
    name: "* only where there is an Origin",
    broken: service({ allow: () => "*", credentials: undefined, vary: false }),
    fixed: chain(setting("Access-Control-Allow-Origin", "*"), application),
    fails: ["vary-origin"],
  },
  {
    name: "Vary on two lines",
    broken: chain(setting("Vary", ["Accept-Encoding", "Origin"]), handWritten({ vary: false }), application),
    fixed: right,
    warns: ["vary-lines"],
  },
  {
    name: "Vary lost on errors",
    broken: chain(
      handWritten(),
      (req, res, next) => {
        if (!req.url?.startsWith("/orders?") && req.url !== "/orders") res.removeHeader("Vary");
        next();
      },
      application,
    ),
    fixed: right,
    warns: ["vary-errors"],
  },
  {
    name: "a cache that ignores Origin",
    broken: cache(service(), false),
    fixed: cache(service(), true),
    fails: ["cached-variant"],
  },
  {
    name: "an answer out of a cache, meant for another",
    broken: chain(
      handWritten(),
      (req, res, next) => {
        if (req.url === "/orders" && req.method === "GET") {
          res.setHeader("Access-Control-Allow-Origin", "https://admin.example.com");
          res.setHeader("Age", "30");
        }
        next();
      },
      application,
    ),
    fixed: right,
    fails: ["cached-variant", "origin-inexact"],
  },
  {
    name: "a 304 without CORS headers",
    broken: chain(withoutOn(304), handWritten(), tagged, application),
    fixed: chain(handWritten(), tagged, application),
    fails: ["not-modified"],
  },
];
