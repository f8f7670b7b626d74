// Every example runs as its reader would run it, and answers what its file says; none can be forgotten.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import {
  type Asked,
  answersOf,
  expectedOf,
  LISTS,
  ORIGIN,
  PREFLIGHT,
  withCookies,
} from "./support/answers.ts";
import { APP, EVIL, from, preflightFrom } from "./support/cases.ts";
import { startExample } from "./support/example.ts";

const execFileAsync = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");
const NAMES = readdirSync(`${ROOT}examples`)
  .filter((file) => file.endsWith(".mjs") && file !== "run.mjs")
  .map((file) => file.replace(".mjs", ""));

describe("the folder", () => {
  test("every example is started by a test, and no test starts another", () => {
    const tests = readdirSync(`${ROOT}test`).filter((file) => file.endsWith(".test.ts"));
    const started = tests.flatMap((file) =>
      [...read(`test/${file}`).matchAll(/\b(?:start|spawn)Example\(\s*"([^"]+)"/g)].map(([, name]) => name),
    );
    expect([...new Set(started)].sort()).toEqual([...NAMES].sort());
  });

  test.each(NAMES)("%s opens with one sentence, and imports the package by name", (name) => {
    const [line = "", ...rest] = read(`examples/${name}.mjs`).split("\n");
    expect(line).toMatch(/^\/\/ [A-Z].*\.$/);
    expect(rest.join("\n")).toMatch(/ from "boring-cors";$/m);
    // What is longer than a screen has a folder of its own name beside it; nothing else of the repository is used.
    expect(rest.join("\n").replaceAll(`from "./${name}/`, "")).not.toMatch(/from "\.\.?\//);
  });

  test("npm run example lists them with these sentences", async () => {
    const { stdout } = await execFileAsync(process.execPath, ["examples/run.mjs"], { cwd: ROOT });
    const width = Math.max(...NAMES.map(({ length }) => length));
    const lines = NAMES.map((name) => {
      const [line = ""] = read(`examples/${name}.mjs`).split("\n");
      return `${name.padEnd(width)}  ${line.slice("// ".length)}`;
    });
    expect(stdout.trimEnd().split("\n").sort()).toEqual(lines.sort());
  });

  test("an example that there is not ends with 2", async () => {
    const run = execFileAsync(process.execPath, ["examples/run.mjs", "nothing"], { cwd: ROOT });
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No example is called "nothing"'),
    });
  });
});

test("allowlist-function grants who is on the list, and says Vary to everybody", async () => {
  const orders = { target: "/orders" };
  const table: readonly Asked[] = [
    {
      name: "granted",
      request: { ...orders, ...from(APP) },
      status: 200,
      cors: withCookies(APP),
      vary: ORIGIN,
    },
    { name: "refused", request: { ...orders, ...from(EVIL) }, status: 200, cors: {}, vary: ORIGIN },
    { name: "no Origin", request: orders, status: 200, cors: {}, vary: ORIGIN },
    {
      name: "preflight",
      request: { ...orders, ...preflightFrom(APP) },
      status: 204,
      cors: withCookies(APP, LISTS),
      vary: PREFLIGHT,
    },
    {
      name: "preflight, refused",
      request: { ...orders, ...preflightFrom(EVIL) },
      status: 403,
      cors: {},
      vary: PREFLIGHT,
    },
  ];
  const example = await startExample("allowlist-function");
  expect(await answersOf(example.send, table)).toEqual(expectedOf(table));
});
