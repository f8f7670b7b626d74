// boring-cors diff: what a new policy changes for whom.
import type { Command } from "commander";
import { EXIT, type Io } from "../io.ts";
import { loadPolicy } from "../policy-file.ts";
import { json, painter } from "../text.ts";
import { comparePolicies } from "./compare.ts";
import { diffText } from "./words.ts";

const EXAMPLES = `
Examples:
  boring-cors diff old.policy.mjs new.policy.mjs
  git show main:cors.policy.json > /tmp/old.json && boring-cors diff /tmp/old.json cors.policy.json --json

Exit codes: 0 nothing opens, 1 something opens (or cannot be compared), 2 misuse.
`;

export function registerDiff(program: Command, io: Io, finish: (code: number) => void): void {
  program
    .command("diff")
    .summary("what a new policy changes for whom")
    .description("Says in words what opens, what closes, and what cannot be compared.")
    .argument("<old>", "the policy file in force")
    .argument("<new>", "the policy file to come")
    .option("--json", "print the changes as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (oldFile: string, newFile: string, options: { readonly json?: true }) => {
      const [before, after] = [await loadPolicy(oldFile, io), await loadPolicy(newFile, io)];
      const changes = comparePolicies(before, after);
      const opens = changes.some(({ effect }) => effect === "opens" || effect === "unknown");
      const difference = {
        version: 1,
        command: "diff",
        old: { file: oldFile, digest: before.digest },
        new: { file: newFile, digest: after.digest },
        opens,
        changes,
      } as const;
      io.out(options.json ? json(difference) : diffText(changes, painter(io)));
      finish(opens ? EXIT.found : EXIT.ok);
    });
}
