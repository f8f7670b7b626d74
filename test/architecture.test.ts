// Imports point down only, and the pure halves know nothing of Node.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "src");

/** Layer -> the layers (and packages) that it may import; a layer may always import itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  policy: [],
  browser: [],
  adapters: ["policy", "browser", "node:", "vary"],
  testing: ["browser", "policy", "node:", "cookie"],
  edge: ["policy", "js-yaml"],
  cli: ["edge", "testing", "browser", "policy", "node:", "commander", "js-yaml"],
  index: ["adapters", "policy"],
};

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((file) => file.split(sep).join(posix.sep))
  .filter((file) => file.endsWith(".ts") || file.endsWith(".cts"));

function layerOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] as string) : file.replace(/\..*$/, "");
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^;]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)|\brequire\("([^"]+)"\)/gm,
    ),
  ].map(([, from, dynamic, required]) => from ?? dynamic ?? required ?? "");
}

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier.startsWith("node:") ? "node:" : specifier;
  const path = relative(root, join(root, dirname(file), specifier))
    .split(sep)
    .join(posix.sep);
  return layerOf(path);
}

describe.each(files.filter((file) => !file.endsWith(".d.cts")))("%s", (file) => {
  test("imports only what its layer may", () => {
    const layer = layerOf(file);
    const allowed = ALLOWED[layer];
    expect(allowed, `src/${layer} has no place in the layering`).toBeDefined();
    for (const specifier of importsOf(file)) {
      const target = targetOf(file, specifier);
      if (target !== layer) expect(allowed, `${file} imports ${specifier}`).toContain(target);
    }
  });

  test("opens with one line that says what it is for, and stays short", () => {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    expect(lines[0]).toMatch(/^\/\/ \S.*[.?]$/);
    expect(lines.length).toBeLessThan(400);
  });
});

test("the walk sees the sources", () => {
  expect(files).toContain("policy/answer.ts");
  expect(files.flatMap(importsOf)).toContain("node:diagnostics_channel");
});

test("index.ts re-exports only", () => {
  const text = readFileSync(join(root, "index.ts"), "utf8");
  expect(
    text
      .replace(/^\/\/.*$/gm, "")
      .replace(/export (type )?\{[^}]*\} from "[^"]+";/g, "")
      .trim(),
  ).toBe("");
});
