// Hovering is enough: what an editor shows of the built package, to those who import it and to those who require it.
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { definePolicy } from "../src/index.ts";
import { docComments, ROOT } from "./support/doc-comments.ts";

const RULE = definePolicy({ origin: "*" }).routes["/"] as object;
const OPTIONS = [...Object.keys(RULE), "routes", "base", "mode", "fallback"];
const WITHOUT_EXAMPLE = ["allowed", "path", "sameOrigin"];

// Hovered is what stands behind a mark.
const USES = `
const policy = /**/definePolicy({
  /**/routes: { "/": { ${marked({ origin: "https://app.example.com" })} }, "/x": false },
});
const mw = /**/cors({ ${marked(RULE)} }, { ${marked({ base: "/billing", mode: "enforce" })} });
mw./**/wrap(() => {});
mw./**/onError;
const decision = policy./**/decide({ method: "GET", /**/path: "/", /**/sameOrigin: false });
decision./**/allowed;
policy./**/decideAsync;
policy./**/isTrustedOrigin("https://app.example.com");
policy./**/isTrustedOriginAsync;
policy./**/digest;
policy./**/warnings;
cors((_req, callback) => callback(null, { ${marked(RULE)} }));
const live = /**/livePolicy({ /**/origin: ["https://app.example.com"], /**/credentials: true });
live./**/replace({ origin: "*" });
live./**/current;
/**/originsFromEnv("ORIGINS", { /**/fallback: "https://app.example.com" });
new Error() instanceof /**/CorsConfigError;
`;
const VALUES = ["CorsConfigError", "definePolicy", "livePolicy", "originsFromEnv"];
const TYPES = docComments()
  .filter(({ name, isExport }) => isExport && ![...VALUES, "cors"].includes(name))
  .map(({ name }) => name);
const types = (prefix: string) => TYPES.map((name) => `type _${name} = ${prefix}/**/${name};\n`).join("");

const FILES = {
  import: {
    file: "test/hover.mts",
    text: `import cors, { ${VALUES.join(", ")} } from "boring-cors";
import type { ${TYPES.join(", ")} } from "boring-cors";
${USES}${types("")}`,
  },
  "require in TypeScript": {
    file: "test/hover.cts",
    text: `import cors = require("boring-cors");
${USES.replace(new RegExp(`/\\*\\*/(${VALUES.join("|")})`, "g"), "cors./**/$1")}${types("cors.")}`,
  },
  "require in JavaScript": {
    file: "test/hover.cjs",
    text: `const cors = require("boring-cors");
const { ${VALUES.join(", ")} } = require("boring-cors");
${USES}`,
  },
};

function marked(options: object): string {
  return Object.entries(options)
    .map(([name, value]) => `/**/${name}: ${JSON.stringify(value)}`)
    .join(", ");
}

const texts = new Map(Object.values(FILES).map(({ file, text }) => [join(ROOT, file), text]));
const service = ts.createLanguageService({
  getCompilationSettings: () => ({
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    allowJs: true,
    checkJs: true,
    types: ["node"],
  }),
  getScriptFileNames: () => [...texts.keys()],
  getScriptVersion: () => "1",
  getScriptSnapshot: (path) => {
    const text = texts.get(path) ?? ts.sys.readFile(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => ROOT,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
  readFile: (path) => texts.get(path) ?? ts.sys.readFile(path),
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

/** What is hovered in a file, and what the box shows below the type: the text, then the tags. */
function hovers({ file, text }: { readonly file: string; readonly text: string }) {
  return [...text.matchAll(/\/\*\*\/(\w+)/g)].map(({ 0: mark, 1: name = "", index }) => {
    const info = service.getQuickInfoAtPosition(join(ROOT, file), index + mark.length - 1);
    const tags = (info?.tags ?? []).map((tag) => `@${tag.name} ${ts.displayPartsToString(tag.text)}`);
    return { name, shown: [ts.displayPartsToString(info?.documentation), ...tags].join("\n") };
  });
}

const IMPORTED = hovers(FILES.import);

describe("import", () => {
  test.each(IMPORTED)("$name", ({ name, shown }) => {
    expect(shown).toMatch(/^\S/);
    if (!WITHOUT_EXAMPLE.includes(name)) expect(shown).toMatch(/@example ./);
    if (!OPTIONS.includes(name)) return;
    expect(shown).toMatch(/\*\*Required\.\*\*|@defaultValue ./);
    // A source answers while requests are served: then nothing is thrown.
    expect(shown).toMatch(/@throws \{?CorsConfigError\}? .*[A-Z_]{4}|CorsPolicyWarning/);
  });
});

describe.each([
  ["require in TypeScript", IMPORTED],
  ["require in JavaScript", IMPORTED.slice(0, -TYPES.length)],
] as const)("%s", (way, expected) => {
  test("shows the same", () => {
    expect(hovers(FILES[way])).toEqual(expected);
  });
});

test.each(Object.values(FILES))("$file is about the built package, and compiles", ({ file }) => {
  const sources = service.getProgram()?.getSourceFiles() ?? [];
  expect(sources.filter(({ fileName }) => fileName.startsWith(`${ROOT}/src/`))).toEqual([]);
  const problems = service.getSemanticDiagnostics(join(ROOT, file));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
});
