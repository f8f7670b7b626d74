// `--check`: the page's requests over real HTTP without a browser, judged by the page's own table.
import { CASES } from "./cases.mjs";
import { FILES } from "./front-end.mjs";
import { inShort, judge } from "./judge.mjs";
import { openPage, perform } from "./requests.mjs";

const SIDES = ["trusted", "evil"];

/**
 * @param {import("./demo.mjs").Addresses} addresses
 * @param {{ colour: boolean }} output
 * @returns {Promise<boolean>} Was everything as expected?
 */
export async function check(addresses, { colour }) {
  await checkPages(addresses);
  const rows = [];
  // One person logs in on the trusted page, and then opens the evil one in the same browser: its cookies are there, too.
  const cookies = [];
  for (const side of SIDES) {
    const page = openPage(addresses, addresses[side]);
    for (const line of cookies) page.setCookie(addresses.gateway, line);
    // Otherwise that the evil page's requests carry none would prove nothing.
    if (side === "evil" && page.cookies.length === 0) throw new Error("The trusted page got no cookie");
    for (const demoCase of CASES) rows.push(await runCase(demoCase, side, addresses, page, cookies));
  }
  printTable(rows, colour ? paint : (text) => text);
  const good = rows.filter(({ differences }) => differences.length === 0).length;
  console.log(`\n${good} of ${rows.length} as expected`);
  return good === rows.length;
}

/** A page that does not load would fail no request. */
async function checkPages(addresses) {
  for (const side of SIDES) {
    const page = openPage(addresses, addresses[side]);
    for (const path of [...Object.keys(FILES), "/site.json"]) {
      const { response, blocked } = await page.fetch(path);
      if (!response?.ok)
        throw new Error(`${addresses[side]}${path} answered ${response?.status ?? blocked.message}`);
    }
  }
}

async function runCase({ id, request, ...expectations }, side, addresses, page, cookies) {
  const origin = addresses[side];
  const expected = expectations[side];
  const { seen, setCookie } = await perform(request, addresses, page);
  cookies.push(...setCookie);
  const decisions = await (await page.fetch(`/decisions/${id}`)).response.json();
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
