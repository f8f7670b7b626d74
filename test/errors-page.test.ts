// docs/errors.md is complete and true: an entry per code, and every example raises what its entry says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express from "express";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CorsConfigError, cors, definePolicy, originsFromEnv } from "../src/index.ts";
import { ISSUE_CODES } from "../src/policy/issues.ts";
import { collectWarnings, from, once, settled } from "./support/cases.ts";
import { blocks, evaluate } from "./support/markdown.ts";

const PAGE = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");

/** The codes that only a running middleware says: they stand in no table of ours. */
const RUNTIME_CODES = [
  ...readFileSync(new URL("../src/policy/runtime-warnings.ts", import.meta.url), "utf8").matchAll(
    /^ {2}(CORS_[A-Z_]+)\(/gm,
  ),
].map(([, code]) => code);

interface Entry {
  /** A code, or words of the message of an error that has none. */
  readonly heading: string;
  readonly body: string;
}

const [introduction = "", ...parts] = PAGE.split(/^### /m);
const ENTRIES: readonly Entry[] = parts.map((part) => ({
  heading: part.slice(0, part.indexOf("\n")),
  body: part.slice(part.indexOf("\n")),
}));

const isCode = (heading: string) => /^[A-Z_]+$/.test(heading);
describe("the page", () => {
  const codes = ENTRIES.map(({ heading }) => heading).filter(isCode);

  test("has one entry per code, and none for others", () => {
    expect(RUNTIME_CODES).toHaveLength(6);
    expect([...codes].sort()).toEqual([...Object.keys(ISSUE_CODES), ...RUNTIME_CODES].sort());
  });

  test("links every section at its top, in order", () => {
    const sections = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect([...introduction.matchAll(/\[([^\]]+)\]\(#/g)].map(([, name]) => name)).toEqual(sections);
  });

  test.each(ENTRIES)("says when and why: $heading", ({ body }) => {
    expect(body).toMatch(/^\*\*When\*\*/m);
    expect(body).toMatch(/\*\*Why\*\* /);
  });

  test("stays small: it is part of the package", () => {
    expect(Buffer.byteLength(PAGE)).toBeLessThan(26_000);
  });
});

/**
 * A marked line is an example of its own: it runs with all unmarked lines of its block, in their order, and without
 * the other marked ones.
 */
function examplesOf({ heading, body }: Entry) {
  return blocks(body, "js").flatMap((block) => {
    const lines = block.split("\n");
    return lines.flatMap((marked, index) => {
      const mark = /\/\/ (wrong|right)$/.exec(marked)?.[1];
      if (mark === undefined) return [];
      const code = lines.filter((line, other) => other === index || !/\/\/ (?:wrong|right)$/.test(line));
      return [{ heading, mark, marked, code: code.join("\n") }];
    });
  });
}

interface Said {
  readonly codes: readonly string[];
  readonly messages: readonly string[];
}

/** Runs an example, sends a request to its `app` if it has one, and tells what was raised and warned of. */
async function run(code: string): Promise<Said> {
  const warnings = collectWarnings();
  const errors: Error[] = [];
  try {
    const { app, page } = (await runExample(code)) as { app?: express.Express; page?: string };
    if (app !== undefined) await request(app, page ?? "https://app.example", errors);
  } catch (error) {
    errors.push(error as Error);
  }
  await settled();
  const messages = [...errors, ...warnings].map(String);
  return { codes: [...new Set([...errors.flatMap(codesOf), ...warnings.flatMap(codesIn)])], messages };
}

function runExample(code: string, also: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const found = ["app", "page"].map(
    (name) => `${name}: typeof ${name} === "undefined" ? undefined : ${name}`,
  );
  const scope = { cors, definePolicy, originsFromEnv, express, assert, ...also };
  return evaluate(`${code}\nreturn { ${found} };`, scope);
}

async function request(app: express.Express, page: string, errors: Error[]): Promise<void> {
  app.use((error: Error, _req: IncomingMessage, res: ServerResponse, _next: unknown) => {
    errors.push(error);
    res.end();
  });
  await once(app as RequestListener, { target: "/me", ...from(page) });
}

/** The application's own `new Error()` is no concern of ours; any other error must be one of ours, by code or by name. */
function codesOf(error: Error): readonly string[] {
  if (error instanceof CorsConfigError) return error.issues.map((issue) => issue.code);
  return error.name === "Error" ? [] : [error.name];
}

/** A warning of several issues has its codes in the text alone. */
function codesIn(warning: Error & { code?: string }): readonly string[] {
  if (warning.code !== undefined) return [warning.code];
  const found = [...warning.message.matchAll(/\[([A-Z_]+)\]/g)].map(([, code = ""]) => code);
  return found.length > 0 ? found : [warning.name];
}

describe("the examples", () => {
  // Those that the page reads or sets; whatever an example leaves there is taken back.
  beforeEach(() => ["UNSET", "BLOCK", "ORIGINS"].forEach((name) => void vi.stubEnv(name, undefined)));
  afterEach(() => void vi.unstubAllEnvs());

  const EXAMPLES = ENTRIES.flatMap(examplesOf);

  test.each(ENTRIES)("show the wrong and the right: $heading", (entry) => {
    const marks = examplesOf(entry).map(({ mark }) => mark);
    expect(new Set(marks)).toEqual(new Set(["wrong", "right"]));
  });

  test.each(EXAMPLES.filter(({ mark }) => mark === "wrong"))("wrong: $marked", async ({ heading, code }) => {
    const { codes, messages } = await run(code);
    if (isCode(heading)) {
      expect(codes).toEqual([heading]);
    } else {
      expect(codes).toEqual(["TypeError"]);
      expect(messages.join("\n")).toContain(heading);
    }
  });

  test.each(EXAMPLES.filter(({ mark }) => mark === "right"))("right: $marked", async ({ code }) => {
    expect(await run(code)).toEqual({ codes: [], messages: [] });
  });

  test("of the introduction print what stands beside them", async () => {
    const [caught = "", unitTest = ""] = blocks(introduction, "js");
    const printed: string[] = [];
    await runExample(caught, {
      console: { error: (...values: unknown[]) => printed.push(values.join(" ")) },
    });
    expect(printed).toEqual([/console\.error\(.*\); \/\/ (.*)$/m.exec(caught)?.[1]]);
    await runExample(unitTest);
  });

  test("of a message is one that is raised", () => {
    const printed = /^(CorsConfigError: [\s\S]*?)\n```/m.exec(introduction)?.[1];
    const options = { routes: { "/": { origin: ["https://app.example.com", "https://app.example/"] } } };
    expect(() => definePolicy(options)).toThrow(printed?.replace("CorsConfigError: ", ""));
  });
});
