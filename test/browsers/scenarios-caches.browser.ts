// What browsers remember: answers without Vary, poisoned and cured; preflights, for as long as their max-age says.
import express, { type Express, type RequestHandler } from "express";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import cors, { type CorsOptions } from "../../src/index.ts";
import type { EngineName } from "./support/engine.ts";
import { type Engine, installedEngines, launch, type Tab } from "./support/engines.ts";
import { delay } from "./support/processes.ts";
import { openStage, type Stage, type Step } from "./support/scenario.ts";

const APP = "https://app.example.com";
const ADMIN = "https://admin.example.com";

const policed = (options: Partial<CorsOptions>) =>
  service(cors({ origin: [APP, ADMIN], ...options } as CorsOptions));

function service(middleware: RequestHandler): Express {
  // No revalidation: a request is sent, or not.
  const app = express().disable("etag").use(middleware);
  app.get("/cached", (_, res) => res.set("Cache-Control", "max-age=600").type("text").send("cached"));
  app.use((_, res) => void res.type("text").send("done"));
  return app;
}

/** Names whoever asks, and forgets to say that it does. */
const withoutVary: RequestHandler = (req, res, next) => {
  const origin = req.get("Origin");
  if (origin !== undefined) res.set("Access-Control-Allow-Origin", origin);
  next();
};

/** A preflight's answer as written in the table. */
const answering = (lines: Readonly<Record<string, string>>): Express =>
  service((req, res, next) => {
    res.set({ "Access-Control-Allow-Origin": req.get("Origin") ?? "*", Vary: "Origin", ...lines });
    if (req.method === "OPTIONS") res.status(204).end();
    else next();
  });

const LISTS = { "Access-Control-Allow-Methods": "PUT, PATCH", "Access-Control-Allow-Headers": "X-A, X-B" };
const aged = (maxAge: string) => answering({ ...LISTS, "Access-Control-Max-Age": maxAge });
const STARS = {
  "Access-Control-Allow-Methods": "*",
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Max-Age": "600",
};

const SERVICES: Readonly<Record<string, Express>> = {
  ours: policed({}),
  "ours-0": policed({ maxAge: 0 }),
  "ours-credentials": policed({ credentials: true, allowedHeaders: ["X-A", "X-B"] }),
  "ours-star": service(cors({ origin: "*", methods: ["PUT"], allowedHeaders: ["X-A"] })),
  naive: service(withoutVary),
  absent: answering(LISTS),
  malformed: aged("ten"),
  negative: aged("-1"),
  stars: answering(STARS),
};

let stage: Stage;
beforeAll(async () => {
  const hosts = Object.entries(SERVICES).map(([name, app]) => [`${name}.example.com`, app]);
  stage = await openStage(Object.fromEntries(hosts));
});
afterAll(() => stage.close());
afterEach(() => void vi.useRealTimers());

type Init = NonNullable<Step["init"]>;
const put = (host: string, path = "/orders", init: Init = {}, on = APP): Step => ({
  on,
  url: `https://${host}.example.com${path}`,
  init: { method: "PUT", headers: { "X-A": "1" }, ...init },
});

/** Preflights before each of the requests: two at once, and one after six seconds. */
interface Ages {
  readonly host: string;
  readonly expected: readonly [number, number, number];
  readonly differing?: Partial<Record<EngineName, readonly [number, number, number]>>;
}
const AGES: readonly Ages[] = [
  { host: "ours", expected: [1, 0, 0] },
  { host: "ours-star", expected: [1, 0, 0] },
  { host: "ours-0", expected: [1, 1, 1] },
  // No number of seconds to the standard, which would make it five; no engine remembers it, nor does the model.
  { host: "negative", expected: [1, 1, 1] },
  { host: "absent", expected: [1, 0, 1] },
  { host: "malformed", expected: [1, 0, 1], differing: { Firefox: [1, 1, 1] } },
  { host: "stars", expected: [1, 0, 0], differing: { Firefox: [1, 1, 1] } },
];

/** Which of the requests that follow a first one are asked for again. */
interface Keys {
  readonly name: string;
  readonly first: Step;
  readonly second: Step;
  readonly asks: boolean;
  readonly differing?: Partial<Record<EngineName, boolean>>;
}
const KEYS: readonly Keys[] = [
  { name: "the same", first: put("ours", "/same"), second: put("ours", "/same"), asks: false },
  { name: "another path", first: put("ours", "/path"), second: put("ours", "/path/"), asks: true },
  { name: "another query", first: put("ours", "/query"), second: put("ours", "/query?1"), asks: true },
  {
    name: "another page of the site",
    first: put("ours", "/page"),
    second: put("ours", "/page", {}, ADMIN),
    asks: true,
  },
  {
    name: "another method of the list",
    first: put("ours", "/method"),
    second: put("ours", "/method", { method: "PATCH" }),
    asks: false,
  },
  {
    name: "another header of the list",
    first: put("ours-credentials", "/header"),
    second: put("ours-credentials", "/header", { headers: { "X-B": "1" } }),
    asks: false,
  },
  {
    name: "with credentials after without",
    first: put("ours-credentials", "/with"),
    second: put("ours-credentials", "/with", { credentials: "include" }),
    asks: true,
  },
  {
    name: "without credentials after with",
    first: put("ours-credentials", "/without", { credentials: "include" }),
    second: put("ours-credentials", "/without"),
    asks: false,
    differing: { Firefox: true },
  },
];

/** How many preflights went before each request. */
function preflights(wire: readonly string[]): number[] {
  const counts: number[] = [];
  let count = 0;
  for (const line of wire) {
    if (line.startsWith("OPTIONS ")) count++;
    else {
      counts.push(count);
      count = 0;
    }
  }
  return counts;
}

describe.each(installedEngines())("%s", (name) => {
  let engine: Engine;
  let tab: Tab;
  beforeAll(async () => {
    engine = await launch(name, stage.site.proxyPort);
    tab = await engine.tab();
  });
  afterAll(() => engine?.close());

  // WebKitGTK's automated session has no cache of responses: nothing can be poisoned, each request reaches the server.
  const hasCache = name !== "WebKitGTK";
  const cached = (host: string, on: string, mode: "cors" | "no-cors" = "cors"): Step => ({
    on,
    url: `https://${host}.example.com/cached?${mode}`,
    init: { mode },
  });

  test("without Vary, one page's answer is another page's failure", async () => {
    const steps = [cached("naive", APP), cached("naive", ADMIN)];
    expect(await stage.inEngine(tab, steps)).toEqual({
      answers: ["200 cached", hasCache ? "TypeError" : "200 cached"],
      wire: Array(hasCache ? 1 : 2).fill("GET /cached?cors"),
    });
  });

  test("without Vary, an image's answer is the script's failure", async () => {
    const image = cached("naive", APP, "no-cors");
    expect(await stage.inEngine(tab, [image, { on: ADMIN, url: image.url }])).toEqual({
      answers: ["opaque", hasCache ? "TypeError" : "200 cached"],
      wire: Array(hasCache ? 1 : 2).fill("GET /cached?no-cors"),
    });
  });

  test("with ours both get an answer of their own", async () => {
    const image = cached("ours", APP, "no-cors");
    const steps = [cached("ours", APP), cached("ours", ADMIN), image, { on: ADMIN, url: image.url }];
    expect(await stage.inEngine(tab, steps)).toEqual({
      answers: ["200 cached", "200 cached", "opaque", "200 cached"],
      wire: [...Array(2).fill("GET /cached?cors"), ...Array(2).fill("GET /cached?no-cors")],
    });
  });

  test("preflights are remembered as long as Max-Age says", async () => {
    const at = async (steps: readonly Step[]) => preflights((await stage.inEngine(tab, steps)).wire);
    const twice = await at(AGES.flatMap(({ host }) => [put(host), put(host)]));
    await delay(6000);
    const later = await at(AGES.map(({ host }) => put(host)));
    const counted = AGES.map(({ host }, index) => [
      host,
      twice[2 * index],
      twice[2 * index + 1],
      later[index],
    ]);
    expect(counted).toEqual(
      AGES.map(({ host, expected, differing }) => [host, ...(differing?.[name] ?? expected)]),
    );
  });

  test("what they are remembered by", async () => {
    await stage.inEngine(
      tab,
      KEYS.map(({ first }) => first),
    );
    const { wire } = await stage.inEngine(
      tab,
      KEYS.map(({ second }) => second),
    );
    const asked = preflights(wire).map((count, index) => [KEYS[index]?.name, count === 1]);
    expect(asked).toEqual(KEYS.map(({ name: row, asks, differing }) => [row, differing?.[name] ?? asks]));
  });
});

describe("the model", () => {
  test.each(AGES)("remembers $host", async ({ host, expected }) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const steps = [put(host), put(host), { ...put(host), after: 6000 }];
    const { wire } = await stage.inModel(steps, { preflightCache: true });
    expect(preflights(wire)).toEqual(expected);
  });

  test.each(KEYS)("remembers by $name", async ({ first, second, asks }) => {
    const { wire } = await stage.inModel([first, second], { preflightCache: true });
    expect(preflights(wire)).toEqual([1, asks ? 1 : 0]);
  });
});
