// boring-cors check: what is printed, as text, as data and as curl commands; no secrets, nothing raw.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { CheckOptions } from "../src/cli/check/options.ts";
import { APP, listening, reportOn, run } from "./zoo/run.ts";
import { application, chain, handWritten, service, setting } from "./zoo/service.ts";

describe("what is printed", () => {
  const secrets: CheckOptions = {
    header: [
      "Authorization: Bearer s3cret-token-1",
      "X-Api-Key: s3cret-key-2",
      "X-Auth-Key: s3cret-key-7",
      "Ocp-Apim-Subscription-Key: s3cret-key-8",
      "Cookie: sid=s3cret-cookie-3",
    ],
    credentials: true,
    curl: true,
  };

  test.each([false, true])("never a secret whole, json: %s", async (json) => {
    const origin = "http://127.0.0.1:9";
    const echoing = chain(
      setting("Set-Cookie", "a=s3cret-set-4; SameSite=None; Secure"),
      (req, res, next) => {
        // What a server makes of them.
        res.setHeader("Access-Control-Allow-Origin", String(req.headers.authorization ?? "none"));
        res.setHeader(
          "Location",
          `/x?access_token=s3cret-location-5&next=${encodeURIComponent(req.url ?? "")}`,
        );
        next();
      },
      application,
    );
    const url = `${await listening(echoing)}/orders?api_key=s3cret-query-6`;
    const { out, err } = await run([url], { ...secrets, origin, json });
    expect(out).toContain("***");
    expect(out + err).not.toContain("s3cret");
  });

  test.each([
    ["/#access_token=s3cret-1&state=7", "/#access_token=***&state=7"],
    ["/?key=s3cret-2&api-key=s3cret-3&page=2", "/?key=***&api-key=***&page=2"],
    ["/?a=b?token=s3cret-4?s3cret-5", "/?a=b?token=***"],
    ["//me:s3cret-6@127.0.0.1:9/@me", "//***@127.0.0.1:9/@me"],
    ["https://s3cret-7@127.0.0.1:9/", "https://***@127.0.0.1:9/"],
  ])("a redirect to %s", async (location, printed) => {
    const url = await listening(
      chain(handWritten(), (_req, res) => res.writeHead(302, { Location: location }).end()),
    );
    const { out } = await run([url], { origin: APP });
    expect(out).toContain(`location: ${printed}\n`);
    expect(out).not.toContain("s3cret");
  });

  test("a header that is made to be searched for long", async () => {
    const url = await listening(chain(setting("Server", "?sig".repeat(20_000)), application));
    const started = performance.now();
    const { code } = await run([`${url}/orders`], { origin: APP });
    expect(code).toBe(1);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("nothing raw from the wire", async () => {
    const url = await listening((req) => {
      req.socket.end(
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: \x9b31mred\xad\r\nServer: a\x85b\r\nContent-Length: 0\r\n\r\n",
        "latin1",
      );
    });
    for (const options of [{}, { json: true }, { curl: true }]) {
      const { out, err } = await run([url], { origin: APP, ...options });
      expect(out).toContain("?31mred?");
      expect(out + err).not.toMatch(/[^\n\x20-\x7e]/);
    }
  });

  test("colour only where somebody looks", async () => {
    const url = await listening(service());
    const plain = await run([url], { origin: APP });
    const painted = await run([url], { origin: APP }, { colour: true });
    expect(plain.out).not.toContain("\x1b");
    expect(painted.out).toContain("\x1b[32mpass\x1b[0m");
  });

  test("progress on a terminal, which is cleared at the end", async () => {
    const { err } = await run([await listening(service())], { origin: APP }, { progress: true });
    expect(err.startsWith("\r\x1b[K1 requests, GET ...")).toBe(true);
    expect(err.endsWith("\r\x1b[K")).toBe(true);
  });

  test("codes are aligned", async () => {
    const { out } = await run([`${await listening(service())}/orders`], { origin: APP });
    const columns = out.split("\n").filter((line) => /^(pass|warn|fail) {2}/.test(line));
    expect(columns.length).toBeGreaterThan(15);
    expect(new Set(columns.map((line) => /^\w+ +[\w-]+ +/.exec(line)?.[0].length)).size).toBe(1);
  });

  test("the schema of --json", async () => {
    const report = await reportOn(`${await listening(service())}/orders`);
    expect(Object.keys(report)).toEqual([
      "schema",
      "url",
      "origin",
      "method",
      "credentials",
      "verdict",
      "expected",
      "asExpected",
      "conversation",
      "findings",
      "drift",
      "hops",
      "curl",
      "requests",
      "exitCode",
    ]);
    expect(report.schema).toBe("boring-cors/check/1");
    expect(Object.keys(report.verdict)).toEqual([
      "outcome",
      "certain",
      "step",
      "code",
      "message",
      "send",
      "policy",
    ]);
    expect(report.conversation).toEqual([
      {
        kind: "actual",
        method: "GET",
        url: report.url,
        request: [`origin: ${APP}`],
        status: 200,
        protocol: "HTTP/1.1",
        response: [
          "vary: Origin",
          `access-control-allow-origin: ${APP}`,
          "access-control-allow-credentials: true",
        ],
        error: null,
      },
    ]);
    expect(report.findings[0]).toEqual({
      code: "origin-not-allowed",
      severity: "pass",
      message: "Access-Control-Allow-Origin is there.",
      evidence: [`actual: access-control-allow-origin: ${APP}`],
      fix: "",
    });
  });
});

describe("--curl", () => {
  test("sh gives curl the very words, whatever stands in them", async () => {
    const nasty = 'it\'s $(id) `id` "x" \\ $HOME; #';
    const url = `${await listening(service())}/orders?q='$(id)'&r=[1-3]{a,b}`;
    const { curl } = await reportOn(url, {
      header: [
        `X-Own: ${nasty}`,
        "Authorization: Bearer 0123456789",
        "Accept: application/json",
        "2fa-Token: 0123456789",
        "X-`id`$HOME-Token: 0123456789",
      ],
      curl: true,
    });
    const script = `curl() { printf '%s\\n' "$@"; }\n${curl}`;
    const own = { AUTHORIZATION: "Bearer mine", _2FA_TOKEN: "two", X__ID__HOME_TOKEN: "odd" };
    const env = { PATH: process.env.PATH, ...own };
    const words = execFileSync("sh", ["-c", script], { encoding: "utf8", env }).split("\n");
    expect(words).toContain(`x-own: ${nasty}`);
    expect(words).toContain("authorization: Bearer mine");
    expect(words).toContain("accept: application/json");
    expect(words).toContain("2fa-token: two");
    expect(words).toContain("x-`id`$home-token: odd");
    expect(words).toContain(new URL(url).href);
    expect(words.filter((word) => word.includes("uid="))).toEqual([]);
    expect(words.filter((word) => word === "-X").length).toBe(4);
  });

  test("an empty header, any certificate, and a method that is not sent", async () => {
    const url = await listening(service());
    const { curl } = await reportOn(`${url}/orders`, {
      method: "PUT",
      header: ["X-Own:"],
      insecure: true,
      curl: true,
    });
    expect(curl).toContain("# The request itself, which may change something\ncurl -sS");
    expect(curl).toContain("-H 'x-own;'");
    expect(curl?.match(/--insecure/g)?.length).toBe(4);
  });
});
