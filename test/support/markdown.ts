// Documentation as data: the sections of a Markdown file, their fenced code, and how that code is run.
import { readFileSync } from "node:fs";
import * as boringCors from "../../src/index.ts";

const ROOT = new URL("../../", import.meta.url);

export function readDocument(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** What stands below a heading (any level), up to the next heading of that level or a higher one. */
export function section(text: string, title: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === title);
  if (start < 0) throw new Error(`No section is called ${JSON.stringify(title)}.`);
  const level = levelOf(lines[start]);
  let fenced = false;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] as string;
    if (line.startsWith("```")) fenced = !fenced;
    if (!fenced && /^#+ /.test(line) && levelOf(line) <= level)
      return lines.slice(start + 1, index).join("\n");
  }
  return lines.slice(start + 1).join("\n");
}

function levelOf(heading = ""): number {
  return heading.indexOf(" ");
}

/** The fenced blocks of a language, in order, without the indentation of the list that they stand in. */
export function blocks(text: string, language: string): string[] {
  const fenced = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, "gm");
  return [...text.matchAll(fenced)].map(([, indent = "", body = ""]) =>
    body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

/** Runs code in which `await` and `return` may stand, with these names in scope. */
export function evaluate(code: string, scope: Readonly<Record<string, unknown>>): Promise<unknown> {
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  return new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
}

export interface RunOptions {
  /** What the code may use without importing it. */
  readonly scope?: Readonly<Record<string, unknown>>;
  /** An expression: what `run` returns. */
  readonly result?: string;
  /** Modules in the place of those that the code names; `boring-cors` is always src/. */
  readonly modules?: Readonly<Record<string, unknown>>;
}

/** Runs a block as a module; the lines that make a server listen are left to the test. */
export async function run(
  code: string,
  { scope = {}, result = "", modules = {} }: RunOptions = {},
): Promise<unknown> {
  const body = code
    .replace(/^import (\w+), \{ (.*) \} from "(.+)";.*$/gm, 'const { default: $1, $2 } = await load("$3");')
    .replace(/^import \{ (.*) \} from "(.+)";.*$/gm, 'const { $1 } = await load("$2");')
    .replace(/^import (\w+) from "(.+)";.*$/gm, 'const { default: $1 } = await load("$2");')
    .replace(/^export /gm, "")
    .replace(/^(await )?\w+\.listen\(.*$/gm, "");
  const all: Record<string, unknown> = { "boring-cors": boringCors, ...modules };
  const load = (name: string) => (name in all ? all[name] : import(/* @vite-ignore */ name));
  return evaluate(`${body}\n${result === "" ? "" : `return ${result};`}`, { load, ...scope });
}
