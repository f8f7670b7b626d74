// Notes: what is worth knowing of a fetch, by code; a healthy answer has none.
import { describe, expect, test } from "vitest";
import { page, type RequestOptions, type WireRequest } from "../src/testing/index.ts";

const APP = "https://app.example.com";
const API = "https://api.example.com/x";
const ALLOW = ["access-control-allow-origin", APP] as const;
const ANY = ["access-control-allow-origin", "*"] as const;
const VARY = ["vary", "Accept, ORIGIN"] as const;
const AGE = ["access-control-max-age", "600"] as const;
const CREDENTIALS = ["access-control-allow-credentials", "true"] as const;

type Lines = readonly (readonly [string, string])[];
const methods = (list: string) => ["access-control-allow-methods", list] as const;
const names = (list: string) => ["access-control-allow-headers", list] as const;

const put: RequestOptions = { method: "PUT" };
const own: RequestOptions = { headers: { "X-Own": "1" } };
const token: RequestOptions = { headers: { Authorization: "t" } };
const include: RequestOptions = { credentials: "include" };

describe("an answer to", () => {
  const rows: readonly (readonly [
    options: RequestOptions,
    preflight: Lines,
    actual: Lines,
    codes: readonly string[],
  ])[] = [
    [{}, [], [ALLOW, VARY], []],
    [{}, [], [ANY], []],
    [{}, [], [ALLOW, ["vary", "*"]], []],
    [{}, [], [ALLOW], ["vary-origin"]],
    [{}, [], [ALLOW, ["vary", "x-origin"]], ["vary-origin"]],
    [{}, [], [ANY, ["x-total-count", "1"]], ["unexposed-headers"]],
    // What Express sends by itself, and helmet.
    [
      {},
      [],
      [ANY, ["ETag", 'W/"1"'], ["X-Powered-By", "x"], ["Cross-Origin-Opener-Policy", "same-origin"]],
      [],
    ],
    [{}, [], [ANY, ["x-total-count", "1"], ["access-control-expose-headers", "X-Total-Count"]], []],
    [{}, [], [ANY, ["x-total-count", "1"], ["access-control-expose-headers", "*"]], []],
    [
      {},
      [],
      [ANY, ["x-total-count", "1"], ["access-control-expose-headers", "e tag"]],
      ["unexposed-headers"],
    ],
    [
      include,
      [],
      [ALLOW, CREDENTIALS, VARY, ["x-total-count", "1"], ["access-control-expose-headers", "*"]],
      ["unexposed-headers"],
    ],
    [{}, [], [ANY, ["date", "x"], ["server", "x"], ["x-powered-by", "x"]], []],
    // Express makes these by itself, for every answer and every file.
    [{}, [], [ANY, ["etag", 'W/"5-x"'], ["accept-ranges", "bytes"]], []],
    [{}, [], [ANY, ["etag", '"5-x"']], ["unexposed-headers"]],
    [{}, [], [ANY, ["age", "1"], ["nel", "{}"], ["report-to", "{}"], ["reporting-endpoints", "a=b"]], []],
    [{}, [], [ANY, ["clear-site-data", "*"], ["set-cookie", "a=b"]], ["cookie-dropped"]],
    [{}, [], [ALLOW, ALLOW, VARY], ["duplicate-header", "sent-nevertheless"]],
    [{}, [], [], ["sent-nevertheless"]],
    [{ mode: "no-cors" }, [], [ALLOW], []],
    [{ headers: { Cookie: "a" } }, [], [ANY], ["header-dropped"]],
    [{ headers: { "X-Own": "a" }, mode: "no-cors" }, [], [], ["header-dropped"]],
    [put, [ANY, methods("PUT"), AGE], [ANY], []],
    [put, [ANY, methods("PUT"), ["access-control-max-age", "-1"]], [ANY], []],
    [put, [ANY, methods("PUT")], [ANY], ["max-age"]],
    [put, [ANY, methods("PUT"), ["access-control-max-age", "1h"]], [ANY], ["max-age"]],
    [put, [ANY, methods("PUT"), AGE, AGE], [ANY], ["duplicate-header", "max-age"]],
    [put, [ANY, methods("*"), AGE], [ANY], ["preflight-uncached"]],
    [put, [ANY, methods("*, PUT"), AGE], [ANY], []],
    [own, [ANY, names("*"), AGE], [ANY], ["preflight-uncached"]],
    [own, [ANY, names("*, x-own"), AGE], [ANY], []],
    // Blocked by it: what was not passed is not remembered anyway.
    [token, [ANY, names("*"), AGE], [ANY], ["authorization-wildcard"]],
    [put, [ANY, methods("GET")], [ANY], []],
    [token, [ANY, names("*, authorization"), AGE], [ANY], []],
    [{ ...put, ...include }, [ALLOW, CREDENTIALS, methods("*"), AGE], [], ["wildcard-with-credentials"]],
    [put, [ANY, methods("P T")], [ANY], []],
    [own, [ANY, names("x own")], [ANY], []],
  ];
  test.each(rows)("%j, preflight %j, then %j: %j", async (options, preflight, actual, codes) => {
    const app = page(APP, ({ method }: WireRequest) => ({
      status: 200,
      headers: method === "OPTIONS" ? preflight : actual,
    }));
    const { notes } = await app.fetch(API, options);
    expect(notes.map(({ code }) => code)).toEqual(codes);
    expect(notes.every(({ message }) => /^[A-Z].*\.$/.test(message))).toBe(true);
  });
});

test("the same note is made once", async () => {
  const app = page(APP, ({ url }: WireRequest) => ({
    status: url.endsWith("/3") ? 200 : 302,
    headers: [ALLOW, ["location", `/${Number(url.slice(-1)) + 1}`] as const],
  }));
  const { notes } = await app.fetch("https://api.example.com/1");
  expect(notes.map(({ code }) => code)).toEqual(["vary-origin", "unexposed-headers"]);
});

describe("local network", () => {
  const rows: readonly (readonly [origin: string, url: string, noted: boolean])[] = [
    ...[
      "127.0.0.1",
      "localhost",
      "x.localhost",
      "printer.local",
      "10.1.2.3",
      "192.168.0.1",
      "172.16.0.1",
      "172.31.0.1",
    ].map((host) => [APP, `https://${host}/`, true] as const),
    ...["169.254.1.1", "[::1]", "[fd00::1]", "[fe80::1]", "[febf::1]"].map(
      (host) => [APP, `https://${host}/`, true] as const,
    ),
    // Names that begin like addresses are names.
    ...[
      "10.example.com",
      "127.example.com",
      "192.168.example.com",
      "172.16.example.com",
      "172.32.0.1",
      "11.0.0.1",
      "[2001::1]",
    ].map((host) => [APP, `https://${host}/`, false] as const),
    ["http://localhost:3000", "http://127.0.0.1/", false],
    ["null", "http://127.0.0.1/", false],
  ];
  test.each(rows)("%s asks %s: %s", async (origin, url, noted) => {
    const { notes } = await page(origin, () => ({ status: 200, headers: [ANY] })).fetch(url);
    expect(notes.map(({ code }) => code)).toEqual(noted ? ["local-network"] : []);
  });
});
