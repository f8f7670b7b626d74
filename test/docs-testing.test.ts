// "Testing your policy" in the README, as a new user follows it, and docs/testing.md: complete and true.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import express from "express";
import { describe, expect, onTestFinished, test } from "vitest";
import { BLOCKED_CODES } from "../src/browser/messages.ts";
import { cors } from "../src/index.ts";
import { page } from "../src/testing/index.ts";
import { DISAGREEMENTS } from "./browsers/support/disagreements.ts";
import { rawCases } from "./browsers/support/raw-cases.ts";
import { blocks, readDocument, section } from "./support/markdown.ts";

const execFileAsync = promisify(execFile);
const ROOT = join(import.meta.dirname, "..");
const README = section(readDocument("README.md"), "Testing your policy");
const PAGE = readDocument("docs/testing.md");

/** The service that the README's file stands beside. */
const APP = `import cors from "boring-cors";
import express from "express";

export const app = express();
app.use(cors({
  origin: ["https://app.example.com"],
  credentials: true,
  methods: ["GET", "PUT"],
  allowedHeaders: ["Content-Type"],
  exposedHeaders: ["ETag"],
}));
app.put("/orders/:id", (req, res) => {
  res.set("ETag", '"7"').json({ id: req.params.id, user: req.headers.cookie });
});
`;

describe("the README's file", () => {
  const [file = ""] = blocks(README, "js");
  const printed = /What fails says what to change:\n\n```\n([\s\S]*?)\n```/.exec(README)?.[1] ?? "";

  test("passes in a service's folder, with what npm installs", { timeout: 60_000 }, async () => {
    const { stdout } = await runInService(file);
    expect(stdout).toMatch(/Tests {2}3 passed/);
  });

  test("fails as printed, where the expectation is another", { timeout: 60_000 }, async () => {
    const wrong = file.replace('.toBeBlocked("preflight-method")', ".toBeReadable()");
    const { stdout, stderr } = await runInService(wrong).catch(
      (error) => error as { stdout: string; stderr: string },
    );
    expect(stdout + stderr).toMatch(/Tests {2}1 failed \| 2 passed/);
    expect(stdout + stderr).toContain(printed);
  });
});

async function runInService(file: string) {
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-service-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/boring-cors"), "junction");
  for (const name of ["express", "vitest"])
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name), "junction");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "app.js"), APP);
  writeFileSync(join(folder, "cors.test.js"), file);
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  return execFileAsync(process.execPath, [vitest, "run"], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
  });
}

test.each(["README.md", "docs/testing.md"])("%s counts the raw answers", (file) => {
  const counts = readDocument(file).match(/\d+(?= raw answers)/g);
  expect(counts).toEqual([String(rawCases().length)]);
});

describe("docs/testing.md", () => {
  test("lists every code of blocked", () => {
    expect(namesIn("Codes").sort()).toEqual([...BLOCKED_CODES].sort());
  });

  test("lists every code of a note", () => {
    const union = /export type NoteCode =([\s\S]*?);/.exec(readDocument("src/browser/notes.ts"))?.[1] ?? "";
    const codes = [...union.matchAll(/\| "([a-z-]+)"/g)].map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(10);
    expect(namesIn("Notes").sort()).toEqual(codes.sort());
  });

  test("lists where engines leave the standard, as the browser tests find it", () => {
    const rows = DISAGREEMENTS.map(({ name, engines, see }) => {
      const where = engines.length === 3 ? "all three" : engines.join(", ");
      const [address = "", remark = ""] = see.split(/ (?=\()/);
      const short = address.replace("https://fetch.spec.whatwg.org/", "Fetch");
      const link = short.replace("https://github.com/", "").replace(/\/(issues|pull)\//, "#");
      return `| ${name} | ${where} | [${link}](${address})${remark === "" ? "" : ` ${remark}`} |`;
    });
    const table = ["| what | where | see |", "| --- | --- | --- |", ...rows].join("\n");
    const expected = PAGE.replace(/\| what \| where \| see \|\n(\|.*\n)*/, () => `${table}\n`);
    if (process.env.UPDATE_DOCS !== undefined) writeFileSync(join(ROOT, "docs/testing.md"), expected);
    else expect(PAGE).toBe(expected);
  });

  test("its examples say what is printed beside them", async () => {
    const app = express().use(
      cors({
        origin: ["https://app.example.com", "https://shop.example"],
        credentials: true,
        methods: ["GET"],
      }),
    );
    app.get("/orders", (_, res) => void res.end());
    const [first = "", second = ""] = blocks(PAGE, "js");
    expect(await printedBy(first, { page, app })).toEqual(["preflight-method"]);
    expect(await printedBy(second, { page, app })).toEqual([["cookie-withheld"]]);
  });
});

/** The first column of a section's table. */
function namesIn(title: string): string[] {
  return [...section(PAGE, title).matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name as string);
}

async function printedBy(code: string, scope: Readonly<Record<string, unknown>>): Promise<unknown[]> {
  const printed: unknown[] = [];
  const body = code.replace(/^import .*$/gm, "");
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const log = { log: (value: unknown) => printed.push(value) };
  await new AsyncFunction(...Object.keys(scope), "console", body)(...Object.values(scope), log);
  return printed;
}
