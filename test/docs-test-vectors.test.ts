// docs/test-vectors.md: its format is the file's, and its readers, run as a reader runs them, pass here and fail elsewhere.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import npmCors from "cors";
import express, { type RequestHandler } from "express";
import { describe, expect, onTestFinished, test } from "vitest";
import { type TestVectors, toVectors } from "../src/edge/to-vectors.ts";
import { cors, definePolicy, type Policy } from "../src/index.ts";
import { compileJUnit, hasJUnit, runJUnit } from "./support/junit.ts";
import { blocks, readDocument, run, section } from "./support/markdown.ts";

const PAGE = readDocument("docs/test-vectors.md");
const [SHELL = ""] = blocks(PAGE, "sh");
const [JAVA = ""] = blocks(PAGE, "java");

/** The page's own policy. */
const policy = (await run(blocks(PAGE, "js")[0] as string, {
  result: "policy",
  modules: { "node:fs": { writeFileSync() {} }, "boring-cors/edge": { toVectors } },
})) as Policy;
const text = toVectors(policy).files["cors-vectors.json"];
const { vectors }: TestVectors = JSON.parse(text);
const asked = vectors.filter(({ expected }) => expected.headers !== null);

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-vectors-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "cors-vectors.json"), text);
  return folder;
}

async function serving(middleware: RequestHandler): Promise<string> {
  const app = express();
  app.use(middleware);
  app.use((_, res) => void res.send("here"));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Services that look right at a first glance: what each has, and a vector that shows it. */
const OTHERS: readonly (readonly [what: string, service: () => RequestHandler, vector: string])[] = [
  [
    "a policy without credentials",
    () => cors(changed({ credentials: false })),
    '/: GET from "https://app.example.com", a listed origin',
  ],
  [
    "a policy with one origin more",
    () =>
      cors(
        changed({
          origin: ["https://app.example.com", "https://*.preview.example.com", "https://preview.example.com"],
        }),
      ),
    '/: GET from "https://preview.example.com", beside the pattern "https://*.preview.example.com"',
  ],
  [
    "npm cors, which echoes",
    () => npmCors({ origin: true, credentials: true }),
    '/: GET from "https://foreign.invalid", a foreign origin',
  ],
];

function changed(rule: object): Policy {
  const { "/": root, ...others } = policy.routes;
  return definePolicy({ routes: { "/": { ...(root as object), ...rule }, ...others } } as never);
}

test("every field of the file is in the table, and the other way round", () => {
  const described = [...section(PAGE, "The format").matchAll(/^\| `([\w.[\]]+)` \|/gm)].map(
    ([, field]) => field,
  );
  const fields = new Set<string>();
  const walk = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const one of value) walk(one, `${path}[]`);
    if (path !== "" && !/\[\]$|\.(?:request|expected)$/.test(path)) fields.add(path);
    if (typeof value !== "object" || value === null || Array.isArray(value) || path.endsWith(".headers"))
      return;
    for (const [name, inner] of Object.entries(value)) walk(inner, path === "" ? name : `${path}.${name}`);
  };
  walk(JSON.parse(text), "");
  fields.delete("vectors[].expected.vary[]");
  expect(described.sort()).toEqual([...fields].sort());
});

test("the page's policy has every kind of vector that readers see", () => {
  expect(asked.length).toBeGreaterThan(80);
  expect(new Set(vectors.map(({ verdict }) => verdict))).toEqual(new Set(["readable", "blocked"]));
  expect(section(PAGE, "The format")).toContain(`\`"${JSON.parse(text).schema}"\``);
});

const missing = ["sh", "curl", "jq"].filter(
  (name) => spawnSync(name, name === "sh" ? ["-c", ":"] : ["--version"]).status !== 0,
);
if (missing.length > 0 && !process.env.CI) {
  console.warn(`SKIPPED: tests that need ${missing.join(", ")}. Get it: apt-get install curl jq`);
}

describe.skipIf(missing.length > 0 && !process.env.CI)("the reader for a shell", { timeout: 120_000 }, () => {
  const read = (url: string) => {
    const folder = newFolder();
    writeFileSync(join(folder, "cors-vectors.sh"), SHELL);
    return new Promise<{ code: unknown; out: string; err: string }>((resolve, reject) => {
      const child = execFile("sh", ["cors-vectors.sh", url], { cwd: folder }, (error, out, err) =>
        resolve({ code: error === null ? 0 : error.code, out, err }),
      );
      child.once("error", reject);
      child.stdin?.end(readFileSync(join(folder, "cors-vectors.json")));
    });
  };

  test("passes against this policy", async () => {
    expect(await read(await serving(cors(policy)))).toEqual({ code: 0, out: "", err: "" });
  });

  test.each(OTHERS)("fails against %s", async (_, service, vector) => {
    const { code, out, err } = await read(await serving(service()));
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toContain(`${vector}: got `);
    expect(out.trimEnd().split("\n").length).toBeLessThan(asked.length);
  });

  test("fails where nobody answers: for every vector", async () => {
    const { code, out } = await read("http://127.0.0.1:9");
    expect(code).toBe(1);
    expect(out.trimEnd().split("\n")).toHaveLength(asked.length);
  });
});

describe.skipIf(!hasJUnit && !process.env.CI)("the reader for JUnit 5", { timeout: 120_000 }, () => {
  test("passes against this policy, and fails against others", async () => {
    const folder = newFolder();
    await compileJUnit(folder, "CorsVectorsTest", JAVA);
    const right = await runJUnit(folder, "CorsVectorsTest", { base: await serving(cors(policy)) });
    expect(right, right.output).toMatchObject({ succeeded: asked.length, failed: 0 });
    for (const [, service, vector] of OTHERS) {
      const wrong = await runJUnit(folder, "CorsVectorsTest", { base: await serving(service()) });
      expect(wrong.failed).toBeGreaterThan(0);
      expect(wrong.succeeded + wrong.failed).toBe(asked.length);
      // The list at the end, of what failed.
      expect(wrong.output).toContain(`:answersAsThePolicySays():${vector}\n`);
    }
  });
});
