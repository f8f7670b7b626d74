// Doc comments are complete and true: the defaults are those that hold, the codes those that are thrown.
import { describe, expect, test } from "vitest";
import { type CorsConfigError, cors, definePolicy } from "../src/index.ts";
import { ISSUE_CODES } from "../src/policy/issues.ts";
import { docComments, OTHER_ENTRIES } from "./support/doc-comments.ts";

const COMMENTS = docComments();
const tagOf = (name: string, tag: string) =>
  COMMENTS.find((comment) => comment.name === name)?.tags[tag]?.join(" ") ?? "";

const APP = "https://app.example.com";
const RULE = definePolicy({ origin: APP }).routes["/"] as object;

test.each([...COMMENTS, ...OTHER_ENTRIES.flatMap(docComments)])(
  "$name is described",
  ({ text, isExport, tags }) => {
    expect(text).toMatch(/^\S/);
    if (isExport) expect(tags.example?.join("")).toMatch(/\S/);
  },
);

test("the walk sees exports and members", () => {
  const names = COMMENTS.map(({ name }) => name);
  for (const name of ["cors", "RuleOptions.maxAge", "SourceOptions.origin", "CorsConfigError.constructor"])
    expect(names).toContain(name);
});

describe("the default is the one that holds", () => {
  test.each(Object.entries(RULE).filter(([name]) => name !== "origin"))("%s", (name, value) => {
    const shown = value === null ? "what is asked for" : value.length === 0 ? "none" : `\`${String(value)}\``;
    expect(tagOf(`RuleOptions.${name}`, "defaultValue").slice(0, shown.length)).toBe(shown);
  });
});

describe("what is thrown is what is said", () => {
  const WRONG: readonly unknown[] = [
    ...["", "x", "a b", "patch", "https://a.example/", "*", "/x/", "null", "http://a.example"],
    ...[-1, 0.5, 99, true, null, {}, [1], [], Symbol.iterator, "https://*.vercel.app", /^https:\/\/.+$/],
  ];
  const thrown = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      // What is wrong in a rule of a table is the rule's to say.
      const issues = (error as CorsConfigError).issues.filter(({ path }) => !/\]\./.test(path));
      return issues.map(({ code }) => code);
    }
    return [];
  };
  const PLACES: readonly (readonly [string, (value: unknown) => unknown])[] = [
    ...Object.keys(RULE).map(
      (name) =>
        [
          `RuleOptions.${name}`,
          (value: unknown) => definePolicy({ origin: APP, credentials: true, [name]: value } as never),
        ] as const,
    ),
    ["RouteTable.routes", (value) => definePolicy({ routes: value } as never)],
    ["RouteTable.routes", (value) => definePolicy({ routes: { "/": value } } as never)],
    ["RouteTable.routes", (value) => definePolicy({ routes: { [String(value)]: false } } as never)],
    ["CorsMiddlewareOptions.base", (value) => cors({ origin: APP }, { base: value } as never)],
    ["CorsMiddlewareOptions.mode", (value) => cors({ origin: APP }, { mode: value } as never)],
  ];

  test.each(PLACES)("%s", (name, put) => {
    const said = tagOf(name, "throws").match(/(?<=`)[A-Z_]+\*?(?=`)/g) ?? [];
    const codes = new Set(WRONG.flatMap((value) => thrown(() => put(value))));
    expect(codes.size).toBeGreaterThan(0);
    const unsaid = [...codes].filter(
      (code) => !said.some((one) => (one.endsWith("*") ? code.startsWith(one.slice(0, -1)) : code === one)),
    );
    expect(unsaid).toEqual([]);
  });

  test("every code that a comment names exists", () => {
    const codes = Object.keys(ISSUE_CODES);
    const named = COMMENTS.flatMap(({ text, tags }) =>
      [text, ...(tags.throws ?? []), ...(tags.defaultValue ?? [])].flatMap(
        (said) => said.match(/(?<=`)[A-Z]+_[A-Z_]+\*?(?=`)/g) ?? [],
      ),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((one) => !codes.some((code) => code.startsWith(one.replace("*", ""))))).toEqual([]);
  });
});
