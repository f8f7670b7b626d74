// What a process that does not start prints: the error's trace begins at the line that wrote the options.
import { expect, test } from "vitest";
import cors, { definePolicy, livePolicy, originsFromEnv } from "../src/index.ts";

const UNTYPED = { origin: 1 } as never;

test.each<[string, () => unknown]>([
  ["definePolicy", () => definePolicy(UNTYPED)],
  ["cors, the policy", () => cors(UNTYPED)],
  ["cors, its own options", () => cors({ origin: "*" }, { mode: "off" } as never)],
  ["cors, not called", () => cors({ headers: {}, httpVersion: "1.1" } as never)],
  ["livePolicy", () => livePolicy(UNTYPED)],
  ["replace", () => livePolicy({ origin: "*" }).replace(UNTYPED)],
  ["originsFromEnv, unset", () => originsFromEnv("BORING_CORS_UNSET")],
  ["originsFromEnv, its options", () => originsFromEnv("BORING_CORS_UNSET", 1 as never)],
  ["originsFromEnv, no origin", () => originsFromEnv("BORING_CORS_UNSET", { fallback: "app" })],
])("%s: the first frame is the caller's", (_name, act) => {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  const { name, stack = "" } = thrown as Error;
  expect(name).toBe("CorsConfigError");
  const [frame] = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  expect(frame).toContain("refusal.test.ts");
});
