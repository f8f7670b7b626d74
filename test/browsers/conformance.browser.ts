// The engine's table through Express 5: what `decide` says, the model and three browsers must agree upon.
import type { RequestListener } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cors } from "../../src/index.ts";
import { page } from "../../src/testing/index.ts";
import { TABLE } from "../support/table.ts";
import { FRAMEWORKS } from "../support/targets.ts";
import { hostOf, type PageRequest, pageRequests } from "./support/conformance-cases.ts";
import { withoutName } from "./support/console.ts";
import { type Engine, type EngineName, installedEngines, launch, type Tab } from "./support/engines.ts";
import { type Site, startSite } from "./support/site.ts";

const REQUESTS = await pageRequests();

/** What a script sees, and the requests that the service got. */
interface Observation {
  readonly seen:
    | { readonly status: number; readonly headers: readonly string[]; readonly body: string }
    | string;
  readonly wire: readonly string[];
}

interface Ran {
  readonly origin: string;
  readonly results: readonly Observation["seen"][];
}

const wire = new Map<string, string[]>();
const services = TABLE.map(({ options }): RequestListener => {
  const middleware = cors(options as Parameters<typeof cors>[0]);
  const service = FRAMEWORKS["express 5"]?.(middleware, (_, res) => {
    // One that most policies of the table expose, and one that none does.
    res.setHeader("ETag", '"1"').setHeader("X-Hidden", "1").end("application");
  }) as RequestListener;
  return (req, res) => {
    wire.get(keyOf(req.url))?.push(req.method ?? "");
    service(req, res);
  };
});
const serviceOf = new Map(services.map((service, index) => [hostOf(index), service]));

let site: Site;
beforeAll(async () => {
  site = await startSite((req, res) => {
    const service = serviceOf.get(req.headers.host ?? "");
    if (service !== undefined) return service(req, res);
    res.setHeader("Content-Type", "text/html").end("<!doctype html><title>page</title>");
  });
});
afterAll(() => site.close());

/** In the page, or for the origin `null` in a sandboxed frame of it: one request after the other. */
const RUN = `async ({ requests, sandboxed }) => {
  const run = async (requests) => {
    const results = [];
    for (const { url, init } of requests) {
      try {
        const response = await fetch(url, init);
        // But for the connection's own.
        const headers = [...response.headers.keys()].filter((name) => !/^(connection|keep-alive)$/.test(name));
        results.push({ status: response.status, headers, body: await response.text() });
      } catch (error) {
        results.push(error.name);
      }
    }
    return { origin: self.origin, results };
  };
  if (!sandboxed) return run(requests);
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  const script = "onmessage = async ({ data }) => parent.postMessage(await (" + run + ")(data), '*')";
  frame.srcdoc = "<script>" + script + "</scr" + "ipt>";
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  document.body.append(frame);
  await loaded;
  const answer = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
  frame.contentWindow.postMessage(requests, "*");
  return answer;
}`;

async function inEngine(tab: Tab): Promise<{ observed: Map<PageRequest, Observation>; said: string[] }> {
  const observed = new Map<PageRequest, Observation>();
  const origins = new Set(REQUESTS.map(({ origin }) => origin));
  const said: string[] = [];
  for (const origin of origins) {
    const mine = REQUESTS.filter((request) => request.origin === origin);
    for (const { url } of mine) wire.set(keyOf(url), []);
    await tab.goto(origin === "null" ? "https://app.example.com/" : `${origin}/`);
    const requests = mine.map(({ url, init }) => ({ url, init }));
    const sandboxed = origin === "null";
    const { results, ...ran } = await tab.run<Ran>(RUN, { requests, sandboxed });
    // Not an error page's.
    expect(ran).toEqual({ origin });
    said.push(...(await tab.console()));
    for (const [index, request] of mine.entries()) {
      const seen = results[index] as Observation["seen"];
      observed.set(request, { seen, wire: [...(wire.get(keyOf(request.url)) ?? [])] });
    }
  }
  return { observed, said };
}

/** Its query, which is each request's own. */
function keyOf(url: string | undefined): string {
  return url?.split("?")[1] ?? "";
}

async function inModel({ origin, index, url, init }: PageRequest) {
  const { response, blocked, requests } = await page(origin, services[index]).fetch(url, init);
  const seen =
    response === null
      ? "TypeError"
      : {
          status: response.status,
          headers: [...response.headers.keys()].filter((name) => name !== "connection"),
          body: await response.text(),
        };
  const asked = requests[0]?.headers.find(([name]) => name === "access-control-request-method")?.[1];
  return { seen, wire: requests.map(({ method }) => method), message: blocked?.message, asked };
}

/**
 * What `decide` says of a request that a page makes under the rule's credentials setting; `undefined` for others.
 *
 * @param asked The method that a preflight asks for; `undefined` where none is sent.
 */
function byDecision(
  { policy, origin, path, init }: PageRequest,
  asked: string | undefined,
): boolean | undefined {
  const { method = "GET", headers, credentials } = init;
  const actual = policy.decide({ method, path, origin });
  const rule = policy.routes[actual.route ?? ""];
  const setting = typeof rule === "object" && rule.credentials ? "include" : "omit";
  if (credentials !== setting) return undefined;
  const requestHeaders = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .sort()
    .join(",");
  const preflight = policy.decide({ method: "OPTIONS", path, origin, requestMethod: asked, requestHeaders });
  return actual.allowed && (asked === undefined || preflight.allowed);
}

/** https://github.com/whatwg/fetch/issues/1919: every engine lets it through. */
function isAuthorizationUnderWildcard({ policy, init, path, origin }: PageRequest): boolean {
  const { headers } = policy.decide({ method: "OPTIONS", path, origin, requestMethod: "GET" });
  const listed = headers["access-control-allow-headers"]?.toLowerCase().split(",") ?? [];
  const asks = Object.keys(init.headers).some((name) => name.toLowerCase() === "authorization");
  return asks && init.credentials === "omit" && listed.includes("*") && !listed.includes("authorization");
}

test("the table gives many requests, of which many are read and many blocked", async () => {
  const outcomes = await Promise.all(REQUESTS.map(inModel));
  expect(outcomes.filter(({ seen }) => seen === "TypeError").length).toBeGreaterThan(100);
  expect(outcomes.filter(({ seen }) => seen !== "TypeError").length).toBeGreaterThan(80);
});

test("decide and the model agree", async () => {
  let compared = 0;
  for (const request of REQUESTS) {
    const { seen, asked } = await inModel(request);
    const decided = byDecision(request, asked);
    if (decided === undefined) continue;
    compared++;
    expect(seen !== "TypeError", request.name).toBe(decided);
  }
  expect(compared).toBeGreaterThan(100);
});

describe.each(installedEngines())("%s", (name: EngineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await launch(name, site.proxyPort);
  });
  afterAll(() => engine?.close());

  test(`agrees on ${REQUESTS.length} requests`, async () => {
    const { observed, said } = await inEngine(await engine.tab());
    const beyondTheStandard: string[] = [];
    for (const request of REQUESTS) {
      const { message, seen, wire } = await inModel(request);
      if (isAuthorizationUnderWildcard(request)) {
        beyondTheStandard.push(request.name);
        expect(observed.get(request)?.seen, request.name).toMatchObject({ body: "application" });
        continue;
      }
      expect(observed.get(request), request.name).toEqual({ seen, wire });
      if (name !== "Chromium" || message === undefined) continue;
      const about = said.filter((line) => line.includes(`'${request.url}'`)).map(withoutName);
      expect(about, request.name).toContain(withoutName(message));
    }
    expect(beyondTheStandard.length).toBeGreaterThan(0);
  });
});
