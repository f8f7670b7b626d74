// lint: every note, warnings, errors; complete outputs.
import { describe, expect, test } from "vitest";
import { NOTE_CODES } from "../src/cli/lint/notes.ts";
import { runWith } from "./support/cli.ts";

async function lint(policy: string, ...argv: string[]) {
  const { code, out, err } = await runWith({ "a.mjs": policy }, ["lint", "a.mjs", ...argv]);
  expect(err).toBe("");
  return { code, out };
}

const options = (text: string) => `export default ${text};`;

describe("in words", () => {
  test("errors", async () => {
    const { code, out } = await lint(
      options(
        '{ origin: ["https://a.example/", "https://*.vercel.app"], credentials: true, maxage: 5, methods: ["patch"] }',
      ),
    );
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "error    methods[0]  [METHOD_CASE]
        what  "patch" never matches, methods are case-sensitive; write "PATCH"
        why   Methods are case-sensitive; browsers upper-case only DELETE, GET, HEAD, OPTIONS, POST and PUT.
        fix   "PATCH"

      error    origin[0]  [ORIGIN_PATH]
        what  "https://a.example/" is not an origin; remove the trailing slash: "https://a.example"
        why   An origin ends after the host or the port: no slash, path, query or fragment.
        fix   "https://a.example"

      error    origin[1]  [CREDENTIALS_PUBLIC_SUFFIX]
        what  "https://*.vercel.app" covers names below the public suffix "vercel.app", where anyone can register one and read your users' data; write a domain of your own, "https://*.preview.example.com", or set dangerouslyAllowPublicSuffixes: true
        fix   Use a domain of your own, or set dangerouslyAllowPublicSuffixes: true.

      "a.mjs": 3 errors, 0 warnings, 0 notes. The codes are explained in docs/errors.md of the package.
      "
    `);
  });

  test("errors that the file itself throws", async () => {
    const { code, out } = await lint(`import { definePolicy, originsFromEnv } from "boring-cors";
export default definePolicy({ origin: originsFromEnv("NO_SUCH_VARIABLE") });`);
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "error    NO_SUCH_VARIABLE  [ENV_UNSET]
        what  undefined names no origin; set it to a list, NO_SUCH_VARIABLE=https://app.example.com, or give a fallback
        fix   Set the variable, or give a fallback.

      "a.mjs": 1 error, 0 warnings, 0 notes. The codes are explained in docs/errors.md of the package.
      "
    `);
  });

  test("warnings and notes", async () => {
    const { code, out } = await lint(
      options(
        '{ origin: ["https://a.example", ""], credentials: true, allowedHeaders: ["Cookie", "X-A"], maxAge: 1e6 }',
      ),
    );
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "warning  allowedHeaders[0]  [HEADER_FORBIDDEN]
        what  "Cookie" is a header that scripts cannot set, and was dropped; remove it
        fix   Remove the name: scripts cannot set this request header.

      warning  maxAge  [MAX_AGE_CAPPED]
        what  1000000 is longer than any browser keeps a preflight; write at most 86400 (seconds)
        why   No browser keeps a preflight longer than a day; Chromium two hours, Safari ten minutes.
        fix   86400

      warning  origin[1]  [ORIGIN_EMPTY_ENTRY]
        what  "" is no origin and was dropped (a trailing comma?); remove it
        fix   Remove the empty entry; a trailing comma often makes one.

      note     routes["/"].exposedHeaders  [NOTHING_EXPOSED]
        what  none: scripts read the body and seven safelisted headers
        why   ETag, Link, Location, Retry-After and request ids are null in the page.
        fix   Name what the front end reads: exposedHeaders: ["ETag", "X-Request-Id"].

      "a.mjs": 0 errors, 3 warnings, 1 note. The codes are explained in docs/errors.md of the package.
      "
    `);
  });

  test("nothing", async () => {
    expect(await lint(options('{ origin: "*" }'))).toEqual({
      code: 0,
      out: '"a.mjs": 0 errors, 0 warnings, 0 notes.\n',
    });
  });
});

const CREDENTIALS = 'credentials: true, allowedHeaders: [], exposedHeaders: ["ETag"]';

/** A policy, and where each of its notes stands. */
const NOTES: readonly (readonly [policy: string, notes: readonly string[]])[] = [
  [`{ origin: "https://*.a.example", ${CREDENTIALS} }`, ['routes["/"].origin CREDENTIALS_PATTERN']],
  [
    `{ origin: /^https:\\/\\/[a-z]+\\.a\\.example$/, ${CREDENTIALS} }`,
    ['routes["/"].origin CREDENTIALS_PATTERN'],
  ],
  [`{ origin: "https://a.example:*", ${CREDENTIALS} }`, ['routes["/"].origin CREDENTIALS_PATTERN']],
  [`{ origin: ["http://localhost:3000"], ${CREDENTIALS} }`, ['routes["/"].origin CREDENTIALS_LOCAL']],
  [`{ origin: "http://localhost:*", ${CREDENTIALS} }`, ['routes["/"].origin CREDENTIALS_LOCAL']],
  [`{ origin: "http://*.localhost", ${CREDENTIALS} }`, ['routes["/"].origin CREDENTIALS_LOCAL']],
  ['{ origin: ["http://localhost:3000", "https://*.a.example"] }', []],
  [
    `{ routes: { "/a": { origin: "https://a.example", ${CREDENTIALS} }, "/a/b": { origin: "*" }, "/ab": { origin: "*" }, "/": false } }`,
    ['routes["/a/b"].origin PUBLIC_BELOW_CREDENTIALS'],
  ],
  [
    '{ origin: "https://a.example", credentials: true, exposedHeaders: "ETag" }',
    ['routes["/"].allowedHeaders HEADERS_ECHOED'],
  ],
  [
    '{ origin: "https://a.example", credentials: true, allowedHeaders: [] }',
    ['routes["/"].exposedHeaders NOTHING_EXPOSED'],
  ],
  ['{ origin: "*", maxAge: 0 }', ['routes["/"].maxAge PREFLIGHT_UNCACHED']],
  ['{ origin: "*", maxAge: 7201 }', ['routes["/"].maxAge MAX_AGE_LONG']],
  ['{ origin: "*", maxAge: 7200 }', []],
  ["{ origin: () => false }", ['routes["/"].origin ORIGIN_FUNCTION']],
  ['{ origin: "https://a.example", blockRefused: true }', ['routes["/"].blockRefused BLOCKS_FORM_POSTS']],
  ['{ origin: "https://a.example", allowOverride: true }', ['routes["/"].allowOverride OVERRIDE_ALLOWED']],
  [
    '{ origin: "https://a.example", preflightContinue: true }',
    ['routes["/"].preflightContinue PREFLIGHT_CONTINUES'],
  ],
  [
    '{ origin: "null", dangerouslyAllowOpaqueOrigins: true, dangerouslyAllowPublicSuffixes: true }',
    ['routes["/"].dangerouslyAllowPublicSuffixes DANGEROUS_OPTION'],
  ],
  ['{ routes: { "/": "passthrough" } }', ['routes["/"] PASSTHROUGH']],
  ['{ routes: { "/a": false } }', ["routes UNCOVERED_PATHS"]],
];

describe("notes", () => {
  test.each(NOTES)("%s", async (policy, notes) => {
    const { code, out } = await lint(options(policy), "--json");
    const { findings } = JSON.parse(out) as { findings: { severity: string; path: string; code: string }[] };
    expect(findings.map(({ severity, path, code: name }) => `${severity} ${path} ${name}`)).toEqual(
      notes.map((note) => `note ${note}`),
    );
    expect(code).toBe(0);
  });

  test("each code is tried here", () => {
    const tried = new Set(NOTES.flatMap(([, notes]) => notes.map((note) => note.split(" ")[1])));
    expect([...tried].sort()).toEqual([...NOTE_CODES].sort());
  });
});

test("as JSON", async () => {
  const { code, out } = await lint(
    options('{ origin: ["https://a.example/", /x/], credentials: "yes" }'),
    "--json",
  );
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchInlineSnapshot(`
    {
      "command": "lint",
      "errors": 3,
      "file": "a.mjs",
      "findings": [
        {
          "code": "OPTION_TYPE",
          "fix": "Give the option the type that the message names; strings such as "true" are not converted.",
          "path": "credentials",
          "severity": "error",
          "what": ""yes" is no boolean; write true or false",
          "why": "",
        },
        {
          "code": "ORIGIN_PATH",
          "fix": ""https://a.example"",
          "path": "origin[0]",
          "severity": "error",
          "what": ""https://a.example/" is not an origin; remove the trailing slash: "https://a.example"",
          "why": "An origin ends after the host or the port: no slash, path, query or fragment.",
        },
        {
          "code": "REGEXP_ANCHOR",
          "fix": "Anchor every alternative at both ends: /^...$/.",
          "path": "origin[1]",
          "severity": "error",
          "what": "/x/ is not anchored at both ends in every alternative, so longer origins, of others, match too; write ^ at the start and $ at the end, with a group around alternatives: /^(?:...|...)$/",
          "why": "",
        },
      ],
      "notes": 0,
      "version": 1,
      "warnings": 0,
    }
  `);
});
