// One card: what a case asks, what was expected, what the browser did, what the policy decided.
import { OWN } from "../cases.mjs";

const KINDS = { preflight: "preflight", actual: "the request itself" };

/**
 * @param {import("../cases.mjs").DemoCase} demoCase
 * @param {import("../cases.mjs").Expectation} expected
 * @param {{ base: string, preflight: boolean, again: () => void }} how The address of the server that it asks, whether the
 *   browser asks by preflight first, and what the card's button does.
 */
export function createCard({ id, title, teaches, request }, expected, { base, preflight, again }) {
  const card = document.querySelector("#card").content.firstElementChild.cloneNode(true);
  card.dataset.case = id;
  card.id = id;
  put(card, "title", title);
  put(card, "teaches", teaches);
  put(card, "request", `${request.method} ${base}${request.path}`);
  const onTheWire = `On the wire: ${Object.entries(expected.wire).map(wireWords).join("; ")}`;
  card
    .querySelector("[data-expected]")
    .append(element("p", wordsFor(expected)), element("p", onTheWire, "value"));
  card.querySelector("[data-tags]").append(...tagsFor(request, preflight).map((text) => element("li", text)));
  const button = card.querySelector("[data-again]");
  button.setAttribute("aria-label", `Send again: ${title}`);
  button.addEventListener("click", again);
  return card;
}

export function showRunning(card) {
  card.dataset.state = "running";
  put(card, "mark", "running");
  put(card, "result", "…");
  put(card, "detail", "…");
}

/**
 * @param {import("../judge.mjs").Seen & { values?: [string, string][], error?: string }} seen
 * @param {import("../cases.mjs").Expectation} expected
 * @param {string[]} differences
 */
export function showResult(card, seen, expected, differences) {
  const ok = differences.length === 0;
  card.dataset.state = ok ? "pass" : "fail";
  put(card, "mark", ok ? "✓ as expected" : "✗ not as expected");
  const result = card.querySelector("[data-result]");
  result.dataset.outcome = seen.outcome;
  result.replaceChildren(
    ...resultParts(seen, expected.exposes),
    ...differences.map((text) => element("p", text, "difference")),
  );
}

/** @param {{ kind: string, allowed: boolean, reason: string | null, detail: string, route: string, credentials: boolean }[]} decisions */
export function showDecision(card, decisions, request) {
  // The first refusal is the one that counts: a browser stops there.
  const decision = decisions.find(({ allowed }) => !allowed) ?? decisions.at(-1);
  const where = element("p", `${KINDS[decision.kind]}, route `, "where");
  where.append(element("code", decision.route));
  const detail = card.querySelector("[data-detail]");
  detail.dataset.reason = decision.reason ?? "";
  const verdict = element("p", decision.allowed ? "allowed" : decision.reason, "verdict");
  const parts = [verdict, where];
  if (decision.detail !== "") parts.push(element("p", decision.detail));
  else if (request.credentials === "include" && !decision.credentials) {
    parts.push(element("p", "For pages that send no cookies: the route has no credentials."));
  }
  detail.replaceChildren(...parts);
}

function resultParts({ outcome, status, values = [], error }, exposes = []) {
  const verdict = element("p", status === undefined ? outcome : `${outcome}, ${status}`, "verdict");
  if (error !== undefined) return [verdict, element("p", error)];
  const names = element("p", "The script can read ");
  for (const [name] of values) names.append(element("code", name), " ");
  const shown = values.filter(([name]) => exposes.some((exposed) => exposed.toLowerCase() === name));
  return [verdict, names, ...shown.map(([name, value]) => element("p", `${name}: ${value}`, "value"))];
}

function wordsFor({ outcome, at, status, exposes, hides }) {
  if (outcome === "blocked") {
    return at === "preflight"
      ? "blocked at the preflight; the request is not sent"
      : `blocked; the request is sent and answered ${status}, unseen by the script`;
  }
  const parts = [`readable, ${status}`];
  if (exposes !== undefined) parts.push(`the script can read ${exposes.join(", ")}`);
  if (hides !== undefined) parts.push(`but not ${hides.join(", ")}`);
  return parts.join("; ");
}

function wireWords([name, value]) {
  if (value === null) return `no ${name}`;
  if (name === "vary") return `vary has ${value}`;
  return `${name}: ${value === OWN ? location.origin : value}`;
}

function tagsFor(request, preflight) {
  const tags = [preflight ? "preflight" : "no preflight"];
  tags.push(request.credentials === "include" ? "with cookies" : "no cookies");
  for (const [name, value] of Object.entries(request.headers ?? {})) tags.push(`${name}: ${value}`);
  return tags;
}

function put(card, name, text) {
  card.querySelector(`[data-${name}]`).textContent = text;
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}
