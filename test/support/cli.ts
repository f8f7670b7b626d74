// Runs a command in this process, in a folder that holds the files of the test alone.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { run } from "../../src/cli/main.ts";

const ROOT = join(import.meta.dirname, "../..");

export type Files = Readonly<Record<string, string>>;

/** A new folder with these files, in which the package is installed. */
export function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/boring-cors"), "junction");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runIn(folder: string, argv: readonly string[], colour = false): Promise<Ran> {
  let out = "";
  let err = "";
  const code = await run(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour,
    progress: false,
    cwd: folder,
  });
  return { code, out, err };
}

export function runWith(files: Files, argv: readonly string[]): Promise<Ran> {
  return runIn(folderWith(files), argv);
}
