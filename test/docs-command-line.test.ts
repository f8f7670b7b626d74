// docs/command-line.md: its outputs are real, its tables complete.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NOTE_CODES } from "../src/cli/lint/notes.ts";
import { folderWith, runIn } from "./support/cli.ts";
import { blocks, readDocument, section } from "./support/markdown.ts";

const PAGE = readDocument("docs/command-line.md");

test("prints what the commands print", async () => {
  const files = blocks(PAGE, "js").map((text) => [/^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text] as const);
  const folder = folderWith(Object.fromEntries(files));
  let expected = PAGE;
  const sessions = blocks(PAGE, "console");
  for (const session of sessions) {
    const [line = ""] = session.split("\n");
    const { out, err } = await runIn(folder, line.split(" ").slice(2));
    expect(err).toBe("");
    expected = expected.replace(session, () => `${line}\n${out}`);
  }
  expect(sessions.length).toBe(3);
  if (process.env.UPDATE_DOCS !== undefined) {
    writeFileSync(join(import.meta.dirname, "../docs/command-line.md"), expected);
  } else expect(PAGE).toBe(expected);
});

test("lists every note", () => {
  const listed = [...section(PAGE, "lint").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed).toEqual([...NOTE_CODES]);
});

test("lists the fields of the JSON", async () => {
  const folder = folderWith({ "a.json": '{ "origin": "*" }', "b.json": '{ "origin": false }' });
  const fields = async (...argv: string[]) =>
    Object.keys(JSON.parse((await runIn(folder, [...argv, "--json"])).out));
  const explained = await fields("explain", "a.json", "--origin", "https://a.example");
  const table = [...section(PAGE, "explain").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(table).toEqual(explained);
  expect(section(PAGE, "lint")).toContain(`{ ${(await fields("lint", "a.json")).join(", ")} }`);
  expect(section(PAGE, "diff")).toContain(`{ ${(await fields("diff", "a.json", "b.json")).join(", ")} }`);
});
