// boring-cors check: verdicts, what is sent, and what commander hands over, over real sockets.
import type { RequestListener } from "node:http";
import { Command } from "commander";
import { describe, expect, test, vi } from "vitest";
import { registerCheck } from "../src/cli/check/command.ts";
import { type CheckOptions, planOf } from "../src/cli/check/options.ts";
import { APP, codesOf, listening, noPolicy, reportOn, run } from "./zoo/run.ts";
import { application, chain, handWritten, PREFLIGHT, type Step, service } from "./zoo/service.ts";

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
      "a preflight that somebody else answers",
      chain((req, res, next) => {
        if (req.method === "OPTIONS") res.writeHead(401).end();
        else next();
      }, service() as Step),
      { method: "PUT" },
      /^blocked at step preflight: .* Send 204 to OPTIONS, with Access-Control-Allow-Origin: https:\/\/app\.example\.com and Vary: Origin, before anything else answers\.$/m,
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
    [
      "kept back, and not readable with credentials",
      service({ credentials: undefined }),
      { method: "POST", credentials: true },
      /^blocked at step response: POST was not sent, .* Send Access-Control-Allow-Credentials: true\.$/m,
      1,
    ],
    [
      "kept back, and * with credentials",
      service({ allow: () => "*" }),
      { method: "POST", credentials: true, expect: "blocked" },
      /^Expected blocked: so it is\.$/m,
      0,
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

test("a page of the URL's own origin needs no CORS", async () => {
  const url = await listening(chain(application));
  const report = await reportOn(`${url}/orders`, { origin: url, method: "PUT", send: true });
  expect(report.verdict.outcome).toBe("readable");
  expect(codesOf(report, "fail", "warn")).toEqual([]);
  expect(report.conversation.map(({ kind }) => kind)).toEqual(["actual"]);
});

test("nor where its request is kept back", async () => {
  const url = await listening(chain(application));
  const report = await reportOn(`${url}/orders`, {
    origin: url,
    method: "PUT",
    via: [url, "http://127.0.0.1:9"],
  });
  expect(report.verdict).toMatchObject({ outcome: "readable", certain: false });
  expect(codesOf(report, "fail", "warn")).toEqual([]);
  expect(report.hops?.hops.map(({ readable }) => readable)).toEqual([true, false, true]);
});

test("a redirect to another host is followed as browsers do, and the probes stay where they were sent", async () => {
  const hosts = new Set<string | undefined>();
  const elsewhere = await listening((req, res) => {
    hosts.add(`${req.headers.host} ${req.headers.origin} ${req.headers.authorization ?? "-"}`);
    handWritten({ allow: (origin) => origin, credentials: undefined })(req, res, () => res.end("there"));
  });
  const other = elsewhere.replace("127.0.0.1", "localhost");
  const url = await listening(
    chain(handWritten(), (_req, res) => res.writeHead(307, { Location: `${other}/there` }).end()),
  );
  const report = await reportOn(`${url}/orders`, { header: ["Authorization: Bearer 0123456789"] });
  expect(report.verdict).toMatchObject({ outcome: "readable", certain: true });
  expect(codesOf(report, "fail")).toEqual([]);
  expect(codesOf(report, "warn")).toEqual(["local-network", "redirect"]);
  expect([...hosts]).toEqual([`${new URL(other).host} null -`]);
});

test("a redirect away from the page's own origin leaves the page its origin", async () => {
  const other = (await listening(service({ allow: (origin) => origin }))).replace("127.0.0.1", "localhost");
  const url = await listening((_req, res) => res.writeHead(302, { Location: `${other}/orders` }).end());
  const { verdict, conversation, findings } = await reportOn(url, { origin: url });
  expect(verdict.outcome).toBe("readable");
  expect(conversation[1]?.request).toEqual([`origin: ${url}`]);
  expect(findings.find(({ code }) => code === "redirect")?.message).toBe(
    "The answer is a redirect to another origin: from there on Authorization is gone.",
  );
});

test("after a redirect to another origin the preflight is judged by what it asks for", async () => {
  const preflight = { ...PREFLIGHT, "Access-Control-Allow-Headers": "X-Own" };
  const elsewhere = (await listening(service({ allow: (origin) => origin, preflight }))).replace(
    "127.0.0.1",
    "localhost",
  );
  const url = await listening(
    chain(handWritten(), (_req, res) => res.writeHead(307, { Location: `${elsewhere}/orders` }).end()),
  );
  const report = await reportOn(url, { header: ["Authorization: Bearer 0123456789", "X-Own: 1"] });
  expect(report.verdict).toMatchObject({ outcome: "readable", certain: true });
  expect(codesOf(report, "fail")).toEqual([]);
});

test("mixed content is blocked before anything is sent", async () => {
  // On Linux this machine, but not an address that browsers trust.
  const url = (await listening(service())).replace("127.0.0.1", "0.0.0.0");
  const report = await reportOn(`${url}/orders`);
  expect(report.verdict).toMatchObject({ outcome: "blocked", step: "request", code: "mixed-content" });
  expect(report.exitCode).toBe(1);
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

  test("with --data its body, and nowhere else", async () => {
    const bodies: string[] = [];
    const url = await listening(async (req, res) => {
      let body = "";
      for await (const chunk of req) body += chunk;
      bodies.push(
        `${req.method} ${req.headers["content-type"] ?? "-"} ${req.headers["content-length"] ?? "-"} ${body}`,
      );
      service()(req, res);
    });
    const options = { method: "PUT", data: "@ two\nlines: é", header: ["Content-Type: application/json"] };
    const report = await reportOn(`${url}/orders`, { ...options, send: true, curl: true });
    expect(bodies.filter((line) => !line.endsWith(" - - "))).toEqual([
      "PUT application/json 15 @ two\nlines: é",
    ]);
    expect(report.verdict).toMatchObject({ outcome: "readable", certain: true });
    expect(report.curl?.match(/--data-raw "\$\{BODY:\?\}"/g)?.length).toBe(1);
    bodies.length = 0;
    await reportOn(`${url}/orders`, options);
    expect(bodies.filter((line) => !line.endsWith(" - - "))).toEqual([]);
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
      }, 100);
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

  test("a stream of events is not waited for", async () => {
    const open = new Set<unknown>();
    const url = await listening((req, res) => {
      open.add(res);
      res.on("close", () => open.delete(res));
      handWritten()(req, res, () => {
        res.writeHead(200, { "Content-Type": "text/event-stream" });
        setInterval(() => res.write("data: 1\n\n"), 5).unref();
      });
    });
    const started = performance.now();
    const report = await reportOn(url, { timeout: "10000" });
    expect(codesOf(report, "fail")).toEqual([]);
    await vi.waitFor(() => expect(open.size).toBe(0));
    expect(performance.now() - started).toBeLessThan(5000);
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

test("headers are sent as the browser sends them, also where the preflight fails", async () => {
  const heads = new Set<string>();
  const url = await listening((req, res) => {
    if (req.method === "GET") heads.add(`${req.headers.host} ${req.headers["x-own"]}`);
    application(req, res, () => {});
  });
  await run([`${url}/orders`], { origin: APP, header: ["X-Own: 1", "X-Own: 2", "Host: other.example"] });
  expect([...heads]).toEqual([`${new URL(url).host} 1, 2`]);
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
