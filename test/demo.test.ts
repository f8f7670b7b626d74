// The demo does what its page says: --check passes, and its judges can fail.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const execFileAsync = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Expectation {
  outcome: string;
  status: number;
  at?: string;
  exposes?: string[];
  hides?: string[];
  wire: Record<string, string | null>;
}
interface Seen {
  outcome: string;
  status?: number;
  at?: string | undefined;
  readable?: string[];
  wire?: Record<string, string>;
}

// By address, since the demo is plain JavaScript without declarations.
const load = (name: string) => import(new URL(`../examples/demo/${name}`, import.meta.url).href);
const { CASES, OWN } = (await load("cases.mjs")) as { CASES: readonly { id: string }[]; OWN: string };
const { judge } = (await load("judge.mjs")) as {
  judge: (expected: Expectation, seen: Seen, origin: string) => string[];
};
const ORIGIN = "http://app.localhost:8080";

test("npm run demo -- --check: every request of both pages is as expected", {
  timeout: 120_000,
}, async () => {
  // A non-zero exit rejects. The time limit allows for a build.
  const { stdout } = await execFileAsync(process.execPath, ["examples/demo/start.mjs", "--check"], {
    cwd: ROOT,
  });
  const all = CASES.length * 2;
  expect(stdout).toMatch(new RegExp(`^${all} of ${all} as expected$`, "m"));
  expect(stdout).not.toContain("FAIL");
});

test("an unknown argument ends the demo with 2 and starts nothing", async () => {
  const run = execFileAsync(process.execPath, ["examples/demo/start.mjs", "--chekc"], { cwd: ROOT });
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("--chekc") });
});

const expected: Expectation = {
  outcome: "readable",
  status: 200,
  exposes: ["ETag"],
  hides: ["X-Served-By"],
  wire: { "access-control-allow-origin": OWN, vary: "Origin" },
};
const right: Seen = {
  outcome: "readable",
  status: 200,
  readable: ["etag"],
  wire: {
    "access-control-allow-origin": ORIGIN,
    vary: "Accept-Encoding, Origin",
    etag: "x",
    "x-served-by": "y",
  },
};

test("judge accepts the right answer, with the wire and without", () => {
  expect(judge(expected, right, ORIGIN)).toEqual([]);
  const { wire, ...asPageSees } = right;
  expect(wire).toBeDefined();
  expect(judge(expected, asPageSees, ORIGIN)).toEqual([]);
  expect(
    judge({ outcome: "blocked", at: "preflight", status: 403, wire: {} }, { outcome: "blocked" }, ORIGIN),
  ).toEqual([]);
});

test.each<[string, Seen]>([
  ["outcome: expected readable, got blocked", { ...right, outcome: "blocked" }],
  ["status: expected 200, got 500", { ...right, status: 500 }],
  ["blocked at: expected none, got preflight", { ...right, at: "preflight" }],
  ["ETag is not readable", { ...right, readable: [] }],
  ["X-Served-By is readable", { ...right, readable: ["etag", "x-served-by"] }],
  [
    "access-control-allow-origin: expected http://app.localhost:8080, got *",
    { ...right, wire: { ...right.wire, "access-control-allow-origin": "*" } },
  ],
  [
    "vary: expected Origin, got Accept-Encoding",
    { ...right, wire: { ...right.wire, vary: "Accept-Encoding" } },
  ],
])("judge finds: %s", (difference, seen) => {
  expect(judge(expected, seen, ORIGIN)).toEqual([difference]);
});

test("judge finds a header that must be absent, and one that is not even sent", () => {
  const refused = { ...expected, exposes: [], hides: [], wire: { "access-control-allow-origin": null } };
  expect(judge(refused, right, ORIGIN)).toEqual([
    `access-control-allow-origin: expected none, got ${ORIGIN}`,
  ]);
  const { "x-served-by": _, ...wire } = right.wire as Record<string, string>;
  expect(judge(expected, { ...right, wire }, ORIGIN)).toEqual(["X-Served-By is not sent"]);
});
