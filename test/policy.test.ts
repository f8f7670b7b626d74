// What a Policy is besides its decisions: data, digest, trust, and a live one that changes.
import { describe, expect, test } from "vitest";
import { definePolicy, livePolicy } from "../src/index.ts";
import { digestOf } from "../src/policy/digest.ts";

const APP = "https://app.example.com";

test("routes: frozen plain data with every default, which a snapshot can hold", () => {
  const policy = definePolicy({
    routes: {
      "/": { origin: [APP, /^https:\/\/x\.example$/i], credentials: true },
      "/public": { origin: true, exposedHeaders: "*", allowedHeaders: "X-A" },
      "/off": { origin: false },
      "/off-but-loud": { origin: false, blockRefused: true },
      "/theirs": "passthrough",
    },
  });
  const defaults = {
    credentials: false,
    methods: ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"],
    allowedHeaders: null,
    exposedHeaders: [],
    maxAge: 600,
    preflightContinue: false,
    optionsSuccessStatus: 204,
    blockRefused: false,
    allowOverride: false,
    dangerouslyAllowInsecureOrigins: false,
    dangerouslyAllowPublicSuffixes: false,
    dangerouslyAllowOpaqueOrigins: false,
  };
  expect(policy.routes).toEqual({
    "/": {
      ...defaults,
      origin: [APP, { regexp: "^https:\\/\\/x\\.example$", flags: "i" }],
      credentials: true,
    },
    "/public": { ...defaults, origin: "*", exposedHeaders: "*", allowedHeaders: ["X-A"] },
    "/off": false,
    "/off-but-loud": { ...defaults, origin: false, blockRefused: true },
    "/theirs": "passthrough",
  });
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(policy.routes)).toBe(true);
  expect(Object.isFrozen(policy)).toBe(true);
});

test("digest: short, stable, blind to the order of keys, different for different policies", () => {
  const one = definePolicy({ routes: { "/": { origin: [APP], credentials: true }, "/a": false } });
  const other = definePolicy({ routes: { "/a": false, "/": { credentials: true, origin: APP } } });
  expect(one.digest).toMatch(/^[0-9a-f]{16}$/);
  expect(one.digest).toBe("7d661011157e3ec2");
  expect(other.digest).toBe(one.digest);
  expect(definePolicy({ origin: [APP] }).digest).not.toBe(one.digest);
});

test("digest is FNV-1a in 64 bits, as BigInt reckons it", () => {
  const reference = (text: string) => {
    let hash = 0xcbf29ce484222325n;
    for (const unit of text.split("")) {
      hash = ((hash ^ BigInt(unit.charCodeAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
    return hash.toString(16).padStart(16, "0");
  };
  for (const value of ["", "a", "boring", "\u20ac", "x".repeat(1000)]) {
    expect(digestOf(value)).toBe(reference(JSON.stringify(value)));
  }
});

test("definePolicy returns a Policy as it is, and what a LivePolicy holds", () => {
  const policy = definePolicy({ origin: APP });
  expect(definePolicy(policy)).toBe(policy);
  expect(definePolicy(livePolicy(policy))).toBe(policy);
});

test("methods need no this", () => {
  const { decide, isTrustedOrigin } = definePolicy({ origin: APP });
  expect(decide({ method: "GET", origin: APP }).allowed).toBe(true);
  expect(isTrustedOrigin(APP)).toBe(true);
});

describe("isTrustedOrigin", () => {
  const policy = definePolicy({
    routes: {
      "/": {
        origin: [APP, "https://*.example.com", "http://localhost:*", "null", "http://plain.example"],
        dangerouslyAllowOpaqueOrigins: true,
      },
      "/insecure": { origin: ["http://plain.example"], dangerouslyAllowInsecureOrigins: true },
      "/public": { origin: "*" },
      "/off": false,
      "/theirs": "passthrough",
    },
  });
  const partial = definePolicy({ routes: { "/api": { origin: APP } } });

  test.each([
    [undefined, undefined, true],
    ["", undefined, true],
    [APP, undefined, true],
    [APP, "/socket?token=1", true],
    ["https://a.example.com", "/", true],
    ["http://localhost:5173", "/", true],
    ["https://evil.example", "/", false],
    ["http://plain.example", "/", false],
    ["http://plain.example", "/insecure", true],
    ["null", "/", false],
    ["file://", "/", false],
    [`${APP}/`, "/", false],
    [`${APP}, ${APP}`, "/", false],
    [APP, "/public", false],
    [APP, "/off", false],
    [APP, "/theirs", false],
    [APP, "/Public", false],
    [APP, "/x/../y", false],
    [42 as never, "/", false],
  ])("%j at %j: %s", async (origin, path, trusted) => {
    expect(policy.isTrustedOrigin(origin, path)).toBe(trusted);
    expect(await policy.isTrustedOriginAsync(origin, path)).toBe(trusted);
  });

  test("an uncovered path trusts nobody but what is no browser", () => {
    expect(partial.isTrustedOrigin(APP, "/elsewhere")).toBe(false);
    expect(partial.isTrustedOrigin(undefined, "/elsewhere")).toBe(true);
    expect(partial.isTrustedOrigin(APP, "/api/x")).toBe(true);
  });
});

describe("livePolicy", () => {
  test("asks the policy in force, by every method", async () => {
    const live = livePolicy({ origin: [APP], maxAge: 100_000 });
    const first = live.current;
    const request = { method: "GET", origin: APP };
    expect(live.decide(request)).toEqual(first.decide(request));
    expect(await live.decideAsync(request)).toEqual(first.decide(request));
    expect([live.isTrustedOrigin(APP), await live.isTrustedOriginAsync(APP, "/")]).toEqual([true, true]);
    expect([live.routes, live.digest, live.warnings]).toEqual([first.routes, first.digest, first.warnings]);
    expect(live.warnings).toHaveLength(1);

    live.replace(definePolicy({ origin: "https://other.example" }));
    expect(live.current).not.toBe(first);
    expect(live.decide(request).allowed).toBe(false);
    expect(live.isTrustedOrigin(APP)).toBe(false);
    expect(live.warnings).toEqual([]);
    expect(first.decide(request).allowed).toBe(true);
  });

  test("invalid options throw and leave the old one serving", () => {
    const live = livePolicy({ origin: [APP] });
    expect(() => live.replace({ origin: "" })).toThrow(/ORIGIN_REQUIRED/);
    expect(live.decide({ method: "GET", origin: APP }).allowed).toBe(true);
    expect(() => livePolicy({} as never)).toThrow(/ORIGIN_REQUIRED/);
  });
});

describe("paths are reduced as they stand on the request line", () => {
  const policy = definePolicy({ routes: { "/": false, "/a": { origin: APP } } });
  test.each([
    ["/a?b=/c", "/a"],
    ["/a#b", "/a"],
    ["", "/"],
    ["?x", "/"],
    ["http://host", "/"],
    ["http://host/a/b?c", "/a"],
    ["HTTP://host?x=/a", "/"],
    ["nonsense", undefined],
    // Express trims such a path; Node itself answers 400.
    ["/a\u00a0", undefined],
    ["http://host\\a", undefined],
  ])("%j is decided by %j", (path, route) => {
    expect(policy.decide({ method: "GET", path, origin: APP }).route).toBe(route);
  });
});

test("long RegExps that begin alike are two, in the data too", () => {
  const long = (last: string) =>
    new RegExp(`^https:\\/\\/(?:${"a".repeat(60)}|${"b".repeat(60)}|${last})\\.example\\.com$`);
  const policy = definePolicy({ origin: [long("x"), long("y")] });
  expect(policy.warnings).toEqual([]);
  const again = definePolicy({ routes: JSON.parse(JSON.stringify(policy.routes)) });
  for (const origin of ["https://x.example.com", "https://y.example.com"]) {
    expect([policy, again].map((each) => each.decide({ method: "GET", origin }).allowed)).toEqual([
      true,
      true,
    ]);
  }
});

test("many distinct RegExps are judged, and the memory of verdicts stays bounded", () => {
  for (let index = 0; index < 300; index++) {
    const policy = definePolicy({ origin: { regexp: `^https:\\/\\/n${index}\\.example$` } });
    expect(policy.decide({ method: "GET", origin: `https://n${index}.example` }).allowed).toBe(true);
  }
});

test.each([
  ["credentials: exact entries are trusted", { origin: APP, credentials: true }, { origin: APP }, APP],
  ["a request without a method", { origin: APP }, { origin: APP, method: undefined }, APP],
  [
    "two patterns with one base",
    { origin: ["https://*.example.com:8443", "https://*.example.com:*"] },
    { method: "GET", origin: "https://a.example.com:9000" },
    "https://a.example.com:9000",
  ],
  ["OPTIONS *", { origin: APP }, { method: "OPTIONS", path: "*", origin: APP }, undefined],
  ["a malformed origin", { origin: () => true }, { method: "GET", origin: `${APP}/` }, undefined],
])("corners of decide and isTrustedOrigin: %s", (_name, options, request, granted) => {
  const policy = definePolicy(options as never);
  expect(policy.decide(request as never).headers["access-control-allow-origin"]).toBe(granted);
  const { origin, path } = request as { origin: string; path?: string };
  expect(policy.isTrustedOrigin(origin, path)).toBe(granted !== undefined);
});

test("null in an option of npm cors is an option that is not there", () => {
  const options = {
    origin: [APP],
    credentials: null,
    methods: null,
    allowedHeaders: null,
    exposedHeaders: null,
    maxAge: null,
    preflightContinue: null,
    optionsSuccessStatus: null,
  };
  const policy = definePolicy(options as never);
  expect(policy.routes).toEqual(definePolicy({ origin: [APP] }).routes);
  expect(policy.warnings).toEqual([]);
});

describe("the detail does not recommend what would not start", () => {
  const policy = definePolicy({ origin: [APP], credentials: true, methods: ["PATCH"] });
  test.each([
    [
      { method: "OPTIONS", origin: APP, requestMethod: "patch" },
      /case-sensitive; the page must send it in upper case/,
    ],
    [{ method: "GET", origin: "http://app.example.com" }, /cannot be while it is http: serve it over https/],
    [
      { method: "GET", origin: "null" },
      /every sandboxed frame and local file sends it.*or list it beside "dangerouslyAllowOpaqueOrigins"/,
    ],
  ])("%j", (request, detail) => {
    expect(policy.decide(request).detail).toMatch(detail);
  });
});
