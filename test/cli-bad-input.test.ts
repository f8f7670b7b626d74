// Whatever is wrong with the command line or a policy file: exit code 2, one message that says what to write, nothing else.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Files, folderWith, runIn, runWith } from "./support/cli.ts";

const KINDS = ".js, .mjs, .cjs, .ts, .mts, .cts, .json, .yaml or .yml";
const NOTHING =
  "Write export default definePolicy({ ... }), or in CommonJS module.exports = definePolicy({ ... }).";
const PER_REQUEST =
  "is a function: what it answers depends on each request, so nobody can explain it here; export a policy or options.";
const INVALID = `is no valid policy:
  credential: unknown option; did you mean "credentials"? [UNKNOWN_OPTION]
  origin[0]: "https://a.example/" is not an origin; remove the trailing slash: "https://a.example". [ORIGIN_PATH]
See docs/errors.md#unknown_option, docs/errors.md#origin_path in node_modules/boring-cors.`;

/** File, its text, and the message less "boring-cors: ". */
const FILES: readonly (readonly [file: string, text: string, message: string])[] = [
  ["a.toml", "origin = 1", `Policy file "a.toml" has no known ending; name a ${KINDS} file.`],
  [
    "syntax.mjs",
    "const a = 1;\nexport default {a b};",
    `Policy file "syntax.mjs" cannot be loaded (line 2): SyntaxError: Unexpected identifier 'b'`,
  ],
  [
    "syntax.cjs",
    "const a = 1;\nmodule.exports = {a b};",
    `Policy file "syntax.cjs" cannot be loaded (line 2): SyntaxError: Unexpected identifier 'b'`,
  ],
  [
    "throws.mjs",
    '\n\nthrow new Error("no DATABASE_URL\\u001b[31m");',
    'Policy file "throws.mjs" cannot be loaded (line 3): no DATABASE_URL\\u001b[31m',
  ],
  ["text.mjs", 'throw "a string";', 'Policy file "text.mjs" cannot be loaded: "a string"'],
  ["null.mjs", "throw null;", 'Policy file "null.mjs" cannot be loaded: null'],
  [
    "getter.mjs",
    "throw { get message() { throw 1; }, get stack() { throw 1; }, get code() { return 1; } };",
    'Policy file "getter.mjs" cannot be loaded: an Object',
  ],
  [
    "import.mjs",
    'import { x } from "./lib/helper.mjs";\nexport default x;',
    `Policy file "import.mjs" cannot be loaded (lib/helper.mjs, line 2): ReferenceError: missing is not defined`,
  ],
  [
    "named.mjs",
    'export const policy = { origin: "*" }; export const other = 1;',
    'Policy file "named.mjs" has no default export; it exports "other", "policy". Write export default policy, or in CommonJS module.exports = policy.',
  ],
  [
    "named.cjs",
    'exports.cors = { origin: "*" };',
    'Policy file "named.cjs" has no default export; it exports "cors". Write export default cors, or in CommonJS module.exports = cors.',
  ],
  ["empty.mjs", "", `Policy file "empty.mjs" has no default export; it exports nothing. ${NOTHING}`],
  ["empty.cjs", "", `Policy file "empty.cjs" has no default export; it exports nothing. ${NOTHING}`],
  [
    "promise.mjs",
    'export default Promise.reject(new Error("late"));',
    'The default export of "promise.mjs" is a promise; await it: export default await promise.',
  ],
  ["source.mjs", "export default (req) => ({});", `The default export of "source.mjs" ${PER_REQUEST}`],
  [
    "middleware.mjs",
    'import cors from "boring-cors";\nexport default cors({ origin: "*" });',
    'The default export of "middleware.mjs" is the middleware that cors() made; export the policy that it was given.',
  ],
  [
    "reads.mjs",
    'export default { get origin() { throw new Error("secret\\nstack"); } };',
    'The default export of "reads.mjs" cannot be read: secret',
  ],
  [
    "invalid.mjs",
    'export default { origin: ["https://a.example/"], credential: true };',
    `Policy file "invalid.mjs" ${INVALID}`,
  ],
  [
    "thrown.mjs",
    'import { definePolicy } from "boring-cors";\nexport default definePolicy({ origin: ["https://a.example/"], credential: true });',
    `Policy file "thrown.mjs" ${INVALID}`,
  ],
  [
    "list.json",
    '["https://a.example"]',
    'Policy file "list.json" is no valid policy:\n  options: ["https://a.example"] is no options object; write { origin: ["https://a.example"] }. [OPTIONS_TYPE]\nSee docs/errors.md#options_type in node_modules/boring-cors.',
  ],
  [
    "bad.yaml",
    'origin: "*"\n  credentials: [\n',
    'Policy file "bad.yaml" is no YAML: line 2, column 3: bad indentation of a mapping entry.',
  ],
  [
    "twice.yml",
    "origin: false\norigin: true\n",
    'Policy file "twice.yml" is no YAML: line 2, column 1: duplicated mapping key.',
  ],
  [
    "tag.yaml",
    "origin: !!js/function 'x'\n",
    `Policy file "tag.yaml" is no YAML: line 1, column 26: unknown tag !<tag:yaml.org,2002:js/function>.`,
  ],
];

const HELPERS: Files = { "lib/helper.mjs": "export const x = 1;\nmissing();" };
const ASKED = ["--origin", "https://a.example"];

test.each(FILES)("%s", async (file, text, message) => {
  const folder = folderWith({ [file]: text, ...HELPERS });
  const expected = { code: 2, out: "", err: `boring-cors: ${message}\n` };
  expect(await runIn(folder, ["explain", file, ...ASKED])).toEqual(expected);
  expect(await runIn(folder, ["diff", file, file])).toEqual(expected);
  // An invalid policy is what lint looks for.
  if (!message.includes("is no valid policy")) expect(await runIn(folder, ["lint", file])).toEqual(expected);
});

test.each([
  ["nope.mjs", "does not exist"],
  ["lib", "has no known ending"],
  ["folder.json", "is a folder"],
  ["folder.mjs", "is a folder"],
  ["\u001b[31m.mjs", "does not exist"],
])("file %j", async (file, what) => {
  const folder = folderWith({ "lib/x": "", "folder.json/x": "", "folder.mjs/x": "" });
  const shown = JSON.stringify(file);
  const err = `boring-cors: Policy file ${shown} ${what}; name a ${KINDS} file.\n`;
  expect(await runIn(folder, ["lint", file])).toEqual({ code: 2, out: "", err });
});

test.each(["", "\t"])("JSON that names an option twice, behind %j", async (before) => {
  const text = `{\n${before}"origin": false,\n${before}"origin": "*"\n}`;
  const column = before.length + 1;
  const err = `boring-cors: Policy file "a.json" is no JSON of unique names: line 3, column ${column}: duplicated mapping key.\n`;
  expect(await runWith({ "a.json": text }, ["lint", "a.json"])).toEqual({ code: 2, out: "", err });
});

test("YAML whose aliases would be billions of values, written out", async () => {
  const names = [..."abcdefghijkl"];
  const lists = names.map((name, index) => {
    const entry = index === 0 ? "x" : `*${names[index - 1]}`;
    return `${name}: &${name} [${Array(9).fill(entry).join(", ")}]`;
  });
  const text = [...lists, "origin: *l", "maxAge: *l"].join("\n");
  const { code, out } = await runWith({ "a.yaml": text }, ["lint", "a.yaml"]);
  expect(code).toBe(1);
  expect(out).toContain("maxAge");
});

test.skipIf(process.platform === "win32").each(["a.json", "a.mjs"])(
  "a pipe that nobody writes to: %s",
  async (file) => {
    const folder = folderWith({});
    execFileSync("mkfifo", [join(folder, file)]);
    const err = `boring-cors: Policy file "${file}" is no regular file; name a ${KINDS} file.\n`;
    expect(await runIn(folder, ["lint", file])).toEqual({ code: 2, out: "", err });
  },
);

/** The text, and where it stops being JSON. */
test.each([
  ["", 1, 1, "the text ends too early"],
  ['{"origin": "*",\n  "credentials": tru }', 2, 18, 'unexpected "t"'],
  ['{"origin": "*",}', 1, 16, 'unexpected "}"'],
  ['{"origin": ["a", "b"', 1, 21, "the text ends too early"],
  ['{"origin": ["a",]}', 1, 17, 'unexpected "]"'],
  ['{"origin": ["a"}}', 1, 16, 'unexpected "}"'],
  ['{"origin" "*"}', 1, 11, 'unexpected "\\""'],
  ["{origin: 1}", 1, 2, 'unexpected "o"'],
  ["{'origin': 1}", 1, 2, `unexpected "'"`],
  ['{"maxAge": 01}', 1, 12, 'unexpected "0"'],
  ['{"maxAge": 1e5, "x": [1, -2.5, true, null, {}, []], }', 1, 53, 'unexpected "}"'],
  ["{} {}", 1, 4, 'unexpected "{"'],
  ["// a comment\n{}", 1, 1, 'unexpected "/"'],
  ['\ufeff{"a": "\u0007"}', 1, 7, 'unexpected "\\""'],
])("JSON %j", async (text, line, column, reason) => {
  const err = `boring-cors: Policy file "a.json" is no JSON: line ${line}, column ${column}: ${reason}.\n`;
  expect(await runWith({ "a.json": text }, ["lint", "a.json"])).toEqual({ code: 2, out: "", err });
});

const help = (command: string) => `Write boring-cors ${command} --help for its options and examples.\n`;
const OF_EXPLAIN = help("explain");

/** Arguments, and the message less "boring-cors: ". */
test.each<[string[], string]>([
  [
    ["expl"],
    "unknown command 'expl' (Did you mean one of explain, export?)\nWrite boring-cors --help for the commands that there are.\n",
  ],
  [["explain"], `missing required argument 'policy-file'\n${OF_EXPLAIN}`],
  [["explain", ...ASKED], `missing required argument 'policy-file'\n${OF_EXPLAIN}`],
  [
    ["explain", "a.json"],
    "--origin is missing: the page's origin; write --origin https://app.example.com.\n",
  ],
  [["explain", "a.json", "--orgin", "x"], `unknown option '--orgin' (Did you mean --origin?)\n${OF_EXPLAIN}`],
  [
    ["lint", "a.json", "b.json"],
    `too many arguments for 'lint'. Expected 1 argument but got 2.\n${help("lint")}`,
  ],
  [["diff", "a.json"], `missing required argument 'new'\n${help("diff")}`],
  [["lint", "--\u001b[31m\u202e"], `unknown option '--\\u001b[31m\\u202e'\n${help("lint")}`],
  [
    ["explain", "a.json", "--origin", "a.example"],
    'origin: "a.example" is no serialized origin; write "https://a.example".\n',
  ],
  [
    ["explain", "a.json", "--origin", "https://a.example/x"],
    'origin: "https://a.example/x" is no serialized origin; write "https://a.example".\n',
  ],
  [
    ["explain", "a.json", ...ASKED, "--path", "orders"],
    '--path "orders" is no path; write one such as --path /orders, or a whole URL.\n',
  ],
  [
    ["explain", "a.json", ...ASKED, "--path", "ftp://x/"],
    '--path "ftp://x/" is no path; write one such as --path /orders, or a whole URL.\n',
  ],
  [
    ["explain", "a.json", ...ASKED, "--header", "X-A: 1\r\nX-B: 2"],
    '--header "X-A: 1\\r\\nX-B: 2" has a line break; write one --header for each header.\n',
  ],
  [
    ["explain", "a.json", ...ASKED, "--header", ": 1"],
    '--header ": 1" has no name; write --header "X-Trace: 1".\n',
  ],
  [["explain", "a.json", ...ASKED, "--header", "X A: 1"], '"X A" is not a valid header name.\n'],
  [["explain", "a.json", ...ASKED, "--method", "P T"], '"P T" is not a valid HTTP method.\n'],
  [["explain", "a.json", ...ASKED, "--method", "TRACE"], '"TRACE": scripts cannot use this HTTP method.\n'],
])("%j", async (argv, message) => {
  expect(await runWith({ "a.json": '{ "origin": "*" }' }, argv)).toEqual({
    code: 2,
    out: "",
    err: `boring-cors: ${message}`,
  });
});

test.each([
  ['throw new Error("database\\u0007 down")', "database\\u0007 down"],
  ['throw "no error"', 'route "/" failed: no error'],
  ["return Promise.reject()", "the origin function of route"],
])("an origin function that fails: %s", async (body, message) => {
  const policy = `export default { origin: (origin) => { ${body}; } };`;
  const { code, out, err } = await runWith({ "a.mjs": policy }, ["explain", "a.mjs", ...ASKED]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^boring-cors: The origin function for "\/" gave no answer: .*\n$/);
  expect(err).toContain(message);
});

test("without a command the help is an error, and goes where errors go", async () => {
  const { code, out, err } = await runWith({}, []);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("Usage: boring-cors [options] [command]");
});
