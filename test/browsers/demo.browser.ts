// The demo's page, clicked through as a person would: what it shows is what its table says, and what the model says.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { page as openModelPage, type Page } from "../../src/testing/index.ts";
import { type Engine, installedEngines, launch, type Tab } from "./support/engines.ts";
import { removeFolder, temporaryFolder } from "./support/processes.ts";
import { type Proxy as LocalProxy, startProxy } from "./support/proxy.ts";

const ROOT = new URL("../../", import.meta.url);

type Side = "trusted" | "evil";
interface Expectation {
  outcome: "readable" | "blocked";
  at?: string;
  status: number;
  exposes?: string[];
  hides?: string[];
}
type DemoCase = Record<Side, Expectation> & {
  id: string;
  request: {
    method: string;
    to: "gateway" | "direct";
    path: string;
    credentials: "omit" | "include";
    headers?: Record<string, string>;
    body?: string;
  };
};
type Addresses = Record<Side | "gateway" | "direct", string>;
interface Demo {
  addresses: Addresses;
  close(): Promise<void>;
}
/** A card of the page, as it is read. */
interface Card {
  readonly id: string;
  readonly mark: string;
  readonly verdict: string;
  readonly readable: readonly string[];
}

// By address, since the demo is plain JavaScript without declarations.
const load = (name: string) => import(new URL(`examples/demo/${name}`, ROOT).href);
const build = (await import(new URL("scripts/build-if-stale.mjs", ROOT).href)) as { buildIfStale(): void };
build.buildIfStale();
const { CASES } = (await load("cases.mjs")) as { CASES: readonly DemoCase[] };
const { startDemo, ANY_PORTS, USUAL_PORTS } = (await load("demo.mjs")) as {
  startDemo(ports: object): Promise<Demo>;
  ANY_PORTS: object;
  USUAL_PORTS: object;
};

let demo: Demo;
let proxy: LocalProxy;
const folder = temporaryFolder("demo");

beforeAll(async () => {
  // The gateway warns of what its services write: part of the demo, none of the test.
  process.removeAllListeners("warning");
  // The picture is to show the addresses that readers will see.
  demo = await startDemo(process.env.UPDATE_DOCS === "1" ? USUAL_PORTS : ANY_PORTS);
  // The demo's names are all under localhost, each server on a port of its own.
  proxy = await startProxy((host, encrypted, port) =>
    host.endsWith(".localhost") && !encrypted ? port : undefined,
  );
});
afterAll(async () => {
  await proxy?.close();
  await demo?.close();
  removeFolder(folder);
});

/** Resolves when a run has ended; the page's buttons are off while it is under way. */
const READ = `async () => {
  while (document.querySelector("#run").disabled || !document.querySelector(".card")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const text = (card, part) => card.querySelector(part)?.textContent ?? "";
  return {
    title: text(document, "#title"),
    summary: text(document, "#summary"),
    chips: [...document.querySelectorAll("#overview a")].map(({ textContent, dataset }) => textContent + " " + dataset.state),
    cards: [...document.querySelectorAll(".card")].map((card) => ({
      id: card.id,
      mark: text(card, "[data-mark]"),
      verdict: text(card, "[data-result] .verdict"),
      readable: [...card.querySelectorAll("[data-result] p:not(.value) code")].map(({ textContent }) => textContent),
    })),
  };
}`;
/** So that what is there after a click is that click's. */
const CLEAR = `async (id) => {
  const card = document.getElementById(id);
  for (const part of card.querySelectorAll("[data-mark], [data-result]")) part.replaceChildren();
}`;
const READ_CARD = `async (id) => (await (${READ})()).cards.find((card) => card.id === id)`;

describe.each(installedEngines())("%s", (name) => {
  let engine: Engine;
  let tab: Tab;
  beforeAll(async () => {
    engine = await launch(name, proxy.port);
    tab = await engine.tab();
    await tab.goto(demo.addresses.trusted);
  });
  afterAll(() => engine?.close());

  const heading = { trusted: "The trusted front end", evil: "The evil front end" };

  test.each<Side>(["trusted", "evil"])("the %s front end shows what the table says", async (side) => {
    // As a person does: from the first page to the second by its link.
    if (side === "evil") await tab.follow("#other a");
    expect(await tab.run(READ)).toMatchObject({
      title: heading[side],
      summary: `${CASES.length} of ${CASES.length} as expected`,
      chips: CASES.map(({ id }) => `${id} pass`),
      cards: CASES.map((demoCase) => shown(demoCase, side)),
    });
    if (name === "Chromium" && side === "trusted") await picture(tab);
  });

  test.each<Side>(["trusted", "evil"])("each button of the %s front end, clicked", async (side) => {
    await tab.goto(demo.addresses[side]);
    await tab.run(READ);
    await tab.console();
    const model = modelPage(side);
    for (const demoCase of CASES) {
      await tab.run(CLEAR, demoCase.id);
      await tab.click(`#${demoCase.id} [data-again]`);
      const card = await tab.run<Card>(READ_CARD, demoCase.id);
      expect(card).toMatchObject(shown(demoCase, side));
      const { readable, line } = await inModel(model, demoCase);
      expect([...card.readable].sort(), demoCase.id).toEqual(readable);
      const said = (await tab.console()).filter((text) => !text.startsWith("Failed to load resource"));
      // Only Chromium says there what CORS blocked; anything else Firefox would say as well.
      expect(said, demoCase.id).toEqual(name === "Chromium" && line !== undefined ? [line] : []);
    }
  });
});

/** What a card must show. */
function shown(demoCase: DemoCase, side: Side) {
  const { outcome, status, exposes = [] } = demoCase[side];
  return {
    id: demoCase.id,
    mark: "✓ as expected",
    verdict: outcome === "blocked" ? "blocked" : `readable, ${status}`,
    readable: expect.arrayContaining(exposes.map((header) => header.toLowerCase())),
  };
}

function modelPage(side: Side): Page {
  const { addresses } = demo;
  const targets = Object.values(addresses).map((address) => [
    address,
    `http://127.0.0.1:${new URL(address).port}`,
  ]);
  return openModelPage(addresses[side], Object.fromEntries(targets));
}

async function inModel(model: Page, { request }: DemoCase) {
  const { to, path, ...init } = request;
  const { response, blocked } = await model.fetch(demo.addresses[to] + path, init);
  return { readable: [...(response?.headers.keys() ?? [])].sort(), line: blocked?.message };
}

/** For the README, where asked for (UPDATE_DOCS=1): the top of the page; the whole would be ten screens long. */
async function picture(tab: Tab): Promise<void> {
  const wanted = process.env.UPDATE_DOCS === "1";
  const path = wanted ? fileURLToPath(new URL("docs/demo.webp", ROOT)) : join(folder, "demo.webp");
  await tab.screenshot(path);
  if (!wanted) rmSync(path);
}
