// Properties of the pure model, for whatever a script writes and a server answers.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fetchFrom } from "../src/browser/fetch.ts";
import { constructRequest, type RequestOptions } from "../src/browser/request.ts";
import type { WireResponse } from "../src/browser/types.ts";

const APP = "https://app.example.com";
const URLS = [
  "/same",
  "https://api.example.com/x",
  "https://other.example/y",
  "http://a.example/",
  "//",
  "data:,x",
];
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 12 }));
const SAFELISTED = [
  "cache-control",
  "content-language",
  "content-length",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
];

const options = fc.record(
  {
    method: fc.oneof(fc.constantFrom("GET", "put", "patch", "POST", "TRACE", "HEAD"), text),
    headers: fc.oneof(
      fc.dictionary(fc.oneof(fc.constantFrom("Authorization", "X-Own", "Accept", "Cookie"), text), text, {
        maxKeys: 3,
      }),
      fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
      fc.anything(),
    ),
    mode: fc.oneof(fc.constantFrom("cors", "cors", "no-cors", "same-origin"), text),
    credentials: fc.oneof(fc.constantFrom("include", "include", "omit", "same-origin"), text),
    redirect: fc.oneof(fc.constantFrom("follow", "follow", "error", "manual"), text),
    uploadListener: fc.boolean(),
  },
  { requiredKeys: [] },
);
/** Those that more often pass. */
const sane = fc.record(
  {
    method: fc.constantFrom("GET", "PUT", "patch", "POST", "HEAD"),
    headers: fc.constantFrom({}, { "X-Own": "1" }, { Authorization: "t", Accept: "a/b" }),
    mode: fc.constantFrom("cors", "cors", "cors", "no-cors", "same-origin"),
    credentials: fc.constantFrom("include", "omit"),
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  fc.tuple(fc.constant("Access-Control-Allow-Origin"), fc.constantFrom(APP, APP, "*", "null", `${APP}/`)),
  fc.tuple(fc.constant("access-control-allow-credentials"), fc.constantFrom("true", "true", "false")),
  fc.tuple(fc.constant("Access-Control-Allow-Methods"), fc.constantFrom("PUT, patch", "*", "P T")),
  fc.tuple(
    fc.constant("Access-Control-Allow-Headers"),
    fc.constantFrom("x-own, authorization", "*", "x own"),
  ),
  fc.tuple(fc.constant("Access-Control-Expose-Headers"), fc.constantFrom("ETag, Set-Cookie", "*", "e tag")),
  fc.tuple(fc.constant("Location"), fc.oneof(fc.constantFrom(...URLS), text)),
  fc.tuple(fc.constantFrom("Set-Cookie", "set-cookie2", "ETag", "Content-Type", "X-Secret", "Pragma"), text),
);
/** So that more than a few are readable. */
const GRANTED: [string, string][] = [
  ["Access-Control-Allow-Origin", APP],
  ["Access-Control-Allow-Credentials", "true"],
  ["Access-Control-Allow-Methods", "PUT, patch"],
  ["Access-Control-Allow-Headers", "x-own, authorization"],
];
const response = fc.record({
  status: fc.oneof(fc.constantFrom(200, 200, 200, 204, 302, 307), fc.integer({ min: 200, max: 999 })),
  headers: fc.oneof(
    fc.array(line, { maxLength: 8 }),
    fc
      .array(line, { maxLength: 5 })
      .map((lines) => [...GRANTED, ...lines.filter(([name]) => !/-(origin|credentials)$/i.test(name))]),
  ),
});

const namesOf = (headers: WireResponse["headers"]) => headers.map(([name]) => name.toLowerCase());

test("the Request constructor throws nothing but TypeErrors", () => {
  const url = fc.oneof(fc.constantFrom(...URLS), text);
  fc.assert(
    fc.property(url, fc.oneof(options, sane), (to, written) => {
      try {
        const { request } = constructRequest(to, APP, written as RequestOptions, undefined);
        expect(request.headers.some(([name]) => /^(cookie|host|origin|sec-.*)$/i.test(name))).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }),
    { numRuns: 2000 },
  );
});

test("no answer makes the model throw, show cookies, or show more than was exposed", async () => {
  let readable = 0;
  await fc.assert(
    fc.asyncProperty(
      sane,
      fc.constantFrom(...URLS),
      fc.array(response, { minLength: 1, maxLength: 3 }),
      async (written, to, answers) => {
        const noCors =
          written.mode === "no-cors" && !["GET", "POST", "HEAD", undefined].includes(written.method);
        if (to === "//" || noCors) return;
        const { request } = constructRequest(to, APP, written, undefined);
        let count = 0;
        const {
          blocked,
          response: got,
          exchanges,
        } = await fetchFrom({ origin: APP, secure: true }, request, {
          send: () => answers[Math.min(count++, answers.length - 1)] as WireResponse,
          isSameSite: (url) => url.hostname.endsWith(".example.com"),
        });
        expect((blocked === null) !== (got === null)).toBe(true);
        expect(exchanges.length).toBe(count);
        expect(count).toBeLessThanOrEqual(42);
        for (const { kind, headers } of exchanges)
          if (kind === "preflight")
            expect(namesOf(headers)).not.toEqual(expect.arrayContaining(["authorization"]));
        if (got === null) {
          expect(blocked?.message).toMatch(/^[\x20-\x7e\xa0-\xff]+$/);
          return;
        }
        const names = namesOf(got.headers);
        expect(names.filter((name) => name.startsWith("set-cookie"))).toEqual([]);
        if (got.type.startsWith("opaque")) expect([got.status, names, got.body]).toEqual([0, [], undefined]);
        if (got.type !== "cors") return;
        readable++;
        const last = exchanges[exchanges.length - 1]?.response as WireResponse;
        const exposing = last.headers
          .filter(([name]) => /^access-control-expose-headers$/i.test(name))
          .map(([, value]) => value);
        const listed = exposing
          .join(",")
          .toLowerCase()
          .split(",")
          .map((name) => name.trim());
        const all = listed.includes("*") && request.credentials !== "include";
        const allowed = new Set([...SAFELISTED, ...(all ? namesOf(last.headers) : listed)]);
        expect(names.filter((name) => !allowed.has(name))).toEqual([]);
        const allow = last.headers
          .filter(([name]) => /^access-control-allow-origin$/i.test(name))
          .map(([, value]) => value);
        expect(allow).toHaveLength(1);
        expect([APP, "null", "*"]).toContain(allow[0]);
        if (request.credentials === "include") expect(allow[0]).not.toBe("*");
      },
    ),
    { numRuns: 3000 },
  );
  // The property is about these: there must be many.
  expect(readable).toBeGreaterThan(50);
});
