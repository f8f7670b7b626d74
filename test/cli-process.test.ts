// The built program, dist/cli.cjs, as a process: streams, colours, exit codes, and files that keep a process busy.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Files, folderWith } from "./support/cli.ts";

const ROOT = join(import.meta.dirname, "..");
const CLI = join(ROOT, "dist/cli.cjs");
const { version } = await import("../package.json", { with: { type: "json" } }).then(
  (found) => found.default,
);

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  /** Close standard output at once, as `head` does when it has enough. */
  readonly closed?: boolean;
  readonly node?: readonly string[];
}

function start(files: Files, argv: readonly string[], { env = {}, closed = false, node = [] }: Options = {}) {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [...node, CLI, ...argv], {
    cwd: folderWith(files),
    env: { ...inherited, ...env },
    timeout: 15_000,
  });
  let out = "";
  let err = "";
  if (closed) child.stdout.destroy();
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out, err })),
  );
}

const POLICY = { "a.json": '{ "origin": "https://app.example.com" }' };
const READABLE = ["explain", "a.json", "--origin", "https://app.example.com"];

describe("exit codes and streams", () => {
  test.each<[string, string[], number]>([
    ["as it should be", READABLE, 0],
    ["something found", ["explain", "a.json", "--origin", "https://b.example"], 1],
  ])("%s", async (_, argv, code) => {
    const ran = await start(POLICY, argv);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: "" });
    expect(ran.out).toMatch(code === 0 ? /^readable: / : /^blocked /);
  });

  test("misuse", async () => {
    const err =
      "boring-cors: too many arguments for 'lint'. Expected 1 argument but got 2.\nWrite boring-cors lint --help for its options and examples.\n";
    expect(await start(POLICY, ["lint", "a.json", "b"])).toEqual({ code: 2, out: "", err });
  });

  test.skipIf(!existsSync("/dev/full"))("output that a full disk does not take is no success", () => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [CLI, "export", "nginx", "a.json"], {
      cwd: folderWith(POLICY),
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    expect(status).toBe(2);
    expect(stderr).toContain("boring-cors: the output cannot be written: ");
  });

  test("--version", async () => {
    expect(await start({}, ["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  test.each([["--help"], ["check", "--help"], ["explain", "--help"], ["lint", "--help"], ["diff", "--help"]])(
    "%s %s",
    async (...argv) => {
      const { code, out, err } = await start(
        {},
        argv.filter((word) => word !== undefined),
      );
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain("Usage: boring-cors");
      expect(out).toContain("Exit codes: 0");
      if (argv.length > 1) expect(out).toContain("Examples:\n  boring-cors");
    },
  );

  test("a reader that has seen enough is no failure", async () => {
    expect(await start(POLICY, READABLE, { closed: true })).toEqual({ code: 0, out: "", err: "" });
  });
});

test.each<[string, Record<string, string>, boolean]>([
  ["no terminal", {}, false],
  ["FORCE_COLOR=1", { FORCE_COLOR: "1" }, true],
  ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, false],
  ["NO_COLOR wins", { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
])("colours: %s", async (_, env, coloured) => {
  const { out } = await start(POLICY, READABLE, { env });
  expect(out.startsWith("\u001b[32mreadable\u001b[0m")).toBe(coloured);
});

describe("policy files", () => {
  const NAMES = [
    "a.mjs",
    "a.cjs",
    "a.js",
    "compiled.cjs",
    "a.json",
    "a.yaml",
    "a.yml",
    "live.mjs",
    "options.mjs",
  ];
  const FILES: Files = {
    "package.json": '{ "type": "module" }',
    "a.mjs":
      'import { definePolicy } from "boring-cors";\nexport default definePolicy({ origin: "https://app.example.com" });',
    "a.cjs":
      'const { definePolicy } = require("boring-cors");\nmodule.exports = definePolicy({ origin: "https://app.example.com" });',
    "a.js": 'export { default } from "./a.mjs";',
    "compiled.cjs": 'exports.__esModule = true;\nexports.default = { origin: "https://app.example.com" };',
    "a.json":
      '\ufeff{ "$schema": "./node_modules/boring-cors/schema.json", "origin": { "regexp": "^https://app\\\\.example\\\\.com$" } }',
    "a.yaml": "origin:\n  - https://app.example.com\n",
    "a.yml":
      "$schema: ./node_modules/boring-cors/schema.json\nroutes:\n  /:\n    origin: https://app.example.com\n",
    "live.mjs":
      'import { livePolicy } from "boring-cors";\nexport default livePolicy({ origin: "https://app.example.com" });',
    "options.mjs": 'export default { origin: await Promise.resolve("https://app.example.com") };',
  };

  test.each(NAMES)("%s", async (name) => {
    const { code, out, err } = await start(FILES, ["explain", name, "--origin", "https://app.example.com"]);
    expect({ code, err, first: out.split("\n")[0] }).toEqual({
      code: 0,
      err: "",
      first: "readable: the page can read the answer",
    });
  });

  test("TypeScript, where Node strips types; elsewhere the message says how to run it", async () => {
    const text = 'const origin: string = "https://app.example.com";\nexport default { origin };';
    const { code, out, err } = await start(
      { "a.mts": text },
      ["explain", "a.mts", "--origin", "https://app.example.com"],
      {
        node: ["--no-warnings"],
      },
    );
    if ("typescript" in process.features && process.features.typescript) {
      expect({ code, err, first: out.split("\n")[0] }).toEqual({
        code: 0,
        err: "",
        first: "readable: the page can read the answer",
      });
    } else {
      expect({ code, out, err }).toEqual({
        code: 2,
        out: "",
        err: `boring-cors: Policy file "a.mts" is TypeScript, which Node ${process.versions.node} does not load by itself (22.18 and later do); write node --import tsx node_modules/boring-cors/dist/cli.cjs ... a.mts, with tsx installed.\n`,
      });
    }
  });

  test("what a file prints does not stand in front of the JSON", async () => {
    const files = { "a.mjs": 'console.log("[dotenv] injected");\nexport default { origin: "*" };' };
    const { code, out, err } = await start(files, ["lint", "a.mjs", "--json"]);
    expect({ code, err, findings: JSON.parse(out).findings }).toEqual({
      code: 0,
      err: "[dotenv] injected\n",
      findings: [],
    });
  });

  test("nor what it prints later, or by other ways than console.log", async () => {
    const says = 'console.debug("a"); console.dir({}); process.stdout.write("b\\n");';
    const files = { "a.mjs": `${says}\nexport default { origin: () => { ${says} return true; } };` };
    const argv = ["explain", "a.mjs", "--json", "--origin", "https://app.example.com"];
    const { code, out, err } = await start(files, argv);
    expect({ code, verdict: JSON.parse(out).verdict }).toEqual({ code: 0, verdict: "readable" });
    expect(err.startsWith("a\n{}\nb\na\n{}\nb\n")).toBe(true);
  });

  test("what a file leaves open does not keep the command running", async () => {
    const files = { "a.mjs": 'setInterval(() => {}, 1000);\nexport default { origin: "*" };' };
    expect((await start(files, ["lint", "a.mjs"])).code).toBe(0);
  });

  test.each([
    [
      "process.exit(0)",
      "boring-cors: the policy file ended the process (process.exit?) before there was an answer.\n",
    ],
    [
      'Promise.reject(new Error("late\\u0007"));\nawait new Promise(() => {})',
      "boring-cors failed: late\\u0007\n",
    ],
    [
      'Promise.reject(new Error("one"));\nPromise.reject(new Error("two"));\nawait new Promise(() => {})',
      "boring-cors failed: one\n",
    ],
    [
      "setTimeout(() => { throw Object.create(null); });\nawait new Promise(() => {})",
      "boring-cors failed: {}\n",
    ],
    [
      "await new Promise(() => {})",
      'boring-cors: Policy file "a.mjs" has not been loaded after 10 seconds: a top-level await that never ends?\n',
    ],
  ])("%s", async (text, err) => {
    expect(await start({ "a.mjs": text }, ["lint", "a.mjs"])).toEqual({ code: 2, out: "", err });
  });
});
