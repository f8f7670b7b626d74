// boring-cors lint: what a policy file, nginx.conf, or the annotations of an Ingress get wrong, for people and for CI.
import type { Command } from "commander";
import { EXIT, type Io, Misuse } from "../io.ts";
import { InvalidPolicy, loadPolicy } from "../policy-file.ts";
import { json, painter } from "../text.ts";
import { type Finding, findingOf, lintPolicy } from "./findings.ts";
import { lintIngressFile } from "./ingress-file.ts";
import { lintNginxFile } from "./nginx-file.ts";
import { lintText } from "./words.ts";

const EXAMPLES = `
Examples:
  boring-cors lint cors.policy.mjs
  CORS_ORIGINS=https://app.example.com boring-cors lint cors.policy.mjs --json
  boring-cors lint --ingress ingress.yaml
  nginx -T > nginx.conf; boring-cors lint --nginx nginx.conf

Exit codes: 0 no errors (there may be warnings and notes), 1 errors, 2 misuse.
`;

export function registerLint(program: Command, io: Io, finish: (code: number) => void): void {
  program
    .command("lint")
    .summary("errors, warnings and notes on a policy, on nginx.conf, on the annotations of an Ingress")
    .description("Errors keep a service from starting, warnings are without effect, notes are worth knowing.")
    .argument("[policy-file]", "default export: a policy or options (.js, .mjs, .cjs, .ts, .json, .yaml)")
    .option(
      "--ingress <file>",
      "Ingress objects with annotations of ingress-nginx (YAML or JSON), in its place",
    )
    .option("--nginx <file>", "configuration of nginx, in its place; nginx -T prints all of it")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (policyFile: string | undefined, options: LintOptions) => {
      const { file, findings } = await lint(policyFile, options, io);
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

interface LintOptions {
  readonly ingress?: string;
  readonly nginx?: string;
  readonly json?: true;
}

interface Linted {
  readonly file: string;
  readonly findings: readonly Finding[];
}

async function lint(
  policyFile: string | undefined,
  { ingress, nginx }: LintOptions,
  io: Io,
): Promise<Linted> {
  const named = [policyFile, ingress, nginx].filter((file) => file !== undefined);
  if (named.length > 1)
    throw new Misuse(
      "lint takes one of a policy file, --ingress FILE and --nginx FILE; run it once for each.",
    );
  if (ingress !== undefined) return { file: ingress, findings: await lintIngressFile(ingress, io) };
  if (nginx !== undefined) return { file: nginx, findings: await lintNginxFile(nginx, io) };
  if (policyFile === undefined)
    throw new Misuse(
      "lint needs a policy file, --ingress FILE or --nginx FILE; write boring-cors lint cors.policy.mjs.",
    );
  return { file: policyFile, findings: await lintFile(policyFile, io) };
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
