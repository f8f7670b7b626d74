// docs/real-configurations.md, made from what a run of the table gave.
import type { RealConfiguration } from "./real/types.ts";

export interface Judged {
  readonly configuration: RealConfiguration;
  readonly verdict: RealConfiguration["verdict"];
  /** What was said, at the start or while it served, a line each; where nothing was, the decision's own sentence. */
  readonly advice: readonly string[];
  readonly differs: readonly string[];
}

const VERDICTS = {
  unchanged: "starts unchanged",
  warning: "starts with a warning",
  refused: "refused",
  "refused in the request": "starts, and refuses in the request",
} as const satisfies Record<RealConfiguration["verdict"], string>;

const HEAD = `# Real configurations

How public services call npm \`cors\`, written anew with names of our own, and what becomes of each call when only the import changes.
Each was run with npm \`cors\` and with this package, with an allowed, a foreign and an absent Origin, as a request and as a preflight.
Whatever is refused has a request behind it in which npm \`cors\` lets in an origin that was not named, or turns away one that was.

This page is written by \`UPDATE_DOCS=1 npx vitest run test/real-configurations.test.ts\`; the same test compares it with its own run.
`;

const EVERYWHERE = `What differs for all of them: a refused preflight gets 403 (npm \`cors\` answers 204, or lets the application answer), a refused
response carries no Allow-Credentials, header names are in lower case, preflights may be kept for 600 seconds, and an \`OPTIONS\` that is no
preflight runs the application.
`;

export function pageFor(judged: readonly Judged[]): string {
  const count = (verdict: RealConfiguration["verdict"]) =>
    judged.filter((one) => one.verdict === verdict).length;
  const totals = [
    `Of ${judged.length}: **${count("unchanged")} start unchanged, ${count("warning")} with a warning, ${count("refused")} are refused at the start**,`,
    `${count("refused in the request")} start and refuse in the request, since they are functions.`,
  ].join(" ");
  const rows = judged.map(
    ({ configuration, verdict, advice }, index) =>
      `| [${index + 1}](#${index + 1}) | ${cell(configuration.seen)} | ${VERDICTS[verdict]} | ${[...new Set(codesOf(advice).split(", "))].join(", ")} |`,
  );
  const table = ["| | how it is called | verdict | codes |", "| --- | --- | --- | --- |", ...rows].join("\n");
  return [HEAD, `${totals}\n`, EVERYWHERE, `${table}\n`, ...judged.map(sectionOf)].join("\n");
}

/** Of lines that end in `[CODE]`. */
export function codesOf(advice: readonly string[]): string {
  return advice.flatMap((line) => /\[([A-Z_]+)\]$/.exec(line)?.[1] ?? []).join(", ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function sectionOf(judged: Judged, index: number): string {
  const { configuration, verdict, advice, differs } = judged;
  const { seen, call, env, proof, instead, note, express, method } = configuration;
  const lines = [`## ${index + 1}`, "", sentence(seen), "", fenced(call), ""];
  if (env !== undefined) {
    const set = Object.entries(env).map(([name, value]) => `\`${name}=${JSON.stringify(value)}\``);
    lines.push(`With ${set.join(" and ")}.${express === 4 ? " Express 4." : ""}`, "");
  } else if (express === 4) lines.push("Express 4.", "");
  lines.push(`**${sentence(VERDICTS[verdict])}**${note === undefined ? "" : ` ${note}`}`, "");
  if (advice.length > 0) lines.push(advice.map((line) => `> ${line}`).join("\n>\n"), "");
  if (differs.length > 0) lines.push(...differs.map((line) => `- ${line}`), "");
  if (proof !== undefined) {
    const verb = proof.shows === "admits" ? "lets in" : "turns away";
    const asked = proof.method === undefined || proof.method === method ? "" : ` asking for ${proof.method}`;
    lines.push(`npm \`cors\` ${verb} \`${proof.origin}\`${asked}: ${proof.because}.`, "");
  }
  if (instead !== undefined) lines.push("Write:", "", fenced(instead), "");
  return lines.join("\n");
}

function fenced(code: string): string {
  return `\`\`\`js\n${code}\n\`\`\``;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
