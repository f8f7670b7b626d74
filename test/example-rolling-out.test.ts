// The example of report mode, and the log of its run in docs/rolling-out.md.
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { spawnExample } from "./support/example.ts";

const PAGE = new URL("../docs/rolling-out.md", import.meta.url);
const LOG = /(?<=<!-- written by .*test\/example-rolling-out\.test\.ts -->\n```\n)[\s\S]*?(?=```\n$)/;

test("docs/rolling-out.md shows what a run prints", async () => {
  const example = spawnExample("rolling-out", { NODE_NO_WARNINGS: "1" });
  const [code] = await once(example.child, "close");
  expect(code, example.output()).toBe(0);
  const page = readFileSync(PAGE, "utf8");
  expect(page).toMatch(LOG);
  const written = page.replace(LOG, () => `${example.output().trim()}\n`);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, written);
  expect(readFileSync(PAGE, "utf8")).toBe(written);
});

test("reported and rolled back, the service answers as it did; enforced, as the policy says", () => {
  const [, log = ""] = /```\n([^`]*)```\n$/.exec(readFileSync(PAGE, "utf8")) ?? [];
  const runs = log.split("\n\n").map((run) => run.trim().split("\n"));
  const answersOf = (title: string) => runs.find(([first]) => first?.startsWith(title))?.slice(1);
  const today = answersOf("today:");
  expect(today).toHaveLength(4);
  for (const title of ["report: the same", "report: mended", "rolled back:"])
    expect(answersOf(title)).toEqual(today);
  const closed = [true, true, false, true];
  expect(answersOf("enforce:")?.map((line, index) => line === today?.[index])).toEqual(closed);
  expect(answersOf("done:")?.slice(0, 3)).toEqual(answersOf("enforce:")?.slice(0, 3));
});
