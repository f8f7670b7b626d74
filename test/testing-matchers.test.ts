// The matchers, under vitest and under jest's own expect: what they accept, and what they say to change.
import { expect as jestExpect } from "expect";
import { describe, expect, test } from "vitest";
import { definePolicy } from "../src/index.ts";
import {
  type BlockedCode,
  type FetchResult,
  page,
  type RequestOptions,
  type Target,
} from "../src/testing/index.ts";
import * as matchers from "../src/testing/matchers.ts";

expect.extend(matchers);
jestExpect.extend(matchers);
// The types are @types/jest's and vitest's; jest's own package of `expect` names its matchers in another place.
const underJest = jestExpect as unknown as (
  received: unknown,
) => Record<keyof typeof matchers, (code?: string) => void>;

const APP = "https://app.example.com";
const API = "https://api.example.com/orders";
const POLICY = definePolicy({
  origin: [APP],
  credentials: true,
  methods: ["GET", "PUT"],
  allowedHeaders: ["Authorization"],
});

const answering =
  (status: number, ...headers: (readonly [string, string])[]): Target =>
  () => ({ status, headers });
const allow = (origin: string) => ["access-control-allow-origin", origin] as const;
const granting = (name: string, value: string) =>
  answering(204, allow(APP), [`access-control-allow-${name}`, value]);

type Tested = readonly [
  code: BlockedCode,
  advice: RegExp,
  target: Target,
  options?: RequestOptions,
  origin?: string,
];

/** What was wrong, in a code, and the line that says what to change. */
const BLOCKED: readonly Tested[] = [
  ["preflight-method", /methods: add "DELETE" to "GET,PUT"\.$/, POLICY, { method: "DELETE" }],
  [
    "preflight-method",
    /No policy changes this: write method: "PATCH" in the page; browsers send "patch" as it is, which is another method\.$/,
    definePolicy({ origin: [APP], methods: ["PATCH"] }),
    { method: "patch" },
  ],
  [
    "preflight-method",
    /methods: add "PUT" to the list \(there is none\)\.$/,
    answering(204, allow(APP)),
    { method: "PUT" },
  ],
  [
    "preflight-header",
    /allowedHeaders: add "x-a" to "Authorization"\.$/,
    POLICY,
    { headers: { "X-A": "1" } },
  ],
  [
    "preflight-header",
    /allowedHeaders: list "x-a" by name: \* covers nothing of a request with credentials\.$/,
    answering(
      204,
      allow(APP),
      ["access-control-allow-credentials", "true"],
      ["access-control-allow-headers", "*"],
    ),
    { headers: { "X-A": "1" }, credentials: "include" },
  ],
  [
    "preflight-header",
    /allowedHeaders: list "authorization" by name: \* does not cover it\.$/,
    granting("headers", "*"),
    { headers: { Authorization: "t" } },
  ],
  [
    "preflight-method",
    /methods: list "PUT" by name: \* covers nothing of a request with credentials\.$/,
    answering(
      204,
      allow(APP),
      ["access-control-allow-credentials", "true"],
      ["access-control-allow-methods", "*"],
    ),
    { method: "PUT", credentials: "include" },
  ],
  [
    "preflight-methods-malformed",
    /methods: .* no token: "PUT;GET"\.$/,
    granting("methods", "PUT;GET"),
    { method: "PUT" },
  ],
  [
    "preflight-headers-malformed",
    /allowedHeaders: .* no token: "x a"\.$/,
    granting("headers", "x a"),
    { method: "PUT" },
  ],
  [
    "preflight-status",
    /answers OPTIONS with 401 before cors\(\)/,
    answering(401, allow(APP)),
    { method: "PUT" },
  ],
  [
    "preflight-redirect",
    /redirects OPTIONS/,
    answering(301, allow(APP), ["location", "/x"]),
    { method: "PUT" },
  ],
  [
    "allow-origin-missing",
    /origin: add "https:\/\/evil\.example"\.$/,
    POLICY,
    { method: "PUT" },
    "https://evil.example",
  ],
  ["allow-origin-missing", /answers OPTIONS with 404 before cors\(\)/, answering(404), { method: "PUT" }],
  ["allow-origin-missing", /mount cors\(\) before whatever answered 500/, answering(500), {}],
  ["allow-origin-missing", /sandboxed, a local file, or behind a redirect/, POLICY, {}, "null"],
  [
    "allow-origin-wildcard",
    /credentials: true; or leave credentials: "include" out/,
    answering(200, allow("*")),
    { credentials: "include" },
  ],
  ["allow-origin-multiple", /let one own CORS/, answering(200, allow(APP), allow(APP))],
  ["allow-origin-invalid", /origin: \["https:\/\/app\.example\.com"\]/, answering(200, allow("app"))],
  ["allow-origin-mismatch", /cache without Vary: Origin/, answering(200, allow("https://x.example"))],
  ["allow-credentials", /Write credentials: true;/, answering(200, allow(APP)), { credentials: "include" }],
  [
    "resource-policy",
    /Cross-Origin-Resource-Policy: cross-origin/,
    answering(200, ["cross-origin-resource-policy", "same-origin"]),
    { mode: "no-cors" },
  ],
  ["request-mode", /write mode: "cors"/, POLICY, { mode: "same-origin" }],
  [
    "redirect-forbidden",
    /write redirect: "follow"/,
    answering(302, allow(APP), ["location", "/x"]),
    { redirect: "error" },
  ],
  ["redirect-location", /one http or https URL/, answering(302, allow(APP), ["location", "mailto:x"])],
  ["redirect-count", /in a circle/, answering(302, allow(APP), ["location", "/"])],
  [
    "redirect-credentials",
    /out of the Location/,
    answering(302, allow(APP), ["location", "https://u:p@api.example.com/"]),
  ],
  [
    "network",
    /gave no answer, not in time, or none that is HTTP; blocked\.cause has the error\.$/,
    () => Promise.reject(new Error("reset")),
  ],
];

describe.each(
  BLOCKED.map(([code, advice, target, options = {}, origin = APP]) => ({
    code,
    advice,
    target,
    options,
    origin,
  })),
)("$code $advice", ({ code, advice, target, options, origin }) => {
  test("is blocked by this code, and says what to change", async () => {
    const got = await page(origin, target).fetch(API, options);
    expect(got).toBeBlocked();
    expect(got).toBeBlocked(code);
    underJest(got).toBeBlocked(code);
    const said = messageOf(() => expect(got).toBeReadable());
    expect(said).toContain(
      `is blocked by ${code}, at step ${got.blocked?.step}:\n  ${got.blocked?.message}\n`,
    );
    expect(said.split("What to change: ")[1]).toMatch(advice);
    expect(messageOf(() => expect(got).not.toBeBlocked(code))).toContain(`not to be blocked by ${code},`);
    expect(messageOf(() => underJest(got).toBeReadable())).toBe(said);
  });
});

test.each([
  ["http://api.example.com/", "mixed-content", /over https/],
  ["https://api.example.com:6000/", "bad-port", /another port/],
  ["ftp://api.example.com/", "url-scheme", /http or https URL/],
] as const)("%s is blocked before anything is sent", async (url, code, advice) => {
  const got = await page(APP, POLICY).fetch(url);
  expect(got).toBeBlocked(code);
  const said = messageOf(() => expect(got).toBeReadable());
  expect(said).toMatch(/^expected the request to be readable,\nbut it is blocked/);
  expect(said.split("What to change: ")[1]).toMatch(advice);
});

test("a stream that is redirected is blocked", async () => {
  const redirecting = (request: { method: string }) =>
    request.method === "OPTIONS"
      ? { status: 204, headers: [allow(APP), ["access-control-allow-methods", "POST"] as const] }
      : { status: 307, headers: [allow(APP), ["location", "/x"] as const] };
  const body = new Blob(["x"]).stream() as ReadableStream<Uint8Array>;
  const got = await page(APP, redirecting).fetch(API, { method: "POST", body, duplex: "half" });
  expect(got).toBeBlocked("redirect-stream");
  expect(messageOf(() => expect(got).toBeReadable())).toMatch(/send no stream\.$/);
});

test("what can be read says so, where it was not to be", async () => {
  const got = await page(APP, POLICY).fetch(API, { credentials: "include" });
  expect(got).toBeReadable();
  underJest(got).toBeReadable();
  expect(got).not.toBeBlocked();
  expect(messageOf(() => expect(got).not.toBeReadable())).toBe(
    [
      `expected GET ${API} not to be readable,`,
      "but the page can read it: status 200, headers none.",
      "What would block it: a policy without this origin, or without this method or header.",
    ].join("\n"),
  );
  expect(messageOf(() => expect(got).toBeBlocked("preflight-method"))).toContain(
    `expected GET ${API} to be blocked by preflight-method,\nbut the page can read it`,
  );
});

test("another reason than the expected one is shown whole", async () => {
  const got = await page(APP, POLICY).fetch(API, { method: "DELETE" });
  expect(messageOf(() => expect(got).toBeBlocked("preflight-header"))).toBe(
    [
      `expected DELETE ${API} to be blocked by preflight-header,`,
      "but it is blocked by preflight-method, at step preflight:",
      `  ${got.blocked?.message}`,
      "  preflight OPTIONS: 204",
      'What to change: methods: add "DELETE" to "GET,PUT".',
    ].join("\n"),
  );
});

test("an opaque response is neither readable nor blocked", async () => {
  const got = await page(APP, POLICY).fetch(API, { mode: "no-cors" });
  expect(got).not.toBeReadable();
  expect(got).not.toBeBlocked();
  expect(messageOf(() => expect(got).toBeReadable())).toContain("its response is opaque");
});

describe("what is no result", () => {
  test.each([
    ["a promise that was not awaited", Promise.resolve(), /a promise was given: write expect\(await page/],
    ["a Response", new Response(), /: write expect\(await page/],
    ["undefined", undefined, /: write expect\(await page/],
  ])("%s", (_, received, message) => {
    expect(() => matchers.toBeReadable(received)).toThrow(message);
    expect(() => matchers.toBeBlocked(received)).toThrow(message);
  });

  test("a code that there is not", async () => {
    const got: FetchResult = await page(APP, POLICY).fetch(API);
    expect(() => matchers.toBeBlocked(got, "preflight" as never)).toThrow(
      /no such code; there are .*preflight-method/,
    );
  });
});

function messageOf(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the assertion holds");
}
