// What must not start, what must, and what the message says to write instead.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { type ConfigIssue, type ConfigIssueCode, CorsConfigError, cors, definePolicy } from "../src/index.ts";
import { ISSUE_CODES } from "../src/policy/issues.ts";
import { putAt } from "./support/put-at.ts";
import { APP, REFUSALS } from "./support/refusals.ts";

function issuesOf(options: unknown): readonly ConfigIssue[] {
  try {
    definePolicy(options as never);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(CorsConfigError);
    return (error as CorsConfigError).issues;
  }
}

describe("refused at start-up", () => {
  test.each(
    REFUSALS.map((refusal) => ({ ...refusal, title: `${refusal.code} ${refusal.path}: ${refusal.says}` })),
  )("$title", ({ options, code, path, says, fix, meant }) => {
    const issues = issuesOf(options);
    const issue = issues.find((candidate) => candidate.code === code);
    expect(issues.map((candidate) => `${candidate.code} ${candidate.path}`)).toContain(`${code} ${path}`);
    expect(issue?.message).toContain(says);
    expect(issue?.fix).toEqual(fix);
    expect(Object.isFrozen(issue)).toBe(true);
    if (fix === undefined || meant === undefined || issue === undefined) return;
    const policy = definePolicy(putAt(options, path, issue.fix) as never);
    expect(policy.decide({ method: "GET", origin: meant }).allowed).toBe(true);
  });

  test("every code that carries a fix is among them", () => {
    const withFix = new Set(REFUSALS.filter(({ fix }) => fix !== undefined).map(({ code }) => code));
    for (const { options } of REFUSALS) {
      for (const { code, fix } of issuesOf(options))
        if (fix !== undefined) expect([...withFix]).toContain(code);
    }
  });

  test("a fix can stand where it is offered, whatever else is wrong", () => {
    for (const { options } of REFUSALS) {
      for (const { code, path, fix } of issuesOf(options)) {
        if (fix === undefined) continue;
        const left = issuesOf(putAt(options, path, fix)).filter((issue) => issue.path.startsWith(path));
        expect(left, `${code} ${path}`).toEqual([]);
      }
    }
  });

  test("all problems at once, as text and as data", () => {
    const issues = issuesOf({
      routes: {
        "/": { origin: ["https://app.example/", "*.x.example"], credentials: true, allowHeaders: [] },
        "/public": { origin: "*", credentials: true, maxAge: -1 },
      },
    });
    expect(new CorsConfigError(issues).message).toMatchInlineSnapshot(`
      "Invalid CORS policy (5 problems):
        routes["/"].allowHeaders: unknown option; did you mean "allowedHeaders"? [UNKNOWN_OPTION]
        routes["/"].origin[0]: "https://app.example/" is not an origin; remove the trailing slash: "https://app.example". [ORIGIN_PATH]
        routes["/"].origin[1]: "*.x.example" is not a pattern as written; write: "https://*.x.example". [ORIGIN_WILDCARD]
        routes["/public"].maxAge: -1 is no number of seconds; write a whole number, 0 or more: 0. [MAX_AGE]
        routes["/public"].credentials: true cannot stand beside origin "*": any website could read your users' data; list the origins. [CREDENTIALS_WILDCARD]
      See docs/errors.md#unknown_option, docs/errors.md#origin_path, docs/errors.md#origin_wildcard, docs/errors.md#max_age, docs/errors.md#credentials_wildcard in node_modules/boring-cors."
    `);
  });

  test("what covers every site is not told how to write a pattern", () => {
    expect(issuesOf({ origin: "https://*" })[0]?.message).toBe(
      '"https://*" would cover every site; list the sites, or write origin: "*" without credentials',
    );
  });

  test("a flood of problems is cut in the text, complete in the data", () => {
    const issues = issuesOf({ origin: Array.from({ length: 50 }, (_, index) => `host-${index}.example`) });
    expect(issues).toHaveLength(50);
    expect(new CorsConfigError(issues).message).toContain("and 30 more");
  });

  test("values are quoted and cut, whatever they are", () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const values = [
      "\u001b[31m\u0085\u202e",
      "x".repeat(10_000),
      circular,
      10n,
      Symbol("s"),
      () => 1,
      new Date(0),
      { toJSON() {} },
      Object.create(null),
    ];
    for (const value of values) {
      for (const { message } of issuesOf({ origin: APP, credentials: value })) {
        expect(message).toMatch(/^[\x20-\x7e]*$/);
        expect(message.length).toBeLessThan(250);
      }
    }
  });

  test("app.use(cors) and cors(undefined) say what to write", () => {
    const request = { method: "GET", headers: {}, url: "/", httpVersion: "1.1" };
    expect(() => cors(request as never, { setHeader() {} } as never)).toThrow(
      /app\.use\(cors\(\{ origin.*\[NOT_CALLED\]/,
    );
    expect(() => cors(undefined as never)).toThrow(
      /nothing is allowed by default \(npm.*; write \{ origin.*\[OPTIONS_TYPE\]/,
    );
  });

  test("the adapter's own options", () => {
    const mistaken = (options: unknown) => () => cors({ origin: APP }, options as never);
    expect(mistaken({ base: "billing" })).toThrow(
      /"billing" does not start with "\/"; write "\/billing"\. \[BASE\]/,
    );
    expect(mistaken({ base: "/billing/" })).toThrow(/BASE/);
    expect(mistaken({ base: 1 })).toThrow(/write a string such as "\/billing"/);
    expect(mistaken({ mode: "audit" })).toThrow(/MODE/);
    expect(mistaken({ credentials: true })).toThrow(/belongs into the first/);
    expect(mistaken("/billing")).toThrow(
      / {2}options: "\/billing" is no options object; write \{ base.*\[OPTIONS_TYPE\]/,
    );
    expect(mistaken(null)).not.toThrow();
    expect(mistaken({ base: "/", mode: undefined, layer: undefined })).not.toThrow();
  });
});

/** Puts a value at an issue's path: `routes["/"].origin[1]`, `credentials`, `""`. */
const WARNINGS: readonly [unknown, ConfigIssueCode, string, unknown][] = [
  [{ origin: [APP, ""] }, "ORIGIN_EMPTY_ENTRY", "origin[1]", [APP]],
  [{ origin: [APP, "https://b.example", APP] }, "ORIGIN_COVERED", "origin[2]", [APP, "https://b.example"]],
  [
    { origin: ["", "https://*.example.com", APP] },
    "ORIGIN_COVERED",
    "origin[2]",
    ["https://*.example.com", APP],
  ],
  [
    { origin: ["https://*.example.com", "https://*.a.example.com"] },
    "ORIGIN_COVERED",
    "origin[1]",
    ["https://*.example.com", "https://*.a.example.com"],
  ],
  [
    { origin: ["http://localhost:*", "http://localhost:3000"] },
    "ORIGIN_COVERED",
    "origin[1]",
    ["http://localhost:*", "http://localhost:3000"],
  ],
  [
    { origin: [/^https:\/\/app\.example\.com$/, APP] },
    "ORIGIN_COVERED",
    "origin[1]",
    [{ regexp: "^https:\\/\\/app\\.example\\.com$", flags: "" }, APP],
  ],
  [
    { origin: [APP, "wss://app.example.com"] },
    "ORIGIN_NEVER_SENT",
    "origin[1]",
    [APP, "wss://app.example.com"],
  ],
  [{ origin: APP, optionSuccessStatus: 200 }, "UNKNOWN_OPTION", "optionSuccessStatus", [APP]],
  [{ origin: APP, max_age: 60 }, "UNKNOWN_OPTION", "max_age", [APP]],
  [{ origin: APP, preflightContinues: true }, "UNKNOWN_OPTION", "preflightContinues", [APP]],
  [{ origin: APP, credentials: true, withCredentials: true }, "UNKNOWN_OPTION", "withCredentials", [APP]],
  [{ origin: APP, sameSite: "none", secure: true }, "UNKNOWN_OPTION", "secure", [APP]],
  [{ origin: APP, maxAge: 86_401 }, "MAX_AGE_CAPPED", "maxAge", [APP]],
  [{ origin: APP, methods: ["GET", "CONNECT", "trace"] }, "METHOD_NEVER_SENT", "methods[1]", [APP]],
  [{ origin: APP, methods: "GET,*" }, "METHOD_COVERED", "methods", [APP]],
  [{ origin: APP, methods: ["get", "GET"] }, "METHOD_COVERED", "methods[1]", [APP]],
  [{ origin: APP, allowedHeaders: ["Origin", "X-A"] }, "HEADER_FORBIDDEN", "allowedHeaders[0]", [APP]],
  [{ origin: APP, allowedHeaders: "Sec-Fetch-Mode" }, "HEADER_FORBIDDEN", "allowedHeaders", [APP]],
  [{ origin: APP, allowedHeaders: ["Proxy-Authorization"] }, "HEADER_FORBIDDEN", "allowedHeaders[0]", [APP]],
  [
    { origin: APP, allowedHeaders: ["Access-Control-Allow-Origin"] },
    "HEADER_RESPONSE_ONLY",
    "allowedHeaders[0]",
    [APP],
  ],
  [{ origin: APP, allowedHeaders: ["X-A", "x-a"] }, "HEADER_COVERED", "allowedHeaders[1]", [APP]],
  [{ origin: APP, allowedHeaders: ["X-A", " "] }, "NAME_EMPTY_ENTRY", "allowedHeaders[1]", [APP]],
  [{ origin: APP, methods: ["", "GET"] }, "NAME_EMPTY_ENTRY", "methods[0]", [APP]],
  [{ origin: APP, methods: ["GET", " ,"] }, "NAME_EMPTY_ENTRY", "methods[1]", [APP]],
  [{ origin: APP, allowedHeaders: ["GET", "X-A"] }, "HEADER_IS_METHOD", "allowedHeaders[0]", [APP]],
  [{ origin: APP, exposedHeaders: ["Set-Cookie"] }, "EXPOSED_FORBIDDEN", "exposedHeaders[0]", [APP]],
  [{ origin: APP, exposedHeaders: ["Cookie"] }, "EXPOSED_NOT_RESPONSE", "exposedHeaders[0]", [APP]],
  [{ origin: APP, exposedHeaders: ["*", "ETag"] }, "EXPOSED_COVERED", "exposedHeaders", [APP]],
  [{ origin: APP, exposedHeaders: ["ETag", "etag"] }, "EXPOSED_COVERED", "exposedHeaders[1]", [APP]],
];

describe("warned of, and started", () => {
  test.each(WARNINGS)("%j: %s", (options, code, path, origins) => {
    const policy = definePolicy(options as never);
    expect(policy.warnings.map((warning) => `${warning.code} ${warning.path}`)).toContain(`${code} ${path}`);
    for (const { message } of policy.warnings) expect(message).toMatch(/; (?:remove|write|the front end) /);
    expect(policy.routes["/"]).toMatchObject({ origin: origins });
    expect(Object.isFrozen(policy.warnings)).toBe(true);
  });

  test("a dropped option has no effect, and the warning says what was meant", () => {
    const { routes, warnings } = definePolicy({
      origin: APP,
      optionSuccessStatus: 200,
      secure: true,
    } as never);
    expect(routes).toEqual(definePolicy({ origin: APP }).routes);
    expect(warnings.map(({ message }) => message)).toEqual([
      'unknown option, and was dropped; write "optionsSuccessStatus" if that was meant',
      "unknown option (an attribute of cookies), and was dropped; remove it",
    ]);
  });

  test("what was dropped is not there", () => {
    const { routes } = definePolicy({
      origin: APP,
      methods: ["GET", "CONNECT", "get", ""],
      allowedHeaders: ["Cookie", "X-A", "x-a", "PATCH", ""],
      exposedHeaders: ["Set-Cookie", "Host", "ETag"],
    });
    expect(routes["/"]).toMatchObject({
      methods: ["GET"],
      allowedHeaders: ["X-A"],
      exposedHeaders: ["ETag"],
    });
  });
});

const ACCEPTED: readonly unknown[] = [
  { origin: "*" },
  { origin: true },
  { origin: ["*"] },
  { origin: false },
  { origin: [false, APP] },
  { origin: [false] },
  { origin: APP, credentials: undefined, methods: undefined, nonsense: undefined },
  { origin: [APP, "https://app.example.com:8443", "https://app.example.com."] },
  {
    origin: [
      "http://localhost",
      "http://localhost:3000",
      "http://127.0.0.1:*",
      "http://[::1]:5173",
      "http://*.localhost:*",
    ],
    credentials: true,
  },
  {
    origin: ["https://*.corp", "https://*.internal", "https://*.localhost", "https://*.example.com"],
    credentials: true,
  },
  { origin: ["https://*.com", "https://*.vercel.app", "http://example.com"] },
  { origin: ["https://*.vercel.app"], credentials: true, dangerouslyAllowPublicSuffixes: true },
  { origin: ["http://app.example.com"], credentials: true, dangerouslyAllowInsecureOrigins: true },
  { origin: ["null", "file://"], dangerouslyAllowOpaqueOrigins: true },
  {
    origin: [
      "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
      "moz-extension://x",
      "capacitor://localhost",
      "ionic://localhost",
      "app://.",
      "app://localhost_3200",
      "tauri://localhost",
    ],
    credentials: true,
  },
  { origin: "https://xn--bcher-kva.example" },
  { origin: "https://under_score.example" },
  { origin: "http://[2001:db8::1]:8080" },
  { origin: "https://192.168.0.1", credentials: true },
  { origin: /^https:\/\/([a-z0-9-]+\.)*example\.com$/, credentials: true },
  { origin: runInNewContext("/^https:\\/\\/app\\.example\\.com$/g"), credentials: true },
  { origin: { regexp: "^https:\\/\\/app\\.example\\.com$" } },
  { origin: APP, methods: "*", allowedHeaders: null, exposedHeaders: [] },
  { origin: APP, methods: ["QUERY", "PROPFIND", "options", "custom"] },
  { origin: APP, allowedHeaders: ["*", "Authorization"], credentials: true },
  { origin: APP, maxAge: 0, optionsSuccessStatus: 299 },
  { origin: APP, exposedHeaders: ["Authorization", "Content-Length", "X-Total-Count"] },
  { origin: () => true, credentials: true },
  { routes: { "/": { origin: APP }, "/a-b._~!$&'+,=@/C": false, "/x": "passthrough" } },
  { $schema: "./node_modules/boring-cors/schema.json", origin: APP },
  { $schema: "./node_modules/boring-cors/schema.json", routes: { "/": { origin: APP } } },
  Object.assign(Object.create({ origin: 1 }), { origin: APP }),
];

test.each(ACCEPTED)("accepted: %j", (options) => {
  expect(issuesOf(options)).toEqual([]);
});

test("a comma list inside an array is the list that npm cors makes of it", () => {
  const { routes, warnings } = definePolicy({
    origin: APP,
    methods: ["GET, HEAD", "PUT,"],
    allowedHeaders: ["Content-Type, Authorization"],
    exposedHeaders: ["ETag,Link"],
  });
  expect(routes["/"]).toMatchObject({
    methods: ["GET", "HEAD", "PUT"],
    allowedHeaders: ["Content-Type", "Authorization"],
    exposedHeaders: ["ETag", "Link"],
  });
  expect(warnings).toEqual([]);
});

test("defaults are never warned about", () => {
  expect(definePolicy({ origin: APP }).warnings).toEqual([]);
});

test("every code of the table is raised by some test or named as the adapters' own", () => {
  const adapters = ["NOT_CALLED", "BASE", "MODE", "LAYER", "ENV_UNSET", "ENV_ORIGIN"];
  const judged = Object.keys(ISSUE_CODES).filter((code) => code.startsWith("REGEXP_"));
  const raised = new Set([
    ...REFUSALS.map(({ code }) => code as string),
    ...WARNINGS.map(([, code]) => code as string),
    ...adapters,
    ...judged,
  ]);
  expect(Object.keys(ISSUE_CODES).filter((code) => !raised.has(code))).toEqual([]);
});
