// The examples in doc comments are true: each compiles, runs, and answers what is written beside it.

import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { COMPILER_OPTIONS, docComments, OTHER_ENTRIES, ROOT } from "./support/doc-comments.ts";
import { scope } from "./support/doc-scope.ts";
import { evaluate } from "./support/markdown.ts";

const OF_INDEX = docComments();
const OF_OTHERS = OTHER_ENTRIES.map((entry) => ({ entry, comments: docComments(entry) }));
const COMMENTS = [...OF_INDEX, ...OF_OTHERS.flatMap(({ comments }) => comments)];
const typesOf = (comments: typeof COMMENTS) =>
  comments
    .filter(({ name, isExport }) => isExport && !(name in scope))
    .map(({ name }) => name)
    .join(", ");
// A module's default export has no name of its own.
const { default: _, ...NAMED } = scope;

const EXAMPLES = COMMENTS.flatMap(({ name, tags }) =>
  (tags.example ?? []).map((code, index) => ({
    name,
    code: completed(code),
    path: join(ROOT, `test/${name}-${index}.ts`),
  })),
);

/** An option alone (`maxAge: 7200`) becomes a policy; everything else is code as it stands. */
function completed(code: string): string {
  if (!/^\w+: /.test(code)) return code;
  const origin = /^(origin|routes): /.test(code) ? "" : 'origin: "https://app.example.com", ';
  return `definePolicy({ ${origin}${code} }).warnings; // []`;
}

const moduleOf = (code: string) => `import type { IncomingMessage } from "node:http";
import type { ${typesOf(OF_INDEX)} } from "../src/index.ts";
${OF_OTHERS.map(({ entry, comments }) => `import type { ${typesOf(comments)} } from "../${entry}";`).join("\n")}
import { scope } from "./support/doc-scope.ts";
const { ${Object.keys(NAMED).join(", ")} } = scope;
export async function example() {
  ${code}
}`;

describe("compiles", () => {
  const sources = new Map(EXAMPLES.map(({ path, code }) => [path, moduleOf(code)]));
  const host = ts.createCompilerHost(COMPILER_OPTIONS);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  const program = ts.createProgram([...sources.keys()], COMPILER_OPTIONS, host);

  test.each(EXAMPLES)("$name", ({ path }) => {
    const file = program.getSourceFile(path);
    const problems = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    const messages = problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(messages).toEqual([]);
  });
});

// `<expression>; // <what it is>`
const PROMISE = /^ *(?!const |let )(.+); \/\/ (true|false|null|[["{\d].*)$/gm;

describe("runs, and answers what it says", () => {
  test.each(EXAMPLES)("$name", async ({ code }) => {
    const checked = code
      .replace(PROMISE, "equal($1, ($2));")
      // A port is nobody's: bound, and given back.
      .replaceAll(".listen(3000)", ".listen(0).close()");
    const { outputText } = ts.transpileModule(checked, {
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
    });
    const equal = (actual: unknown, expected: unknown) => expect(actual).toEqual(expected);
    await evaluate(`{ ${outputText} }`, { equal, ...NAMED });
  });

  test("what is written beside an expression is compared", () => {
    const promises = EXAMPLES.flatMap(({ code }) => [...code.matchAll(PROMISE)]);
    expect(promises.length).toBeGreaterThan(20);
  });
});
