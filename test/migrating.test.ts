// docs/migrating-from-cors.md is true: both packages get each request, and the page shows the two answers.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import * as boringCors from "../src/index.ts";
import { APP, EVIL, from, once } from "./support/cases.ts";
import { blocks, run } from "./support/markdown.ts";
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
import { corsHeaders } from "./support/raw-http.ts";

const FILE = new URL("../docs/migrating-from-cors.md", import.meta.url);
const UPDATE = process.env.UPDATE_DOCS !== undefined;
let page = readFileSync(FILE, "utf8");

/** The part of the page that is generated, between its markers; written anew under UPDATE_DOCS. */
function expectOnPage(name: string, text: string): void {
  const [opening, closing] = [`<!-- generated: ${name} -->\n`, `<!-- end: ${name} -->\n`];
  const start = page.indexOf(opening) + opening.length;
  const end = page.indexOf(closing);
  expect(end, `the page has the markers of ${name}`).toBeGreaterThanOrEqual(start);
  if (UPDATE) page = page.slice(0, start) + text + page.slice(end);
  else expect(page.slice(start, end)).toBe(text);
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
      npm: only(npm[index] ?? [], ours[index] ?? []).sort(),
      ours: only(ours[index] ?? [], npm[index] ?? []).sort(),
    }));
    expect(differences).toEqual(
      one.exchanges.map((exchange) => ({ npm: [...exchange.npm].sort(), ours: [...exchange.ours].sort() })),
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
    const [answer = []] = await answersOf("npm", code, [send]);
    expect([...answer].sort()).toEqual([...npm].sort());
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

test("a policy opens everything in npm cors too", async () => {
  const code = `cors(definePolicy({ origin: ["${APP}"] }))`;
  expect(await answersOf("npm", code, [from(EVIL)])).toEqual([["200 OK", "access-control-allow-origin: *"]]);
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
      expect(found.filter((line) => !DIFFERS_ON_PREFLIGHTS.test(line)).sort()).toEqual([...answer].sort());
    }
  });

  test("is on the page", () => {
    expectOnPage("what stays the same", renderSame([...SAME, ...SAME_PREFLIGHTS] satisfies SameCase[]));
  });
});

describe("the code that people copy", () => {
  const [compare = "", unitTest = "", shared = ""] = blocks(page, "js");

  test("the comparison prints what differs", async () => {
    const printed: string[] = [];
    await run(compare, { scope: { console: { log: (line: string) => printed.push(line) } } });
    const asked = printed.map((text) => text.split("\n")[0]);
    expect(asked).toEqual([
      "OPTIONS from https://app.example.com",
      "GET from https://evil.example",
      "OPTIONS from https://evil.example",
      "GET from undefined",
      "OPTIONS from undefined",
    ]);
    expect(printed[1]?.split("\n").slice(1)).toEqual([
      "- 200 · access-control-allow-credentials: true · vary: Origin",
      "+ 200 · vary: Origin",
    ]);
  });

  test("the unit test passes", async () => {
    await run(unitTest);
    await expect(run(unitTest.replace('["https://app', '["https://other'))).rejects.toThrow("not among");
  });

  test("the shared module starts, without a warning, and serves under a base", async () => {
    const policy = (await run(shared, { result: "policy" })) as boringCors.Policy;
    expect(policy.warnings).toEqual([]);
    expect(policy.decide({ method: "GET", path: "/catalog/x", origin: EVIL }).allowed).toBe(true);
    const serve = (req: IncomingMessage, res: ServerResponse) =>
      boringCors.cors(policy, { base: "/catalog" })(req, res, () => res.end("x"));
    expect(corsHeaders(await once(serve, from(EVIL)))).toEqual({ "access-control-allow-origin": "*" });
  });

  test("the TypeScript is checked", () => {
    const [typed = ""] = blocks(page, "ts");
    const checked = readFileSync(new URL("./types/migrating.ts", import.meta.url), "utf8");
    const squeezed = (text: string) => text.replaceAll(/\s+/g, "").replaceAll(",}", "}");
    expect(squeezed(checked)).toContain(squeezed(typed.replace(`"boring-cors"`, `"../../src/index.ts"`)));
  });
});

describe("the search", () => {
  // What each line finds, and what it must leave alone: the code after the change.
  const FOUND: readonly (readonly [found: readonly string[], left: readonly string[]])[] = [
    [['import cors from "cors";', "const cors = require('cors');"], ['import cors from "boring-cors";']],
    [["app.use(cors());"], ['app.use(cors({ origin: "*" }));']],
    [["cors({ origin: true })", "origin:true,"], ['origin: "*",']],
    [
      ['origin: ["*"]', "origin: ['https://*.example.com']", 'callback(null, "*")'],
      ['origin: "*"', 'callback(null, { origin: "*" })'],
    ],
    [["  headers: ['X-Tenant'],", 'app.use(cors({ origin, headers: "X-A" }));'], ["  allowedHeaders: [],"]],
    [["callback(new Error('no'))", "else cb(new Error())"], ["callback(null, false)"]],
    [["if (!origin || list.includes(origin))"], ["list.includes(origin)"]],
    [['res.set("Access-Control-Allow-Origin", "*")', "res.setHeader('vary', 'Accept')"], ["res.vary(name)"]],
    [["app.enableCors(options)", "new Server(http, { cors: { origin } })"], ["app.use(cors({ origin }))"]],
  ];
  const searches = [...(blocks(page, "sh")[0]?.matchAll(/^grep .*?(?= +#)/gm) ?? [])].map(([line]) => line);

  test.each(FOUND.map(([found, left], index) => ({ search: searches[index] ?? "", found, left })))(
    "$search",
    ({ search, found, left }) => {
      const folder = mkdtempSync(join(tmpdir(), "migrating-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      mkdirSync(join(folder, "src"));
      writeFileSync(join(folder, "src", "app.js"), [...found, ...left].join("\n"));
      const printed = execFileSync("sh", ["-c", search], { cwd: folder, encoding: "utf8" });
      const lines = printed.trimEnd().split("\n");
      expect(lines.map((line) => line.replace(/^src\/app\.js:\d+:/, ""))).toEqual(found);
    },
  );

  test("every line is tried", () => {
    expect(searches).toHaveLength(FOUND.length);
  });
});

test("the diff is one", () => {
  expect(diff(["a", "b", "c"], ["b", "d", "c"])).toEqual(["- a", "  b", "+ d", "  c"]);
  expect(only(["a", "b"], ["b", "c"])).toEqual(["a"]);
});
