// Writes files into a folder: each whole or not at all, and none but its own.
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { show } from "../../policy/issues.ts";
import { Misuse } from "../io.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be written to",
  EPERM: "may not be written to",
  EROFS: "may not be written to",
  ENOSPC: "has no space left",
  ENOENT: "is in a folder that does not exist",
  ENOTDIR: "is no folder",
  EEXIST: "is no folder",
  EISDIR: "has a folder of that name",
};

/**
 * All are written beside their places before the first is put in place: a full disk leaves what was there.
 *
 * @throws Misuse where the folder cannot be written to.
 */
export async function writeFiles(
  folder: string,
  cwd: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  // `--out "$FOLDER"`, and the variable is not set.
  if (folder === "")
    throw new Misuse('--out: "" names no folder; write --out . for the one that you are in.');
  const path = resolve(cwd, folder);
  const moves = Object.keys(files).map((name) => ({
    name,
    to: join(path, name),
    from: join(path, `.${name}.${process.pid}.part`),
  }));
  try {
    // Not recursive: a folder that nobody has made is more often a slip, and in some places Node never comes back.
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    for (const { name, from } of moves) await writeFile(from, files[name] ?? "", { flag: "wx" });
    for (const { from, to } of moves) await rename(from, to);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    throw new Misuse(`--out: ${show(folder)} ${reason} (${code}); name another folder.`);
  } finally {
    // What cannot be looked at is not there, either.
    for (const { from } of moves) await rm(from, { force: true }).catch(() => {});
  }
}
