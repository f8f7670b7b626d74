// Why a policy file could not be loaded, in one message: the file, the line, the reason, and what to do.
import { spawnSync } from "node:child_process";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { show } from "../policy/issues.ts";
import { plain } from "./text.ts";

/** @param file As the user wrote it, for the message. */
export function explainFailure(error: unknown, path: string, file: string, cwd: string): string {
  const { code } = Object(error) as { code?: unknown };
  const shown = `Policy file ${show(file)}`;
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[mc]?ts\b/.test(textOf(error)))
    return typescript(shown, file);
  return `${shown} cannot be loaded${placeOf(error, path, cwd)}: ${plain(textOf(error), 400)}`;
}

/** Node strips types from 22.18 and 24 on; before that, a loader does. */
function typescript(shown: string, file: string): string {
  return (
    `${shown} is TypeScript, which Node ${process.versions.node} does not load by itself (22.18 and later do); ` +
    `write node --import tsx node_modules/boring-cors/dist/cli.cjs ... ${plain(file, 100)}, with tsx installed.`
  );
}

/** What was thrown may be anything, and its getters may throw, too. */
export function textOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return show(error);
    const text = error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
    return text.split("\n")[0] || "an error without a message";
  } catch {
    return "what was thrown is no text";
  }
}

/** ` (line 3)`, or ` (lib/origins.mjs, line 3)` where another file is to blame. */
function placeOf(error: unknown, path: string, cwd: string): string {
  const place = placeInStack(error) ?? placeOfSyntaxError(error, path);
  if (place === undefined) return "";
  const where = place.path === path ? "" : `${plain(relative(cwd, place.path), 200)}, `;
  return ` (${where}line ${place.line})`;
}

interface Place {
  readonly path: string;
  readonly line: number;
}

/** The first line of the stack that names a file of somebody's own: not Node's, and not a package's. */
function placeInStack(error: unknown): Place | undefined {
  for (const line of stackOf(error).split("\n").slice(0, 50)) {
    const found = /(?:^|[\s(])(file:\/\/\S+?|\/.+?|[A-Za-z]:\\.+?):(\d+)(?::\d+)?\)?$/.exec(line);
    const [, written = "", number = ""] = found ?? [];
    if (written === "" || written.includes(`${sep}node_modules${sep}`)) continue;
    const path = written.startsWith("file:") ? fileURLToPath(written) : written;
    return { path, line: Number(number) };
  }
  return undefined;
}

function stackOf(error: unknown): string {
  try {
    return String((Object(error) as { stack?: unknown }).stack ?? "");
  } catch {
    return "";
  }
}

/** Node tells where an ES module is no JavaScript only to who starts it. */
function placeOfSyntaxError(error: unknown, path: string): Place | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const { stderr } = spawnSync(process.execPath, ["--check", path], { encoding: "utf8", timeout: 5000 });
  const [, line] = /:(\d+)\r?$/.exec((stderr ?? "").split("\n")[0] ?? "") ?? [];
  return line === undefined ? undefined : { path, line: Number(line) };
}
