// boring-cors lint: what a policy file gets wrong, for people and for CI.
import type { Command } from "commander";
import { EXIT, type Io } from "../io.ts";
import { InvalidPolicy, loadPolicy } from "../policy-file.ts";
import { json, painter } from "../text.ts";
import { type Finding, findingOf, lintPolicy } from "./findings.ts";
import { lintText } from "./words.ts";

const EXAMPLES = `
Examples:
  boring-cors lint cors.policy.mjs
  CORS_ORIGINS=https://app.example.com boring-cors lint cors.policy.mjs --json

Exit codes: 0 no errors (there may be warnings and notes), 1 errors, 2 misuse.
`;

export function registerLint(program: Command, io: Io, finish: (code: number) => void): void {
  program
    .command("lint")
    .summary("errors, warnings and notes on a policy")
    .description("Errors keep a service from starting, warnings are without effect, notes are worth knowing.")
    .argument("<policy-file>", "default export: a policy or options (.js, .mjs, .cjs, .ts, .json, .yaml)")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, options: { readonly json?: true }) => {
      const findings = await lintFile(file, io);
      const count = (severity: Finding["severity"]) =>
        findings.filter((finding) => finding.severity === severity).length;
      const counts = { errors: count("error"), warnings: count("warning"), notes: count("note") };
      io.out(
        options.json
          ? json({ version: 1, command: "lint", file, ...counts, findings })
          : lintText(file, findings, counts, painter(io)),
      );
      finish(counts.errors > 0 ? EXIT.found : EXIT.ok);
    });
}

/** An invalid policy is what lint is for: no misuse here. */
async function lintFile(file: string, io: Io): Promise<readonly Finding[]> {
  try {
    return lintPolicy(await loadPolicy(file, io));
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error;
    return error.issues.map((issue) => findingOf("error", issue));
  }
}
