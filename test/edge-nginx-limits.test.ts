// toNginx where nginx itself is peculiar: answers that it puts in the place of the service's, its limits, its RegExps.
import { describe, expect, onTestFinished, test } from "vitest";
import { toNginx } from "../src/edge/to-nginx.ts";
import { definePolicy, type PolicyOptions } from "../src/index.ts";
import { started } from "./support/cases.ts";
import { hasNginx, startNginx } from "./support/nginx.ts";
import { type RawRequest, sendTo, valuesOf } from "./support/raw-http.ts";

const APP = "https://app.example.com";

/** Asks a real nginx with this policy, whose server holds these lines, too. */
async function asker(options: PolicyOptions, server: (files: Readonly<Record<string, string>>) => string) {
  const { files } = toNginx(definePolicy(options));
  const nginx = await startNginx({ http: files["cors-http.conf"] ?? "", server: server(files) });
  onTestFinished(() => nginx.stop());
  return (request: Partial<RawRequest>) => sendTo(Number(new URL(nginx.url).port), request);
}

describe.skipIf(!hasNginx && !process.env.CI)("nginx", () => {
  test("Vary is in the answer that is sent, whatever became of the service's", async () => {
    const app = await started(({ url = "" }, res) => {
      res.setHeader("Vary", "Origin");
      if (url === "/fails") res.statusCode = 500;
      if (url === "/elsewhere") res.setHeader("X-Accel-Redirect", "/file");
      res.end("orders");
    });
    const ask = await asker(
      { origin: [APP], credentials: true },
      (files) => `${files["cors-server.conf"]}
        error_page 500 /sorry;
        location = /sorry { internal; return 200 sorry; }
        location = /file { internal; return 200 file; }
        location = /hidden { ${files["cors-server.conf"]} proxy_hide_header Vary; proxy_pass ${app.url}; }
        location = /twice { add_header Vary Origin always; ${files["cors-server.conf"]} return 200; }
        location / { proxy_intercept_errors on; proxy_pass ${app.url}; }`,
    );
    const answers = [];
    for (const target of ["/", "/fails", "/elsewhere", "/hidden", "/twice"]) {
      const response = await ask({ target, headers: [["Origin", APP]] });
      answers.push([
        target,
        ...valuesOf(response, "access-control-allow-origin"),
        ...valuesOf(response, "vary"),
      ]);
    }
    expect(answers).toEqual([
      ["/", APP, "Origin"],
      ["/fails", APP, "Origin"],
      ["/elsewhere", APP, "Origin"],
      ["/hidden", APP, "Origin"],
      ["/twice", APP, "Origin"],
    ]);
  });
});
