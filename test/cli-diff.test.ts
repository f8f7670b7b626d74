// diff: each kind of change, in words; complete outputs.
import { describe, expect, test } from "vitest";
import { runWith } from "./support/cli.ts";

async function diff(before: string, after: string, ...argv: string[]) {
  const files = { "old.mjs": `export default ${before};`, "new.mjs": `export default ${after};` };
  const { code, out, err } = await runWith(files, ["diff", "old.mjs", "new.mjs", ...argv]);
  expect(err).toBe("");
  return { code, out };
}

const APP = '"https://app.example.com"';
const routes = (text: string) => `{ routes: { ${text} } }`;

/** Old, new, the lines; 1 where one of them opens. */
const CASES: readonly (readonly [name: string, before: string, after: string, lines: readonly string[]])[] = [
  ["nothing", `{ origin: [${APP}, "https://b.example"] }`, `{ origin: ["https://b.example", ${APP}] }`, []],
  [
    "an origin more, one less",
    `{ origin: [${APP}, "https://b.example"], credentials: true }`,
    `{ origin: [${APP}, "https://c.example"], credentials: true }`,
    ["+ opens / to https://c.example with credentials", "- closes / to https://b.example"],
  ],
  [
    "an origin below a pattern is no change",
    `{ origin: ["https://*.b.example"] }`,
    `{ origin: ["https://*.b.example", "https://x.b.example"] }`,
    [],
  ],
  [
    "a pattern below a pattern",
    `{ origin: "https://*.example.com:*" }`,
    `{ origin: "https://*.b.example.com" }`,
    ["- closes / to https://*.example.com:*"],
  ],
  [
    "a wider pattern",
    `{ origin: "https://*.b.example.com" }`,
    `{ origin: ["https://*.example.com"] }`,
    ["+ opens / to https://*.example.com"],
  ],
  [
    "any port",
    `{ origin: "http://localhost:3000" }`,
    `{ origin: "http://localhost:*" }`,
    ["+ opens / to http://localhost:*"],
  ],
  [
    "a pattern of any port does not hold below the name",
    `{ origin: "https://any.example.com:*" }`,
    `{ origin: "https://*.example.com:*" }`,
    ["+ opens / to https://*.example.com:*"],
  ],
  ["everybody", `{ origin: ${APP} }`, '{ origin: "*" }', ["+ opens / to every website"]],
  [
    "no longer everybody",
    '{ origin: "*" }',
    `{ origin: ${APP}, credentials: true }`,
    ["- closes / to every other origin", "+ opens / to https://app.example.com with credentials"],
  ],
  ["nobody", `{ origin: ${APP} }`, "{ origin: false }", ["- closes / to https://app.example.com"]],
  ["somebody", "{ origin: false }", `{ origin: ${APP} }`, ["+ opens / to https://app.example.com"]],
  [
    "credentials no longer",
    `{ origin: ${APP}, credentials: true }`,
    `{ origin: ${APP} }`,
    ["- credentials are no longer allowed on / for https://app.example.com"],
  ],
  [
    "methods",
    `{ origin: ${APP}, methods: ["GET", "PUT"] }`,
    `{ origin: ${APP}, methods: ["DELETE", "PATCH"] }`,
    [
      "+ methods DELETE, PATCH become allowed on / for https://app.example.com",
      "- method PUT is no longer allowed on / for https://app.example.com",
    ],
  ],
  [
    "every method",
    `{ origin: ${APP}, methods: ["PUT"] }`,
    `{ origin: ${APP}, methods: "*" }`,
    ["+ any method becomes allowed on / for https://app.example.com"],
  ],
  [
    "headers, whose case does not count",
    `{ origin: ${APP}, allowedHeaders: ["X-A", "X-B"] }`,
    `{ origin: ${APP}, allowedHeaders: ["x-a", "X-C"] }`,
    [
      "+ header X-C becomes allowed on / for https://app.example.com",
      "- header X-B is no longer allowed on / for https://app.example.com",
    ],
  ],
  [
    "any header, which is not Authorization",
    `{ origin: ${APP}, allowedHeaders: ["X-A"] }`,
    `{ origin: ${APP}, allowedHeaders: "*" }`,
    ["+ any header but Authorization becomes allowed on / for https://app.example.com"],
  ],
  [
    "any header, Authorization included",
    `{ origin: ${APP}, allowedHeaders: "*" }`,
    `{ origin: ${APP} }`,
    ["+ header Authorization becomes allowed on / for https://app.example.com"],
  ],
  [
    "a path that was blocked because it could be read as another",
    routes(`"/": { origin: ${APP} }, "/a": { origin: false, blockRefused: true }`),
    routes(`"/": { origin: ${APP} }, "/a": { origin: false, blockRefused: true }, "/A/c": false`),
    ["+ requests of refused origins may pass on /A/c (blockRefused: true -> false)"],
  ],
  [
    "any header, no more",
    `{ origin: ${APP} }`,
    `{ origin: ${APP}, allowedHeaders: [] }`,
    ["- any header is no longer allowed on / for https://app.example.com"],
  ],
  [
    "exposed headers",
    `{ origin: ${APP}, exposedHeaders: ["ETag"] }`,
    `{ origin: ${APP}, exposedHeaders: ["etag", "Link"] }`,
    ["+ exposes Link on / to https://app.example.com"],
  ],
  [
    "max-age and status",
    `{ origin: ${APP} }`,
    `{ origin: ${APP}, maxAge: 0, optionsSuccessStatus: 200 }`,
    ["~ max-age 600 -> 0 (none) on /", "~ granted preflights on / are answered with 200, not 204"],
  ],
  [
    "options",
    `{ origin: ${APP}, blockRefused: true, allowOverride: true }`,
    `{ origin: ${APP}, preflightContinue: true, dangerouslyAllowPublicSuffixes: true }`,
    [
      "+ requests of refused origins may pass on / (blockRefused: true -> false)",
      "- what handlers and upstreams write may no longer pass on / (allowOverride: true -> false)",
      "+ the application's own answer to preflights may pass on / (preflightContinue: false -> true)",
      "+ patterns below public suffixes beside credentials may pass on / (dangerouslyAllowPublicSuffixes: false -> true)",
    ],
  ],
  [
    "owners",
    `{ origin: ${APP}, owner: "edge" }`,
    `{ origin: ${APP}, owner: "service" }`,
    ["~ / is enforced by the service alone; before, by the edge alone"],
  ],
  [
    "a new owner",
    `{ origin: ${APP} }`,
    `{ origin: ${APP}, owner: "edge" }`,
    ["~ / is enforced by the edge alone; before, by every layer"],
  ],
  [
    "a RegExp that differs",
    "{ origin: /^https:\\/\\/a\\.example$/ }",
    "{ origin: /^https:\\/\\/[ab]\\.example$/g }",
    [
      "? cannot be compared on /: /^https:\\/\\/[ab]\\.example$/g",
      "~ may close / to /^https:\\/\\/a\\.example$/: cannot be compared",
    ],
  ],
  [
    "a RegExp with other flags of no effect",
    "{ origin: /^https:\\/\\/a\\.example$/ }",
    "{ origin: /^https:\\/\\/a\\.example$/g }",
    [],
  ],
  [
    "a RegExp that may match http, once credentials are gone",
    "{ origin: /^https?:\\/\\/a\\.example$/, credentials: true }",
    "{ origin: /^https?:\\/\\/a\\.example$/ }",
    [
      "? cannot be compared on /: /^https?:\\/\\/a\\.example$/",
      "- credentials are no longer allowed on / for /^https?:\\/\\/a\\.example$/",
    ],
  ],
  [
    "a pattern in the place of a RegExp",
    "{ origin: /^https:\\/\\/[a-z]+\\.a\\.example$/ }",
    '{ origin: "https://*.a.example" }',
    [
      "? cannot be compared on /: https://*.a.example",
      "~ may close / to /^https:\\/\\/[a-z]+\\.a\\.example$/: cannot be compared",
    ],
  ],
  [
    "an origin that a RegExp let in",
    "{ origin: /^https:\\/\\/[a-z]+\\.a\\.example$/ }",
    '{ origin: "https://x.a.example" }',
    ["- closes / to /^https:\\/\\/[a-z]+\\.a\\.example$/"],
  ],
  [
    "functions",
    "{ origin: () => false }",
    "{ origin: () => true }",
    ["? cannot be compared on /: the origin functions"],
  ],
  [
    "a function, later",
    `{ origin: ${APP} }`,
    "{ origin: () => true }",
    ["? cannot be compared on /: the origin function"],
  ],
  [
    "a function, earlier",
    "{ origin: () => true }",
    `{ origin: ${APP} }`,
    ["? cannot be compared on /: https://app.example.com"],
  ],
  [
    "a function, gone",
    "{ origin: () => true }",
    "{ origin: false }",
    ["- closes / to the origins that a function lets in"],
  ],
  [
    "a route of its own",
    routes(`"/": { origin: ${APP} }`),
    routes(`"/": { origin: ${APP} }, "/public": { origin: "*", maxAge: 5 }`),
    ["+ opens /public to every website", "~ max-age 600 -> 5 on /public"],
  ],
  [
    "a route of its own that says the same",
    `{ origin: ${APP} }`,
    routes(`"/": { origin: ${APP} }, "/a": { origin: ${APP} }`),
    [],
  ],
  [
    "a route that goes",
    routes(`"/": { origin: ${APP} }, "/internal": false`),
    routes(`"/": { origin: ${APP} }`),
    [
      "+ opens /internal to https://app.example.com",
      '+ odd spellings of "/internal" (upper case, escapes, doubled slashes) were refused; without the key they follow the other routes',
    ],
  ],
  [
    "a key whose spellings were stopped",
    routes(
      '"/": { origin: false, blockRefused: true }, "/a": false, "/A/c": { origin: false, blockRefused: true }',
    ),
    routes('"/": { origin: false, blockRefused: true }, "/a": false'),
    [
      '+ odd spellings of "/A/c" (upper case, escapes, doubled slashes) were refused; without the key they follow the other routes',
    ],
  ],
  [
    "passthrough",
    routes(`"/": { origin: ${APP} }, "/a": "passthrough", "/b": "passthrough"`),
    routes(`"/": "passthrough", "/a": false, "/b": { origin: ${APP}, credentials: true }`),
    [
      "? / is left to what stands behind: whom that lets in cannot be compared",
      "- closes /a to every other origin; before, what stands behind decided",
      "~ /b is decided here; before, what stands behind did",
      "+ opens /b to https://app.example.com with credentials",
    ],
  ],
  ["uncovered is like passthrough", routes('"/a": false, "/b": "passthrough"'), routes('"/a": false'), []],
];

describe("in words", () => {
  test.each(CASES)("%s", async (_, before, after, lines) => {
    const { code, out } = await diff(before, after);
    if (lines.length === 0) expect(out).toBe("No difference.\n");
    else expect(out.slice(0, out.indexOf("\n\n")).split("\n")).toEqual(lines);
    expect(code).toBe(lines.some((line) => /^[+?]/.test(line)) ? 1 : 0);
  });

  test.each([
    [`{ origin: ${APP}, maxAge: 5 }`, "Nothing opens (1 change)."],
    ["{ origin: false }", "Nothing opens (1 change)."],
    ['{ origin: "*" }', "1 change that opens something."],
    ['{ origin: "*", methods: [], blockRefused: true }', "1 change that opens something, 2 others."],
    [`{ origin: ${APP}, methods: "*", exposedHeaders: "*" }`, "2 changes that open something."],
    ["{ origin: () => true, maxAge: 5 }", "1 that cannot be compared, and counts as opening, 1 other."],
  ])("sums up: %s", async (after, sum) => {
    const { out } = await diff(`{ origin: ${APP} }`, after);
    expect(out.split("\n\n")[1]).toBe(`${sum}\n`);
  });
});

test("as JSON", async () => {
  const { code, out } = await diff(
    `{ origin: ${APP} }`,
    `{ origin: [${APP}, "https://b.example"], methods: ["PUT"], maxAge: 0 }`,
    "--json",
  );
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchInlineSnapshot(`
    {
      "changes": [
        {
          "effect": "opens",
          "origins": [
            "https://b.example",
          ],
          "route": "/",
          "text": "opens / to https://b.example",
          "values": [],
          "what": "origin",
        },
        {
          "effect": "closes",
          "origins": [
            "https://app.example.com",
          ],
          "route": "/",
          "text": "methods PATCH, DELETE are no longer allowed on / for https://app.example.com",
          "values": [
            "PATCH",
            "DELETE",
          ],
          "what": "method",
        },
        {
          "effect": "changes",
          "origins": [
            "https://app.example.com",
          ],
          "route": "/",
          "text": "max-age 600 -> 0 (none) on /",
          "values": [
            "600",
            "0 (none)",
          ],
          "what": "maxAge",
        },
      ],
      "command": "diff",
      "new": {
        "digest": "5ff78b0d6df2170a",
        "file": "new.mjs",
      },
      "old": {
        "digest": "b23def1e226cda82",
        "file": "old.mjs",
      },
      "opens": true,
      "version": 1,
    }
  `);
});
