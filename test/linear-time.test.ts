// No input takes more than linear time: t(2n) / t(n) stays near 2 from 1k to 64k bytes.
import { describe, expect, test } from "vitest";
import { definePolicy } from "../src/index.ts";

const policy = definePolicy({
  routes: {
    "/": {
      origin: ["https://a.example", "https://*.b.example", /^https:\/\/([a-z0-9-]+\.)*c\.example$/],
      credentials: true,
    },
    "/public": { origin: "*", allowedHeaders: ["x-one"] },
    "/echo": { origin: ["https://a.example"] },
  },
});

const SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
const base = { method: "OPTIONS", origin: "https://a.example", requestMethod: "PUT" };
const repeated = (unit: string) => (size: number) =>
  unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

const INPUTS: Readonly<Record<string, (text: string) => void>> = {
  Origin: (origin) => void policy.decide({ ...base, origin }),
  "Access-Control-Request-Method": (requestMethod) => void policy.decide({ ...base, requestMethod }),
  "Access-Control-Request-Headers, echoed": (requestHeaders) =>
    void policy.decide({ ...base, path: "/echo", requestHeaders }),
  "Access-Control-Request-Headers, against a list": (requestHeaders) =>
    void policy.decide({ ...base, path: "/public", requestHeaders }),
  "the path": (text) => void policy.decide({ ...base, path: `/${text}` }),
};

const UNITS = [
  "a",
  ",",
  " ",
  "a,",
  "a, ",
  "\t,",
  "https://",
  "a.",
  "https://a.b.example, ",
  "%25",
  "%2525",
  "/",
  "//",
  ";",
  "/;",
  "../",
  "\\",
  "%",
  "(",
  "é",
];

/** The median of several runs of a batch: what the machine can do, not what else it was doing. */
function time(run: (text: string) => void, text: string): number {
  const calls = Math.max(1, Math.round(200_000 / text.length));
  const samples: number[] = [];
  for (let sample = 0; sample < 20; sample++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) run(text);
    samples.push(Number(process.hrtime.bigint() - start) / calls);
  }
  return samples.sort((a, b) => a - b)[10] as number;
}

/** The growth factors from each size to its double. */
function growth(run: (text: string) => void, make: (size: number) => string): number[] {
  const times = SIZES.map((size) => time(run, make(size)));
  return times.slice(1).map((later, index) => later / (times[index] as number));
}

describe.each(Object.entries(INPUTS))("%s", (_name, run) => {
  test.each(UNITS)("repeated %j", (unit) => {
    const make = repeated(unit);
    run(make(65_536));
    // A busy machine or a full cache may spoil some measurements of a step; a quadratic input spoils all of them.
    let best = SIZES.slice(1).map(() => Number.POSITIVE_INFINITY);
    for (let attempt = 0; attempt < 25 && Math.max(...best) > 2.5; attempt++) {
      const factors = growth(run, make);
      best = best.map((factor, step) => Math.min(factor, factors[step] ?? factor));
    }
    expect(Math.max(...best)).toBeLessThanOrEqual(2.5);
  });
});

// Tenants' rows become configuration while the service runs. Quadratic advice took half a minute at this size.
describe("what is written in a configuration", () => {
  const SIZE = 200_000;
  const WHERE: Readonly<Record<string, (text: string) => unknown>> = {
    "a route key": (text) => ({ routes: { [text]: false } }),
    "an origin": (origin) => ({ origin: [origin], credentials: true }),
    "a RegExp's source": (regexp) => ({ origin: { regexp }, credentials: true }),
    "a method": (method) => ({ origin: "*", methods: [method] }),
    "a list of methods": (methods) => ({ origin: "*", methods }),
    "a header": (header) => ({ origin: "*", allowedHeaders: header }),
    "an option": (name) => ({ origin: "*", [name]: true }),
  };
  const units = [...UNITS, '"', "*.", "|", ":", "GET ", "a-", "(", "[", "patch,", "a b,", "GET|POST,"];

  test.each(Object.entries(WHERE))("%s is judged at once", (_name, options) => {
    for (const text of units
      .map((unit) => repeated(unit)(SIZE))
      .flatMap((run) => [run, `${run}x`, `/${run}x*`])) {
      const begun = performance.now();
      try {
        definePolicy(options(text) as never);
      } catch {
        // Nearly all of them are refused.
      }
      expect(performance.now() - begun, text.slice(0, 20)).toBeLessThan(2_000);
    }
  });
});
