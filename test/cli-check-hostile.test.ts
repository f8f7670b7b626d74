// boring-cors check against servers that answer anything: it ends, it says something printable, it breaks nowhere.
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { APP, listening, run } from "./zoo/run.ts";

const NAMES = [
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Access-Control-Allow-Methods",
  "Access-Control-Allow-Headers",
  "Access-Control-Max-Age",
  "Access-Control-Expose-Headers",
  "Cross-Origin-Resource-Policy",
  "Vary",
  "Location",
  "Set-Cookie",
  "Age",
  "X-Cache",
  "ETag",
  "Cache-Control",
  "Server",
  "__proto__",
];
const VALUES = [
  "",
  "*",
  "true",
  "null",
  APP,
  `${APP}, ${APP}`,
  "Origin, b@d token",
  "PUT, GET",
  "-1",
  "99999999999999999999999",
  "https://[",
  "http://me:pw@x.example/",
  "//\x80\xff",
  "\x9b31m",
  "a\tb",
  "a=b; SameSite=None; Secure",
  "x".repeat(20_000),
  ",".repeat(5_000),
  "HIT",
];
const line = fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), fc.string()));
const answer = fc.record({
  status: fc.constantFrom(200, 200, 204, 301, 304, 307, 401, 403, 404, 405, 429, 500, 999),
  lines: fc.array(line, { maxLength: 12 }),
});

test("whatever the answers are", async () => {
  let answers: { status: number; lines: [string, string][] }[] = [];
  let index = 0;
  const url = await listening((req) => {
    const { status, lines } = answers[index++ % answers.length] ?? { status: 200, lines: [] };
    const head = lines.map(
      ([name, value]) => `${name}: ${value.replace(/[\r\n\0]|[^\x20-\xff\t]/g, "")}\r\n`,
    );
    req.socket.end(
      `HTTP/1.1 ${status} x\r\n${head.join("")}Content-Length: 0\r\nConnection: close\r\n\r\n`,
      "latin1",
    );
  });
  const asked = fc.record({
    method: fc.constantFrom("GET", "PUT", "POST", "HEAD"),
    credentials: fc.boolean(),
    json: fc.boolean(),
    curl: fc.boolean(),
    header: fc.constantFrom([], ["X-Own: 1"], ["Authorization: Bearer 0123456789"]),
    via: fc.constantFrom([], [url]),
  });
  onTestFinished(() => {
    answers = [];
  });
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 5 }), asked, async (given, options) => {
      [answers, index] = [given as typeof answers, 0];
      // Redirects to names are not to leave this machine.
      for (const { lines } of answers)
        for (const one of lines) one[1] = one[1].replace("x.example", "127.0.0.1:9");
      const { code, out, err } = await run([url], { origin: APP, timeout: "1000", ...options });
      expect([0, 1, 2]).toContain(code);
      expect(out + err).toMatch(/^[\n\x20-\x7e\xa1-\xff]+$/);
      expect(out.length).toBeLessThan(200_000);
      if (code !== 2 && options.json) JSON.parse(out);
    }),
    { numRuns: 60 },
  );
});
