// Properties over generated policies and requests, against oracles that are too simple to be wrong.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decision, type DecisionRequest, definePolicy } from "../src/index.ts";
import { parseOrigin, parsePattern } from "../src/policy/origin.ts";
import { covers, originSet } from "../src/policy/origin-set.ts";

// A small world, so that generated origins meet generated policies.
const label = fc.constantFrom("a", "b", "app", "evil", "localhost", "example", "com", "xn--p1ai", "127", "1");
const host = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
  fc.constantFrom("127.0.0.1", "192.168.0.1", "[::1]", "[2001:db8::1]", "localhost"),
);
const port = fc.constantFrom("", "", ":80", ":443", ":3000", ":8443", ":0", ":65536");
const scheme = fc.constantFrom("https", "https", "http", "capacitor", "chrome-extension");
const originText = fc.tuple(scheme, host, port).map(([s, h, p]) => `${s}://${h}${p}`);
const validOrigin = originText.filter((text) => parseOrigin(text) !== undefined);
const patternText = fc
  .tuple(fc.constantFrom("https", "http"), fc.boolean(), host, fc.constantFrom("", ":*", ":3000"))
  .map(([s, sub, h, p]) => `${s}://${sub ? "*." : ""}${h}${p}`)
  .filter((text) => parsePattern(text) !== undefined);
const entry = fc.oneof(validOrigin, patternText);
const hostile = fc.oneof(
  originText,
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("null", "file://", "*", "", " ", "https://", "https://a.example, https://a.example"),
  originText.chain((text) =>
    fc.constantFrom(`${text}/`, text.toUpperCase(), ` ${text}`, `${text}.`, `${text}@evil.com`, `x${text}`),
  ),
);

/** The oracle: an entry matches by string comparison alone. */
function naive(entries: readonly string[], origin: string): boolean {
  return entries.some((written) => {
    if (!written.includes("*")) return written === origin;
    const anyPort = written.endsWith(":*");
    const base = anyPort ? written.slice(0, -2) : written;
    const bare = anyPort ? origin.replace(/:[1-9]\d*$/, "") : origin;
    if (!base.includes("*.")) return bare === base;
    const [before, after] = base.split("*.") as [string, string];
    return (
      bare.startsWith(before) && bare.endsWith(`.${after}`) && bare.length > before.length + after.length + 1
    );
  });
}

describe("origins", () => {
  test("the matcher equals the naive one, for any set of entries in any order", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), fc.oneof(validOrigin, hostile), (entries, origin) => {
        const isPattern = (text: string) => text.includes("*");
        const set = originSet({
          exact: entries.filter((text) => !isPattern(text)),
          patterns: entries
            .filter(isPattern)
            .map((text) => parsePattern(text) as NonNullable<ReturnType<typeof parsePattern>>),
          regexps: [],
        });
        const expected = parseOrigin(origin) !== undefined && naive(entries, origin);
        expect(covers(set, origin)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test("what is an http(s) origin for us is one for the URL parser, unchanged", () => {
    const candidates = fc.oneof(
      originText,
      hostile,
      fc.webUrl({ validSchemes: ["http", "https"] }),
      fc.webUrl().map((url) => new URL(url).origin),
    );
    fc.assert(
      fc.property(candidates, (text) => {
        const parsed = parseOrigin(text);
        if (parsed === undefined || !/^https?$/.test(parsed.scheme)) return;
        expect(new URL(text).origin).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  test("what the URL parser serializes is an origin for us, unless its host is longer or stranger than DNS's", () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ["http", "https"] }), (url) => {
        expect(parseOrigin(new URL(url).origin)).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

const rule = fc.record(
  {
    origin: fc.uniqueArray(entry, { minLength: 1, maxLength: 6 }),
    credentials: fc.boolean(),
    methods: fc.option(
      fc.oneof(fc.constant("*"), fc.uniqueArray(fc.constantFrom("GET", "PUT", "DELETE", "PROPFIND"))),
      { nil: undefined },
    ),
    allowedHeaders: fc.option(
      fc.oneof(fc.constant("*"), fc.uniqueArray(fc.constantFrom("*", "Authorization", "X-One", "x-two"))),
      { nil: undefined },
    ),
    exposedHeaders: fc.option(fc.uniqueArray(fc.constantFrom("ETag", "Link")), { nil: undefined }),
    dangerouslyAllowInsecureOrigins: fc.boolean(),
    blockRefused: fc.boolean(),
    preflightContinue: fc.boolean(),
  },
  { requiredKeys: ["origin"] },
);

/** A rule that must start: what generated lists cannot promise is switched off. */
const startable = rule.map((options) => {
  const insecure = options.origin.some((text) => text.startsWith("http:"));
  const safe =
    options.credentials === true && insecure
      ? { ...options, dangerouslyAllowInsecureOrigins: true }
      : options;
  return { ...safe, dangerouslyAllowPublicSuffixes: true };
});

const request = fc.record(
  {
    method: fc.constantFrom("GET", "POST", "OPTIONS", "OPTIONS", "OPTIONS"),
    path: fc.constantFrom("/", "/x", "/public/x", "*"),
    origin: fc.oneof(validOrigin, validOrigin, hostile),
    requestMethod: fc.constantFrom("GET", "PUT", "put", "PROPFIND", "B AD", "*", ""),
    requestHeaders: fc.oneof(
      fc.constantFrom("x-one", "authorization,x-two", "", ",", "*", "x-*, *"),
      fc.string({ maxLength: 30 }),
    ),
    sameOrigin: fc.boolean(),
  },
  { requiredKeys: ["method"] },
);

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function checkInvariants(
  options: { origin: readonly string[]; credentials?: boolean; dangerouslyAllowInsecureOrigins?: boolean },
  asked: DecisionRequest,
  decision: Decision,
): void {
  const granted = decision.headers["access-control-allow-origin"];
  if (granted !== undefined) {
    expect(granted).toBe(asked.origin);
    expect(naive(options.origin, granted)).toBe(true);
    expect(decision.headers["access-control-allow-credentials"]).toBe(
      options.credentials ? "true" : undefined,
    );
    if (options.credentials && !options.dangerouslyAllowInsecureOrigins)
      expect(granted).not.toMatch(/^http:\/\/(?!([^/]*\.)?localhost\b|127\.|\[::1\])/);
  } else {
    expect(decision.headers).toEqual({});
  }
  for (const [name, value] of Object.entries(decision.headers)) {
    expect(name).toMatch(/^access-control-[a-z-]+$/);
    expect(value).toMatch(HEADER_VALUE);
    if (options.credentials) expect(value.split(",")).not.toContain("*");
  }
  expect(decision.vary[0]).toBe("Origin");
  expect(decision.detail).toMatch(/^[\x20-\x7e]*$/);
  expect(decision.allowed).toBe(decision.reason === null);
  if (decision.allowed && decision.kind === "preflight") expect(decision.status).not.toBe(403);
}

describe("decide", () => {
  test("grants nothing outside the policy; a credentialed answer never is `*` nor, without the flag, insecure", () => {
    fc.assert(
      fc.property(startable, request, (options, asked) => {
        const policy = definePolicy(options);
        const decision = policy.decide(asked);
        if (decision.route !== undefined) checkInvariants(options, asked, decision);
        expect(policy.decide(asked)).toEqual(decision);
      }),
      { numRuns: 2000 },
    );
  });

  test("is pure: mutating the options afterwards changes nothing, nor does JSON", () => {
    fc.assert(
      fc.property(startable, request, (options, asked) => {
        const policy = definePolicy(options);
        const before = policy.decide(asked);
        const again = definePolicy({ routes: JSON.parse(JSON.stringify(policy.routes)) });
        (options.origin as string[]).push("https://mutated.example");
        options.credentials = !options.credentials;
        expect(policy.decide(asked)).toEqual(before);
        expect(again.decide(asked)).toEqual(before);
        expect(again.digest).toBe(policy.digest);
      }),
      { numRuns: 500 },
    );
  });

  test("throws on no request whatever", () => {
    const policy = definePolicy({
      routes: {
        "/": { origin: ["https://a.example"] },
        "/public": { origin: "*" },
        "/f": { origin: (_o, callback) => callback(null, false) },
      },
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.record({
            method: fc.anything(),
            path: fc.anything(),
            origin: fc.anything(),
            requestMethod: fc.anything(),
            requestHeaders: fc.anything(),
          }),
          request.map((asked) => ({ ...asked, path: "/f" })),
        ),
        (anything) => {
          const decision = policy.decide(anything as DecisionRequest);
          expect(decision.detail).toMatch(/^[\x20-\x7e]*$/);
          policy.isTrustedOrigin(anything as never, "/");
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("trusts only what it would grant", () => {
    fc.assert(
      fc.property(startable, hostile, (options, origin) => {
        fc.pre(origin !== "");
        const trusted = definePolicy(options).isTrustedOrigin(origin);
        if (trusted) expect(naive(options.origin, origin) && parseOrigin(origin) !== undefined).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("routes", () => {
  const KEYS = ["/", "/public", "/public/private", "/Internal", "/a.b", "/a"];
  const policy = definePolicy({
    routes: Object.fromEntries(
      KEYS.map((key) => [key, { origin: [`https://x${KEYS.indexOf(key)}.example`] }]),
    ),
  });

  // What real readers of a path do, each a function from path to path; `undefined`: it answers 400.
  const READERS: readonly ((path: string) => string | undefined)[] = [
    (path) => {
      try {
        return decodeURIComponent(path);
      } catch {
        return undefined;
      }
    },
    (path) => path.replace(/\/{2,}/g, "/"),
    (path) => path.replace(/;[^/]*/g, ""),
    (path) => path.replaceAll("\\", "/"),
    (path) => path.toLowerCase(),
    (path) => {
      const kept: string[] = [];
      for (const segment of path.split("/")) {
        if (segment === "..") kept.pop();
        else if (segment !== ".") kept.push(segment);
      }
      return kept.join("/");
    },
  ];
  const piece = fc.oneof(
    fc.constantFrom(
      "/",
      "/",
      "//",
      "public",
      "private",
      "internal",
      "Internal",
      "INTERNAL",
      "a",
      "b",
      "..",
      ".",
      ";",
      ";x=1",
      "%2f",
      "%2F",
      "%5c",
      "\\",
      "%2e",
      "%3b",
      "%25",
      "%",
      "%70",
      "%49",
      "x",
      "a.b",
      "%c3%a9",
      "%00",
      "K",
      "\u212a",
    ),
    fc.string({ maxLength: 3 }),
  );
  const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`);
  const keyOf = (read: string) =>
    KEYS.filter(
      (key) =>
        key === "/" ||
        read.toLowerCase() === key.toLowerCase() ||
        read.toLowerCase().startsWith(`${key.toLowerCase()}/`),
    ).sort((a, b) => b.length - a.length)[0];

  test("no grant that any reader, in any order, would place on another route", () => {
    fc.assert(
      fc.property(path, fc.shuffledSubarray([...READERS, ...READERS]), (written, readers) => {
        fc.pre(!/[?#]/.test(written) && !written.startsWith("//"));
        const { route, reason } = policy.decide({
          method: "GET",
          path: written,
          origin: "https://none.example",
        });
        if (reason === "ambiguous-path") return;
        const read = readers.reduce<string | undefined>(
          (current, reader) => (current === undefined ? undefined : reader(current)),
          written,
        );
        if (read?.startsWith("/")) expect(keyOf(read)).toBe(route);
      }),
      { numRuns: 20_000 },
    );
  });

  test("express itself places no granted path on another route", async () => {
    const { default: express } = await import("express");
    const router = express.Router();
    const placed: string[] = [];
    for (const key of [...KEYS].sort((a, b) => b.length - a.length))
      router.use(key, () => void placed.push(key));
    fc.assert(
      fc.property(path, (written) => {
        fc.pre(!/[?#]/.test(written) && !written.startsWith("//"));
        const { route, reason } = policy.decide({
          method: "GET",
          path: written,
          origin: "https://none.example",
        });
        if (reason === "ambiguous-path") return;
        placed.length = 0;
        router({ method: "GET", url: written } as never, {} as never, () => {});
        if (placed.length > 0) expect(placed[0]).toBe(route);
      }),
      { numRuns: 3000 },
    );
  });
});
