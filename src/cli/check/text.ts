// A report in words, for people: aligned, coloured where somebody looks.
import { type Colour, painter } from "../text.ts";
import type { HopReport } from "./hops.ts";
import type { CheckReport, ExchangeReport, FindingReport } from "./report.ts";

type Paint = (text: string) => string;
interface Colours {
  readonly red: Paint;
  readonly yellow: Paint;
  readonly green: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

export function textOf(report: CheckReport, colour: boolean): string {
  const colours = coloursFor(colour);
  const blocks = [
    heading(report, colours),
    ...report.conversation.map((exchange) => conversationBlock(exchange, colours)),
    verdictBlock(report, colours),
    checklistBlock(report.findings, colours),
    ...(report.drift === null ? [] : [driftBlock(report, colours)]),
    ...(report.hops === null ? [] : [hopsBlock(report.hops, colours)]),
    summary(report),
    ...(report.curl === null ? [] : [report.curl.trimEnd()]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function coloursFor(colour: boolean): Colours {
  const paint = painter({ colour });
  const ink =
    (name: Colour): Paint =>
    (text) =>
      paint(name, text);
  return { red: ink("red"), yellow: ink("yellow"), green: ink("green"), dim: ink("dim"), bold: ink("bold") };
}

function heading({ method, url, origin, credentials }: CheckReport, { bold }: Colours): string {
  return bold(`${method} ${url} from ${origin}${credentials ? ", with credentials" : ""}`);
}

function conversationBlock(exchange: ExchangeReport, { dim, red }: Colours): string {
  const { kind, method, url, request, status, response, error, protocol } = exchange;
  const answer = status === null ? red(`< nothing: ${error}`) : `< ${status} ${dim(protocol ?? "")}`;
  return [
    `> ${method} ${url} ${dim(`(${kind})`)}`,
    ...request.map((line) => dim(`    ${line}`)),
    answer,
    ...response.map((line) => `    ${line}`),
  ].join("\n");
}

function verdictBlock({ verdict, expected, asExpected }: CheckReport, colours: Colours): string {
  const { outcome, step, message, send, policy } = verdict;
  const paint = { readable: colours.green, blocked: colours.red, unknown: colours.yellow }[outcome];
  const at = step === null ? outcome : `${outcome} at step ${step}`;
  const fix = send === "" ? "" : ` Send ${send}.`;
  return [
    `${paint(at)}: ${message}${fix}`,
    ...(policy === "" ? [] : [`In boring-cors: ${policy}`]),
    ...(expected === null
      ? []
      : [`Expected ${expected}: ${asExpected ? "so it is." : colours.red("it is not.")}`]),
  ].join("\n");
}

function checklistBlock(findings: readonly FindingReport[], colours: Colours): string {
  const widest = Math.max(0, ...findings.map(({ code }) => code.length));
  const paint = { pass: colours.green, warn: colours.yellow, fail: colours.red };
  return findings
    .flatMap(({ severity, code, message, evidence, fix }) => [
      `${paint[severity](severity)}  ${code.padEnd(widest)}  ${message}`,
      ...(severity === "pass"
        ? []
        : [...evidence.map((line) => colours.dim(`        ${line}`)), `        ${fix}`]),
    ])
    .join("\n");
}

function driftBlock({ drift }: CheckReport, { red, green, bold }: Colours): string {
  const differences = drift ?? [];
  if (differences.length === 0) return green("The live answers are the policy's.");
  return [
    bold("Where the live answers differ from the policy:"),
    ...differences.flatMap(({ what, request, name, live, policy }) => [
      `${red("drift")} ${what} (${request})`,
      `        live:   ${live === null ? `no ${name}` : `${name}: ${live}`}`,
      `        policy: ${policy === null ? `no ${name}` : `${name}: ${policy}`}`,
    ]),
  ].join("\n");
}

function hopsBlock({ hops, changes, culprit }: HopReport, { red, green, dim, bold }: Colours): string {
  const perHop = hops.flatMap(({ hop, readable, answers, hints }) => [
    `${bold(hop)}  ${readable ? green("readable") : red("blocked")}`,
    ...hints.map((hint) => dim(`    (${hint})`)),
    ...answers.flatMap(({ kind, status, lines, error }) => [
      `    ${kind} ${status ?? red(`nothing: ${error}`)}`,
      ...lines.map((line) => `        ${line}`),
    ]),
  ]);
  const made = changes.map(({ hop, kind, name, change, before, after }) => {
    const values = [before, after].filter((list) => list.length > 0).map((list) => list.join(" | "));
    return `    ${hop} ${change} ${name} (${kind}): ${values.join(" -> ")}`;
  });
  return [
    bold("Hop by hop, from the service outwards:"),
    ...perHop,
    ...(made.length === 0 ? ["No hop changes anything."] : ["What changes on the way:", ...made]),
    ...(culprit === null ? [] : [`${red("culprit")}: ${culprit.hop}: ${culprit.why}.`]),
  ].join("\n");
}

function summary({ findings, requests, drift }: CheckReport): string {
  const count = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length;
  const drifted = drift === null ? "" : `, ${drift.length} drift`;
  return `${count("fail")} fail, ${count("warn")} warn, ${count("pass")} pass${drifted}; ${requests} requests.`;
}
