// toServletFilter and toSpring: what they refuse, what they say of each route, and that nothing breaks out of a literal.
import { describe, expect, test } from "vitest";
import { javaString } from "../src/edge/java-text.ts";
import { EdgeExportError, type EdgeNote } from "../src/edge/notes.ts";
import { edgeRoutes } from "../src/edge/routes.ts";
import { type ServletFilterOptions, toServletFilter } from "../src/edge/to-servlet-filter.ts";
import { type SpringOptions, toSpring } from "../src/edge/to-spring.ts";
import { definePolicy, type Policy } from "../src/index.ts";

const APP = "https://app.example.com";
const flat = (options: object) => definePolicy({ origin: APP, ...options } as never);
const many = (count: number) => Array.from({ length: count }, (_, index) => `https://a${index}.example.com`);

/** What is refused, as `code option`; `[]` where nothing is. */
function refusals(run: () => unknown): readonly string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!(error instanceof EdgeExportError)) throw error;
    for (const { message, instead } of error.notes) expect([message, instead]).not.toContain("");
    return error.notes.map(({ code, option }) => `${code} ${option}`);
  }
}

const textOf = (files: Readonly<Record<string, string>>) => Object.values(files).join();

describe("toServletFilter refuses", () => {
  const REFUSED: readonly (readonly [string, Policy, readonly string[]])[] = [
    ["an origin function", flat({ origin: () => true }), ["ORIGIN_FUNCTION origin"]],
    ["a word boundary", flat({ origin: /^https:\/\/\bapp\.example\.com$/ }), ["ORIGIN_PATTERN origin"]],
    ["a lookbehind", flat({ origin: /^https:\/\/app(?<!x)\.example\.com$/ }), ["ORIGIN_PATTERN origin"]],
    [
      "the flag v",
      flat({ origin: { regexp: "^https://[a-z]+\\.example\\.com$", flags: "v" } }),
      ["ORIGIN_PATTERN origin"],
    ],
    ["a large count", flat({ origin: /^https:\/\/a{1,400}\.example\.com$/ }), ["ORIGIN_PATTERN origin"]],
    [
      "costly backtracking",
      flat({ origin: /^https:\/\/[a-z-]+-[a-z-]+-[a-z-]+\.example\.com$/ }),
      ["ORIGIN_PATTERN origin"],
    ],
    ["4001 origins in a route", flat({ origin: many(4001) }), ["ORIGIN_COUNT origin"]],
    [
      "20001 in all",
      definePolicy({
        routes: Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`/r${at}`, { origin: many(3400) }])),
      }),
      ["ORIGIN_COUNT origin"],
    ],
    [
      "a list longer than a constant",
      flat({ exposedHeaders: many(4000).map((_, at) => `x-${"y".repeat(20)}-${at}`) }),
      ["HEADERS exposedHeaders"],
    ],
  ];

  test.each(REFUSED)("%s", (_, policy, codes) => {
    expect(refusals(() => toServletFilter(policy))).toEqual(codes);
    const { notes } = toServletFilter(policy, { acceptDifferences: true });
    expect(
      notes.filter(({ severity }) => severity === "differs").map(({ code, option }) => `${code} ${option}`),
    ).toEqual(codes);
  });

  test("what it leaves out grants nothing", () => {
    const { files } = toServletFilter(flat({ origin: () => true }), { acceptDifferences: true });
    const [, rule = ""] = /new Rule\("\/"\)([^;]*);/.exec(textOf(files)) ?? [];
    expect(rule).not.toMatch(/anyOrigin|origins|below|anyPort|matching/);
    expect(rule).toContain(".varies()");
  });
});

describe("toSpring refuses", () => {
  const REFUSED: readonly (readonly [string, Policy, readonly string[], SpringOptions?])[] = [
    ["an origin function", flat({ origin: () => true }), ["ORIGIN_FUNCTION origin"]],
    ["a RegExp", flat({ origin: /^https:\/\/[a-z]+\.example\.com$/ }), ["ORIGIN_PATTERN origin"]],
    ["another scheme", flat({ origin: ["capacitor://localhost", APP] }), ["ORIGIN_FORM origin"]],
    ["file://", flat({ origin: "file://", dangerouslyAllowOpaqueOrigins: true }), ["ORIGIN_FORM origin"]],
    ["4001 origins in a route", flat({ origin: many(4001) }), ["ORIGIN_COUNT origin"]],
    ["* that leaves out Authorization", flat({ allowedHeaders: "*" }), ["HEADERS allowedHeaders"]],
    ["* beside names", flat({ allowedHeaders: ["*", "X-One"] }), ["HEADERS allowedHeaders"]],
    ["preflightContinue", flat({ preflightContinue: true }), ["OPTION preflightContinue"]],
    ["not: allowOverride", flat({ allowOverride: true }), []],
    ["PROPFIND in Spring 5.3", flat({ methods: ["PROPFIND"] }), ["METHOD methods"], { servlet: "javax" }],
    ["every method in Spring 5.3", flat({ methods: "*" }), ["METHOD methods"], { servlet: "javax" }],
    ["not: PROPFIND", flat({ methods: ["PROPFIND"] }), []],
    ["not: every method", flat({ methods: "*" }), []],
    ["not: * with credentials", flat({ allowedHeaders: "*", credentials: true }), []],
    ["not: * beside Authorization", flat({ allowedHeaders: ["*", "authorization"] }), []],
    ["not: null", flat({ origin: "null", dangerouslyAllowOpaqueOrigins: true }), []],
    [
      "not: patterns",
      flat({ origin: ["https://*.example.com:8443", "http://localhost:*", "http://[::1]:*"] }),
      [],
    ],
  ];

  test.each(REFUSED.map(([name, policy, codes, options]) => ({ name, policy, codes, options })))(
    "$name",
    ({ policy, codes, options }) => {
      expect(refusals(() => toSpring(policy, options))).toEqual(codes);
      const { notes } = toSpring(policy, { ...options, acceptDifferences: true });
      expect(notes.length).toBeGreaterThan(0);
    },
  );

  test("patterns in Spring's own form", () => {
    const policy = flat({
      origin: ["https://*.example.com:8443", "http://localhost:*", "http://[::1]:*"],
    });
    expect(textOf(toSpring(policy).files)).toContain(
      '.originPatterns("https://*.example.com:8443", "http://localhost:[*]", "http://[::1]:[*]")',
    );
  });

  test("GET, HEAD and POST are always among the methods, and nothing is wider without what is refused", () => {
    const { files } = toSpring(flat({ methods: ["PROPFIND"], allowedHeaders: "*" }), {
      servlet: "javax",
      acceptDifferences: true,
    });
    expect(textOf(files)).toContain('.methods("GET", "HEAD", "POST")\n');
    expect(textOf(files)).not.toContain(".headers(");
  });
});

describe.each([
  ["toServletFilter", toServletFilter, "CorsPolicyFilter"],
  ["toSpring", toSpring, "CorsPolicyConfiguration"],
] as const)("%s", (name, run, className) => {
  const policy = definePolicy({
    routes: {
      "/": { origin: APP },
      "/a'b$c": "passthrough",
      "/off": false,
      "/edge": { origin: APP, owner: "edge" },
    },
  });

  test("says something of each route", () => {
    const { notes, files } = run(policy);
    expect(notes.map(({ route }: EdgeNote) => route).sort()).toEqual(Object.keys(policy.routes).sort());
    expect(Object.keys(files)).toEqual([`${className}.java`]);
    expect(run(policy)).toEqual({ notes, files });
    expect(textOf(files)).toContain(policy.digest);
    expect(textOf(files)).toMatch(/^[\n -~]*$/);
  });

  test("names of one's own", () => {
    const { files } = run(policy, { package: "com.example.web", className: "Own", servlet: "javax" });
    expect(Object.keys(files)).toEqual(["Own.java"]);
    const text = textOf(files);
    expect(text).toContain("package com.example.web;");
    expect(text).toContain("import javax.servlet.");
    expect(text).not.toContain("jakarta");
    expect(text).not.toContain(className);
  });

  test.each([
    { package: "" },
    { package: "a..b" },
    { package: "com.class" },
    { package: "a;b" },
    { package: 1 },
    { className: "x y" },
    { className: "record" },
    { className: "Rule" },
    { className: "a\\u0041" },
    { className: "" },
    { servlet: "servlet" },
  ])("not with %o", (options) => {
    const [option = ""] = Object.keys(options);
    const wrong = () => run(policy, options as ServletFilterOptions & SpringOptions);
    expect(wrong).toThrow(TypeError);
    expect(wrong).toThrow(`${name}(): options.${option}:`);
  });
});

test("no other layer than the two", () => {
  expect(() => toServletFilter(flat({}), { layer: "proxy" as never })).toThrow(
    'options.layer: "proxy" is none of its values; write "service" or "edge"',
  );
});

describe("routes by layer", () => {
  const policy = definePolicy({
    routes: {
      "/edge": { origin: APP, owner: "edge", blockRefused: true },
      "/edge/public": { origin: "*", owner: "edge" },
      "/service": { origin: APP, owner: "service" },
    },
  });
  const shapes = (layer?: "edge" | "service") =>
    edgeRoutes(policy, layer).map((route) =>
      route.kind === "passage" ? [route.key, "passage"] : [route.key, route.origins.kind, route.varies],
    );

  test("the edge leaves alone what the service owns", () => {
    const wanted = [
      ["/edge/public", "any", false],
      ["/service", "passage"],
      ["/edge", "list", true],
    ];
    expect(shapes()).toEqual(wanted);
    expect(shapes("edge")).toEqual(wanted);
  });

  test("the service grants nothing where the edge does, and says what that depends on", () => {
    expect(shapes("service")).toEqual([
      ["/edge/public", "none", false],
      ["/service", "list", true],
      ["/edge", "none", true],
    ]);
  });
});

test.each([
  ["plain", '"plain"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["\\u0022", '"\\\\u0022"'],
  ["a\nb\r\t\0", '"a\\012b\\015\\011\\000"'],
  ["é*/\u2028\u{1F600}", '"\\351*/\\u2028\\ud83d\\ude00"'],
])("the literal of %j", (text, literal) => {
  expect(javaString(text)).toBe(literal);
});
