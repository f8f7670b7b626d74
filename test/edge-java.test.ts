// The generated servlet filter in Tomcat 10 and Jetty 9, and cors() on Express: the same requests, the same answers.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { javaRegExp } from "../src/edge/java-regexp.ts";
import { definePolicy, type Policy } from "../src/index.ts";
import { page, type Send } from "../src/testing/index.ts";
import { type ContainerName, type Filtered, hasJava, type JavaServers, startJava } from "./support/java.ts";
import { corsHeaders, type RawRequest, type RawResponse, valuesOf } from "./support/raw-http.ts";
import { requestOf, TABLE } from "./support/table.ts";
import { BEHAVIOURS, type ExpressUpstream, startExpress } from "./support/upstream.ts";

const APP = "https://app.example.com";
const EVIL = "https://evil.example";

interface Asked {
  readonly name: string;
  readonly request: Partial<RawRequest>;
}

interface Group extends Filtered {
  readonly name: string;
  readonly asked: readonly Asked[];
}

const lines = (headers: Readonly<Record<string, string | readonly string[] | undefined>>) =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((line) => [name, line] as const),
  );

/** What containers answer themselves, before any filter: no row can be had for it. */
const REFUSED: Readonly<Record<ContainerName, readonly string[]>> = {
  "Tomcat 10": [
    "/public/%zz",
    "/public/%",
    "/public/%ff",
    "/public/%c0%ae%c0%ae/internal",
    "/internal%00",
    "/public%00",
  ],
  "Jetty 9": ["/public/..;/internal", "/public/%zz", "/public/%", "/internal%00", "/public%00"],
};

const FROM_TABLE: readonly Group[] = TABLE.map(({ name, options, rows }) => ({
  name,
  policy: definePolicy(options as never),
  // Answered by every container itself.
  asked: rows.filter(({ path }) => path !== "*").map((row) => ({ name: row.name, request: requestOf(row) })),
}));

const ROUTED = {
  "/": { origin: [APP], credentials: true, exposedHeaders: ["ETag", "Link"] },
  "/public": { origin: "*", exposedHeaders: ["ETag"] },
  "/override": { origin: [APP], credentials: true, allowOverride: true },
  "/continue": { origin: [APP], preflightContinue: true, exposedHeaders: ["ETag"] },
  "/off": false,
  "/hands-off": "passthrough",
  "/blocked": { origin: [APP], blockRefused: true },
  "/edge": { origin: [APP], owner: "edge", blockRefused: true, exposedHeaders: ["ETag"] },
  "/edge/public": { origin: "*", owner: "edge" },
  "/service": { origin: [APP], owner: "service", blockRefused: true },
} as const;

/** What a framework does with its own answers where the policy has let go of them is not compared. */
const isCompared = (path: string, behaviour: string, isPreflight: boolean) =>
  // Jetty shows no error page to OPTIONS.
  !(behaviour === "error-page" && isPreflight) &&
  // What was thrown is the container's there: Tomcat clears all headers then, and nobody else does.
  !(["/override", "/hands-off"].includes(path) && behaviour.startsWith("throw"));

const BEHAVING: readonly Asked[] = [...Object.keys(ROUTED), "/edge/Public", "/service/.."].flatMap((path) =>
  Object.keys(BEHAVIOURS).flatMap((behaviour) =>
    [{}, { Origin: APP }, { Origin: EVIL }, { Origin: APP, "Access-Control-Request-Method": "PUT" }]
      .filter((headers) => isCompared(path, behaviour, "Access-Control-Request-Method" in headers))
      .map((headers) => ({
        name: `${behaviour} at ${path} ${JSON.stringify(headers)}`,
        request: {
          method: "Access-Control-Request-Method" in headers ? "OPTIONS" : "GET",
          target: path,
          headers: [...lines(headers), ["X-App", behaviour] as const],
        },
      })),
  ),
);

const SITES: readonly Asked[] = [
  ...["same-origin", "same-site", "cross-site", "none", "", "Same-Origin", ["same-origin", "none"]].map(
    (site) => ({ "Sec-Fetch-Site": site }),
  ),
  ...[
    "127.0.0.1",
    "evil.example",
    "evil.example, 127.0.0.1",
    " EVIL.example:443 ",
    "evil.example:80",
    "",
  ].map((host) => ({ "X-Forwarded-Host": host })),
  { "X-Forwarded-Host": "evil.example", "Sec-Fetch-Site": "cross-site" },
  {},
].flatMap((headers) =>
  [
    EVIL,
    "http://127.0.0.1",
    "https://127.0.0.1",
    "http://evil.example",
    "http://evil.example:80",
    "app://evil.example",
  ].map((origin) => ({
    name: `${origin} with ${JSON.stringify(headers)}`,
    request: { method: "POST", target: "/blocked", headers: lines({ Origin: origin, ...headers }) },
  })),
);

const ORIGINS: readonly Asked[] = [
  ...["[::1]", "[::1]:3000", "[1::]", "[::]", "[0:0::1]", "[::ffff:1]", "[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"],
  ...["[1::2:0:0:0:3]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]", "[1:0:3:4:5:6:7:8]"],
  ...[
    "[::1",
    "[::1]x",
    "[::1]:",
    "[:::1]",
    "[1::2::3]",
    "[::00001]",
    "[::A]",
    "[::127.0.0.1]",
    "[]",
    "[1:2]",
  ],
  ...[
    "127.0.0.1",
    "127.0.0.1.",
    "127.0.0.01",
    "127.1",
    "256.1.1.1",
    "1.2.3.4.5",
    "a.1",
    "a.0x1",
    "a.0xg",
    "a.1a",
  ],
  ...[
    "localhost",
    "localhost.",
    "x.localhost",
    "xlocalhost",
    "localhost:65535",
    "localhost:65536",
    "localhost:01",
  ],
  ...[
    "a..b",
    ".a",
    "a.",
    "a..",
    ".",
    "",
    "a:",
    "a:x",
    "a:+1",
    "a_b",
    "a-",
    "-a",
    "a b",
    "a/b",
    "a\u00e9",
    "a,b",
  ],
  ...[
    "x".repeat(63),
    "x".repeat(64),
    `${"x.".repeat(126)}x`,
    `${"x.".repeat(126)}x.`,
    `${"x.".repeat(126)}xx`,
  ],
].flatMap((host) =>
  ["http", "https", "httpx"].map((scheme) => ({
    name: `${scheme}://${host}`.slice(0, 60),
    request: { headers: lines({ Origin: `${scheme}://${host}` }) },
  })),
);

// Any text: what is refused then, the grammar of an origin has refused.
const ANY_ORIGIN = definePolicy({ origin: /^[!-~]+$/ });
// Loopback is as good as https, and what only looks like it is not.
const LOOPBACK = definePolicy({
  origin: /^https?:\/\/(?:(?:x\.)?localhost|127\.0\.0\.[0-9]{1,2}|\[::1\]|app\.example\.com)\.?(?::\d+)?$/,
  credentials: true,
});

const FIXED: readonly Group[] = [
  ...FROM_TABLE,
  { name: "what applications do", policy: definePolicy({ routes: ROUTED }), asked: BEHAVING },
  {
    name: "what applications do, in the edge layer",
    policy: definePolicy({ routes: ROUTED }),
    layer: "edge",
    asked: BEHAVING.filter(
      ({ name }) => / at \/(?:edge|service)/.test(name) && !/^throw.* at \/service /.test(name),
    ),
  },
  { name: "own site", policy: definePolicy({ routes: ROUTED }), asked: SITES },
  { name: "the grammar of origins", policy: ANY_ORIGIN, asked: ORIGINS },
  {
    name: "as much as a class holds",
    policy: definePolicy({
      routes: Object.fromEntries(
        ["/", "/a", "/b", "/c", "/d"].map((key) => [
          key,
          {
            origin: Array.from(
              { length: 4000 },
              (_, index) => `https://a${index}${key === "/" ? "" : key[1]}.example.com`,
            ),
            allowedHeaders: Array.from({ length: 3000 }, (_, index) => `x-header-${index + 1e6}`),
          },
        ]),
      ),
    }),
    asked: ["https://a0.example.com", "https://a3999.example.com", EVIL].map((origin) => ({
      name: origin,
      request: { headers: lines({ Origin: origin }) },
    })),
  },
  { name: "insecure origins", policy: LOOPBACK, asked: ORIGINS },
];

// Random policies over a small world, so that requests meet them.
const entry = fc.constantFrom<string | { regexp: string; flags: string }>(
  APP,
  "https://app.example.com:3000",
  "https://*.example.com",
  "https://*.example.com:*",
  "https://*.b.example.com:8443",
  "http://localhost:*",
  "http://*.example.com",
  "capacitor://localhost",
  "app://*",
  "null",
  "https://[::1]:*",
  { regexp: "^https?:\\/\\/[\\w-]+\\.example\\.com(?::\\d+)?$", flags: "i" },
  { regexp: "^(?:https:\\/\\/(?!evil)[^.]+|capacitor:\\/\\/localhost)(?:\\.example\\.com)?$", flags: "u" },
);
const names = (...values: string[]) =>
  fc.oneof(fc.constant("*"), fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 }));
const rule = fc
  .record(
    {
      origin: fc.oneof(
        { weight: 6, arbitrary: fc.array(entry, { minLength: 1, maxLength: 4 }) },
        { weight: 1, arbitrary: fc.constantFrom<"*" | false>("*", false) },
      ),
      credentials: fc.boolean(),
      methods: names("GET", "PUT", "PROPFIND"),
      allowedHeaders: fc.oneof(fc.constant(null), names("*", "Authorization", "X-One")),
      exposedHeaders: fc.uniqueArray(fc.constantFrom("ETag", "Link")),
      maxAge: fc.constantFrom(0, 600, 86400),
      optionsSuccessStatus: fc.constantFrom(200, 204, 205),
      preflightContinue: fc.boolean(),
      blockRefused: fc.boolean(),
      allowOverride: fc.boolean(),
      owner: fc.constantFrom("edge", "service", undefined),
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
  { weight: 6, arbitrary: rule },
  { weight: 1, arbitrary: fc.constantFrom<false | "passthrough">(false, "passthrough") },
);
const table = fc.dictionary(fc.constantFrom("/", "/a", "/a/b", "/A/c", "/d", "/a&b='$,+@!"), route, {
  minKeys: 1,
  maxKeys: 4,
});
const request = fc
  .record({
    method: fc.constantFrom("GET", "POST", "OPTIONS", "OPTIONS"),
    target: fc.constantFrom(
      ...[
        "/",
        "/a",
        "/a/x?y=/d",
        "/a/b",
        "/a/b/x",
        "/A/c/x",
        "/a/c",
        "/d",
        "/D",
        "/x",
        "/%61",
        "/a//b",
        "/a;b/b",
      ],
      ...[
        "/a/../d",
        "/a%2fb",
        "/a%252fb",
        "/a/b;x=/d",
        "/%5c/d",
        "/a&b='$,+@!",
        "/a&b=%27$,+@!/x",
        "/%E2%84%AA/d",
      ],
    ),
    headers: fc
      .record(
        {
          Origin: fc.constantFrom(
            ...[
              APP,
              EVIL,
              "https://b.example.com",
              "https://c.b.example.com:8443",
              "https://app.example.com:3000",
            ],
            ...[
              "http://app.example.com",
              "http://localhost",
              "http://localhost:3000",
              "capacitor://localhost",
              "null",
            ],
            ...[
              "app://*",
              "https://[::1]:4000",
              "https://APP.example.com",
              "https://evil.example.com",
              "",
              "x y",
            ],
          ),
          "Access-Control-Request-Method": fc.constantFrom(
            "GET",
            "PUT",
            "PROPFIND",
            "REPORT",
            "*",
            "B AD",
            "",
          ),
          "Access-Control-Request-Headers": fc.constantFrom(
            "",
            "x-one",
            "authorization, x-two",
            "*",
            "b ad",
            ",,a",
          ),
          "Sec-Fetch-Site": fc.constantFrom("same-origin", "cross-site"),
          "X-App": fc.constantFrom("plain", "own-cors", "reflect", "expose", "vary-add", "not-found"),
        },
        { requiredKeys: ["Origin", "Access-Control-Request-Method"] },
      )
      .map(lines),
  })
  .map((one) => ({ name: JSON.stringify(one), request: one }));

/** What would not start is no policy. */
function policyOf(routes: unknown): Policy | undefined {
  try {
    return definePolicy({ routes } as never);
  } catch {
    return undefined;
  }
}

const RANDOM: readonly Group[] = fc
  .sample(
    fc.record({
      policy: table.map(policyOf).filter((policy) => policy !== undefined),
      layer: fc.constantFrom("edge" as const, "service" as const),
      asked: fc.array(request, { minLength: 40, maxLength: 40 }),
    }),
    { numRuns: 50, seed: fc.readConfigureGlobal().seed ?? Date.now() },
  )
  .map((group, index) => ({ ...group, name: `random policy ${index}` }));

// Spring 4.3, the one that Debian has, knows no patterns; and what Spring cannot say is left out here.
const SPRING_RULES = {
  "/": {
    dangerouslyAllowOpaqueOrigins: true,
    origin: [APP, "http://localhost:3000", "null"],
    credentials: true,
    allowedHeaders: ["Authorization", "X-One"],
  },
  "/public": { origin: "*", methods: ["GET", "PUT"], exposedHeaders: ["ETag"] },
  "/open": {
    origin: [APP],
    credentials: true,
    methods: ["PATCH"],
    allowedHeaders: "*",
    exposedHeaders: ["ETag"],
    maxAge: 0,
  },
  "/star": { origin: "*", allowedHeaders: ["*", "Authorization"] },
  "/none": { origin: [APP], methods: [], allowedHeaders: [] },
  "/off": false,
  "/hands-off": "passthrough",
  "/blocked": { origin: [APP], blockRefused: true, optionsSuccessStatus: 200 },
  "/edge": { origin: [APP], owner: "edge" },
} as const;
const SPRING: readonly (Filtered & { readonly exact: boolean })[] = [
  {
    exact: true,
    policy: definePolicy({ routes: { ...SPRING_RULES, "/own": { origin: APP, owner: "service" } } } as never),
  },
  { exact: true, policy: definePolicy({ origin: [APP], dangerouslyAllowOpaqueOrigins: true } as never) },
  {
    exact: false,
    policy: definePolicy({
      routes: {
        "/": {
          origin: [APP, "app://one", /^https:\/\/[a-z]+\.example\.com$/],
          preflightContinue: true,
          methods: "*",
        },
        "/public": { origin: "*", allowedHeaders: "*", methods: ["PROPFIND"], allowOverride: true },
        "/off": { origin: () => true },
      },
    } as never),
  },
];

const GROUPS = [...FIXED, ...RANDOM];

/** Everything that must be alike. */
interface Answer {
  readonly name: string;
  readonly status: number;
  readonly cors: Readonly<Record<string, readonly string[]>>;
  /** `null`: no cache may store it. */
  readonly vary: readonly string[] | null;
  readonly reached: boolean;
}

const setOf = (values: readonly string[]) =>
  [...new Set(values.flatMap((value) => value.split(",").map((one) => one.trim())))].sort();

function answerOf({ name, request }: Asked, response: RawResponse, reached: boolean): Answer {
  const cors = Object.keys(corsHeaders(response)).map((header) => [
    header,
    setOf(valuesOf(response, header)),
  ]);
  return {
    name,
    status: response.status,
    cors: Object.fromEntries(cors),
    vary:
      reached && isUnstored(request, response)
        ? null
        : setOf(valuesOf(response, "vary").map((line) => line.toLowerCase())),
    reached,
  };
}

/**
 * Jetty takes Vary from its own error pages, and forbids to store them. (Those to OPTIONS it does not forbid: they may never
 * be stored, https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7.)
 */
function isUnstored({ method }: Partial<RawRequest>, response: RawResponse): boolean {
  const rules = valuesOf(response, "cache-control").join().split(",");
  const isBare = response.status >= 400 && valuesOf(response, "vary").length === 0;
  return isBare && (method === "OPTIONS" || rules.includes("no-store"));
}

interface Sender {
  send(policy: number, request: Partial<RawRequest>): Promise<RawResponse>;
  reached(): ReadonlySet<string> | Promise<ReadonlySet<string>>;
}

/** All answers of one server to one group, several requests at a time. */
async function answersOf(server: Sender, index: number): Promise<Answer[]> {
  const { asked } = GROUPS[index] as Group;
  const responses: RawResponse[] = new Array(asked.length);
  const queue = [...asked.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, { request }] = next;
      const headers = [...(request.headers ?? []), ["X-Id", `${index}-${at}`] as const];
      responses[at] = await server.send(index, { ...request, headers });
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  const reached = await server.reached();
  return asked.map((one, at) => answerOf(one, responses[at] as RawResponse, reached.has(`${index}-${at}`)));
}

describe.skipIf(!hasJava && !process.env.CI)("the servlet filter answers as cors() on Express does", () => {
  let java: JavaServers;
  let express: ExpressUpstream;

  beforeAll(async () => {
    [java, express] = await Promise.all([
      startJava(
        GROUPS,
        SPRING.map(({ policy }) => policy),
      ),
      startExpress([...GROUPS, ...SPRING]),
    ]);
  }, 60_000);
  afterAll(async () => {
    await java?.stop();
    await express?.close();
  });

  describe.each(["Tomcat 10", "Jetty 9"] as const)("%s", (name) => {
    test.each(GROUPS.map((group, index) => ({ name: group.name, index })))("$name", async ({ index }) => {
      const [ours, theirs] = await Promise.all([
        answersOf(express, index),
        answersOf(java.containers[name], index),
      ]);
      const different = theirs.flatMap((got, at) => {
        const wanted = ours[at] as Answer;
        const expected = got.vary === null ? { ...wanted, vary: null } : wanted;
        return isRefused(name, index, got) || isDeepStrictEqual(got, expected) ? [] : [{ got, expected }];
      });
      expect(different).toEqual([]);
    });
  });

  function isRefused(container: ContainerName, index: number, { name, status }: Answer): boolean {
    const asked = GROUPS[index]?.asked.find((one) => one.name === name);
    const is = REFUSED[container].includes(asked?.request.target ?? "/");
    if (is) expect({ name, status }).toEqual({ name, status: 400 });
    return is;
  }

  test.each(SPRING.map((one, index) => ({ ...one, index })))(
    "Spring: browsers conclude the same of policy $index",
    async ({ index, exact }) => {
      const at = GROUPS.length + index;
      const senders: readonly Send[] = [express, java.containers["Jetty 9"]].map(
        ({ send }) =>
          async (request) => {
            const { pathname } = new URL(request.url);
            const { status, headers, body } = await send(at, {
              method: request.method,
              target: pathname,
              headers: request.headers,
            });
            return { status, headers, body };
          },
      );
      let granted = 0;
      for (const asked of FETCHES) {
        const [ours, theirs] = await Promise.all(
          senders.map(async (send) => {
            const { url, origin, ...init } = asked;
            return (await page(origin, send).fetch(url, init)).blocked === null;
          }),
        );
        if (exact || theirs) expect({ asked, is: theirs }).toEqual({ asked, is: ours });
        if (theirs) granted++;
      }
      expect(granted).toBeGreaterThan(20);
    },
    30_000,
  );

  test("RegExps mean the same in java.util.regex", async () => {
    const known = KNOWN.map(({ source, flags }) => ({ source, flags }));
    const seed = fc.readConfigureGlobal().seed ?? Date.now();
    const texts = [
      ...TEXTS,
      ...fc.sample(fc.string({ unit: fc.constantFrom(..."aAbkK01.-/:_&[]^"), minLength: 1, maxLength: 6 }), {
        numRuns: 100,
        seed,
      }),
    ];
    const tried = [...known, ...fc.sample(anyRegExp, { numRuns: 1500, seed })].flatMap((one) => {
      const translated = translate(one);
      return translated === undefined ? [] : [{ ...one, pattern: translated }];
    });
    expect(tried.length).toBeGreaterThan(800);
    const verdicts = await java.containers["Tomcat 10"].match(
      tried.map(({ pattern }) => [pattern, ...texts]),
    );
    const wanted = tried.map(({ source, flags }) => {
      const regexp = new RegExp(source, flags);
      return texts.map((text) => (regexp.test(text) ? "1" : "0")).join("");
    });
    let at = 0;
    const different = tried.filter((_, index) => {
      const got = verdicts.slice(at, at + texts.length);
      at += texts.length;
      return got !== wanted[index];
    });
    expect(different).toEqual([]);
    expect(verdicts.length).toBe(at);
    // Not all of them match nothing.
    expect(wanted.filter((one) => one.includes("1")).length).toBeGreaterThan(300);
  });
});

const FETCHES = [
  ...Object.keys(SPRING_RULES),
  ...["/Public", "/public%2f..%2foff", "/open/x", "/publicity", "/own", "/%6fff", "/elsewhere"],
].flatMap((path) =>
  [APP, EVIL, "http://localhost:3000", "null", "app://one", "app://ONE", "https://a.example.com"].flatMap(
    (origin) =>
      [
        {},
        { method: "PUT" },
        { method: "PATCH", headers: { authorization: "x" } },
        { method: "DELETE", headers: { "x-one": "1", "x-two": "2" } },
        { method: "PROPFIND" },
        { method: "POST", headers: { "content-type": "application/json", "x-one": "1" } },
      ].flatMap((init) =>
        (["omit", "include"] as const).map((credentials) => ({
          ...{ url: `https://api.example.com${path}`, origin, credentials },
          ...init,
        })),
      ),
  ),
);

const KNOWN = [
  /^https:\/\/([a-z0-9-]+\.)*example\.com$/,
  /^https:\/\/(.+\.)?example\.com$/,
  /^https:\/\/.*\.example\.com$/,
  /^https?:\/\/localhost(:\d+)?$/,
  /^chrome-extension:\/\/[a-p]{32}$/,
  /^https:\/\/(?!evil\.)[\w-]+\.example\.com$/i,
];

const TEXTS = [
  ...[
    APP,
    EVIL,
    "https://example.com",
    "https://evil.example.com",
    "https://EVIL.example.com",
    "http://localhost:1",
  ],
  ...[
    "http://localhost",
    "https://a.b.example.com",
    "https://aexample.com",
    `chrome-extension://${"ap".repeat(16)}`,
  ],
];

// Where the two dialects part: classes in classes, &&, shorthands, case folding, braces, what needs no escape.
const atom = fc.constantFrom(
  ...[
    "a",
    "b",
    "k",
    "A",
    "0",
    "-",
    "_",
    ":",
    "\\/",
    "\\.",
    "&",
    "\\w",
    "\\W",
    "\\d",
    "\\D",
    "\\S",
    "\\s",
    "[a-k]",
    "[^a]",
  ],
  ...[
    "[a-z&&[^b]]",
    "[[a]",
    "[\\w.-]",
    "[^\\W_]",
    "[a&&b]",
    "\\x61",
    "\\u0061",
    ".",
    "\\cA",
    "\\0",
    "[^]",
    "[]",
    "[\\b]",
  ],
  ...[
    "[\\]^-]",
    "[^^]",
    "[A-z]",
    "[\\d-]",
    "[+--]",
    "[!-~]",
    "\\t",
    "[\\u017f\\u212a]",
    "[K]",
    "]",
    "}",
    "a{,2}",
    "\\-",
  ],
);
const quantifier = fc.constantFrom(
  "",
  "",
  "",
  "*",
  "+",
  "?",
  "*?",
  "+?",
  "??",
  "{2}",
  "{1,2}",
  "{0,1}?",
  "{2,}",
);
const { source: anySource } = fc.letrec<{ source: string; term: string; group: string }>((tie) => ({
  source: fc
    .array(
      fc.array(tie("term"), { minLength: 0, maxLength: 3 }).map((terms) => terms.join("")),
      { minLength: 1, maxLength: 2 },
    )
    .map((options) => options.join("|")),
  term: fc.oneof(
    { maxDepth: 2, depthIdentifier: "term" },
    { weight: 5, arbitrary: fc.tuple(atom, quantifier).map((parts) => parts.join("")) },
    { weight: 2, arbitrary: tie("group") },
  ),
  group: fc.oneof(
    fc
      .tuple(fc.constantFrom("(", "(?:", "(?<name>"), tie("source"), quantifier)
      .map(([head, body, sign]) => `${head}${body})${sign}`),
    fc.tuple(fc.constantFrom("(?=", "(?!"), tie("source")).map(([head, body]) => `${head}${body})`),
  ),
}));
const anyRegExp = fc
  .record({
    source: anySource.map((source) => `^(?:${source})$`),
    flags: fc.constantFrom("", "i", "s", "u", "iu", "su"),
  })
  .filter(({ source, flags }) => isRegExp(source, flags));

function isRegExp(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

/** `undefined`: too costly, or too complex to judge; such a policy does not start. */
function translate({
  source,
  flags,
}: {
  readonly source: string;
  readonly flags: string;
}): string | undefined {
  try {
    const translated = javaRegExp({ regexp: source, flags });
    return "pattern" in translated ? translated.pattern : undefined;
  } catch {
    return undefined;
  }
}
