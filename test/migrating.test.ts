// docs/migrating-from-cors.md is true: both packages get each request, and the page shows the two answers.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import {
  answersOf,
  diff,
  type MigrationCase,
  only,
  problemsOf,
  renderCase,
  renderRefusals,
  renderSame,
  runCase,
  type SameCase,
} from "./support/migration.ts";
import {
  BEHAVIOUR_CASES,
  REFUSALS,
  ROLLBACK_CASES,
  SAME,
  SAME_PREFLIGHTS,
} from "./support/migration-behaviour.ts";
import { OPTION_CASES } from "./support/migration-options.ts";

const FILE = new URL("../docs/migrating-from-cors.md", import.meta.url);
const UPDATE = process.env.UPDATE_DOCS !== undefined;
let page = readFileSync(FILE, "utf8");

/** The part of the page that is generated, between its markers; written anew under UPDATE_DOCS. */
function expectOnPage(name: string, text: string): void {
  const [opening, closing] = [`<!-- generated: ${name} -->\n`, `<!-- end: ${name} -->\n`];
  const start = page.indexOf(opening) + opening.length;
  const end = page.indexOf(closing);
  expect(end, `the page has the markers of ${name}`).toBeGreaterThanOrEqual(start);
  if (UPDATE) page = `${page.slice(0, start)}\n${text}\n${page.slice(end)}`;
  else expect(page.slice(start, end).trim()).toBe(text.trim());
}

afterAll(() => {
  if (UPDATE) writeFileSync(FILE, page);
});

const GROUPS: Readonly<Record<string, readonly MigrationCase[]>> = {
  ...OPTION_CASES,
  ...BEHAVIOUR_CASES,
  "rolling back": ROLLBACK_CASES,
};

describe.each(Object.entries(GROUPS))("%s", (group, cases) => {
  test.each(cases)("$title", async (one) => {
    const { npm, ours } = await runCase(one);
    const differences = one.exchanges.map((_, index) => ({
      npm: only(npm[index] ?? [], ours[index] ?? []),
      ours: only(ours[index] ?? [], npm[index] ?? []),
    }));
    expect(differences).toEqual(
      one.exchanges.map((exchange) => ({ npm: exchange.npm, ours: exchange.ours })),
    );
  });

  // What reads differently is either answered differently, or does not start as it was.
  test.each(cases)("differs: $title", async (one) => {
    const problems = problemsOf(one.before)?.issues.map(({ code }) => code);
    expect(problems).toEqual(one.says === undefined ? undefined : [one.says]);
    const differs = one.exchanges.some((exchange) => exchange.npm.length + exchange.ours.length > 0);
    expect(differs || problems !== undefined).toBe(true);
  });

  test("is on the page", async () => {
    const entries: string[] = [];
    for (const one of cases) entries.push(renderCase(one, await runCase(one)));
    expectOnPage(group, entries.join("\n"));
  });
});

describe("what does not start", () => {
  test.each(REFUSALS)("$code", async ({ code, send, npm, issue }) => {
    expect(problemsOf(code)?.issues.map((problem) => problem.code)).toEqual([issue]);
    expect(await answersOf("npm", code, [send])).toEqual([npm]);
  });

  test("is on the page", async () => {
    const rows: Parameters<typeof renderRefusals>[0][number][] = [];
    for (const row of REFUSALS) {
      const [answer = []] = await answersOf("npm", row.code, [row.send]);
      rows.push({ ...row, answer });
    }
    expectOnPage("what does not start", renderRefusals(rows));
  });
});

describe("what stays the same", () => {
  const DIFFERS_ON_PREFLIGHTS = /^(vary|content-length|access-control-max-age: 600)/;

  test.each(SAME)("$what", async ({ code, send, answer }) => {
    expect(await answersOf("npm", code, [send])).toEqual([answer]);
    expect(await answersOf("ours", code, [send])).toEqual(
      answer[0]?.startsWith("500") ? [[...answer, "vary: Origin"]] : [answer],
    );
  });

  test.each(SAME_PREFLIGHTS)("preflight: $what", async ({ code, send, answer }) => {
    for (const from of ["npm", "ours"] as const) {
      const [found = []] = await answersOf(from, code, [send]);
      expect(found.filter((line) => !DIFFERS_ON_PREFLIGHTS.test(line))).toEqual(answer);
    }
  });

  test("is on the page", () => {
    expectOnPage("what stays the same", renderSame([...SAME, ...SAME_PREFLIGHTS] satisfies SameCase[]));
  });
});

test("the diff is one", () => {
  expect(diff(["a", "b", "c"], ["b", "d", "c"])).toEqual(["- a", "  b", "+ d", "  c"]);
  expect(only(["a", "b"], ["b", "c"])).toEqual(["a"]);
});
