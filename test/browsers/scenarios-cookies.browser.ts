// Cookies over https, same-site and cross-site, under a policy with credentials: the model's jar against the engines'.
import express, { type Express, type RequestHandler } from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import cors from "../../src/index.ts";
import type { EngineName } from "./support/engine.ts";
import { type Engine, installedEngines, launch, type Tab } from "./support/engines.ts";
import { type Observation, openStage, type Stage, type Step } from "./support/scenario.ts";

const SAME_SITE = "https://app.example.com";
const CROSS_SITE = "https://app.example";

function service(middleware: RequestHandler): Express {
  const app = express().use(middleware);
  app.use((_, res, next) => {
    res.set("Cache-Control", "no-store");
    next();
  });
  app.get("/login/:attributes", (req, res) => {
    res.append("Set-Cookie", ["sid=1", "Path=/", ...req.params.attributes.split(",")].join("; "));
    res.type("text").send("in");
  });
  app.get("/me", (req, res) => res.type("text").send(req.get("Cookie") ?? "nobody"));
  return app;
}

const ours = service(cors({ origin: [SAME_SITE, CROSS_SITE], credentials: true }));
/** What is often tried: `*` with credentials. */
const naive = service((_, res, next) => {
  res.set({ "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true" });
  next();
});

interface Scenario {
  readonly name: string;
  /** Has a host of its own, so that each begins without cookies. */
  readonly steps: (host: string) => readonly Step[];
  readonly naive?: true;
  readonly expected: Observation & { readonly notes: readonly string[] };
  readonly differing?: Partial<Record<EngineName, Observation>>;
}

const ask =
  (on: string, path: string, credentials: "include" | "omit" = "include") =>
  (host: string) =>
    ({ on, url: `https://${host}.example.com${path}`, init: { credentials } }) satisfies Step;
const all =
  (...steps: readonly ((host: string) => Step)[]) =>
  (host: string) =>
    steps.map((step) => step(host));
const [NONE, LAX, STRICT] = ["SameSite=None,Secure", "SameSite=Lax", "SameSite=Strict"];
const seen = (wire: readonly string[], ...answers: string[]): Observation => ({ wire, answers });

/** Logs in on a page of the API's site, then asks from the other site. */
const fromBothSites = (attributes: string) =>
  all(ask(SAME_SITE, `/login/${attributes}`), ask(SAME_SITE, "/me"), ask(CROSS_SITE, "/me"));

/** Firefox and WebKitGTK take a cookie without SameSite for SameSite=None, Secure or not. */
const EVERYWHERE = seen(
  ["GET /login/HttpOnly", "GET /me [sid=1]", "GET /me [sid=1]"],
  ...["200 in", "200 sid=1", "200 sid=1"],
);

const SCENARIOS: readonly Scenario[] = [
  {
    name: "SameSite=None; Secure goes cross-site",
    steps: all(ask(CROSS_SITE, `/login/${NONE}`), ask(CROSS_SITE, "/me")),
    expected: { ...seen([`GET /login/${NONE}`, "GET /me [sid=1]"], "200 in", "200 sid=1"), notes: [] },
  },
  {
    name: "credentials: omit sends none and stores none",
    steps: all(
      ask(CROSS_SITE, `/login/${NONE}`, "omit"),
      ask(CROSS_SITE, "/me"),
      ask(CROSS_SITE, `/login/${NONE}`),
      ask(CROSS_SITE, "/me", "omit"),
    ),
    expected: {
      ...seen(
        [`GET /login/${NONE}`, "GET /me", `GET /login/${NONE}`, "GET /me"],
        ...["200 in", "200 nobody", "200 in", "200 nobody"],
      ),
      notes: ["cookie-dropped"],
    },
  },
  {
    name: "under * with credentials the cookie is stored and sent, and nothing can be read",
    naive: true,
    steps: all(ask(CROSS_SITE, `/login/${NONE}`), ask(CROSS_SITE, "/me")),
    expected: { ...seen([`GET /login/${NONE}`, "GET /me [sid=1]"], "TypeError", "TypeError"), notes: [] },
  },
  ...[LAX, STRICT].map(
    (attributes): Scenario => ({
      name: `${attributes} goes to another origin of the site, and not cross-site`,
      steps: fromBothSites(attributes as string),
      expected: {
        ...seen(
          [`GET /login/${attributes}`, "GET /me [sid=1]", "GET /me"],
          ...["200 in", "200 sid=1", "200 nobody"],
        ),
        notes: ["cookie-withheld"],
      },
    }),
  ),
  {
    name: "SameSite=Lax is not stored cross-site",
    steps: all(ask(CROSS_SITE, `/login/${LAX}`), ask(SAME_SITE, "/me")),
    expected: {
      ...seen([`GET /login/${LAX}`, "GET /me"], "200 in", "200 nobody"),
      notes: ["cookie-dropped"],
    },
    // It is lax in sending alone.
    differing: { WebKitGTK: seen([`GET /login/${LAX}`, "GET /me [sid=1]"], "200 in", "200 sid=1") },
  },
  {
    name: "without SameSite it counts as Lax, as in Chromium",
    steps: fromBothSites("HttpOnly"),
    expected: {
      ...seen(["GET /login/HttpOnly", "GET /me [sid=1]", "GET /me"], "200 in", "200 sid=1", "200 nobody"),
      notes: ["cookie-withheld"],
    },
    differing: { Firefox: EVERYWHERE, WebKitGTK: EVERYWHERE },
  },
  {
    name: "SameSite=None without Secure is not stored",
    steps: all(ask(SAME_SITE, "/login/SameSite=None"), ask(SAME_SITE, "/me")),
    expected: {
      ...seen(["GET /login/SameSite=None", "GET /me"], "200 in", "200 nobody"),
      notes: ["cookie-dropped"],
    },
    differing: {
      WebKitGTK: seen(["GET /login/SameSite=None", "GET /me [sid=1]"], "200 in", "200 sid=1"),
    },
  },
];

const hostOf = ({ naive }: Scenario, index: number) => `${naive ? "naive" : "ours"}-${index}`;

let stage: Stage;
beforeAll(async () => {
  const hosts = SCENARIOS.map((scenario, index) => [
    `${hostOf(scenario, index)}.example.com`,
    scenario.naive ? naive : ours,
  ]);
  stage = await openStage(Object.fromEntries(hosts));
});
afterAll(() => stage.close());

const ROWS = SCENARIOS.map((scenario, index) => ({ ...scenario, host: hostOf(scenario, index) }));

describe.each(installedEngines())("%s", (name) => {
  let engine: Engine;
  let tab: Tab;
  beforeAll(async () => {
    engine = await launch(name, stage.site.proxyPort);
    tab = await engine.tab();
  });
  afterAll(() => engine?.close());

  test.each(ROWS)("$name", async ({ steps, host, expected: { notes: _, ...expected }, differing }) => {
    expect(await stage.inEngine(tab, steps(host))).toEqual(differing?.[name] ?? expected);
  });
});

describe("the model", () => {
  test.each(ROWS)("$name", async ({ steps, host, expected }) => {
    const { blocked: _, ...observed } = await stage.inModel(steps(host));
    expect(observed).toEqual(expected);
  });
});
