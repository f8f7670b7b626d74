// boring-cors explain: the options, and what a user may have got wrong in them.
import type { Command } from "commander";
import { show } from "../../policy/issues.ts";
import { EXIT, type Io, Misuse } from "../io.ts";
import { loadPolicy } from "../policy-file.ts";
import { json, painter } from "../text.ts";
import { type Asked, explainRequest } from "./explain.ts";
import { explanationText } from "./words.ts";

interface Options {
  readonly origin?: string;
  readonly method: string;
  readonly path: string;
  readonly header?: readonly string[];
  readonly credentials?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  boring-cors explain cors.policy.mjs --origin https://app.example.com --path /orders
  boring-cors explain cors.policy.mjs --origin https://app.example.com --method PUT --path /orders/7 \\
    --header "Content-Type: application/json" --header Authorization --credentials

Exit codes: 0 readable, 1 blocked (or not decided by this policy), 2 misuse.
`;

export function registerExplain(program: Command, io: Io, finish: (code: number) => void): void {
  program
    .command("explain")
    .summary("what a policy answers to one request, and what the browser makes of it")
    .description("Says which route decides, why, with which headers, and what the browser makes of them.")
    .argument("<policy-file>", "default export: a policy or options (.js, .mjs, .cjs, .ts, .json, .yaml)")
    .option("--origin <origin>", "the page's origin: https://app.example.com")
    .option("--method <method>", "the request's method", "GET")
    .option("--path <path>", "the request's path, or its whole URL", "/")
    .option("--header <header>", "a header that the page sets: NAME or NAME: VALUE; may be repeated", collect)
    .option("--credentials", 'the page writes credentials: "include"')
    .option("--json", "print the explanation as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, options: Options) => {
      const asked = readOptions(options);
      const explanation = await explainRequest(await loadPolicy(file, io), asked);
      io.out(options.json ? json(explanation) : explanationText(explanation, painter(io)));
      finish(explanation.verdict === "readable" ? EXIT.ok : EXIT.found);
    });
}

function collect(header: string, headers: readonly string[] = []): readonly string[] {
  return [...headers, header];
}

function readOptions({ origin, method, path, header = [], credentials }: Options): Asked {
  // Not required of the parser, which would say so before it says that --orgin is none of the options.
  if (origin === undefined)
    throw new Misuse("--origin is missing: the page's origin; write --origin https://app.example.com.");
  return {
    origin,
    method,
    url: urlOf(path),
    headers: header.map(readHeader),
    credentials: credentials === true,
  };
}

/** Of a policy that names no host; a host of its own, so that no page shares it. */
const SERVICE = "https://service.invalid";

function urlOf(path: string): URL {
  const written = path.startsWith("/") ? SERVICE + path : path;
  if (!/^https?:\/\//i.test(written) || !URL.canParse(written)) {
    throw new Misuse(`--path ${show(path)} is no path; write one such as --path /orders, or a whole URL.`);
  }
  return new URL(written);
}

function readHeader(written: string): [name: string, value: string] {
  if (/[\r\n\0]/.test(written))
    throw new Misuse(`--header ${show(written)} has a line break; write one --header for each header.`);
  const colon = written.indexOf(":");
  const name = (colon < 0 ? written : written.slice(0, colon)).trim();
  if (name === "") throw new Misuse(`--header ${show(written)} has no name; write --header "X-Trace: 1".`);
  return [name, colon < 0 ? usualValue(name) : written.slice(colon + 1).trim()];
}

/** Whether a header needs a preflight can depend on its value; who names none means the case that does. */
function usualValue(name: string): string {
  return name.toLowerCase() === "content-type" ? "application/json" : "x";
}
