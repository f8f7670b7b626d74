// diff over generated policies: what it does not call opening opens for no request, and nothing differs from itself.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparePolicies } from "../src/cli/diff/compare.ts";
import { type DecisionRequest, definePolicy, type Policy } from "../src/index.ts";

// A small world, so that two policies have much in common, and requests meet both.
const entry = fc.constantFrom<string | { regexp: string; flags: string }>(
  "https://app.example.com",
  "https://a.b.example.com",
  "https://app.example.com:3000",
  "https://*.example.com",
  "https://*.b.example.com",
  "https://*.example.com:*",
  "https://app.example.com:*",
  "https://any.example.com:*",
  "http://localhost:*",
  "http://localhost:3000",
  "http://app.example.com",
  "http://*.example.com",
  "capacitor://localhost",
  "null",
  { regexp: "^https?:\\/\\/[a-z]+\\.example\\.com$", flags: "" },
  { regexp: "^https:\\/\\/[a-z]+\\.example\\.com$", flags: "g" },
  { regexp: "^https:\\/\\/[a-z]+\\.example\\.com$", flags: "i" },
);
const ask = (origin: string) => origin.length % 2 === 0;
const names = (...values: string[]) =>
  fc.oneof(fc.constant("*"), fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 }));
const rule = fc
  .record(
    {
      origin: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.uniqueArray(entry, {
            minLength: 1,
            maxLength: 4,
            selector: (one) => JSON.stringify(one),
          }),
        },
        { weight: 1, arbitrary: fc.constant("*") },
        { weight: 1, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(ask) },
      ),
      credentials: fc.boolean(),
      methods: names("GET", "PUT", "DELETE", "PROPFIND"),
      allowedHeaders: fc.oneof(fc.constant(null), names("*", "Authorization", "X-One", "x-two")),
      exposedHeaders: fc.uniqueArray(fc.constantFrom("ETag", "Link")),
      maxAge: fc.constantFrom(0, 600),
      blockRefused: fc.boolean(),
      allowOverride: fc.boolean(),
      dangerouslyAllowInsecureOrigins: fc.boolean(),
    },
    { requiredKeys: ["origin"] },
  )
  .map((options) => ({
    ...options,
    dangerouslyAllowPublicSuffixes: true,
    dangerouslyAllowOpaqueOrigins: true,
  }));
const route = fc.oneof(
  { weight: 5, arbitrary: rule },
  { weight: 1, arbitrary: fc.constantFrom(false, "passthrough") },
);
const table = fc.dictionary(fc.constantFrom("/", "/a", "/a/b", "/A/c", "/d"), route, {
  minKeys: 1,
  maxKeys: 3,
});

const OPTIONS = [
  "credentials",
  "methods",
  "allowedHeaders",
  "blockRefused",
  "dangerouslyAllowInsecureOrigins",
] as const;

/** What would not start is no policy. */
function policyOf(routes: unknown): Policy | undefined {
  try {
    return definePolicy({ routes } as never);
  } catch {
    return undefined;
  }
}

const startable = table.map(policyOf).filter((policy) => policy !== undefined);

type Routes = Readonly<Record<string, unknown>>;
type Edit = (routes: Routes) => Routes;

const key = fc.constantFrom("/", "/a", "/a/b", "/A/c", "/d");
const without = (routes: Routes, gone: string): Routes =>
  Object.fromEntries(Object.entries(routes).filter(([other]) => other !== gone));

/** What people do to a policy: small steps, so that much stays the same and what opens is one thing. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  key.map(
    (gone): Edit =>
      (routes) =>
        without(routes, gone),
  ),
  fc.tuple(key, key).map(
    ([from, to]): Edit =>
      (routes) =>
        from in routes ? { ...routes, [to]: routes[from] } : routes,
  ),
  fc.tuple(key, route).map(
    ([to, value]): Edit =>
      (routes) => ({ ...routes, [to]: value }),
  ),
  fc.tuple(key, rule, fc.constantFrom(...OPTIONS)).map(
    ([to, from, option]): Edit =>
      (routes) => {
        const old = routes[to];
        return typeof old === "object" ? { ...routes, [to]: { ...old, [option]: from[option] } } : routes;
      },
  ),
  fc.tuple(key, entry, fc.nat(3)).map(
    ([to, added, index]): Edit =>
      (routes) => {
        const old = routes[to] as { origin?: unknown } | undefined;
        if (!Array.isArray(old?.origin)) return routes;
        return {
          ...routes,
          [to]: { ...old, origin: [...old.origin.filter((_, at) => at !== index), added] },
        };
      },
  ),
);

/** Some are strangers, most differ by an edit or two. */
const pair = fc
  .oneof(
    { weight: 1, arbitrary: fc.tuple(table, table) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(table, fc.array(edit, { minLength: 1, maxLength: 3 }), fc.nat(2))
        .map(([routes, edits, shared]) => {
          // The first edits may be common to both, which makes routes that say the same.
          const [common, own] = [edits.slice(0, shared), edits.slice(shared)];
          const before = common.reduce((all, apply) => apply(all), routes as Routes);
          return [before, own.reduce((all, apply) => apply(all), before)] as const;
        }),
    },
  )
  .map((both) => both.map(policyOf))
  .filter((both): both is [Policy, Policy] => both.every((policy) => policy !== undefined));

const request = fc.record({
  method: fc.constantFrom("GET", "OPTIONS", "OPTIONS"),
  path: fc.constantFrom(
    "/",
    "/a",
    "/a/x",
    "/a/b",
    "/a/b/x",
    "/A/c/x",
    "/a/c",
    "/d",
    "/D",
    "/x",
    "/%61",
    "//a",
    "/a/../d",
    "*",
    "x",
  ),
  origin: fc.constantFrom(
    "https://app.example.com",
    "https://a.b.example.com",
    "https://b.example.com",
    "https://c.b.example.com:8443",
    "https://app.example.com:3000",
    "https://app.example.com:4000",
    "http://app.example.com",
    "http://localhost",
    "http://localhost:3000",
    "capacitor://localhost",
    "https://evil.example",
    "null",
    "not an origin",
  ),
  requestMethod: fc.constantFrom("GET", "PUT", "DELETE", "PROPFIND", "REPORT", "B AD"),
  requestHeaders: fc.constantFrom("", "x-one", "authorization", "authorization,x-two", "x-other", "b ad"),
  sameOrigin: fc.boolean(),
}) satisfies fc.Arbitrary<DecisionRequest>;

/** In no world of these keys could another server read it differently. */
const isPlain = (path: string) => /^\/(?:[a-z](?:\/[a-z])*)?$/.test(path) && path !== "/a/c";

const opens = (before: Policy, after: Policy) =>
  comparePolicies(before, after).some(({ effect }) => effect === "opens" || effect === "unknown");

describe("diff", () => {
  test("where nothing opens, no request that was refused is allowed", () => {
    let quiet = 0;
    fc.assert(
      fc.property(pair, fc.array(request, { minLength: 40, maxLength: 40 }), ([before, after], requests) => {
        if (opens(before, after)) return;
        quiet++;
        for (const asked of requests) {
          const is = after.decide(asked);
          if (is.allowed)
            expect({ asked, allowed: before.decide(asked).allowed }).toEqual({ asked, allowed: true });
          // And what was stopped here is stopped again.
          const stopped = is.kind === "actual" && before.decide(asked).status === 403;
          if (stopped && asked.path !== "x")
            expect({ asked, status: is.status }).toEqual({ asked, status: 403 });
        }
      }),
      { numRuns: 6000 },
    );
    expect(quiet).toBeGreaterThan(500);
  });

  test("a policy does not differ from itself, nor from its own JSON", () => {
    fc.assert(
      fc.property(startable, (policy) => {
        expect(comparePolicies(policy, policy)).toEqual([]);
        const routes = JSON.parse(JSON.stringify(policy.routes));
        const again = policyOf(routes);
        if (again !== undefined) expect(comparePolicies(policy, again)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test("where nothing is said to change, the same requests are allowed, with the same status", () => {
    let equal = 0;
    fc.assert(
      fc.property(pair, fc.array(request, { minLength: 40, maxLength: 40 }), ([before, after], requests) => {
        if (comparePolicies(before, after).length > 0) return;
        equal++;
        for (const asked of requests.filter(({ path }) => isPlain(path))) {
          const [{ allowed, status }, is] = [before.decide(asked), after.decide(asked)];
          expect({ asked, allowed: is.allowed, status: is.status }).toEqual({ asked, allowed, status });
        }
      }),
      { numRuns: 3000 },
    );
    expect(equal).toBeGreaterThan(100);
  });
});
