// Runs npm cors and boring-cors on the same requests, and renders the two answers as a diff.
import { setTimeout as wait } from "node:timers/promises";
import npmCors from "cors";
import express from "express";
import * as boringCors from "../../src/index.ts";
import { formatIssue } from "../../src/policy/issues.ts";
import { type RawRequest, type RawResponse, serve, valuesOf } from "./raw-http.ts";

/** One request, and the complete difference of the two answers: none where both lists are empty. */
export interface Exchange {
  readonly send: Partial<RawRequest>;
  readonly npm: readonly string[];
  readonly ours: readonly string[];
}

export interface MigrationCase {
  readonly title: string;
  readonly why: string;
  /** What runs under npm cors; an expression is mounted with `app.use`. */
  readonly before: string;
  /** What runs here; default: the same. */
  readonly after?: string;
  /** What `before` itself says here, where it does not start. */
  readonly says?: boringCors.ConfigIssueCode;
  /** npm cors never answers. */
  readonly hangs?: true;
  /** The names as they were sent: elsewhere the page writes them in lower case. */
  readonly raw?: true;
  readonly exchanges: readonly Exchange[];
}

/** What is written, what npm cors does with it, and the code with which it does not start here. */
export interface Refusal {
  readonly code: string;
  readonly send: Partial<RawRequest>;
  readonly npm: readonly string[];
  readonly issue: boringCors.ConfigIssueCode;
}

export interface SameCase {
  readonly what: string;
  readonly code: string;
  readonly send: Partial<RawRequest>;
  readonly answer: readonly string[];
}

// What differs on every preflight comes first, so that it shares lines.
const ORDER = [
  "allow",
  "content-length",
  "vary",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-expose-headers",
  "access-control-max-age",
];

export type Package = "npm" | "ours";

export const HANGS = "(no answer: the request hangs)";

/** The code as a server of a package; a mistake in the configuration throws. */
function appOf(from: Package, code: string): express.Express {
  const app = express();
  const { definePolicy, livePolicy, originsFromEnv } = boringCors;
  const cors = from === "npm" ? npmCors : boringCors.cors;
  const scope = { app, cors, express, definePolicy, livePolicy, originsFromEnv };
  new Function(...Object.keys(scope), /^app\./m.test(code) ? code : `app.use(${code})`)(
    ...Object.values(scope),
  );
  return app
    .get("/orders", (_req, res) => void res.send("orders"))
    .post("/orders", (_req, res) => void res.send("ordered"));
}

/** What a package answers to the requests, one after the other: the lines of each head that matter here. */
export async function answersOf(
  from: Package,
  code: string,
  requests: readonly Partial<RawRequest>[],
  { hangs = false, raw = false } = {},
): Promise<string[][]> {
  const server = await serve(appOf(from, code));
  const answers: string[][] = [];
  for (const request of requests) {
    const answer = server.send({ target: "/orders", ...request }).then((response) => lines(response, raw));
    answers.push(hangs ? await Promise.race([answer, wait(200, [HANGS])]) : await answer);
  }
  await server.close();
  return answers;
}

function lines(response: RawResponse, raw: boolean): string[] {
  // RFC 9110 8.6 is the one difference of content: 204 and a Content-Length.
  const names = ORDER.filter((name) => name !== "content-length" || response.status === 204);
  const found = names.flatMap((name) => {
    const written = response.headers.find(([other]) => other.toLowerCase() === name)?.[0] ?? name;
    return valuesOf(response, name).map((value) => `${raw ? written : name}: ${value}`);
  });
  return [`${response.status} ${response.reason}`, ...found];
}

/** The problems with which a configuration does not start here; `undefined`: it starts. */
export function problemsOf(code: string): boringCors.CorsConfigError | undefined {
  try {
    appOf("ours", code);
  } catch (error) {
    if (error instanceof boringCors.CorsConfigError) return error;
    throw error;
  }
  return undefined;
}

/** Lines with their sign, by the longest common subsequence. */
export function diff(from: readonly string[], to: readonly string[]): string[] {
  const [a, b] = [from[0], to[0]];
  if (a === undefined) return to.map((line) => `+ ${line}`);
  if (b === undefined) return from.map((line) => `- ${line}`);
  if (a === b) return [`  ${a}`, ...diff(from.slice(1), to.slice(1))];
  const less = diff(from.slice(1), to);
  const more = diff(from, to.slice(1));
  return common(less) >= common(more) ? [`- ${a}`, ...less] : [`+ ${b}`, ...more];
}

function common(lines: readonly string[]): number {
  return lines.filter((line) => line.startsWith(" ")).length;
}

/** The lines that only one of two answers has. */
export function only(from: readonly string[], to: readonly string[]): string[] {
  return diff(from, to)
    .filter((line) => line.startsWith("-"))
    .map((line) => line.slice(2));
}

export interface Answered {
  readonly npm: readonly string[][];
  readonly ours: readonly string[][];
}

export async function runCase(one: MigrationCase): Promise<Answered> {
  const requests = one.exchanges.map(({ send }) => send);
  const raw = one.raw === true;
  return {
    npm: await answersOf("npm", one.before, requests, { hangs: one.hangs === true, raw }),
    ours: await answersOf("ours", one.after ?? one.before, requests, { raw }),
  };
}

export function shownRequest({
  method = "GET",
  target = "/orders",
  headers = [],
}: Partial<RawRequest>): string {
  return [`${method} ${target}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join(", ");
}

/** An entry of the page: title, reason, and one diff of code and answers. */
export function renderCase(one: MigrationCase, { npm, ours }: Answered): string {
  const code = one.before.split("\n");
  const block = diff(code, (one.after ?? one.before).split("\n"));
  if (one.says !== undefined) {
    const said = (problemsOf(one.before)?.issues ?? []).map(formatIssue);
    block.push(...said.map((line) => `! unchanged: ${line}`));
  }
  one.exchanges.forEach(({ send }, index) => {
    block.push(`@@ ${shownRequest(send)} @@`, ...joined(diff(npm[index] ?? [], ours[index] ?? [])));
  });
  return `**${one.title}** ${one.why}\n\`\`\`diff\n${block.map((line) => line.trimEnd()).join("\n")}\n\`\`\`\n`;
}

const WIDEST = 128;

/** Header lines of the same sign share a line as long as it stays readable. */
function joined(signed: readonly string[]): string[] {
  const rows: string[] = [];
  for (const line of signed) {
    const last = rows.at(-1);
    const together = `${last} · ${line.slice(2)}`;
    if (last?.[0] === line[0] && together.length <= WIDEST) rows[rows.length - 1] = together;
    else rows.push(line);
  }
  return rows;
}

const inCell = (text: string) => `\`${text.replaceAll("|", "\\|")}\``;
const inCells = (list: readonly string[]) => list.map(inCell).join("<br>");

export function renderRefusals(rows: readonly (Refusal & { readonly answer: readonly string[] })[]): string {
  const body = rows.map(({ code, answer }) => {
    const said = (problemsOf(code)?.issues ?? []).map(formatIssue);
    return `| ${inCell(code)} | ${inCells(answer)} | ${said.map((line) => line.replaceAll("|", "\\|")).join("<br>")} |`;
  });
  return [
    "| written | npm `cors` then answers | boring-cors says |",
    "| --- | --- | --- |",
    ...body,
    "",
  ].join("\n");
}

export function renderSame(rows: readonly SameCase[]): string {
  const body = rows.map(
    ({ what, code, send, answer }) =>
      `| ${what} | ${inCell(code)} | ${inCell(shownRequest(send))} | ${inCells(answer)} |`,
  );
  return ["| what | code | request | both answer |", "| --- | --- | --- | --- |", ...body, ""].join("\n");
}
