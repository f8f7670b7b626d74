// The browsers' processes and folders: whatever becomes of a test, none of them outlives it.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Leaders of process groups (a browser is many processes), with the signal that ends them when there is no time. */
const groups = new Map<number, NodeJS.Signals>();
const folders = new Set<string>();

process.once("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    endAll();
    process.kill(process.pid, signal);
  });
}

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `boring-cors-${name}-`));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  // A process that was just killed may still be writing.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  folders.delete(folder);
}

/** Starts a process that leads a group of its own. */
export function start(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  atOnce: NodeJS.Signals = "SIGKILL",
): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  // Without a listener the error would end the test process; who waits for the program sees that it does not answer.
  child.on("error", () => {});
  track(child, atOnce);
  return child;
}

/** For a leader of a group that another has started. */
export function track(child: ChildProcess, atOnce: NodeJS.Signals = "SIGKILL"): void {
  if (child.pid !== undefined) groups.set(child.pid, atOnce);
}

/** Ends the whole group, by force what does not end when asked. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const running = child.exitCode === null && child.signalCode === null;
  const ended = running ? new Promise<void>((resolve) => child.once("exit", () => resolve())) : undefined;
  kill(child.pid, "SIGTERM");
  if (ended !== undefined) await Promise.race([ended, delay(3000)]);
  kill(child.pid, "SIGKILL");
  groups.delete(child.pid);
}

/** The promise's value, unless that takes too long. */
export async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no end within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

function endAll(): void {
  for (const [group, atOnce] of groups) kill(group, atOnce);
  for (const folder of folders) removeFolder(folder);
}

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody is left in it.
  }
}
