// The zoo behind a real nginx: what classic configurations of it do to CORS is found, with --via to the culprit.
import { describe, expect, onTestFinished, test } from "vitest";
import { hasNginx, startNginx } from "./support/nginx.ts";
import { type Edge, HEALTHY_NGINX, NGINX_ANIMALS } from "./zoo/nginx.ts";
import { codesOf, listening, reportOn } from "./zoo/run.ts";

/** Both URLs, until the test is over. */
async function started({ site, behind }: Edge): Promise<{ edge: string; inner: string }> {
  const inner = await listening(behind);
  const nginx = await startNginx(site(inner));
  onTestFinished(() => nginx.stop());
  return { edge: `${nginx.url}/orders`, inner };
}

// A page of the public web, and a server of this machine.
const AMBIENT = ["local-network"];

describe.skipIf(!hasNginx && !process.env.CI)("nginx", () => {
  describe.each(NGINX_ANIMALS)("$name", ({ broken, fixed, options, fails = [], warns = [], culprit }) => {
    test("is found", async () => {
      const { edge, inner } = await started(broken);
      const report = await reportOn(edge, culprit === undefined ? options : { ...options, via: [inner] });
      expect({ fails: codesOf(report, "fail"), warns: codesOf(report, "warn") }).toEqual({
        fails: [...fails].sort(),
        warns: [...warns, ...AMBIENT].sort(),
      });
      expect(report.exitCode).toBe(fails.length > 0 ? 1 : 0);
      if (culprit === undefined) return;
      expect(report.hops?.culprit?.hop).toBe(new URL(edge).origin);
      expect(report.hops?.culprit?.why).toMatch(culprit);
      expect(report.hops?.hops[1]?.hints.join()).toMatch(/server: nginx/);
    });

    test("put right, is found no longer", async () => {
      const { edge } = await started(fixed);
      const report = await reportOn(edge, options);
      expect(report.verdict.outcome).toBe("readable");
      expect(codesOf(report, "fail", "warn")).toEqual(AMBIENT);
    });
  });

  test.each(HEALTHY_NGINX)("healthy: $name", async ({ options, ...edge }) => {
    const report = await reportOn((await started(edge)).edge, options);
    expect(report.findings.filter(({ severity }) => severity === "fail")).toEqual([]);
    expect({ outcome: report.verdict.outcome, exitCode: report.exitCode }).toEqual({
      outcome: "readable",
      exitCode: 0,
    });
  });
});
