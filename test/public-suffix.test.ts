// The packed list against tldts, from which it is packed, and against the examples of the design.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "tldts";
import { describe, expect, it } from "vitest";
import { packSuffixes } from "../scripts/pack-suffixes.mjs";
import {
  isOrCoversPublicSuffix,
  publicSuffixOf,
  type SuffixNode,
  suffixTrie,
} from "../src/policy/public-suffix.ts";

const file = new URL("../src/policy/public-suffix-data.cjs", import.meta.url);

describe("the generated file", () => {
  it("is what the script generates from the installed tldts", () => {
    expect(packSuffixes() === readFileSync(file, "utf8")).toBe(true);
  });

  it("is ASCII and small", () => {
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text.length).toBeLessThan(90_000);
  });
});

describe("isOrCoversPublicSuffix", () => {
  it.each([
    ["com", "com"],
    ["com.", "com"],
    ["uk", "uk"],
    ["co.uk", "co.uk"],
    ["github.io", "github.io"],
    ["vercel.app", "vercel.app"],
    ["kawasaki.jp", "kawasaki.jp"],
    ["foo.kawasaki.jp", "foo.kawasaki.jp"],
    ["xn--p1ai", "xn--p1ai"],
  ])("%s: %s", (base, suffix) => {
    expect(isOrCoversPublicSuffix(base)).toBe(suffix);
  });

  it("finds a suffix some labels below", () => {
    expect(isOrCoversPublicSuffix("amazonaws.com")).toMatch(/\.amazonaws\.com$/);
    expect(isOrCoversPublicSuffix("s3.amazonaws.com")).toBe("s3.amazonaws.com");
  });

  it.each([
    "example.com",
    "example.com.",
    "app.vercel.app",
    "city.kawasaki.jp",
    "below.city.kawasaki.jp",
    "a.foo.kawasaki.jp",
    "corp",
    "internal",
    "localhost",
    "a.corp",
    "",
  ])("%s: none", (base) => {
    expect(isOrCoversPublicSuffix(base)).toBeUndefined();
  });
});

describe("publicSuffixOf", () => {
  it.each([
    ["app.example.com", "com"],
    ["app.example.com.", "com"],
    ["a.b.vercel.app", "vercel.app"],
    ["vercel.app", "vercel.app"],
    ["a.example.co.uk", "co.uk"],
    ["kawasaki.jp", "kawasaki.jp"],
    ["a.b.kawasaki.jp", "b.kawasaki.jp"],
    ["a.city.kawasaki.jp", "kawasaki.jp"],
    ["corp", undefined],
    ["a.internal", undefined],
  ])("%s: %s", (host, suffix) => {
    expect(publicSuffixOf(host)).toBe(suffix);
  });

  it("agrees with tldts on every listed rule, the name itself and names below it", () => {
    const differing: string[] = [];
    for (const rule of rules(suffixTrie(), "")) {
      const name = rule.replace("*", "some-label");
      for (const host of [name, `my-app.${name}`, `a.my-app.${name}`]) {
        if (publicSuffixOf(host) !== listedByTldts(host)) differing.push(host);
      }
    }
    expect(differing).toEqual([]);
  });

  it("agrees with tldts on arbitrary names", () => {
    const label = fc.oneof(
      fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?$/),
      fc.constantFrom(
        "com",
        "uk",
        "co",
        "jp",
        "kawasaki",
        "city",
        "ck",
        "www",
        "amazonaws",
        "s3",
        "corp",
        "app",
        "vercel",
      ),
    );
    const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(host, (name) => {
        expect(publicSuffixOf(name)).toBe(listedByTldts(name));
      }),
      { numRuns: 3000 },
    );
  });
});

function listedByTldts(host: string): string | undefined {
  const { isIcann, isPrivate, isIp, publicSuffix } = parse(host, { allowPrivateDomains: true });
  return isIp !== true && (isIcann || isPrivate) ? (publicSuffix ?? undefined) : undefined;
}

function* rules(node: SuffixNode, name: string): Generator<string> {
  for (const [label, child] of node.children) {
    const here = name === "" ? label : `${label}.${name}`;
    if (child.rule !== "none") yield here;
    yield* rules(child, here);
  }
}
