// A policy file, of whatever kind, becomes a policy, or one message that says what is wrong with it.
import { readFile, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ConfigIssue, formatIssue, show, whereExplained } from "../policy/issues.ts";
import { asPolicy, type Policy, policyFrom } from "../policy/policy.ts";
import importFile from "./import-file.cjs";
import { type Io, Misuse } from "./io.ts";
import { explainFailure, textOf } from "./load-failure.ts";
import { type Located, parseJson, parseYaml } from "./policy-data.ts";
import { plain } from "./text.ts";

/** The file could be read, and what it says must not serve: for `lint` a finding, elsewhere a misuse. */
export class InvalidPolicy extends Misuse {
  /** As of a `CorsConfigError`. */
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    const lines = issues.slice(0, MOST_ISSUES).map((issue) => `  ${plain(formatIssue(issue), 900)}`);
    if (issues.length > MOST_ISSUES) lines.push(`  ... and ${issues.length - MOST_ISSUES} more.`);
    const codes = issues.slice(0, MOST_ISSUES).map(({ code }) => code);
    super(`${file} is no valid policy:\n${lines.join("\n")}\n${plain(whereExplained(codes))}`);
    this.issues = issues;
  }
}

const MOST_ISSUES = 20;
const TIMEOUT_MS = 10_000;
const SCRIPTS = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
const KINDS = ".js, .mjs, .cjs, .ts, .mts, .cts, .json, .yaml or .yml";

/**
 * The policy that a file exports or spells out.
 *
 * @throws {Misuse} where there is none, in one message; {@link InvalidPolicy} where it is not valid.
 */
export async function loadPolicy(file: string, io: Pick<Io, "cwd">): Promise<Policy> {
  const path = resolve(io.cwd, file);
  const kind = extname(path).toLowerCase();
  if (SCRIPTS.includes(kind)) return exportedPolicy(await imported(path, file, io.cwd), file);
  const parse = PARSERS[kind];
  if (parse === undefined)
    throw new Misuse(`Policy file ${show(file)} has no known ending; name a ${KINDS} file.`);
  return policyOf(await parsed(await read(path, file), file, parse), file);
}

type Parse = (text: string) => Located | Promise<Located>;

const PARSERS: Readonly<Record<string, Parse>> = {
  ".json": parseJson,
  ".yaml": parseYaml,
  ".yml": parseYaml,
};

/** @param what What the file is to be, and `instead` what to do, for the message. */
export async function readText(path: string, what: string, instead: string): Promise<string> {
  try {
    const found = await stat(path);
    // Opening a pipe waits for whoever writes to it, and nothing ends the waiting.
    if (found.isFile() || found.isDirectory()) return await readFile(path, "utf8");
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: "does not exist",
      EISDIR: "is a folder",
      EACCES: "may not be read",
    };
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new Misuse(`${what} ${reasons[code] ?? `cannot be read (${plain(code)})`}; ${instead}.`);
  }
  throw new Misuse(`${what} is no regular file; ${instead}.`);
}

function read(path: string, file: string): Promise<string> {
  return readText(path, `Policy file ${show(file)}`, `name a ${KINDS} file`);
}

async function parsed(text: string, file: string, parse: Parse): Promise<unknown> {
  const result = await parse(text.replace(/^\ufeff/, ""));
  if ("value" in result) return result.value;
  const { kind, line, column, reason } = result;
  throw new Misuse(
    `Policy file ${show(file)} is no ${kind}: line ${line}, column ${column}: ${plain(reason)}.`,
  );
}

async function imported(path: string, file: string, cwd: string): Promise<Exports> {
  // What is missing or a folder is told in the same words, whatever the kind.
  await read(path, file);
  const late = new Misuse(
    `Policy file ${show(file)} has not been loaded after ${TIMEOUT_MS / 1000} seconds: a top-level await that never ends?`,
  );
  let timer: NodeJS.Timeout | undefined;
  const { log, info } = console;
  // What the file prints (dotenv does) must not stand in front of the JSON.
  console.log = console.info = (...given: unknown[]) => console.error(...given);
  try {
    return await Promise.race([
      importFile(pathToFileURL(path).href),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(late), TIMEOUT_MS);
      }),
    ]);
  } catch (error) {
    if (error === late) throw late;
    const issues = issuesOf(error);
    if (issues !== undefined) throw new InvalidPolicy(`Policy file ${show(file)}`, issues);
    throw new Misuse(explainFailure(error, path, file, cwd));
  } finally {
    clearTimeout(timer);
    Object.assign(console, { log, info });
  }
}

type Exports = Record<string, unknown>;

/** By name, since the file has loaded a copy of this package of its own. */
function issuesOf(error: unknown): readonly ConfigIssue[] | undefined {
  const { name, issues } = Object(error) as { name?: unknown; issues?: unknown };
  return name === "CorsConfigError" && Array.isArray(issues) ? issues : undefined;
}

function exportedPolicy(exports: Exports, file: string): Policy {
  try {
    return policyOf(defaultExport(exports, file), file);
  } catch (error) {
    if (error instanceof Misuse) throw error;
    // A getter or a proxy of the file's own.
    throw new Misuse(`The default export of ${show(file)} cannot be read: ${plain(textOf(error), 300)}`);
  }
}

function defaultExport(exports: Exports, file: string): unknown {
  const exported = exports.default;
  // What TypeScript compiles to CommonJS has its default export in a property of that name.
  const inner = Object(exported) as { __esModule?: unknown; default?: unknown };
  const value = inner.__esModule === true ? inner.default : exported;
  const named = value === undefined ? exports : Object(value);
  const names = Object.keys(named).filter((name) => name !== "default" && name !== "__esModule");
  const holds = names.filter((name) => isPolicyLike(named[name]));
  const isNone =
    value === undefined ||
    (Object.prototype.toString.call(value) === "[object Object]" &&
      asPolicy(value) === undefined &&
      (names.length === 0 || holds.length > 0) &&
      !isPolicyLike(value));
  if (!isNone) return value;
  const there = names.length === 0 ? "exports nothing" : `exports ${names.slice(0, 8).map(show).join(", ")}`;
  const [meant = "policy"] = holds.length > 0 ? holds : names;
  throw new Misuse(
    `Policy file ${show(file)} has no default export; it ${there}. Write ${
      names.length === 0 ? "export default definePolicy({ ... })" : `export default ${plain(meant, 60)}`
    }, or in CommonJS module.exports = ${names.length === 0 ? "definePolicy({ ... })" : plain(meant, 60)}.`,
  );
}

function isPolicyLike(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return asPolicy(value) !== undefined || "origin" in value || "routes" in value;
}

function policyOf(value: unknown, file: string): Policy {
  if (value instanceof Promise || typeof (Object(value) as { then?: unknown }).then === "function") {
    // Its failure would end the process.
    Promise.resolve(value).catch(() => undefined);
    throw new Misuse(
      `The default export of ${show(file)} is a promise; await it: export default await promise.`,
    );
  }
  if (typeof value === "function")
    throw new Misuse(`The default export of ${show(file)} ${aboutFunction(value)}`);
  try {
    return policyFrom(value, loadPolicy);
  } catch (error) {
    const issues = issuesOf(error);
    if (issues === undefined) throw error;
    throw new InvalidPolicy(`Policy file ${show(file)}`, issues);
  }
}

function aboutFunction(value: object): string {
  return "wrap" in value && "onError" in value
    ? "is the middleware that cors() made; export the policy that it was given."
    : "is a function: what it answers depends on each request, so nobody can explain it here; export a policy or options.";
}
