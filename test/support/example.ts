// Runs an example as its reader does, in a process of its own, and asks it over real sockets.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type RawRequest, type RawResponse, sendTo } from "./raw-http.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE = 30_000;

export interface RunningExample {
  readonly port: number;
  readonly child: ChildProcess;
  /** Everything printed so far, stdout and stderr. */
  output(): string;
  /** Waits until the pattern has been printed; rejects after `milliseconds`, or when the process ends before. */
  printed(pattern: RegExp, milliseconds?: number): Promise<RegExpExecArray>;
  send(request: Partial<RawRequest>): Promise<RawResponse>;
  stop(): Promise<void>;
}

/** `node examples/NAME.mjs`, without waiting for anything. */
export function spawnExample(
  name: string,
  env: Record<string, string> = {},
): Omit<RunningExample, "port" | "send"> {
  const child = spawn(process.execPath, [`examples/${name}.mjs`], {
    cwd: ROOT,
    env: { ...process.env, PORT: "0", NODE_OPTIONS: "", NODE_NO_WARNINGS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const checks = new Set<() => void>();
  const changed = () => {
    for (const check of [...checks]) check();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      changed();
    });
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void ended.then(changed);
  const printed = (pattern: RegExp, milliseconds = PATIENCE) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        checks.delete(check);
        act();
      };
      const check = () => {
        const found = pattern.exec(text);
        if (found !== null) finish(() => resolve(found));
        else if (child.exitCode !== null)
          finish(() => reject(new Error(`${name} ended without ${pattern}:\n${text}`)));
      };
      const timer = setTimeout(
        () =>
          finish(() =>
            reject(new Error(`${name} did not print ${pattern} within ${milliseconds} ms:\n${text}`)),
          ),
        milliseconds,
      );
      checks.add(check);
      check();
    });
  const stop = async () => {
    child.kill();
    await ended;
  };
  onTestFinished(stop);
  return { child, output: () => text, printed, stop };
}

/** An example that listens; the port is any free one. */
export async function startExample(name: string, env: Record<string, string> = {}): Promise<RunningExample> {
  const example = spawnExample(name, env);
  const [, digits] = await example.printed(/^Listening on http:\/\/localhost:(\d+)/m);
  const port = Number(digits);
  return { ...example, port, send: (request) => sendTo(port, request) };
}
