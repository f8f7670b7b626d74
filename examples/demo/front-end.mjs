// The two front ends: one server, one page, two names; plus what the policy decides about each case, same-origin.
import { readFile } from "node:fs/promises";
import { CASES } from "./cases.mjs";
import { preflighted, preflightOf } from "./requests.mjs";

/** Paths below this folder, as they are on disk, so that the page's imports mean the same here and there. */
export const FILES = {
  "/": "page/index.html",
  "/page/style.css": "page/style.css",
  "/page/page.mjs": "page/page.mjs",
  "/page/card.mjs": "page/card.mjs",
  "/cases.mjs": "cases.mjs",
  "/judge.mjs": "judge.mjs",
};

const TYPES = { html: "text/html; charset=utf-8", css: "text/css", mjs: "text/javascript" };

/**
 * @param {import("boring-cors").Policy} policy
 * @param {import("./demo.mjs").Addresses} addresses
 * @returns {import("node:http").RequestListener}
 */
export function frontEnds(policy, addresses) {
  return (req, res) => {
    answer(policy, addresses, req, res).catch((error) => {
      res.statusCode = 500;
      res.end(String(error));
    });
  };
}

async function answer(policy, addresses, req, res) {
  const side = ["trusted", "evil"].find((name) => new URL(addresses[name]).host === req.headers.host);
  if (side === undefined) {
    // localhost or 127.0.0.1 typed by hand: the page would have an origin that is neither of the two.
    res.writeHead(302, { Location: addresses.trusted });
    res.end();
    return;
  }
  const path = new URL(req.url, addresses[side]).pathname;
  const demoCase = CASES.find(({ id }) => path === `/decisions/${id}`);
  if (demoCase !== undefined)
    sendJson(res, await decisions(policy, demoCase.request, addresses, addresses[side]));
  else if (path === "/site.json")
    sendJson(res, { side, ...addresses, preflighted: await preflighted(addresses, addresses[side]) });
  else if (Object.hasOwn(FILES, path)) await sendFile(res, FILES[path]);
  else {
    res.statusCode = 404;
    res.end();
  }
}

function sendJson(res, value) {
  res.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  res.end(JSON.stringify(value));
}

async function sendFile(res, name) {
  const content = await readFile(new URL(name, import.meta.url));
  res.writeHead(200, { "Content-Type": TYPES[name.split(".").at(-1)], "Cache-Control": "no-store" });
  res.end(content);
}

/** What the policy says to each request that a browser sends: no server is asked, so it works for blocked ones too. */
async function decisions(policy, request, addresses, origin) {
  const path = request.to === "direct" ? `/public${request.path}` : request.path;
  const asked = [{ method: request.method, path, origin }];
  const preflight = await preflightOf(request, addresses, origin);
  if (preflight !== undefined) asked.unshift({ method: "OPTIONS", path, origin, ...preflight });
  return asked.map((one) => {
    const { kind, allowed, reason, detail, route } = policy.decide(one);
    return { kind, allowed, reason, detail, route, credentials: policy.routes[route]?.credentials === true };
  });
}
