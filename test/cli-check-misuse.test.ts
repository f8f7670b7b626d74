// boring-cors check: what is written wrong, and servers that do not answer: one message, exit code 2.
import { describe, expect, test } from "vitest";
import type { CheckOptions } from "../src/cli/check/options.ts";
import { Misuse } from "../src/cli/io.ts";
import { APP, listening, run } from "./zoo/run.ts";

describe("misuse", () => {
  const table: [args: string[], options: CheckOptions, message: RegExp][] = [
    [[], { origin: APP }, /^URL: none is given; write boring-cors check/],
    [["https://a.example", "https://b.example"], { origin: APP }, /^URL: one at a time/],
    [
      ["api.example.com/orders"],
      { origin: APP },
      /has no scheme; write "https:\/\/api\.example\.com\/orders"/,
    ],
    [
      ["ftp://api.example.com"],
      { origin: APP },
      /has the scheme ftp, .*; write "https:\/\/api\.example\.com"/,
    ],
    [["https://"], { origin: APP }, /is no URL/],
    [["https://me:pw@api.example.com"], { origin: APP }, /no URL with a user name or password/],
    [["https://a.example"], {}, /^--origin: none is given/],
    [["https://a.example"], { origin: "app.example.com" }, /^--origin: .*"https:\/\/app\.example\.com"/],
    [["https://a.example"], { origin: "https://app.example.com/" }, /slash/],
    [["https://a.example"], { origin: "*" }, /is a pattern/],
    [["https://a.example"], { origin: "https://\x1b[31m" }, /is not an origin/],
    [
      ["https://a.example"],
      { origin: APP, header: ["X-A: 1\r\nX-B: 2"] },
      /^--header: "X-A" has a line break or NUL in it; write each header by itself/,
    ],
    [
      ["https://a.example"],
      { origin: APP, header: ["no name: 1"] },
      /^--header: "no name" is no header name/,
    ],
    [
      ["https://a.example"],
      { origin: APP, header: ["Authorization Bearer 0123456789"] },
      /^--header: there is no colon after "Authorization"; write --header "X-Request-Id: 1"\.$/,
    ],
    [
      ["https://a.example"],
      { origin: APP, header: ["X-Api-Key=0123456789"] },
      /^--header: there is no colon after "X-Api-Key"; write/,
    ],
    [["https://a.example"], { origin: APP, header: ["X-A: \u2603"] }, /characters that no header can have/],
    [["https://a.example"], { origin: APP, header: ["Cookie: a=1"] }, /write --credentials, too/],
    [["https://a.example"], { origin: APP, method: "TRACE" }, /^--method: .*scripts cannot use/],
    [["https://a.example"], { origin: APP, method: "GE T" }, /^--method: .*not a valid HTTP method/],
    [
      ["https://a.example"],
      { origin: APP, data: "{}" },
      /^--data: GET has no body; write --method POST, too/,
    ],
    [["https://a.example"], { origin: APP, expect: "yes" }, /write --expect allowed or --expect blocked/],
    [["https://a.example"], { origin: APP, timeout: "soon" }, /^--timeout: "soon"/],
    [["https://a.example"], { origin: APP, timeout: "0" }, /^--timeout: "0"/],
    [["localhost:3000/x"], { origin: APP }, /has no scheme; write "http:\/\/localhost:3000\/x"/],
    [["https://a.example"], { origin: APP, via: ["10.0.0.1:80"] }, /^--via: .* has no scheme/],
  ];
  test.each(table)("%j %j", async (args, options, message) => {
    const { code, out, err } = await run(args, options);
    expect(err).toMatch(message);
    expect(err).toMatch(/^[\x20-\x7e]+$/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("a policy that cannot be loaded", async () => {
    const loadPolicy = async () => {
      throw new Misuse("cors.mjs: not found");
    };
    const ran = await run(["https://a.example"], { origin: APP, policy: "cors.mjs" }, { loadPolicy });
    expect(ran).toEqual({ code: 2, out: "", err: "cors.mjs: not found" });
  });

  test("nobody answers", async () => {
    const { code, out, err } = await run(["http://127.0.0.1:9"], { origin: APP, method: "PUT" });
    expect(err).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:9\.$/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("nobody answers in time", async () => {
    const url = await listening(() => {});
    const { code, err } = await run([url], { origin: APP, timeout: "100" });
    expect(err).toBe(`${url} cannot be reached: no answer within 100 ms.`);
    expect(code).toBe(2);
  });

  test("an answer that is no answer", async () => {
    const url = await listening((req) => {
      req.socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    });
    const { code, err } = await run([url], { origin: APP });
    expect(err).toBe(`${url} cannot be reached: the answer is 101 Switching Protocols.`);
    expect(code).toBe(2);
  });

  test("a cookie that no browser would keep", async () => {
    const options = { origin: APP, credentials: true, header: ["Cookie: __Secure-a=1"] };
    const { code, err } = await run(["http://a.example"], options);
    expect(err).toBe('--header Cookie: no browser would keep the cookie "__Secure-a" for this URL.');
    expect(code).toBe(2);
  });

  test("what answers speaks no HTTP", async () => {
    const url = await listening((req) => req.socket.end("SSH-2.0-x\r\n"));
    const { code, err } = await run([url], { origin: APP });
    expect(err).toMatch(/cannot be reached: Parse Error/);
    expect(code).toBe(2);
  });
});

test("what is no misuse is not hidden", async () => {
  const loadPolicy = async () => {
    throw new RangeError("a bug");
  };
  const running = run(["https://a.example"], { origin: APP, policy: "cors.mjs" }, { loadPolicy });
  await expect(running).rejects.toThrow(RangeError);
});
