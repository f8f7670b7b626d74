// Sends a request the way a page's fetch() does: preflight first where one is due, Origin, cookies by site.
import http from "node:http";
import {
  corsProblem,
  needsPreflight,
  preflightProblem,
  readableHeaders,
  requestedHeaders,
} from "./fetch-rules.mjs";

/** One person's browser: its cookies are shared by every page that it shows. */
export class CookieJar {
  #cookies = new Map();

  /** Lax cookies go along with, and are taken from, same-site fetches only. */
  store(lines = [], site) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(/; */);
      const [name, value] = pair.split(/=(.*)/s);
      const lax = attributes.some((attribute) => attribute.toLowerCase() === "samesite=lax");
      if (site === "same-site" || !lax) this.#cookies.set(name, { value, lax });
    }
  }

  header(site) {
    const sent = [...this.#cookies].filter(([, { lax }]) => site === "same-site" || !lax);
    return sent.map(([name, { value }]) => `${name}=${value}`).join("; ") || undefined;
  }
}

/**
 * @param {import("./cases.mjs").DemoRequest} request
 * @param {{ url: string, origin: string, site: "same-site" | "cross-site", jar: CookieJar }} page
 * @returns {Promise<import("./judge.mjs").Seen>}
 */
export async function performAsBrowser(request, { url, origin, site, jar }) {
  const common = {
    Origin: origin,
    "Sec-Fetch-Site": site,
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
  };
  if (needsPreflight(request)) {
    const preflight = await send(url, "OPTIONS", {
      "Access-Control-Request-Method": request.method,
      "Access-Control-Request-Headers": requestedHeaders(request),
      ...common,
    });
    const problem = preflightProblem(request, preflight, origin);
    if (problem !== undefined) return blocked("preflight", preflight, problem);
  }
  const withCookies = request.credentials === "include";
  const cookie = withCookies ? jar.header(site) : undefined;
  const response = await send(
    url,
    request.method,
    { ...request.headers, ...common, Cookie: cookie },
    request.body,
  );
  if (withCookies) jar.store(response.cookies, site);
  const problem = corsProblem(request, response.headers, origin);
  if (problem !== undefined) return blocked("response", response, problem);
  const { status, headers } = response;
  return { outcome: "readable", status, readable: readableHeaders(request, headers), wire: headers };
}

function blocked(at, { status, headers }, why) {
  return { outcome: "blocked", at, status, readable: [], wire: headers, why };
}

/**
 * To 127.0.0.1 whatever the name: browsers know that names under localhost are loopback, resolvers may not.
 *
 * @param {string} url
 * @param {string} method
 * @param {Record<string, string | undefined>} headers Those without a value are not sent.
 * @param {string} [body]
 * @returns {Promise<{ status: number, headers: Record<string, string>, cookies: string[] | undefined, body: string }>}
 *   Repeated lines are joined with ", ", as browsers join them.
 */
export function send(url, method, headers = {}, body = undefined) {
  const { host, port, pathname } = new URL(url);
  const present = Object.entries({ Host: host, Accept: "*/*", ...headers }).filter(
    ([, value]) => value !== undefined,
  );
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path: pathname,
      method,
      headers: Object.fromEntries(present),
      agent: false,
    };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const lines = Object.entries(response.headersDistinct).map(([name, values]) => [
          name,
          values.join(", "),
        ]);
        resolve({
          status: response.statusCode,
          headers: Object.fromEntries(lines),
          cookies: response.headers["set-cookie"],
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.setTimeout(5000, () =>
      request.destroy(new Error(`${method} ${url}: no answer within 5 seconds`)),
    );
    request.on("error", reject);
    request.end(body);
  });
}
