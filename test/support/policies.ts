// Generated legal policies of a small world, and requests that meet them.
import fc from "fast-check";
import { definePolicy, type Policy } from "../../src/index.ts";
import type { PageRequest } from "./edge-models.ts";

const entry = fc.constantFrom<string | { regexp: string; flags: string }>(
  "https://app.example.com",
  "https://a.b.example.com",
  "https://app.example.com:3000",
  "https://under_score.example.com",
  "https://dotted.example.com.",
  "https://*.example.com",
  "https://*.b.example.com:3000",
  "https://*.example.com:*",
  "http://localhost:*",
  "http://localhost:3000",
  "http://127.0.0.1:5173",
  "http://[::1]:5173",
  "http://app.example.com",
  "capacitor://localhost",
  "app://*",
  "null",
  { regexp: "^https:\\/\\/[a-z]+\\.example\\.com$", flags: "" },
);
const names = (...values: string[]) =>
  fc.oneof(fc.constant("*"), fc.uniqueArray(fc.constantFrom(...values), { maxLength: 4 }));
const many = fc
  .constantFrom(3, 64, 65, 90)
  .map((count) => Array.from({ length: count }, (_, at) => `https://h${at}.example.net`));
const rule = fc
  .record(
    {
      origin: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.uniqueArray(entry, {
            minLength: 1,
            maxLength: 5,
            selector: (one) => JSON.stringify(one),
          }),
        },
        { weight: 2, arbitrary: fc.constant("*") },
        { weight: 1, arbitrary: many },
        { weight: 1, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(() => true) },
      ),
      credentials: fc.boolean(),
      methods: names("GET", "PUT", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH"),
      allowedHeaders: fc.oneof(
        fc.constant(null),
        names("*", "Authorization", "X-One", "x-one", "x_two", "x!three", "Content-Type"),
      ),
      exposedHeaders: names("ETag", "Link", "x!y"),
      maxAge: fc.constantFrom(0, 1, 600, 86_400, 2 ** 40),
      preflightContinue: fc.boolean(),
      optionsSuccessStatus: fc.constantFrom(200, 204),
      blockRefused: fc.boolean(),
      allowOverride: fc.boolean(),
      owner: fc.constantFrom("edge", "service", undefined),
    },
    { requiredKeys: ["origin"] },
  )
  .map((options) => ({
    ...options,
    dangerouslyAllowInsecureOrigins: true,
    dangerouslyAllowPublicSuffixes: true,
    dangerouslyAllowOpaqueOrigins: true,
  }));
const route = fc.oneof(
  { weight: 5, arbitrary: rule },
  { weight: 1, arbitrary: fc.constantFrom(false, "passthrough") },
);
const KEYS = ["/", "/a", "/a/b", "/A/c", "/d-e_f", ...Array.from({ length: 20 }, (_, at) => `/n/${at}`)];

/** `keys`: further ones. What would not start is no policy. */
export function policies(...keys: string[]): fc.Arbitrary<Policy> {
  return fc
    .oneof(
      { weight: 1, arbitrary: fc.record({ "/": route }) },
      {
        weight: 3,
        arbitrary: fc.dictionary(fc.constantFrom(...KEYS, ...keys), route, { minKeys: 1, maxKeys: 20 }),
      },
    )
    .map(policyOf)
    .filter((policy) => policy !== undefined);
}

function policyOf(routes: unknown): Policy | undefined {
  try {
    return definePolicy({ routes } as never);
  } catch {
    return undefined;
  }
}

/** Of origins that have a scheme of their own, ingress-nginx takes some for websites: said by a note, and not tried here. */
export const pageRequests: fc.Arbitrary<PageRequest> = fc.record({
  path: fc.constantFrom(...KEYS, ...KEYS.map((key) => `${key === "/" ? "" : key}/below`), "/ab"),
  origin: fc.constantFrom(
    "https://app.example.com",
    "https://a.b.example.com",
    "https://app.example.com:3000",
    "https://x.b.example.com:3000",
    "https://example.com",
    "https://evil.com",
    "https://evilexample.com",
    "https://under_score.example.com",
    "https://dotted.example.com.",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:9",
    "http://127.0.0.1:5173",
    "http://[::1]:5173",
    "http://app.example.com",
    "https://h1.example.net",
    "https://h80.example.net",
    "capacitor://localhost",
    "app://*",
    "null",
  ),
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "M-SEARCH"),
  headers: fc.uniqueArray(
    fc.constantFrom("authorization", "content-type", "x-one", "x_two", "x!three", "range"),
    { maxLength: 2 },
  ),
});
