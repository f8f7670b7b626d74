// `--check`: the page's requests over real HTTP without a browser, judged by the page's own table.
import { CookieJar, performAsBrowser, send } from "./as-browser.mjs";
import { CASES } from "./cases.mjs";
import { FILES } from "./front-end.mjs";
import { inShort, judge } from "./judge.mjs";

// Sites as browsers see them; demo.mjs says why.
const SITES = { trusted: "same-site", evil: "cross-site" };

/**
 * @param {import("./demo.mjs").Addresses} addresses
 * @param {{ colour: boolean }} output
 * @returns {Promise<boolean>} Was everything as expected?
 */
export async function check(addresses, { colour }) {
  await checkPages(addresses);
  const rows = [];
  // One person logs in on the trusted page, and then opens the evil one in the same browser.
  const jar = new CookieJar();
  for (const side of ["trusted", "evil"]) {
    for (const demoCase of CASES) rows.push(await runCase(demoCase, side, addresses, jar));
  }
  printTable(rows, colour ? paint : (text) => text);
  const good = rows.filter(({ differences }) => differences.length === 0).length;
  console.log(`\n${good} of ${rows.length} as expected`);
  return good === rows.length;
}

/** A page that does not load would fail no request. */
async function checkPages(addresses) {
  for (const side of Object.keys(SITES)) {
    for (const path of [...Object.keys(FILES), "/site.json"]) {
      const { status } = await send(addresses[side] + path, "GET");
      if (status !== 200) throw new Error(`${addresses[side]}${path} answered ${status}`);
    }
  }
}

async function runCase({ id, request, ...expectations }, side, addresses, jar) {
  const origin = addresses[side];
  const expected = expectations[side];
  const page = { url: addresses[request.to] + request.path, origin, site: SITES[side], jar };
  const seen = await performAsBrowser(request, page);
  const decisions = JSON.parse((await send(`${origin}/decisions/${id}`, "GET")).body);
  const decision = decisions.find(({ allowed }) => !allowed)?.reason ?? "allowed";
  return { id, side, expected, seen, decision, differences: judge(expected, seen, origin) };
}

function printTable(rows, paintText) {
  const lines = rows.map(({ id, side, expected, seen, decision, differences }) => ({
    ok: differences.length === 0,
    cells: [side, id, inShort(expected), inShort(seen), seen.why ?? "", decision],
    differences,
  }));
  const head = ["page", "request", "expected", "as a browser", "why blocked", "decision"];
  const widths = head.map((title, index) => {
    return Math.max(title.length, ...lines.map(({ cells }) => cells[index].length));
  });
  const row = (cells) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index]))
      .join("  ")
      .trimEnd();
  console.log(`      ${row(head)}`);
  for (const { ok, cells, differences } of lines) {
    console.log(`${ok ? paintText("ok  ", 32) : paintText("FAIL", 31)}  ${row(cells)}`);
    for (const difference of differences) console.log(`        ${paintText(difference, 31)}`);
  }
}

function paint(text, code) {
  return `\u001b[${code}m${text}\u001b[0m`;
}
