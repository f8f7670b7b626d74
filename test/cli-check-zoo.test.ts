// The zoo: every broken server is found out with the right code, and put right it has that finding no longer.
import { describe, expect, test } from "vitest";
import { ANSWERS } from "./zoo/answers.ts";
import { CACHES } from "./zoo/caches.ts";
import { HEALTHY } from "./zoo/healthy.ts";
import { ORIGINS } from "./zoo/origins.ts";
import { PREFLIGHTS } from "./zoo/preflights.ts";
import { NAMED_FAILS, REAL } from "./zoo/real.ts";
import { codesOf, listening, reportOn } from "./zoo/run.ts";

const HAND_WRITTEN = [...ORIGINS, ...PREFLIGHTS, ...CACHES, ...ANSWERS];

describe.each(HAND_WRITTEN)("$name", ({ broken, fixed, options, fails = [], warns = [] }) => {
  test("is found", async () => {
    const report = await reportOn(`${await listening(broken)}/orders`, options);
    // A page of the public web, and a server of this machine.
    const ambient = ["local-network"];
    expect({ fails: codesOf(report, "fail"), warns: codesOf(report, "warn") }).toEqual({
      fails: [...fails].sort(),
      warns: [...warns, ...ambient].sort(),
    });
    expect(report.exitCode).toBe(fails.length > 0 ? 1 : 0);
  });

  test("put right, is found no longer", async () => {
    const report = await reportOn(`${await listening(fixed)}/orders`, options);
    expect(codesOf(report, "fail")).toEqual([]);
    expect(codesOf(report, "warn").filter((code) => warns.includes(code))).toEqual([]);
  });
});

test.each(REAL)("npm cors is found out: $name", async ({ broken, path, options, fails }) => {
  const report = await reportOn((await listening(broken)) + path, options);
  expect(codesOf(report, "fail")).toEqual(fails);
});

const FIXED = REAL.flatMap(({ name, fixed, path, options }) =>
  fixed ? [{ name, fixed, path, options }] : [],
);

test.each(FIXED)("nothing is left once it is put right: $name", async ({ fixed, path, options }) => {
  const report = await reportOn((await listening(fixed)) + path, options);
  expect(report.verdict.outcome).toBe("readable");
  expect(codesOf(report, "fail", "warn").filter((code) => code !== "local-network")).toEqual([]);
});

test("each name in the table of findings is one of the real configurations", () => {
  expect(NAMED_FAILS.filter((name) => !REAL.some((one) => one.name === name))).toEqual([]);
});

test.each(HEALTHY)("healthy: $name", async ({ listener, options }) => {
  const report = await reportOn(`${await listening(listener)}/orders`, options);
  expect(report.findings.filter(({ severity }) => severity === "fail")).toEqual([]);
  expect({ asExpected: report.asExpected, exitCode: report.exitCode }).toEqual({
    asExpected: true,
    exitCode: 0,
  });
});

test("the zoo is as large as it is said to be", () => {
  expect(HAND_WRITTEN.length).toBeGreaterThanOrEqual(30);
  expect(REAL.filter(({ fails }) => fails.length > 0).length).toBeGreaterThanOrEqual(10);
  expect(HEALTHY.length).toBeGreaterThanOrEqual(15);
});
