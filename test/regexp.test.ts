// Which RegExps are accepted, which are refused and why, and what is offered instead.
import { describe, expect, it } from "vitest";
import { charSet, charsOf, VISIBLE } from "../src/policy/charset.ts";
import { isOrCoversPublicSuffix } from "../src/policy/public-suffix.ts";
import { judgeRegExp, type RegExpCode } from "../src/policy/regexp.ts";
import { nodesIn } from "../src/policy/regexp-shape.ts";
import { parseRegExp } from "../src/policy/regexp-syntax.ts";
import { ACCEPTED, ANY_SUFFIX, CREDENTIALS, codesOf, PUBLIC, REFUSED } from "./regexp-cases.ts";

describe("harmless RegExps", () => {
  it.each(ACCEPTED)("%s", (regexp, matching, other) => {
    const { problems, test } = judgeRegExp(regexp.source, regexp.flags, CREDENTIALS);
    expect(problems).toEqual([]);
    expect([test(matching), test(matching), test(other)]).toEqual([true, true, false]);
    expect(codesOf(regexp, PUBLIC)).toEqual([]);
  });
});

describe("refused RegExps", () => {
  it.each(REFUSED.map(([regexp, codes, fix]) => ({ regexp, codes, fix })))(
    "$regexp",
    ({ regexp, codes, fix }) => {
      const { problems, test } = judgeRegExp(regexp.source, regexp.flags, CREDENTIALS);
      expect(problems.map(({ code }) => code)).toEqual(codes);
      for (const problem of problems) {
        expect(problem.fix).toEqual(fix);
        expect("fix" in problem).toBe(fix !== undefined);
        expect(problem.message).toMatch(/^[a-z][^;]+; (?:write|list|keep|end|separate) \S.*[^.]$/);
      }
      expect(test("https://app.example.com")).toBe(false);
    },
  );

  it("offers only fixes that are accepted", () => {
    for (const [, , fix] of REFUSED) {
      if (fix instanceof RegExp) expect(codesOf(fix)).toEqual([]);
      if (typeof fix === "string")
        expect(isOrCoversPublicSuffix(fix.slice("https://*.".length))).toBeUndefined();
    }
  });

  it("has no problem without credentials with whom it lets in", () => {
    const reach: readonly RegExpCode[] = ["REGEXP_TOO_WIDE", "REGEXP_PUBLIC_SUFFIX"];
    for (const [regexp, codes] of REFUSED) {
      expect(codesOf(regexp, PUBLIC)).toEqual(codes.filter((code) => !reach.includes(code)));
    }
  });

  it("lets the user vouch for names under public suffixes, but not for everybody", () => {
    expect(codesOf(/^https:\/\/my-app-[a-z0-9-]+\.vercel\.app$/, ANY_SUFFIX)).toEqual([]);
    expect(codesOf(/^.+$/, ANY_SUFFIX)).toEqual(["REGEXP_TOO_WIDE"]);
    expect(judgeRegExp("\\.vercel\\.app$", "", ANY_SUFFIX).problems[0]?.fix).toBe("https://*.vercel.app");
    expect(judgeRegExp("\\.vercel\\.app$", "", PUBLIC).problems[0]?.fix).toBe("https://*.vercel.app");
  });

  it("shows the stranger that would match, and what to write", () => {
    const [problem] = judgeRegExp("^https:\\/\\/.*example\\.com$", "", CREDENTIALS).problems;
    expect(problem?.message).toBe(
      'also matches "https://evilexample.com", a site of others that could then read your users\' data; write /^https:\\/\\/(?:.+\\.)?example\\.com$/',
    );
  });

  it("names the suffix and the way out", () => {
    const [problem] = judgeRegExp("^https:\\/\\/my-[a-z]+\\.vercel\\.app$", "", CREDENTIALS).problems;
    expect(problem?.message).toContain('"vercel.app"');
    expect(problem?.message).toContain('"https://*.preview.example.com"');
    expect(problem?.message).toContain("dangerouslyAllowPublicSuffixes: true");
  });
});

describe("what cannot be judged", () => {
  it.each([
    ["(", "", /compile/],
    [")", "", /compile/],
    ["a)|(b", "", /compile/],
    ["^[a$", "", /compile/],
    ["^[[a]$", "v", /compile/],
    ["^a\\", "", /compile/],
    ["^(?i:a)$", "", /modifiers/],
    ["^a$", "q", /compile/],
    ["^a**$", "", /compile/],
    [`^${"a".repeat(1000)}$`, "", /longer than 1000/],
    [`^${"(".repeat(60)}a${")".repeat(60)}$`, "", /nested too deeply/],
    ["^https:\\/\\/.+-.+\\.[a-z]{500}\\.com$", "", /too large/],
    ["^https:\\/\\/(?:){99999}a\\.com$", "", /^$/],
    ["^https:\\/\\/.+-.+(?:){99999}\\.com$", "", /too large/],
    [`^${"(?:".repeat(12)}a${"){10}".repeat(12)}$`, "", /too large/],
    [`^${"(?:".repeat(12)}${"){10}".repeat(12)}$`, "", /too large/],
    [`^${"a*".repeat(480)}$`, "", /too large/],
    [`^${"[a-z]+".repeat(160)}$`, "", /too complex/],
  ])("%s %s", (source, flags, message) => {
    const { problems, test } = judgeRegExp(source, flags, CREDENTIALS);
    expect(problems[0]?.message ?? "").toMatch(message);
    expect(test("a")).toBe(problems.length === 0 && new RegExp(source, flags).test("a"));
  });
});

describe("the syntax tree", () => {
  it.each([
    ["\\x2e", "", "."],
    ["\\0", "", ""],
    ["\\056", "", "."],
    ["\\cA", "", ""],
    ["\\-", "", "-"],
    ["]", "", "]"],
    ["{", "", "{"],
    ["a", "i", "Aa"],
    ["[^a-z]", "i", VISIBLE.replace(/[a-z]/gi, "")],
    ["\u{1f600}", "u", ""],
    ["\\u{1f600}", "u", ""],
    ["\\p{Lu}", "u", VISIBLE.replace(/[^A-Z]/g, "")],
    ["[\\w--[a-z]]", "v", VISIBLE.replace(/[^A-Z0-9_]/g, "")],
  ])("%s %s", (source, flags, members) => {
    const sets = nodesIn(parseRegExp(source, flags), true).flatMap((node) =>
      node.kind === "set" ? [node] : [],
    );
    expect(sets.map((set) => charsOf(set.members))).toEqual([members]);
  });
});

describe("character sets", () => {
  it("hold visible ASCII", () => {
    expect(charsOf(charSet(VISIBLE))).toBe(VISIBLE);
  });
});
