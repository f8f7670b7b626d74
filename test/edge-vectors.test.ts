// toVectors: what it says is what our own service does, and what every careless implementation fails.

import { createServer } from "node:http";
import express from "express";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { type TestVector, type TestVectors, toVectors } from "../src/edge/to-vectors.ts";
import { cors, definePolicy, type Layer, type Policy } from "../src/index.ts";
import { running, valuesOf } from "./support/raw-http.ts";

const read = (policy: Policy, options?: Parameters<typeof toVectors>[1]): TestVectors =>
  JSON.parse(toVectors(policy, options).files["cors-vectors.json"]);

const APP = "https://app.example.com";
const POLICY = definePolicy({
  routes: {
    "/": {
      origin: [
        APP,
        "https://*.preview.example.com",
        "http://localhost:*",
        /^https:\/\/([a-z0-9-]+\.)*example\.net(:\d+)?$/,
        "capacitor://localhost",
      ],
      credentials: true,
      allowedHeaders: ["Authorization", "Content-Type"],
      exposedHeaders: ["ETag", "Link"],
    },
    "/public": { origin: "*", methods: ["GET", "HEAD"], allowedHeaders: "*", maxAge: 60 },
    "/open": { origin: APP, credentials: true, methods: "*", allowedHeaders: null, preflightContinue: true },
    "/internal": { origin: APP, blockRefused: true, optionsSuccessStatus: 200, owner: "edge" },
    "/off": false,
    "/off/v2": { origin: [APP, "null"], dangerouslyAllowOpaqueOrigins: true },
    "/legacy": "passthrough",
    "/asked": { origin: () => true },
  },
});

/** What a layer answers to one vector. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly vary: readonly string[];
  readonly reached: boolean;
}

const NAMES = Object.keys(read(POLICY).vectors[0]?.expected.headers ?? {});
const setOf = (value: string | null | undefined) =>
  value === null || value === undefined ? null : new Set(value.split(",").map((one) => one.trim()));

/** Does the answer hold to the vector, as docs/test-vectors.md says it is read? */
function holds({ expected }: TestVector, { status, headers, vary, reached }: Answer): boolean {
  if (expected.reachesApplication !== reached) return false;
  if (expected.status !== null && expected.status !== status) return false;
  const named = (lists: readonly string[]) => new Set(lists.map((name) => name.toLowerCase()));
  if (expected.vary?.some((name) => !named(vary).has(name.toLowerCase()))) return false;
  return Object.entries(expected.headers ?? {}).every(([name, value]) => {
    const [is, should] = [setOf(headers[name]), setOf(value)];
    return is?.size === should?.size && [...(should ?? [])].every((one) => is?.has(one));
  });
}

async function serving(policy: Policy, layer: Layer) {
  const app = express();
  app.use(cors(policy, { layer }));
  app.use((_, res) => void res.set("X-Application", "yes").send("here"));
  const server = await running(createServer(app));
  onTestFinished(() => server.close());
  return async ({ request }: TestVector): Promise<Answer> => {
    const { method, path, headers } = request;
    const response = await server.send({ method, target: path, headers: Object.entries(headers) });
    return {
      status: response.status,
      headers: Object.fromEntries(NAMES.map((name) => [name, valuesOf(response, name)[0]])),
      vary: valuesOf(response, "vary").flatMap((line) => line.split(",").map((name) => name.trim())),
      reached: valuesOf(response, "x-application").length > 0,
    };
  };
}

test.each(["edge", "service"] as const)(
  "our own middleware holds to every vector of the layer: %s",
  async (layer) => {
    const ask = await serving(POLICY, layer);
    const { vectors } = read(POLICY);
    const own = vectors.filter(({ owner }) => owner === null || owner === layer || owner === "application");
    expect(own.length).toBeGreaterThan(100);
    const broken: unknown[] = [];
    for (const vector of own) {
      const answer = await ask(vector);
      if (!holds(vector, answer)) broken.push({ vector, answer });
    }
    expect(broken).toEqual([]);
  },
);

describe("the set is complete enough: whoever answers otherwise fails a vector", () => {
  const { vectors } = read(POLICY);
  const answers = (
    policy: Policy,
    { request: { method, path, headers } }: TestVector,
    origin = headers.origin,
  ) => {
    const decision = policy.decide({
      method,
      path,
      origin,
      requestMethod: headers["access-control-request-method"],
      requestHeaders: headers["access-control-request-headers"],
      sameOrigin: headers["sec-fetch-site"] === "same-origin",
    });
    return {
      status: decision.status ?? 200,
      headers: decision.headers,
      vary: decision.vary,
      reached: decision.status === undefined,
    };
  };
  const failed = (answer: (vector: TestVector) => Answer) =>
    vectors.filter((vector) => !holds(vector, answer(vector)));

  test("the policy itself fails none", () => {
    expect(failed((vector) => answers(POLICY, vector))).toEqual([]);
  });

  type Rule = Record<string, unknown>;
  const edited = (key: string, edit: Rule | false | "passthrough" | undefined) => {
    const { "/asked": _, ...routes } = POLICY.routes as Record<string, unknown>;
    if (edit === undefined) delete routes[key];
    else routes[key] = typeof edit === "object" ? { ...(routes[key] as Rule), ...edit } : edit;
    return definePolicy({ routes } as never);
  };
  const OTHERS: readonly [string, string, Rule | false | undefined][] = [
    ["an origin more", "/internal", { origin: [APP, "null"], dangerouslyAllowOpaqueOrigins: true }],
    ["a pattern in the place of an origin", "/internal", { origin: ["https://*.example.com", APP] }],
    ["any port", "/internal", { origin: ["https://app.example.com:*"] }],
    ["http too", "/internal", { origin: [APP, "http://app.example.com"] }],
    ["an origin less", "/", { origin: [APP, "http://localhost:*", "capacitor://localhost"] }],
    ["every origin", "/internal", { origin: "*" }],
    ["no credentials", "/", { credentials: false }],
    ["credentials", "/off/v2", { credentials: true }],
    ["a method more", "/", { methods: ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "PROPFIND"] }],
    ["a method less", "/public", { methods: ["GET"] }],
    ["listed methods for open ones", "/open", { methods: ["PUT", "PATCH", "PROPFIND"] }],
    ["a header more", "/", { allowedHeaders: ["Authorization", "Content-Type", "X-One"] }],
    ["a header less", "/", { allowedHeaders: ["Authorization"] }],
    ["Authorization beside *", "/public", { allowedHeaders: ["*", "Authorization"] }],
    ["listed headers for open ones", "/open", { allowedHeaders: ["Content-Type", "X-Any"] }],
    ["an exposed header less", "/", { exposedHeaders: ["ETag"] }],
    ["another max-age", "/public", { maxAge: 600 }],
    ["another status", "/internal", { optionsSuccessStatus: 204 }],
    ["the application sees no preflight", "/open", { preflightContinue: false }],
    ["nothing is blocked", "/internal", { blockRefused: false }],
    ["a route less", "/public", undefined],
    ["a route less", "/off", undefined],
    ["a route less", "/off/v2", undefined],
    ["a route is closed", "/public", false],
  ];

  test.each(OTHERS)("%s: %s", (_, key, edit) => {
    const other = edited(key, edit);
    expect(failed((vector) => answers(other, vector)).map(({ name }) => name)).not.toEqual([]);
  });

  /** As others have compared origins. */
  const CARELESS: readonly [string, (origin: string) => string][] = [
    ["the end", (origin) => (origin.endsWith("app.example.com") ? APP : origin)],
    ["the beginning", (origin) => (origin.startsWith(APP) ? APP : origin)],
    ["the host alone", (origin) => (/^https?:\/\/app\.example\.com(?:[:/]|$)/.test(origin) ? APP : origin)],
    ["a part", (origin) => (origin.includes("app.example.com") ? APP : origin)],
    ["without case", (origin) => origin.toLowerCase()],
    ["without the slash", (origin) => origin.replace(/\/$/, "")],
    [
      "an unescaped dot",
      (origin) =>
        /^https:\/\/[a-z.]+preview.example.com$/.test(origin) ? "https://a.preview.example.com" : origin,
    ],
    ["everybody's", () => APP],
    ["null too", (origin) => (origin === "null" ? APP : origin)],
  ];

  test.each(CARELESS)("compares %s", (_, read_) => {
    const careless = (vector: TestVector) => {
      const { origin } = vector.request.headers;
      const taken = origin === undefined ? undefined : read_(origin);
      const answer = answers(POLICY, vector, taken);
      const granted = answer.headers["access-control-allow-origin"];
      const headers =
        granted === taken ? { ...answer.headers, "access-control-allow-origin": origin } : answer.headers;
      return { ...answer, headers };
    };
    expect(failed(careless).map(({ name }) => name)).not.toEqual([]);
  });

  const PATHS: readonly [string, (path: string) => string][] = [
    ["without case", (path) => path.toLowerCase()],
    ["decoded", (path) => decodeURIComponent(path)],
    ["without parameters", (path) => path.replace(/;[^/]*/g, "")],
    ["with one slash for two", (path) => path.replace(/\/{2,}/g, "/")],
    ["resolved", (path) => new URL(path.replace(/^\/+/, "/"), "http://a.example").pathname],
    ["as a prefix of names", (path) => path.replace(/^\/(public|off|internal)x$/, "/$1")],
    ["as if it were the root", () => "/"],
    ["as an exact name", (path) => path.replace(/\/below$/, "-below")],
  ];

  test.each(PATHS)("reads the path %s", (_, read_) => {
    const answer = (vector: TestVector) => {
      const { request } = vector;
      const path = read_(request.path);
      return answers(edited("/legacy", "passthrough"), { ...vector, request: { ...request, path } });
    };
    expect(failed(answer).map(({ name }) => name)).not.toEqual([]);
  });

  test("sends no Vary, or none without an Origin", () => {
    expect(failed((vector) => ({ ...answers(POLICY, vector), vary: [] }))).not.toEqual([]);
    const lazy = (vector: TestVector) => {
      const answer = answers(POLICY, vector);
      return vector.request.headers.origin === undefined ? { ...answer, vary: [] } : answer;
    };
    expect(failed(lazy)).not.toEqual([]);
  });

  test("answers every OPTIONS itself", () => {
    expect(
      failed((vector) => ({ ...answers(POLICY, vector), reached: vector.request.method !== "OPTIONS" })),
    ).not.toEqual([]);
  });
});

describe("the file", () => {
  test("is the same each time, of one schema, and names the policy", () => {
    const [one, two] = [
      toVectors(POLICY),
      toVectors(definePolicy({ routes: { ...POLICY.routes, "/asked": { origin: () => true } } } as never)),
    ];
    expect(one.files).toEqual(two.files);
    const { schema, digest } = read(POLICY);
    expect({ schema, digest }).toEqual({ schema: "boring-cors/vectors/1", digest: POLICY.digest });
  });

  test("has a name for each vector, and each request once", () => {
    const { vectors } = read(POLICY);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
    expect(new Set(vectors.map(({ request }) => JSON.stringify(request))).size).toBe(vectors.length);
  });

  test("one vector, whole", () => {
    const vector = read(POLICY).vectors.find(
      ({ name }) => name === "/internal: preflight refused: from a foreign origin",
    );
    expect(vector).toEqual({
      name: "/internal: preflight refused: from a foreign origin",
      request: {
        method: "OPTIONS",
        path: "/internal",
        headers: { origin: "https://foreign.invalid", "access-control-request-method": "PUT" },
      },
      owner: "edge",
      expected: {
        status: 403,
        headers: Object.fromEntries(NAMES.map((name) => [name, null])),
        vary: ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"],
        reachesApplication: false,
      },
      verdict: "blocked",
      reason: "origin-not-allowed",
      detail: expect.stringContaining("https://foreign.invalid"),
    });
  });

  test("what is somebody else's has no expected headers", () => {
    const foreign = read(POLICY).vectors.filter(({ request }) => request.path.startsWith("/legacy"));
    expect(foreign.length).toBeGreaterThan(0);
    for (const vector of foreign) {
      expect(vector).toMatchObject({ owner: "application", verdict: "unknown", reason: "passthrough" });
      expect(vector.expected).toEqual({ status: null, headers: null, vary: null, reachesApplication: true });
    }
    const uncovered = read(
      definePolicy({ routes: { "/a": { origin: APP }, "/Uncovered": false } }),
    ).vectors.filter(({ reason }) => reason === "not-covered");
    expect(uncovered.map(({ request }) => request.path)).toContain("/uncovered-2");
  });

  test("a function is not asked, and its route has no vector", () => {
    const ask = () => {
      throw new Error("asked");
    };
    const policy = definePolicy({ routes: { "/": { origin: ask }, "/a": { origin: APP } } });
    const { notes } = toVectors(policy);
    expect(notes.map(({ code, severity, route }) => [code, severity, route])).toEqual([
      ["ORIGIN_FUNCTION", "exact", "/"],
      ["EXACT", "exact", "/a"],
    ]);
    expect(read(policy).vectors.map(({ request }) => request.path)).not.toContain("/ax");
  });

  test("long lists are cut, and the note says so", () => {
    const origin = Array.from({ length: 50 }, (_, index) => `https://app-${index}.example.com`);
    const policy = definePolicy({ origin });
    const listed = (most?: number) =>
      read(policy, { origins: most }).vectors.filter(
        ({ name }) => name.endsWith("a listed origin") && name.includes("GET from"),
      ).length;
    expect([listed(), listed(3), listed(50)]).toEqual([20, 3, 50]);
    expect(toVectors(policy).notes[0]?.message).toMatch(/^\d+ vectors; of its 50 origins, .* the first 20 /);
  });
});

describe("RegExps", () => {
  const CASES: readonly [RegExp, readonly string[]][] = [
    [/^https:\/\/([a-z0-9-]+\.)*example\.com$/, ["https://example.com", "https://a.example.com"]],
    [/^https?:\/\/localhost(:\d+)?$/, ["http://localhost", "https://localhost:1"]],
    [/^chrome-extension:\/\/[a-p]{32}$/, [`chrome-extension://${"a".repeat(32)}`]],
    [/^https:\/\/(one|two)\.example\.com$/, ["https://one.example.com", "https://two.example.com"]],
    [/^https:\/\/(?!evil)[a-z]+\.example\.com$/, ["https://a.example.com"]],
    [/^https:\/\/(?=x)[a-z]+\.example\.com$/, []],
    [/^https:\/\/[a-z]{400}\.example\.com$/, []],
  ];

  test.each(CASES)("%s", (origin, samples) => {
    const { vectors } = read(definePolicy({ origin }));
    const found = vectors.filter(
      ({ name, verdict }) => name.includes("of the RegExp") && verdict === "readable",
    );
    expect(new Set(found.map(({ request }) => request.headers.origin))).toEqual(new Set(samples));
  });
});

// A small world, so that keys, origins and spellings meet.
const rule = fc.record(
  {
    origin: fc.oneof(
      fc.constantFrom<unknown>("*", false, () => true, "null"),
      fc.uniqueArray(
        fc.constantFrom(
          APP,
          "https://*.example.com",
          "http://localhost:*",
          "app://*x",
          "https://[::1]:3000",
          "https://*.a.example:*",
        ),
        { minLength: 1 },
      ),
    ),
    credentials: fc.boolean(),
    methods: fc.oneof(fc.constant("*"), fc.uniqueArray(fc.constantFrom("GET", "PUT", "DELETE", "PROPFIND"))),
    allowedHeaders: fc.oneof(
      fc.constantFrom(null, "*"),
      fc.uniqueArray(fc.constantFrom("*", "Authorization", "X-One")),
    ),
    blockRefused: fc.boolean(),
    preflightContinue: fc.boolean(),
    owner: fc.constantFrom(undefined, "edge", "service"),
    dangerouslyAllowOpaqueOrigins: fc.constant(true),
  },
  { requiredKeys: ["origin", "dangerouslyAllowOpaqueOrigins"] },
);
const table = fc.dictionary(
  fc.constantFrom("/", "/a", "/a/b", "/A/c", "/below", "/a/below", "/1", "/Uncovered", "/a.b~$&'+,=@"),
  fc.oneof({ weight: 4, arbitrary: rule }, { weight: 1, arbitrary: fc.constantFrom(false, "passthrough") }),
  { minKeys: 1, maxKeys: 4 },
);

test("any policy: a note for each route, unique names, requests that can be sent, and the policy's own answers", () => {
  let started = 0;
  fc.assert(
    fc.property(table, (routes) => {
      let policy: Policy;
      try {
        policy = definePolicy({ routes } as never);
      } catch {
        return;
      }
      started++;
      const { notes } = toVectors(policy);
      expect(new Set(notes.map(({ route }) => route))).toEqual(new Set(Object.keys(policy.routes)));
      const { vectors } = read(policy);
      expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
      for (const { request, expected, verdict } of vectors) {
        expect(request.path).toMatch(/^\/[\x21-\x7e]*$/);
        for (const value of Object.values(request.headers))
          expect(value).toMatch(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/);
        const granted = expected.headers?.["access-control-allow-origin"];
        if (granted !== undefined && granted !== null)
          expect(["*", request.headers.origin]).toContain(granted);
        if (verdict === "unknown") expect(expected.headers).toBeNull();
      }
    }),
    { numRuns: 500 },
  );
  expect(started).toBeGreaterThan(100);
});
