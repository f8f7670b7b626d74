// What the package test stands on: numbered steps that pass or fail, and child processes that are waited for.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repo = fileURLToPath(new URL("../..", import.meta.url));

const TIMEOUT_MS = 180_000;
const counts = { passed: 0, failed: 0 };

/** Runs one step; a string that it returns is printed. Returns whether it passed. */
export async function test(name, body) {
  const begun = performance.now();
  try {
    const remark = await body();
    counts.passed++;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`ok   ${name} (${seconds} s)${remark ? `: ${remark}` : ""}`);
    return true;
  } catch (error) {
    counts.failed++;
    console.log(
      `FAIL ${name}\n${String(error instanceof Error ? error.message : error).replace(/^/gm, "     ")}`,
    );
    return false;
  }
}

/** Prints the last line; `true` if nothing failed, and something ran. */
export function summary() {
  console.log(`package: ${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0;
}

/** The arguments of {@link run} for npm itself: the one that started us, or else the one on the path. */
export function npm(...args) {
  const started = process.env.npm_execpath;
  return started?.endsWith("npm-cli.js") ? [process.execPath, [started, ...args]] : ["npm", args];
}

/** A development dependency's executable, by path: three TypeScripts share one name in .bin. */
export function bin(name) {
  const folder = join(repo, "node_modules", name);
  const declared = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).bin;
  return join(folder, typeof declared === "string" ? declared : Object.values(declared)[0]);
}

/** Runs a program (a script with our own Node) to its end. */
export function run(command, args, options = {}) {
  const script = /\.[cm]?js$/.test(command) && command !== process.execPath;
  const [file, parameters] = script ? [process.execPath, [command, ...args]] : [command, args];
  return new Promise((resolve, reject) => {
    const child = spawn(file, parameters, {
      timeout: TIMEOUT_MS,
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, stdout, output }));
  });
}

export async function passes(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`exit ${code}\n${output}`);
}

/** The counter-test: a step that cannot fail proves nothing. */
export async function fails(command, args, options, pattern = /./) {
  const { code, output } = await run(command, args, options);
  if (code === 0 || !pattern.test(output))
    throw new Error(`exit ${code}, where a failure was due\n${output}`);
}
