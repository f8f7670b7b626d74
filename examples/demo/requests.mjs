// The table's requests as a page's fetch() sends them: asked of boring-cors/testing, so that no browser is needed.
import { page } from "boring-cors/testing";
import { CASES } from "./cases.mjs";

/**
 * What a page of that origin asks first: the request's preflight where one is due.
 *
 * @param {import("./cases.mjs").DemoRequest} request
 * @param {import("./demo.mjs").Addresses} addresses
 * @param {string} origin
 * @returns {Promise<{ requestMethod: string, requestHeaders: string | undefined } | undefined>}
 */
export async function preflightOf(request, addresses, origin) {
  // Nothing is sent: whatever comes first is refused here.
  const { requests } = await page(origin, () => ({ status: 403, headers: [] })).fetch(
    addresses[request.to] + request.path,
    initOf(request),
  );
  const [{ kind, headers }] = requests;
  if (kind !== "preflight") return undefined;
  const asked = new Map(headers);
  return {
    requestMethod: asked.get("access-control-request-method"),
    requestHeaders: asked.get("access-control-request-headers"),
  };
}

/** The names of the cases that a browser asks for by preflight. */
export async function preflighted(addresses, origin) {
  const asked = await Promise.all(
    CASES.map(async ({ id, request }) => [id, await preflightOf(request, addresses, origin)]),
  );
  return asked.filter(([, preflight]) => preflight !== undefined).map(([id]) => id);
}

/**
 * A page of that origin before the demo's servers.
 *
 * @param {import("./demo.mjs").Addresses} addresses
 * @param {string} origin
 */
export function openPage(addresses, origin) {
  // To 127.0.0.1 whatever the name: browsers know that names under localhost are loopback, resolvers may not.
  const targets = Object.values(addresses).map((address) => [
    address,
    `http://127.0.0.1:${new URL(address).port}`,
  ]);
  return page(origin, Object.fromEntries(targets));
}

/**
 * @param {import("./cases.mjs").DemoRequest} request
 * @param {import("./demo.mjs").Addresses} addresses
 * @param {import("boring-cors/testing").Page} page
 * @returns {Promise<{ seen: import("./judge.mjs").Seen, setCookie: string[] }>}
 */
export async function perform(request, addresses, page) {
  const { blocked, response, requests } = await page.fetch(
    addresses[request.to] + request.path,
    initOf(request),
  );
  const last = requests.at(-1).response;
  const seen = {
    outcome: blocked === null ? "readable" : "blocked",
    at: blocked?.step,
    status: last.status,
    readable: [...(response?.headers.keys() ?? [])],
    wire: Object.fromEntries(new Headers(last.headers)),
    why: blocked?.code,
  };
  return { seen, setCookie: new Headers(last.headers).getSetCookie() };
}

function initOf({ method, headers, body, credentials }) {
  return { method, headers, body, credentials };
}
