// toNginx where nginx itself is peculiar: answers that it puts in the place of the service's, its limits, its RegExps.
import { describe, expect, onTestFinished, test } from "vitest";
import { toPcre, Untranslatable } from "../src/edge/pcre.ts";
import { toNginx } from "../src/edge/to-nginx.ts";
import { definePolicy, type PolicyOptions } from "../src/index.ts";
import { started } from "./support/cases.ts";
import { hasNginx, startNginx, testNginx } from "./support/nginx.ts";
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

  test.each([
    [/^https:\/\/[\w-.]+\.example\.com$/, "a-b.c"],
    [/^https:\/\/[.-\w]+\.example\.com$/, "a-b.c"],
    [/^https:\/\/[\d-a-z]+\.example\.com$/, "1-az"],
    [/^https:\/\/[--9-z]+\.example\.com$/, "1-z"],
    [/^https:\/\/[a-c-e]+\.example\.com$/, "a-e"],
    [/^https:\/\/[^\w-]+\.example\.com$/, "a-b"],
  ])("hyphens in classes mean what they mean in JavaScript: %s", async (regexp, name) => {
    const ask = await asker(
      { origin: [regexp] },
      (files) => `${files["cors-server.conf"]} location / { return 200; }`,
    );
    for (const host of [name, "a", "m", "d", "q", "1", "5", "-a", "a-", "a.b", "z", "a1"]) {
      const origin = `https://${host}.example.com`;
      const granted = valuesOf(await ask({ headers: [["Origin", origin]] }), "access-control-allow-origin");
      const wanted = regexp.test(origin) ? [origin] : [];
      expect([origin, ...granted]).toEqual([origin, ...wanted]);
    }
  });

  test("PCRE counts to 65535", () => {
    expect(() => toPcre("^a{70000}$", "")).toThrow(Untranslatable);
  });

  test.each<[string, NonNullable<PolicyOptions["origin"]>]>([
    ["two exact ones", ["app://AbCd", "app://abcd"]],
    ["an exact one and a RegExp", ["app://abcd", /^app:\/\/AbCd$/]],
  ])("installed apps that differ in case alone are told apart: %s", async (_, origin) => {
    const ask = await asker(
      { origin, dangerouslyAllowOpaqueOrigins: true },
      (files) => `${files["cors-server.conf"]} location / { return 200; }`,
    );
    const granted = [];
    for (const asking of ["app://AbCd", "app://abcd", "app://ABCD"])
      granted.push(...valuesOf(await ask({ headers: [["Origin", asking]] }), "access-control-allow-origin"));
    expect(granted).toEqual(["app://AbCd", "app://abcd"]);
  });

  test("a long path is one word of nginx's", () => {
    const key =
      "/api/v1/organizations/settings/integrations/notifications/subscriptions/lists/statistics/filters/installs";
    const { files } = toNginx(definePolicy({ routes: { "/": false, [key]: { origin: [APP] } } }));
    const site = { http: files["cors-http.conf"] ?? "", server: files["cors-server.conf"] ?? "" };
    expect(testNginx(site)).toBe("");
  });

  test.each(["allowedHeaders", "exposedHeaders", "methods"] as const)(
    "more %s than fit into a word are refused",
    (option) => {
      const names = Array.from({ length: 200 }, (_, index) => `X-A-RATHER-LONG-NAME-${index}`);
      const policy = definePolicy({ origin: [APP], [option]: names });
      expect(() => toNginx(policy)).toThrow(
        new RegExp(`routes\\["/"\\]\\.${option}: its names are \\d+ bytes.*\\[HEADERS\\]`),
      );
      const { files } = toNginx(policy, { acceptDifferences: true });
      expect(files["cors-http.conf"]).not.toContain("X-A-RATHER-LONG-NAME");
      const site = { http: files["cors-http.conf"] ?? "", server: files["cors-server.conf"] ?? "" };
      expect(testNginx(site)).toBe("");
    },
  );

  test("captures with names stay, and the file says that those with numbers do not", async () => {
    const ask = await asker({ origin: [APP] }, (files) => {
      expect(files["cors-server.conf"]).toContain("overwrites $1, $2");
      return `server_name ~^(?<site>127)[.]; ${files["cors-server.conf"]}
          location ~ ^/files/(?<file>.*)$ { return 200 "$site $file"; }`;
    });
    expect((await ask({ target: "/files/a", headers: [["Origin", APP]] })).body).toBe("127 a");
  });

  test("sixty routes with RegExps load without a word", () => {
    const routes = Array.from({ length: 60 }, (_, index) => [
      `/r/${index}`,
      { origin: [/^https:\/\/[a-z]+\.example\.com$/] },
    ]);
    const { files } = toNginx(definePolicy({ routes: Object.fromEntries(routes) }));
    const site = { http: files["cors-http.conf"] ?? "", server: files["cors-server.conf"] ?? "" };
    expect(testNginx(site)).toBe("");
  });

  test.each(["http_", "upstream_", "cookie_"])("no prefix replaces nginx's own variables: %s", (prefix) => {
    expect(() => toNginx(definePolicy({ origin: [APP] }), { prefix })).toThrow("nginx's own variables");
  });

  test("a second policy with the same prefix does not replace the first in silence", () => {
    const [one, other] = [APP, "https://other.example"].map(
      (origin) => toNginx(definePolicy({ origin: [origin] })).files["cors-http.conf"],
    );
    expect(testNginx({ http: `${one}\n${other}`, server: "" })).toContain(
      'duplicate "log_format" name "cors_policy"',
    );
    const apart = toNginx(definePolicy({ origin: [APP] }), { prefix: "other_" }).files["cors-http.conf"];
    expect(testNginx({ http: `${one}\n${apart}`, server: "" })).toBe("");
  });
});
