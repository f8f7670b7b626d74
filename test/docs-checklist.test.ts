// docs/checklist.md: every item of the command's checklist, with its words, its severities and its source.
import { expect, test } from "vitest";
import { CHECKLIST } from "../src/cli/check/checklist.ts";
import { readDocument } from "./support/markdown.ts";
import { ANSWERS } from "./zoo/answers.ts";
import { CACHES } from "./zoo/caches.ts";
import { NGINX_ANIMALS } from "./zoo/nginx.ts";
import { ORIGINS } from "./zoo/origins.ts";
import { PREFLIGHTS } from "./zoo/preflights.ts";

const ROW =
  /^\| \[`([\w-]+)`\]\(\.\.\/(src\/cli\/check\/[\w-]+\.ts)\) \| (fail|warn|fail, warn) \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm;
const rows = [...readDocument("docs/checklist.md").matchAll(ROW)].map(
  ([, code = "", source = "", severities = "", title = ""]) => ({ code, source, severities, title }),
);

test("has every item once, with its words", () => {
  const byCode = (a: { code: string }, b: { code: string }) => a.code.localeCompare(b.code);
  expect(rows.map(({ code, title }) => ({ code, title })).sort(byCode)).toEqual(
    CHECKLIST.map(({ code, title }) => ({ code, title })).sort(byCode),
  );
});

test.each(rows)("leads to the source: $code", ({ code, source }) => {
  expect(readDocument(source)).toMatch(new RegExp(`(code: |probed\\()"${code}"`));
});

/** What the zoo shows of a code; a server of this machine is the animal of `local-network`. */
function seen(code: string): string {
  const animals = [...ORIGINS, ...PREFLIGHTS, ...CACHES, ...ANSWERS, ...NGINX_ANIMALS];
  const fails = animals.some((animal) => animal.fails?.includes(code));
  const warns = code === "local-network" || animals.some((animal) => animal.warns?.includes(code));
  return [...(fails ? ["fail"] : []), ...(warns ? ["warn"] : [])].join(", ");
}

test.each(rows)("says how grave it is, and the zoo has an animal for each: $code", ({ code, severities }) => {
  expect(severities).toBe(seen(code));
});
