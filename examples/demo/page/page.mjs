// The page: performs every case with fetch(), one after the other, and shows what came of each.
import { CASES } from "../cases.mjs";
import { judge } from "../judge.mjs";
import { createCard, showDecision, showResult, showRunning } from "./card.mjs";

const site = await (await fetch("/site.json")).json();
const origin = site[site.side];
const summary = document.querySelector("#summary");
const button = document.querySelector("#run");

introduce();
const cards = layOut();
button.addEventListener("click", () => start(cards));
await start(cards);

function introduce() {
  const trusted = site.side === "trusted";
  document.documentElement.dataset.side = site.side;
  document.title = `${site.side} page, boring-cors demo`;
  document.querySelector("#title").textContent = trusted ? "The trusted front end" : "The evil front end";
  document.querySelector("#who").textContent = trusted
    ? `This page's origin, ${origin}, is listed in the policy. It calls the gateway ${site.gateway} in every way that front ends do.`
    : `This page's origin, ${origin}, is in no list. It sends the same requests as the trusted page, and should get what is public, what a passthrough service gives away, and nothing else.`;
  const link = document.createElement("a");
  link.href = trusted ? site.evil : site.trusted;
  link.textContent = trusted ? "See what the evil front end gets" : "See what the trusted front end gets";
  document.querySelector("#other").append(link);
}

function layOut() {
  const main = document.querySelector("#cases");
  const sections = new Map();
  return CASES.map((demoCase) => {
    const { group } = demoCase;
    if (!sections.has(group)) {
      const section = document.createElement("section");
      const heading = document.createElement("h2");
      heading.textContent = group;
      section.append(heading);
      if (group === "Cookies")
        section.append(document.querySelector("#cookies-note").content.cloneNode(true));
      sections.set(group, section);
      main.append(section);
    }
    const entry = { demoCase };
    const card = createCard(demoCase, demoCase[site.side], {
      base: site[demoCase.request.to],
      preflight: site.preflighted.includes(demoCase.id),
      again: () => start([entry]),
    });
    sections.get(group).append(card);
    const chip = document.createElement("a");
    chip.href = `#${demoCase.id}`;
    chip.textContent = demoCase.id;
    document.querySelector("#overview").append(chip);
    return Object.assign(entry, { card, chip });
  });
}

/** Of all cards or of one: one run at a time, so that what a case leaves behind is there for those below it. */
async function start(some) {
  const buttons = document.querySelectorAll("button");
  for (const one of buttons) one.disabled = true;
  try {
    await run(some);
  } catch {
    // Blocked requests are results; what fails here is this page's own server.
    summary.textContent = "This page's server does not answer: is the demo still running?";
    summary.dataset.state = "fail";
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

async function run(some) {
  summary.dataset.state = "running";
  for (const { card, chip } of some) {
    showRunning(card);
    chip.dataset.state = "running";
  }
  for (const [index, { demoCase, card, chip }] of some.entries()) {
    summary.textContent = `Running ${index + 1} of ${some.length}`;
    const seen = await perform(demoCase.request);
    const expected = demoCase[site.side];
    const differences = judge(expected, seen, origin);
    showResult(card, seen, expected, differences);
    chip.dataset.state = card.dataset.state;
    showDecision(card, await (await fetch(`/decisions/${demoCase.id}`)).json(), demoCase.request);
  }
  const good = cards.filter(({ card }) => card.dataset.state === "pass").length;
  summary.textContent = `${good} of ${cards.length} as expected`;
  summary.dataset.state = good === cards.length ? "pass" : "fail";
}

/** @returns {Promise<import("../judge.mjs").Seen & { values?: [string, string][], error?: string }>} */
async function perform({ method, to, path, headers, body, credentials }) {
  try {
    // Not from the cache: each run is to show what the servers answer now.
    const init = { method, headers, body, credentials, cache: "no-store" };
    const response = await fetch(site[to] + path, init);
    const values = [...response.headers];
    return { outcome: "readable", status: response.status, readable: values.map(([name]) => name), values };
  } catch (error) {
    return { outcome: "blocked", error: String(error) };
  }
}
