// The three engines and the servers behind their pages: what later tests rest on.
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Engine, installedEngines, launch, type Tab } from "./support/engines.ts";
import { removeFolder, temporaryFolder } from "./support/processes.ts";
import { type Site, startSite } from "./support/site.ts";

/** Status and body, or the name of what was thrown: the messages are each browser's own. */
const FETCH = `async ({ url, ...init }) => {
  try {
    const response = await fetch(url, init);
    return [response.status, await response.text(), response.headers.get("x-exposed"), response.headers.get("x-hidden")];
  } catch (error) {
    return error.name;
  }
}`;

interface Seen {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: Record<string, string[] | undefined>;
}

let seen: Seen[] = [];

function listener(request: IncomingMessage, response: ServerResponse): void {
  const { encrypted } = request.socket as { encrypted?: boolean };
  const url = `${encrypted ? "https" : "http"}://${request.headers.host}${request.url}`;
  if (request.url === "/favicon.ico") return void response.writeHead(204).end();
  seen.push({ method: request.method, url, headers: request.headersDistinct });
  const origin = request.headers.origin;
  if (origin !== undefined) {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Allow-Credentials", "true");
    response.setHeader("Vary", "Origin");
  }
  const path = request.url?.split("?")[0];
  if (request.method === "OPTIONS") {
    if (path !== "/no-put") response.setHeader("Access-Control-Allow-Methods", "PUT");
    response.setHeader("Access-Control-Allow-Headers", "x-a,x-b");
    response.setHeader("Access-Control-Max-Age", "600");
    return void response.writeHead(204).end();
  }
  if (path === "/cached") response.setHeader("Cache-Control", "max-age=600");
  if (path === "/set-cookie") response.setHeader("Set-Cookie", "a=b; SameSite=None; Secure; Path=/");
  response.setHeader("Access-Control-Expose-Headers", "X-Exposed");
  response.setHeader("X-Exposed", "shown");
  response.setHeader("X-Hidden", "not shown");
  const page = `<title>page</title><button onclick="document.title = 'clicked'">Button</button>`;
  response.setHeader("Content-Type", path === "/" ? "text/html" : "text/plain");
  response.end(path === "/" ? page : (request.headers.cookie ?? "no cookie"));
}

/** The requests to the host of an API, each as one line. */
function requestsTo(host: string): string[] {
  return seen.filter(({ url }) => new URL(url).host === host).map(({ method, url }) => `${method} ${url}`);
}

let site: Site;
const folder = temporaryFolder("smoke");

beforeAll(async () => {
  site = await startSite(listener);
  site.raw("raw.example.com", ({ method, target }, socket) => {
    const origins = target === "/twice" ? 2 : 1;
    const line = "Access-Control-Allow-Origin: https://app.example.com\r\n";
    socket.end(`HTTP/1.1 200 OK\r\n${line.repeat(origins)}Content-Length: ${method.length}\r\n\r\n${method}`);
  });
});
afterAll(async () => {
  await site.close();
  removeFolder(folder);
});

describe.each(installedEngines())("%s", (name) => {
  let engine: Engine;
  let tab: Tab;

  beforeAll(async () => {
    engine = await launch(name, site.proxyPort);
    tab = await engine.tab();
  });
  afterAll(() => engine?.close());
  // One tab for all: a new one costs more than most of the tests.
  beforeEach(async () => {
    await tab.goto("https://app.example.com/");
    await tab.console();
    seen = [];
  });

  test("says which version it is", () => {
    expect(engine).toMatchObject({ name, version: expect.stringMatching(/^\d+\.\d+/) });
  });

  test.each([
    ["https://app.example.com", true],
    ["http://app.example.com", false],
    ["https://app.example", true],
    ["https://deep.app.example:8443", true],
    ["https://xn--bcher-kva.example", true],
    ["http://localhost", true],
    ["http://localhost:5173", true],
    ["http://127.0.0.1:3000", true],
    ["http://[::1]:3000", true],
  ])("a page of %s", async (origin, secure) => {
    await tab.goto(`${origin}/`);
    expect(await tab.run("async () => [origin, isSecureContext, document.title]")).toEqual([
      origin,
      secure,
      "page",
    ]);
    expect(seen.map(({ url }) => url)).toEqual([`${origin}/`]);
  });

  test("a preflight and its request, as the server sees them", async () => {
    const headers = { "X-B": "1", "x-a": "2" };
    const url = "https://api.example.com/x";
    expect(await tab.run(FETCH, { url, method: "PUT", headers })).toEqual([200, "no cookie", "shown", null]);
    expect(requestsTo("api.example.com")).toEqual([`OPTIONS ${url}`, `PUT ${url}`]);
    const [preflight, request] = seen;
    expect(preflight?.headers).toMatchObject({
      origin: ["https://app.example.com"],
      "access-control-request-method": ["PUT"],
      "access-control-request-headers": ["x-a,x-b"],
    });
    expect(request?.headers).toMatchObject({
      origin: ["https://app.example.com"],
      "x-a": ["2"],
      "x-b": ["1"],
    });
  });

  test("a page of http://localhost:5173 may ask both", async () => {
    await tab.goto("http://localhost:5173/");
    seen = [];
    for (const url of ["https://api.example.com/l", "http://api.example.com/l", "http://127.0.0.1:3000/l"]) {
      expect(await tab.run(FETCH, { url })).toEqual([200, "no cookie", "shown", null]);
    }
    expect(seen.map(({ headers }) => headers.origin)).toEqual(Array(3).fill(["http://localhost:5173"]));
  });

  test("the cache of preflights works", async () => {
    const url = `https://api.example.com/twice?${name}`;
    for (const _ of [1, 2]) await tab.run(FETCH, { url, method: "PUT" });
    expect(requestsTo("api.example.com")).toEqual([`OPTIONS ${url}`, `PUT ${url}`, `PUT ${url}`]);
  });

  test("the cache of responses works over https, but not in WebKitGTK, whose session is private", async () => {
    const url = `https://api.example.com/cached?${name}`;
    for (const _ of [1, 2]) await tab.run(FETCH, { url });
    expect(requestsTo("api.example.com")).toHaveLength(name === "WebKitGTK" ? 2 : 1);
  });

  test("raw answers arrive as they are", async () => {
    const [once, twice] = ["https://raw.example.com/once", "https://raw.example.com/twice"];
    expect(await tab.run(FETCH, { url: once })).toEqual([200, "GET", null, null]);
    expect(await tab.run(FETCH, { url: once.replace("https:", "http:") })).toBe("TypeError");
    await tab.console();
    expect(await tab.run(FETCH, { url: twice })).toBe("TypeError");
    if (name === "Chromium") expect((await tab.console()).join("\n")).toContain("contains multiple values");
    await tab.goto("http://app.example.com/");
    expect(await tab.run(FETCH, { url: once.replace("https:", "http:") })).toBe("TypeError");
  });

  test("the console names the reason of a failure, in Chromium", async () => {
    await tab.console();
    expect(await tab.run(FETCH, { url: "https://api.example.com/no-put", method: "PUT" })).toBe("TypeError");
    const lines = await tab.console();
    const reason = "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.";
    expect(lines.some((line) => line.includes(reason))).toBe(name === "Chromium");
    expect(await tab.console()).toEqual([]);
  });

  test("cookies of a third party reach it when they are SameSite=None; Secure", async () => {
    const url = `https://${name.toLowerCase()}.example/get`;
    await tab.goto(`https://${name.toLowerCase()}.example/set-cookie`);
    await tab.goto("https://app.example.com/");
    expect(await tab.run(FETCH, { url, credentials: "include" })).toEqual([200, "a=b", "shown", null]);
    expect(await tab.run(FETCH, { url })).toEqual([200, "no cookie", "shown", null]);
    // And are taken from it.
    const other = `https://other-${name.toLowerCase()}.example/`;
    await tab.run(FETCH, { url: `${other}set-cookie`, credentials: "include" });
    expect(await tab.run(FETCH, { url: `${other}get`, credentials: "include" })).toEqual([
      200,
      "a=b",
      "shown",
      null,
    ]);
  });

  test("a sandboxed frame has the origin null", async () => {
    const fetched = await tab.run(`async () => {
      const frame = document.createElement("iframe");
      frame.sandbox = "allow-scripts";
      const said = new Promise((resolve) => addEventListener("message", ({ origin, data }) => resolve([origin, data])));
      frame.srcdoc = "<script>fetch('https://api.example.com/s').then(({ status }) => parent.postMessage(status, '*'))</script>";
      document.body.append(frame);
      return said;
    }`);
    expect(fetched).toEqual(["null", 200]);
    expect(seen.map(({ headers }) => headers.origin)).toEqual([["null"]]);
  });

  test("a file has the origin null", async () => {
    const file = join(folder, "page.html");
    writeFileSync(file, "<title>file</title>");
    await tab.goto(pathToFileURL(file).href);
    expect(await tab.run(FETCH, { url: "https://api.example.com/f" })).toEqual([
      200,
      "no cookie",
      "shown",
      null,
    ]);
    expect(seen.map(({ headers }) => headers.origin)).toEqual([["null"]]);
  });

  test("hosts outside do not answer", async () => {
    expect(await tab.run(FETCH, { url: "https://www.example.org/", mode: "no-cors" })).toBe("TypeError");
    expect(site.refused).toContain("www.example.org:443");
  });

  test("click, picture, a second tab, what a page throws", async () => {
    await tab.click("button");
    expect(await tab.run("async () => document.title")).toBe("clicked");
    const picture = join(folder, `${name}.png`);
    await tab.screenshot(picture);
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
    const second = await engine.tab();
    await second.goto("https://app.example/");
    expect(await second.run("async (argument) => [origin, argument]", { a: ["ü"] })).toEqual([
      "https://app.example",
      { a: ["ü"] },
    ]);
    await second.close();
    expect(await tab.run("async () => undefined")).toBeUndefined();
    await expect(tab.run("async () => { throw new TypeError('of the page'); }")).rejects.toThrow(
      "of the page",
    );
  });
});
