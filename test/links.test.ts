// Every link of the documentation leads somewhere: to a file of the repository, or to a heading of the page.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readDocument } from "./support/markdown.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGES = [".", "docs"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file)),
);

/** As Markdown hosts make them: lower case, punctuation dropped, a hyphen for each space. */
function anchorsOf(text: string): string[] {
  return withoutCode(text)
    .split("\n")
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-"),
    );
}

function withoutCode(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, "");
}

test.each(PAGES)("%s", (page) => {
  const broken: string[] = [];
  for (const [, target = ""] of withoutCode(readDocument(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    const found = existsSync(join(ROOT, file));
    if (!found || (anchor !== undefined && !anchorsOf(readDocument(file)).includes(anchor)))
      broken.push(target);
  }
  expect(broken).toEqual([]);
});

test("the pages are seen, and so are their headings", () => {
  expect(PAGES).toEqual(expect.arrayContaining(["README.md", "docs/errors.md", "docs/five-minutes.md"]));
  expect(anchorsOf("## Coming from npm `cors`\n### ORIGIN_PATH")).toEqual([
    "coming-from-npm-cors",
    "origin_path",
  ]);
});
