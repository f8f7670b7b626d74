// boring-cors check: verdicts, exit codes and what is printed, over real sockets.
import { execFileSync } from "node:child_process";
import type { RequestListener } from "node:http";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { registerCheck } from "../src/cli/check/command.ts";
import { type CheckOptions, planOf } from "../src/cli/check/options.ts";
import { Misuse } from "../src/cli/io.ts";
import { definePolicy } from "../src/index.ts";
import { APP, codesOf, listening, noPolicy, reportOn, run } from "./zoo/run.ts";
import { application, chain, handWritten, PREFLIGHT, service, setting } from "./zoo/service.ts";

/** What reached a listener. */
function recording(listener: RequestListener): { seen: string[]; listener: RequestListener } {
  const seen: string[] = [];
  return {
    seen,
    listener: (req, res) => {
      seen.push(`${req.method} ${req.url} ${req.headers.origin ?? "-"}`);
      listener(req, res);
    },
  };
}

describe("the verdict", () => {
  const table: [
    name: string,
    listener: RequestListener,
    options: CheckOptions,
    line: RegExp,
    exit: number,
  ][] = [
    ["readable", service(), {}, /^readable: The page can read the answer \(200\)\.$/m, 0],
    [
      "blocked at the preflight",
      service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Methods": "GET" } }),
      { method: "PUT" },
      /^blocked at step preflight: .*Method PUT is not allowed.* Send Access-Control-Allow-Methods: GET, PUT\.$/m,
      1,
    ],
    [
      "blocked at the response",
      chain(application),
      {},
      /^blocked at step response: .*No 'Access-Control-Allow-Origin'.* Send Access-Control-Allow-Origin: https:\/\/app\.example\.com and Vary: Origin\.$/m,
      1,
    ],
    [
      "a missing header",
      service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Headers": "X-A" } }),
      { header: ["X-Own"] },
      /^blocked at step preflight: .* Send Access-Control-Allow-Headers: X-A, x-own\.$/m,
      1,
    ],
    [
      "kept back",
      service(),
      { method: "PUT" },
      /^readable: The preflight passes; PUT was not sent.*--send sends it\.$/m,
      0,
    ],
    ["kept back, without a preflight", service(), { method: "POST" }, /^readable: POST was not sent/m, 0],
    [
      "kept back, and nothing tells",
      chain(handWritten({ allow: () => undefined }), (_req, res) => res.writeHead(405).end()),
      { method: "POST" },
      /^unknown: POST was not sent, and a GET in its place tells nothing \(405\)/m,
      0,
    ],
    [
      "kept back, and not readable",
      chain(application),
      { method: "POST" },
      /^blocked at step response: POST was not sent, and a GET in its place cannot be read/m,
      1,
    ],
    ["as expected", chain(application), { expect: "blocked" }, /^Expected blocked: so it is\.$/m, 0],
    ["not as expected", service(), { expect: "blocked" }, /^Expected blocked: it is not\.$/m, 1],
  ];
  test.each(table)("%s", async (_name, listener, options, line, exit) => {
    const { out, err, code } = await run([`${await listening(listener)}/orders`], {
      origin: APP,
      ...options,
    });
    expect(out).toMatch(line);
    expect({ err, code }).toEqual({ err: "", code: exit });
  });
});

describe("what is sent", () => {
  test("nothing that changes anything", async () => {
    const { seen, listener } = recording(service());
    await run([`${await listening(listener)}/orders`], { origin: APP, method: "PUT" });
    expect([...new Set(seen.map((line) => line.split(" ")[0]))].sort()).toEqual(["GET", "OPTIONS"]);
  });

  test("with --send the request itself, once", async () => {
    const { seen, listener } = recording(service());
    const report = await reportOn(`${await listening(listener)}/orders`, { method: "PUT", send: true });
    expect(seen.filter((line) => line.startsWith("PUT"))).toEqual([`PUT /orders ${APP}`]);
    expect(report.verdict).toMatchObject({ outcome: "readable", certain: true });
  });

  test("probes have URLs of their own, so that no cache is poisoned", async () => {
    const { seen, listener } = recording(service());
    await run([`${await listening(listener)}/orders`], { origin: APP });
    expect(seen.filter((line) => line.startsWith("GET /orders ")).map((line) => line.split(" ")[2])).toEqual([
      APP,
    ]);
    expect(seen.length).toBeLessThan(20);
  });

  test("four at a time", async () => {
    let [open, most] = [0, 0];
    const url = await listening((req, res) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        service()(req, res);
      }, 20);
    });
    await run([`${url}/orders`], { origin: APP });
    expect(most).toBe(4);
  });

  test("forty at most", async () => {
    let all = 0;
    const url = await listening((req, res) => {
      all++;
      if (req.method === "OPTIONS") handWritten()(req, res, () => res.end());
      else res.writeHead(302, { Location: `/${all}`, "Access-Control-Allow-Origin": APP }).end();
    });
    const report = await reportOn(url, { header: ["X-Own"] });
    expect({ all, requests: report.requests }).toEqual({ all: 40, requests: 40 });
  });

  test("cookies and headers as the page sends them, and none with the preflight", async () => {
    const heads: string[] = [];
    const url = await listening((req, res) => {
      heads.push(`${req.method} ${req.headers.cookie ?? "-"} ${req.headers["x-own"] ?? "-"}`);
      service()(req, res);
    });
    await run([`${url}/orders`], {
      origin: "http://127.0.0.1:1",
      credentials: true,
      header: ["Cookie: sid=0123456789", "X-Own: 7"],
    });
    expect(heads.slice(0, 2)).toEqual(["OPTIONS - -", "GET sid=0123456789 7"]);
  });
});

describe("what is printed", () => {
  const secrets: CheckOptions = {
    header: [
      "Authorization: Bearer s3cret-token-1",
      "X-Api-Key: s3cret-key-2",
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
        res.setHeader("Location", "/x?access_token=s3cret-location-5");
        next();
      },
      application,
    );
    const url = `${await listening(echoing)}/orders?api_key=s3cret-query-6`;
    const { out, err } = await run([url], { ...secrets, origin, json });
    expect(out).toContain("***");
    expect(out + err).not.toContain("s3cret");
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
      message: "The page's origin is allowed.",
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
      header: [`X-Own: ${nasty}`, "Authorization: Bearer 0123456789"],
      curl: true,
    });
    const script = `curl() { printf '%s\\n' "$@"; }\n${curl}`;
    const env = { PATH: process.env.PATH, AUTHORIZATION: "Bearer mine" };
    const words = execFileSync("sh", ["-c", script], { encoding: "utf8", env }).split("\n");
    expect(words).toContain(`x-own: ${nasty}`);
    expect(words).toContain("authorization: Bearer mine");
    expect(words).toContain(new URL(url).href);
    expect(words.filter((word) => word.includes("uid="))).toEqual([]);
    expect(words.filter((word) => word === "-X").length).toBe(4);
  });
});

describe("--policy", () => {
  const policy = definePolicy({
    origin: [APP],
    credentials: true,
    methods: ["GET", "PUT"],
    allowedHeaders: ["X-Own", "Content-Type", "Authorization"],
    maxAge: 600,
  });
  const loadPolicy = async () => policy;
  const options: CheckOptions = {
    origin: APP,
    method: "PUT",
    header: ["X-Own"],
    credentials: true,
    policy: "cors.mjs",
  };
  const drifting = (rules: Parameters<typeof service>[0]) => service(rules);

  test("no drift where the policy itself answers", async () => {
    const { cors } = await import("../src/index.ts");
    const url = await listening(cors(policy).wrap((req, res) => application(req, res, () => {})));
    const { out, code } = await run([`${url}/orders`], options, { loadPolicy });
    expect(out).toContain("The live answers are the policy's.");
    expect(code).toBe(0);
  });

  test("every line that differs, and exit 1", async () => {
    const url = await listening(drifting({ preflight: { ...PREFLIGHT, "Access-Control-Max-Age": "60" } }));
    const { out, code } = await run([`${url}/orders`], { ...options, json: true }, { loadPolicy });
    const { drift, findings } = JSON.parse(out);
    expect(code).toBe(1);
    expect(findings.filter(({ severity }: { severity: string }) => severity === "fail")).toEqual([]);
    expect(drift).toContainEqual({
      request: "preflight",
      what: `OPTIONS /orders from ${APP}`,
      name: "access-control-max-age",
      live: "60",
      policy: "600",
    });
  });
});

describe("--via", () => {
  const hop = async (inner: string, change: (headers: Headers) => void) =>
    listening(async (req, res) => {
      const headers = new Headers();
      for (const name of ["origin", "access-control-request-method", "access-control-request-headers"])
        if (typeof req.headers[name] === "string") headers.set(name, req.headers[name]);
      const got = await fetch(`${inner}${req.url}`, { method: req.method ?? "GET", headers });
      const out = new Headers(got.headers);
      for (const name of ["content-length", "transfer-encoding", "connection", "keep-alive"])
        out.delete(name);
      change(out);
      res.writeHead(got.status, [...out].flat()).end();
    });

  test("names the hop that took the header out", async () => {
    const origin = await listening(service());
    const gateway = await hop(origin, (headers) => headers.set("Server", "gate/1"));
    const cdn = await hop(gateway, (headers) => {
      headers.delete("access-control-allow-origin");
      headers.set("X-Cache", "MISS");
    });
    const { out, code } = await run([`${cdn}/orders`], { origin: APP, via: [origin, gateway], json: true });
    const { hops } = JSON.parse(out);
    expect(code).toBe(1);
    expect(hops.hops.map(({ hop, readable }: { hop: string; readable: boolean }) => [hop, readable])).toEqual(
      [
        [`${origin}/`, true],
        [`${gateway}/`, true],
        [cdn, false],
      ],
    );
    expect(hops.changes).toEqual([
      {
        hop: cdn,
        kind: "actual",
        name: "access-control-allow-origin",
        change: "dropped",
        before: [APP],
        after: [],
      },
    ]);
    expect(hops.culprit).toEqual({
      hop: cdn,
      why: `${gateway}/ lets the page through, and this hop dropped access-control-allow-origin (actual)`,
    });
    expect(hops.hops[2].hints).toContain("x-cache: MISS");
    const text = await run([`${cdn}/orders`], { origin: APP, via: [origin, gateway] });
    expect(text.out).toContain(`culprit: ${cdn}: ${gateway}/ lets the page through`);
  });

  test("asks every hop under the public Host", async () => {
    const hosts: (string | undefined)[] = [];
    const inner = await listening((req, res) => {
      hosts.push(req.headers.host);
      service()(req, res);
    });
    const outer = await listening(service());
    const { out } = await run([`${outer}/orders`], { origin: APP, via: [inner] });
    expect(hosts).toEqual([new URL(outer).host]);
    expect(out).toContain("No hop changes anything.");
  });

  test("blames the innermost hop where none lets it through", async () => {
    const inner = await listening(chain(application));
    const { out } = await run([`${inner}/orders`], { origin: APP, via: [inner], json: true });
    expect(JSON.parse(out).hops.culprit).toEqual({
      hop: `${inner}/`,
      why: "even there, nearest to the service, the page is blocked",
    });
  });
});

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
    [["https://a.example"], { origin: APP, header: ["X-A: \u2603"] }, /characters that no header can have/],
    [["https://a.example"], { origin: APP, header: ["Cookie: a=1"] }, /write --credentials, too/],
    [["https://a.example"], { origin: APP, method: "TRACE" }, /^--method: .*scripts cannot use/],
    [["https://a.example"], { origin: APP, method: "GE T" }, /^--method: .*not a valid HTTP method/],
    [["https://a.example"], { origin: APP, expect: "yes" }, /write --expect allowed or --expect blocked/],
    [["https://a.example"], { origin: APP, timeout: "soon" }, /^--timeout: "soon"/],
    [["https://a.example"], { origin: APP, timeout: "0" }, /^--timeout: "0"/],
    [["https://a.example"], { origin: APP, via: ["10.0.0.1:80"] }, /^--via: .* has no scheme/],
  ];
  test.each(table)("%j %j", async (args, options, message) => {
    const { code, out, err } = await run(args, options);
    expect(err).toMatch(message);
    expect(err).toMatch(/^[\x20-\x7e]+\n$/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("a policy that cannot be loaded", async () => {
    const loadPolicy = async () => {
      throw new Misuse("cors.mjs: not found");
    };
    const ran = await run(["https://a.example"], { origin: APP, policy: "cors.mjs" }, { loadPolicy });
    expect(ran).toEqual({ code: 2, out: "", err: "cors.mjs: not found\n" });
  });

  test("nobody answers", async () => {
    const { code, out, err } = await run(["http://127.0.0.1:9"], { origin: APP, method: "PUT" });
    expect(err).toMatch(
      /^http:\/\/127\.0\.0\.1:9 cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:9\.\n$/,
    );
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("nobody answers in time", async () => {
    const url = await listening(() => {});
    const { code, err } = await run([url], { origin: APP, timeout: "100" });
    expect(err).toBe(`${url} cannot be reached: no answer within 100 ms.\n`);
    expect(code).toBe(2);
  });

  test("what answers speaks no HTTP", async () => {
    const url = await listening((req) => req.socket.end("SSH-2.0-x\r\n"));
    const { code, err } = await run([url], { origin: APP });
    expect(err).toMatch(/cannot be reached: Parse Error/);
    expect(code).toBe(2);
  });
});

test("methods are written as the browser writes them", () => {
  const methodOf = (method: string) => planOf(["https://a.example"], { origin: APP, method }).method;
  expect([methodOf("put"), methodOf("patch")]).toEqual(["PUT", "patch"]);
});

test("commander hands everything over", async () => {
  const url = await listening(service());
  const printed: string[] = [];
  const exits: number[] = [];
  const io = {
    out: (text: string) => printed.push(text),
    err: (text: string) => printed.push(text),
    colour: false,
    progress: false,
    cwd: ".",
  };
  const program = new Command();
  registerCheck(program, io, noPolicy, (code) => exits.push(code));
  const words = `check ${url}/orders --origin ${APP} --header X-Own --header X-Nobody:1 --json --expect blocked --via ${url}`;
  await program.parseAsync(words.split(" "), { from: "user" });
  const report = JSON.parse(printed.join(""));
  expect(exits).toEqual([0]);
  expect(report.verdict.code).toBe("preflight-header");
  expect(codesOf(report, "fail")).toEqual([]);
  expect(report.hops.hops.length).toBe(2);
});
