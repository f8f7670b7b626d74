// What report mode publishes is what two servers differ in; healthy configurations are silent; flipping `mode` is all.
import type { CorsOptions as NpmOptions } from "cors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CorsMiddleware, cors, type DifferenceEvent } from "../src/index.ts";
import { APP, EVIL, from, type Handler, settled, started } from "./support/cases.ts";
import { corsHeaders, type RawRequest, type RunningServer, serve, valuesOf } from "./support/raw-http.ts";
import { differencesOf, type Layer, linesOf, npm, published, stack } from "./support/report.ts";
import { APPLICATION, judged } from "./support/report-judge.ts";

const OTHER = "https://other.example";
const layer = (options: unknown, more: object = {}): Layer =>
  cors(options as { origin: "*" }, more) as CorsMiddleware as Layer;
const REPORT = { mode: "report" };

/**
 * The same application behind everything: with headers to expose, and an answer of its own to OPTIONS (without them: what
 * a swallowed answer would have held is known to nobody).
 */
const application: Handler = (req, res) => {
  if (req.method === "OPTIONS") res.setHeader("Allow", "GET, PUT");
  else res.setHeaders(new Headers({ "X-A": "1", "X-B": "2" }));
  res.end(APPLICATION);
};

const preflight = (origin: string, method: string, headers?: string): Partial<RawRequest> => ({
  method: "OPTIONS",
  headers: [
    ["Origin", origin],
    ["Access-Control-Request-Method", method],
    ...(headers === undefined ? [] : [["Access-Control-Request-Headers", headers] as const]),
  ],
});

const REQUESTS: readonly Partial<RawRequest>[] = [
  {},
  ...[APP, OTHER, EVIL, "null", "http://app.example.com"].map((origin) => from(origin)),
  { method: "POST", ...from(APP) },
  { method: "OPTIONS" },
  { method: "OPTIONS", ...from(APP) },
  preflight(APP, "PUT"),
  preflight(OTHER, "PATCH", "content-type"),
  preflight(EVIL, "DELETE", "authorization"),
  preflight(APP, "GET", "authorization,x-a"),
  preflight(APP, "BREW"),
];

const COMMON: readonly NpmOptions[] = [
  { origin: "*" },
  { origin: [APP] },
  { origin: [APP, OTHER], credentials: true },
  { origin: [APP], methods: ["GET", "BREW"], maxAge: 60 },
  { origin: [APP, OTHER], allowedHeaders: ["Content-Type", "X-A"], optionsSuccessStatus: 200 },
  { origin: "*", allowedHeaders: "*", exposedHeaders: "*", methods: "*" },
  { origin: [APP, EVIL], exposedHeaders: ["X-A"], maxAge: 60 },
  { origin: [APP], credentials: true, exposedHeaders: ["x-a", "X-B", "X-C"], allowedHeaders: [] },
];
const TODAY: readonly (NpmOptions | undefined)[] = [
  ...COMMON,
  undefined,
  { origin: true, credentials: true },
  { origin: APP, exposedHeaders: ["X-B"] },
  { origin: false },
  { credentials: true },
  { origin: [APP], preflightContinue: true },
];
const POLICIES: readonly object[] = [
  ...COMMON,
  { origin: false },
  { origin: [APP], blockRefused: true },
  { origin: [APP], credentials: true, methods: "*", maxAge: 0 },
  { origin: ["https://*.example.com"], exposedHeaders: ["X-B"] },
];

const todays = (options: NpmOptions | undefined) => (options === undefined ? [] : [npm(options)]);

const send = (server: RunningServer | undefined, request: Partial<RawRequest>) => {
  if (server === undefined) throw new Error("three servers are compared");
  return server.send(request);
};

/** What is published for each request, beside what the two servers differ in. */
async function compare(
  events: readonly DifferenceEvent[],
  [today, later, reporting]: readonly RunningServer[],
  requests = REQUESTS,
) {
  const said: string[][] = [];
  const seen: string[][] = [];
  for (const request of requests) {
    seen.push(judged(request, await send(today, request), await send(later, request)));
    const before = events.length;
    await send(reporting, request);
    await settled();
    said.push(
      differencesOf(events.slice(before))
        .map(({ effect, kind, header }) => `${effect} ${header ?? kind}`)
        .sort(),
    );
  }
  return { said, seen };
}

describe("what is published is what two servers differ in", () => {
  test.each(POLICIES.map((policy) => [JSON.stringify(policy), policy] as const))(
    "%s",
    async (_name, policy) => {
      const events = published();
      const later = await started(stack([layer(policy)], application));
      const kinds = new Set<string>();
      for (const options of TODAY) {
        const today = await started(stack(todays(options), application));
        const reporting = await started(stack([layer(policy, REPORT), ...todays(options)], application));
        const { said, seen } = await compare(events, [today, later, reporting]);
        expect(said, JSON.stringify(options)).toEqual(seen);
        for (const line of said.flat()) kinds.add(line.split(" ")[0] ?? "");
      }
      // Each policy takes something from somebody, or gives it.
      expect(kinds.size).toBeGreaterThan(1);
    },
  );

  const lists = (...names: string[]) => fc.subarray(names, { minLength: 1 });
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const OPTIONS = fc.record({
    origin: fc.oneof(
      fc.constant("*"),
      lists(APP, OTHER, EVIL),
      fc.constant([/^https:\/\/[a-z]+\.example\.com$/]),
    ),
    credentials: fc.boolean(),
    // npm cors throws for methods: undefined.
    methods: lists("GET", "PUT", "PATCH", "BREW"),
    allowedHeaders: optional(fc.oneof(fc.constant("*"), lists("X-A", "content-type", "Authorization"))),
    exposedHeaders: optional(lists("X-A", "x-b", "ETag")),
    maxAge: optional(fc.constantFrom(0, 5, 600)),
    optionsSuccessStatus: fc.constantFrom(200, 204),
  });
  const POLICY = fc
    .record({ options: OPTIONS, blockRefused: fc.boolean() })
    .map(({ options, blockRefused }) => ({
      ...options,
      credentials: options.credentials && options.origin !== "*",
      blockRefused,
    }));
  const REQUEST = fc.oneof(
    fc.record({
      method: fc.constantFrom("GET", "POST", "OPTIONS"),
      headers: fc.constantFrom([], ...[APP, OTHER, EVIL].map((origin) => [["Origin", origin] as const])),
    }),
    fc
      .tuple(
        fc.constantFrom(APP, OTHER, EVIL, "null"),
        fc.constantFrom("GET", "PUT", "PATCH", "BREW"),
        optional(fc.subarray(["authorization", "content-type", "x-a"]).map((names) => names.join(","))),
      )
      .map((asked) => preflight(...asked)),
  );

  test("whatever the two are set to", async () => {
    const effects = new Set<string>();
    const events = published();
    const property = fc.asyncProperty(
      OPTIONS,
      POLICY,
      fc.array(REQUEST, { minLength: 3, maxLength: 6 }),
      async (a, b, asked) => {
        const servers = await Promise.all([
          serve(stack([npm(a as NpmOptions)], application)),
          serve(stack([layer(b)], application)),
          serve(stack([layer(b, REPORT), npm(a as NpmOptions)], application)),
        ]);
        try {
          const { said, seen } = await compare(events, servers, asked);
          for (const line of said.flat()) effects.add(line);
          expect(said).toEqual(seen);
        } finally {
          await Promise.all(servers.map((server) => server.close()));
        }
      },
    );
    await fc.assert(property, { numRuns: 120, endOnFailure: true });
    expect(effects.size).toBeGreaterThan(15);
  }, 60_000);
});

// npm cors set up well, and the policy that says the same.
const HEALTHY: readonly object[] = [
  { origin: "*" },
  { origin: "*", methods: ["GET", "HEAD"], allowedHeaders: ["Content-Type"] },
  { origin: "*", exposedHeaders: "*" },
  { origin: "*", exposedHeaders: ["X-A", "X-B"], maxAge: 86_400 },
  { origin: "*", allowedHeaders: "*", methods: "*" },
  { origin: APP },
  { origin: APP, credentials: true, exposedHeaders: "X-A" },
  { origin: [APP] },
  { origin: [APP, OTHER], credentials: true },
  { origin: [APP, "http://localhost:5173"], credentials: true, maxAge: 600 },
  { origin: [APP], methods: "GET,PUT,DELETE" },
  { origin: [APP], methods: ["GET", "POST"], allowedHeaders: "Content-Type,Authorization" },
  { origin: [APP], allowedHeaders: ["authorization", "x-a"], credentials: true },
  { origin: [APP], exposedHeaders: ["x-a", "ETag"], maxAge: 0 },
  { origin: [APP], optionsSuccessStatus: 200 },
  { origin: /^https:\/\/([a-z0-9-]+\.)*example\.com$/ },
  { origin: [/^https:\/\/[a-z]+\.example\.com$/, OTHER], credentials: true },
  { origin: (_origin: unknown, callback: (error: null, answer: string[]) => void) => callback(null, [APP]) },
  { origin: false },
  {
    origin: [APP],
    credentials: true,
    methods: ["GET", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["Authorization", "Content-Type", "X-A"],
    exposedHeaders: ["X-A"],
    maxAge: 3600,
  },
];
// A plain OPTIONS is left out: npm cors swallows each of them, which is what "handled" is for.
const TRAFFIC = REQUESTS.filter(({ method, headers = [] }) => method !== "OPTIONS" || headers.length > 1);

describe("twenty healthy configurations are silent", () => {
  test("there are twenty, and requests of every kind", () => {
    expect(new Set(HEALTHY).size).toBe(20);
    expect(TRAFFIC).toHaveLength(12);
  });

  test.each(HEALTHY.map((options, index) => [index + 1, JSON.stringify(options), options] as const))(
    "%i: %s",
    async (_number, _name, options) => {
      const events = published();
      const middleware = cors(options as { origin: "*" }, { mode: "report" });
      const server = await started(stack([middleware as Layer, npm(options as NpmOptions)], application));
      for (const request of TRAFFIC) await server.send(request);
      await settled();
      expect(linesOf(events)).toEqual([]);
      expect(middleware.differences).toEqual({ answers: TRAFFIC.length, blocks: 0, opens: 0 });
    },
  );
});

test("names that a handler exposes by itself cannot be told from npm cors's: the report says so, enforced they join", async () => {
  const exposes: Handler = (req, res) => {
    res.setHeader("Access-Control-Expose-Headers", "X-A");
    application(req, res);
  };
  const events = published();
  const reporting = await started(stack([layer({ origin: [APP] }, REPORT), npm({ origin: [APP] })], exposes));
  await reporting.send(from(APP));
  await settled();
  expect(linesOf(events)).toEqual(["blocks access-control-expose-headers: X-A -> none"]);
  const enforcing = await started(stack([layer({ origin: [APP] })], exposes));
  expect(valuesOf(await enforcing.send(from(APP)), "access-control-expose-headers")).toEqual(["X-A"]);
});

test("rolling out and back is flipping the mode", async () => {
  const policy = { origin: [APP], credentials: true };
  const today = npm({ origin: true, credentials: true });
  const answersWith = async (layers: readonly Layer[]) => {
    const server = await started(stack(layers, application));
    const answers = [];
    for (const request of REQUESTS) {
      const { status, body, headers } = await server.send(request);
      answers.push({ status, body, headers: headers.filter(([name]) => name !== "Date") });
    }
    return answers;
  };
  const corsOf = (answers: Awaited<ReturnType<typeof answersWith>>) =>
    answers.map((answer) => [answer.status, corsHeaders({ ...answer, reason: "" })]);

  const before = await answersWith([today]);
  expect(await answersWith([layer(policy, REPORT), today])).toEqual(before);
  const enforced = await answersWith([layer(policy, { mode: "enforce" }), today]);
  const alone = await answersWith([layer(policy)]);
  // Plain OPTIONS are npm cors's as long as it is there.
  const isPlain = (index: number) =>
    REQUESTS[index]?.method === "OPTIONS" && (REQUESTS[index]?.headers?.length ?? 0) < 2;
  const asked = <T>(answers: readonly T[]) => answers.filter((_answer, index) => !isPlain(index));
  expect(asked(corsOf(enforced))).toEqual(asked(corsOf(alone)));
  expect(asked(corsOf(enforced))).not.toEqual(asked(corsOf(before)));
  expect(await answersWith([layer(policy, REPORT), today])).toEqual(before);
  expect(await answersWith([today])).toEqual(before);
});
