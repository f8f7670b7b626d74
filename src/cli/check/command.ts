// boring-cors check: what a browser concludes about a live URL, why, and what to change where.
import type { Command } from "commander";
import type { Policy } from "../../policy/policy.ts";
import { type Io, Misuse } from "../io.ts";
import { findingsOn } from "./checklist.ts";
import { cleanerFor, printable } from "./clean.ts";
import { converse } from "./conversation.ts";
import { curlCommands } from "./curl.ts";
import { driftOf } from "./drift.ts";
import { walk } from "./hops.ts";
import { type CheckOptions, type CheckPlan, planOf } from "./options.ts";
import { probe, type Seen } from "./probes.ts";
import { type Found, reportOf } from "./report.ts";
import { textOf } from "./text.ts";
import { Transport } from "./transport.ts";
import { verdictOn } from "./verdict.ts";

export type LoadPolicy = (file: string, io: Io) => Promise<Policy>;

const EXAMPLES = `
Examples:
  boring-cors check https://api.example.com/orders --origin https://app.example.com
  boring-cors check https://api.example.com/orders/7 --origin https://app.example.com --method PUT \\
    --header "Content-Type: application/json" --header Authorization --credentials
  boring-cors check https://api.example.com/orders --origin https://app.example.com \\
    --via http://10.0.0.7:3000 http://gateway.internal --policy cors.policy.mjs
  boring-cors check https://api.example.com/orders --origin https://evil.example --expect blocked

Exit codes: 0 as expected, 1 something failed (or the verdict is not the expected one), 2 misuse, or nobody answers.
`;

export function registerCheck(
  program: Command,
  io: Io,
  loadPolicy: LoadPolicy,
  finish: (code: number) => void,
): void {
  const collect = (value: string, earlier: string[] = []) => [...earlier, value];
  program
    .command("check")
    .summary("what a browser concludes about a live URL, why, and what to change")
    .description(
      "Asks a live URL as a browser would, says whether the page can read the answer and why not, and goes\nthrough a checklist, with evidence and fix for each finding.",
    )
    .argument("<url>", "what the page fetches")
    .option("--origin <origin>", 'the origin of the page: https://app.example.com, or "null"')
    .option("--method <method>", "what the page asks with (default: GET)")
    .option("--header <header>", "a header that the page sets: NAME or NAME: VALUE; may be repeated", collect)
    .option("--credentials", 'the page writes credentials: "include"; --header "Cookie: ..." has the cookies')
    .option("--send", "send methods that change something, too; otherwise they are only preflighted")
    .option("--data <text>", "the body that goes along; as text/plain without a Content-Type")
    .option("--expect <verdict>", "allowed or blocked: exit 1 if it is not so")
    .option("--policy <file>", "compare the live answers with this policy")
    .option("--via <url...>", "the same request to these hops, from the service outwards")
    .option("--json", "print data")
    .option("--curl", "print the curl commands that ask the same")
    .option("--insecure", "accept any certificate")
    .option("--timeout <ms>", "for one answer (default: 5000)")
    .addHelpText("after", EXAMPLES)
    .action(async (url: string, options: CheckOptions) =>
      finish(await checkCommand([url], options, io, loadPolicy)),
    );
}

/**
 * Does the work.
 *
 * @returns The exit code: 0 as expected, 1 something found.
 * @throws Misuse for what is written wrong, and where nobody answers.
 */
export async function checkCommand(
  args: readonly string[],
  options: CheckOptions,
  io: Io,
  loadPolicy: LoadPolicy,
): Promise<number> {
  const plan = planOf(args, options);
  const policy = options.policy === undefined ? undefined : await loadPolicy(options.policy, io);
  return await check(plan, options, policy, io);
}

async function check(
  plan: CheckPlan,
  options: CheckOptions,
  policy: Policy | undefined,
  io: Io,
): Promise<number> {
  const transport = new Transport({ timeout: plan.timeout, insecure: plan.insecure, io });
  const cleaner = cleanerFor(plan.headers, plan.cookie, [plan.url, ...plan.via]);
  let found: Found;
  try {
    const seen = await probe(plan, await converse(plan, transport), transport);
    if (!isReached(seen)) throw new Misuse(unreachable(seen, cleaner.text));
    const hops = plan.via.length === 0 ? null : await walk(seen, transport, cleaner);
    const drift = policy === undefined ? null : await driftOf(seen, policy, cleaner);
    found = {
      seen,
      verdict: verdictOn(seen),
      findings: findingsOn(seen),
      drift,
      hops,
      curl: options.curl ? curlCommands(seen) : null,
      requests: transport.sent,
    };
  } finally {
    transport.close();
  }
  const report = reportOf(found, cleaner);
  io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report, io.colour));
  return report.exitCode;
}

function isReached({ conversation, own }: Seen): boolean {
  return [...conversation.exchanges, own].some(({ response }) => response !== null);
}

function unreachable({ plan, own }: Seen, clean: (text: string) => string): string {
  const error = own.error ?? "";
  const advice = /certificate|self.signed|altname|CERT_/i.test(error)
    ? "; with --insecure any certificate will do"
    : "";
  return `${printable(plan.url.origin)} cannot be reached: ${clean(error)}${advice}.`;
}
