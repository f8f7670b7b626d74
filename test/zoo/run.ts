// Runs boring-cors check against servers of the test's own, and gathers what it printed.
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { checkCommand, type LoadPolicy } from "../../src/cli/check/command.ts";
import type { CheckOptions } from "../../src/cli/check/options.ts";
import type { CheckReport } from "../../src/cli/check/report.ts";
import { EXIT, Misuse } from "../../src/cli/io.ts";
import { definePolicy } from "../../src/index.ts";

export const APP = "https://app.example.com";

/** Listens on this machine until the test is over. */
export async function listening(what: RequestListener | Server, host = "127.0.0.1"): Promise<string> {
  const server = typeof what === "function" ? createServer(what) : what;
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return `http${"setSecureContext" in server ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const noPolicy: LoadPolicy = async () => definePolicy({ origin: false });

/** One run of the command; misuse is told as the whole program tells it. */
export async function run(
  args: readonly string[],
  options: CheckOptions,
  { colour = false, progress = false, loadPolicy = noPolicy } = {},
): Promise<Ran> {
  let [out, err] = ["", ""];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    colour,
    progress,
    cwd: process.cwd(),
  };
  try {
    const code = await checkCommand(args, options, io, loadPolicy);
    return { code, out, err };
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { code: EXIT.misuse, out, err: err + error.message };
  }
}

/** The report of a run with `--json`. */
export async function reportOn(url: string, options: CheckOptions = {}): Promise<CheckReport> {
  const { out, err } = await run([url], { origin: APP, timeout: "5000", ...options, json: true });
  if (out === "") throw new Error(`no report: ${err}`);
  return JSON.parse(out);
}

/** The codes of a severity, sorted. */
export function codesOf({ findings }: CheckReport, ...severities: string[]): string[] {
  return findings
    .filter(({ severity }) => severities.includes(severity))
    .map(({ code }) => code)
    .sort();
}
