// Broken services, written by hand: answers, errors, redirects, and no answer at all.
import express from "express";
import { cors } from "../../src/index.ts";
import { type Animal, COOKIES, PUT, right, withoutOn } from "./animal.ts";
import { APP } from "./run.ts";
import { application, chain, handWritten, type Step, service, setting } from "./service.ts";

/** A session store that is down. */
const failing: Step = () => {
  throw new Error("no answer from the store");
};
const NAMED = { origin: [APP], credentials: true };

export const ANSWERS: readonly Animal[] = [
  {
    name: "errors without CORS headers",
    broken: chain(withoutOn(404), right as Step),
    fixed: right,
    warns: ["errors-without-cors"],
  },
  {
    name: "a redirect",
    broken: chain(
      handWritten(),
      (req, res, next) => {
        if (req.url === "/orders") res.writeHead(308, { Location: "/orders?page=1" }).end();
        else next();
      },
      application,
    ),
    fixed: right,
    warns: ["redirect"],
  },
  {
    name: "a redirect without CORS headers",
    broken: chain((req, res, next) => {
      if (req.url === "/orders") res.writeHead(308, { Location: "/orders?page=1" }).end();
      else next();
    }, right as Step),
    fixed: right,
    fails: ["answer-without-cors"],
    warns: ["redirect"],
  },
  {
    name: "http redirected to https",
    broken: chain((req, res) => {
      res.writeHead(301, { Location: `https://${req.headers.host}/orders` }).end();
    }),
    fixed: right,
    fails: ["answer-without-cors"],
    warns: ["https-redirect"],
  },
  {
    name: "pagination that no page can read",
    broken: chain(
      setting("X-Total-Count", "7"),
      setting("Link", "</orders?page=2>; rel=next"),
      right as Step,
    ),
    fixed: chain(setting("X-Total-Count", "7"), service({ expose: "X-Total-Count" }) as Step),
    warns: ["exposed-headers"],
  },
  {
    name: "a cookie that stays at home",
    broken: chain(setting("Set-Cookie", "sid=0123456789; HttpOnly; SameSite=Lax"), right as Step),
    fixed: chain(setting("Set-Cookie", "sid=0123456789; HttpOnly; SameSite=None; Secure"), right as Step),
    options: COOKIES,
    warns: ["cookies"],
  },
  {
    name: "helmet's resource policy",
    broken: chain(setting("Cross-Origin-Resource-Policy", "same-origin"), right as Step),
    fixed: chain(setting("Cross-Origin-Resource-Policy", "cross-origin"), right as Step),
    warns: ["resource-policy"],
  },
  {
    name: "preflights are reset",
    broken: chain(
      (req, _res, next) => (req.method === "OPTIONS" ? req.socket.resetAndDestroy() : next()),
      right as Step,
    ),
    fixed: right,
    options: PUT,
    fails: ["no-answer"],
  },
  {
    name: "preflights never end",
    broken: chain((req, _res, next) => (req.method === "OPTIONS" ? undefined : next()), right as Step),
    fixed: right,
    options: { ...PUT, timeout: "800" },
    fails: ["no-answer"],
  },
  {
    name: "preflights get garbage",
    broken: chain(
      (req, _res, next) => (req.method === "OPTIONS" ? req.socket.end("garbage\r\n\r\n") : next()),
      right as Step,
    ),
    fixed: right,
    options: PUT,
    fails: ["no-answer"],
  },
  {
    name: "a resource policy for the site, and a page of another",
    broken: chain(setting("Cross-Origin-Resource-Policy", "same-site"), right as Step),
    fixed: chain(setting("Cross-Origin-Resource-Policy", "cross-origin"), right as Step),
    warns: ["resource-policy"],
  },
  {
    name: "request ids that cookies keep from *",
    broken: chain(setting("X-Request-Id", "7"), service({ expose: "*" }) as Step),
    fixed: chain(setting("X-Request-Id", "7"), service({ expose: "X-Request-Id" }) as Step),
    options: COOKIES,
    warns: ["exposed-headers"],
  },
  {
    name: "a 500 without CORS headers",
    broken: chain((_req, res) => res.writeHead(500).end()),
    fixed: chain(handWritten(), (_req, res) => res.writeHead(500).end()),
    fails: ["answer-without-cors"],
  },
  {
    name: "Express answers 500 from in front of CORS",
    broken: express().use(failing).use(cors(NAMED)),
    fixed: express().use(cors(NAMED)).use(failing),
    fails: ["answer-without-cors"],
  },
  {
    name: "a 403 for everybody",
    broken: chain((_req, res) => res.writeHead(403).end()),
    fixed: right,
    fails: ["origin-not-allowed"],
  },
];
