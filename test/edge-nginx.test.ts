// toNginx: real nginx answers as Express 5 with the same policy does, whatever stands behind it.
import express from "express";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EdgeExportError } from "../src/edge/notes.ts";
import { toNginx } from "../src/edge/to-nginx.ts";
import { cors, definePolicy, type Policy } from "../src/index.ts";
import { started } from "./support/cases.ts";
import { hostilePolicies } from "./support/hostile-policies.ts";
import { APP, answerOf, behind, PATHS, POLICIES, requestsFor } from "./support/matrix.ts";
import { hasNginx, startNginx, testNginx } from "./support/nginx.ts";
import { type RawRequest, sendTo, valuesOf } from "./support/raw-http.ts";

const OTHER = "https://admin.example.com";

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

/** Where nginx answers otherwise, in words; Express's answer stands below. */
async function differences(
  policy: Policy,
  requests: readonly Partial<RawRequest>[],
  looked: (answer: Record<string, unknown>) => unknown = (answer) => answer,
): Promise<string> {
  const { nginx, express: edge } = await layers(policy);
  const found: string[] = [];
  for (const request of requests) {
    const [there, here] = await Promise.all([sendTo(nginx, request), sendTo(edge, request)]);
    // What is no request to one of the two never gets as far as CORS.
    if (there.status === 400 || here.status === 400) continue;
    const [answered, wanted] = [there, here].map((answer) => JSON.stringify(looked(answerOf(answer))));
    if (answered !== wanted) found.push(`${JSON.stringify(request)}\n  ${answered}\n  ${wanted}`);
  }
  return found.join("\n");
}

describe.skipIf(!hasNginx && !process.env.CI)("nginx", () => {
  test.each(Object.entries(POLICIES))("answers as Express does: %s", async (name, options) => {
    // Where the service may overwrite, Express lets it drop Origin from Vary; the edge keeps it.
    const looked =
      name === "later writes stand" ? ({ vary: _, ...rest }: Record<string, unknown>) => rest : undefined;
    expect(await differences(definePolicy(options), requestsFor(PATHS[name]), looked)).toBe("");
  });

  test("answers as Express does, whatever the policy", { timeout: 120_000 }, async () => {
    const exported = fc.sample(hostilePolicies, 400).filter(isExported).slice(0, 50);
    expect(exported.length).toBe(50);
    for (const policy of exported) {
      const keys = Object.keys(policy.routes);
      const paths = keys.flatMap((key) => [key, `${key}/x`, key.toUpperCase(), `/${key}`, `${key};a/%78`]);
      const named = Object.values(policy.routes).flatMap((data) =>
        typeof data === "object" && Array.isArray(data.origin)
          ? data.origin.filter((one) => typeof one === "string")
          : [],
      );
      const found = await differences(policy, requestsFor(paths, named));
      expect({ routes: policy.routes, found }).toEqual({ routes: policy.routes, found: "" });
    }
  });

  test.each([1, 50, 1000, 10_000])("loads %i origins without a word, and answers", async (count) => {
    const origins = Array.from({ length: count }, (_, index) => `https://app-${index}.tenant.example`);
    const policy = definePolicy({ origin: origins, credentials: true });
    const { files } = toNginx(policy);
    expect(testNginx({ http: files["cors-http.conf"] ?? "", server: files["cors-server.conf"] ?? "" })).toBe(
      "",
    );
    const asked = [origins[0], origins[count >> 1], origins.at(-1), "https://app--1.tenant.example"];
    const requests = asked.map((origin): Partial<RawRequest> => ({ headers: [["Origin", origin ?? ""]] }));
    expect(await differences(policy, requests)).toBe("");
  });

  test("a cache in nginx itself, and one in front of it, hand nobody another's answer", async () => {
    const { files } = toNginx(definePolicy({ origin: [APP, OTHER], credentials: true }));
    const app = await started(
      (_req, res) => void res.writeHead(200, { "Cache-Control": "max-age=60" }).end("orders"),
    );
    const cached = (upstream: string) =>
      `location / { proxy_pass ${upstream}; proxy_cache pages; add_header X-Cache-Status $upstream_cache_status always;`;
    const inner = await startNginx({
      http: files["cors-http.conf"] ?? "",
      server: `${cached(app.url)} ${files["cors-server.conf"]} }`,
    });
    onTestFinished(() => inner.stop());
    const outer = await startNginx({ server: `${cached(inner.url)} }` });
    onTestFinished(() => outer.stop());
    const asked = [undefined, "https://evil.example", APP, OTHER, APP, undefined, OTHER];
    for (const { url } of [inner, outer]) {
      const allowed: string[] = [];
      let status: string | undefined;
      for (const origin of asked) {
        const response = await sendTo(Number(new URL(url).port), {
          headers: origin === undefined ? [] : [["Origin", origin]],
        });
        allowed.push(valuesOf(response, "access-control-allow-origin").join());
        status = valuesOf(response, "x-cache-status").at(-1);
      }
      expect(allowed).toEqual(asked.map((origin) => (origin === APP || origin === OTHER ? origin : "")));
      expect(status).toBe("HIT");
    }
  });

  test("takes a thousand policies, and nothing in them for a directive of its own", {
    timeout: 60_000,
  }, () => {
    const policies = fc.sample(hostilePolicies, 1000);
    const files = policies.map(
      (policy, index) => toNginx(policy, { prefix: `p${index}_`, acceptDifferences: true }).files,
    );
    for (let from = 0; from < files.length; from += 100) {
      const some = files.slice(from, from + 100);
      const problem = testNginx({
        http: `map_hash_bucket_size 512;\nvariables_hash_max_size 65536; variables_hash_bucket_size 512;\n${some.map((one) => one["cors-http.conf"]).join("\n")}`,
        // Locations: each needs the headers again.
        server: some.map((one, index) => `location /${index} { ${one["cors-server.conf"]} }`).join("\n"),
      });
      expect(problem).toBe("");
    }
  });
});

function isExported(policy: Policy): boolean {
  try {
    toNginx(policy);
    return true;
  } catch (error) {
    if (error instanceof EdgeExportError) return false;
    throw error;
  }
}
