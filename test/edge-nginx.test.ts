// toNginx: real nginx answers as Express 5 with the same policy does, whatever stands behind it.
import express from "express";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { toNginx } from "../src/edge/to-nginx.ts";
import { cors, definePolicy, type Policy } from "../src/index.ts";
import { started } from "./support/cases.ts";
import { answerOf, behind, POLICIES, requestsFor } from "./support/matrix.ts";
import { hasNginx, startNginx } from "./support/nginx.ts";
import { sendTo } from "./support/raw-http.ts";

/** The ports of nginx and of Express with this policy, in front of the same application. */
async function layers(policy: Policy): Promise<{ nginx: number; express: number }> {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const { files } = toNginx(policy);
  const app = await started(behind);
  const edge = await started(
    express()
      .use(cors(policy, { layer: "edge" }))
      .use(behind),
  );
  const nginx = await startNginx({
    http: files["cors-http.conf"] ?? "",
    server: `${files["cors-server.conf"]}\nlocation / { proxy_pass ${app.url}; }`,
  });
  onTestFinished(() => nginx.stop());
  return { nginx: Number(new URL(nginx.url).port), express: edge.port };
}

describe.skipIf(!hasNginx && !process.env.CI)("nginx", () => {
  test.each(Object.entries(POLICIES))("answers as Express does: %s", async (name, options) => {
    const { nginx, express: edge } = await layers(definePolicy(options));
    const differences: string[] = [];
    for (const request of requestsFor(name)) {
      const [there, here] = await Promise.all([sendTo(nginx, request), sendTo(edge, request)]);
      // What is no request to one of the two never gets as far as CORS.
      if (there.status === 400 || here.status === 400) continue;
      const [answered, wanted] = [answerOf(there), answerOf(here)].map((answer) =>
        // Where the service may overwrite, Express lets it drop Origin from Vary; the edge keeps it.
        JSON.stringify(name === "later writes stand" ? { ...answer, vary: [] } : answer),
      );
      if (answered !== wanted) differences.push(`${JSON.stringify(request)}\n  ${answered}\n  ${wanted}`);
    }
    expect(differences.join("\n")).toBe("");
  });
});
