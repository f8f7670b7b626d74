// The README is true: its code runs, and answers what is printed beside it.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import type { RequestListener } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import * as boringCors from "../src/index.ts";
import { APP, EVIL, from, mounted, once } from "./support/cases.ts";
import { blocks, readDocument, run, section } from "./support/markdown.ts";
import { corsHeaders, type RawRequest } from "./support/raw-http.ts";

const README = readDocument("README.md");
const [quickStart = ""] = blocks(section(README, "Quick start"), "js");
const [, unitTest = ""] = blocks(section(README, "Testing your policy"), "js");

describe("the quick start", () => {
  const REQUESTS: readonly Partial<RawRequest>[] = [
    { target: "/orders", headers: [["Origin", APP]] },
    {
      method: "OPTIONS",
      target: "/orders",
      headers: [
        ["Origin", APP],
        ["Access-Control-Request-Method", "PUT"],
        ["Access-Control-Request-Headers", "content-type"],
      ],
    },
  ];

  test.each(blocks(README, "http").map((printed, index) => ({ printed, request: REQUESTS[index] })))(
    "answers what is printed: $request.method",
    async ({ printed, request }) => {
      const app = await run(quickStart, { result: "app" });
      const response = await once(app as RequestListener, request ?? {});
      const [statusLine, ...lines] = printed.trim().split("\n");
      expect(`HTTP/1.1 ${response.status} ${response.reason}`).toBe(statusLine);
      const shown = response.headers
        .filter(([name]) => /^(vary|access-control-.*)$/i.test(name))
        .map(([name, value]) => `${name}: ${value}`);
      expect(shown).toEqual(lines);
    },
  );

  test("refuses others as it says", async () => {
    const app = (await run(quickStart, { result: "app" })) as RequestListener;
    const evil = "https://evil.example";
    const actual = await once(app, { target: "/orders", headers: [["Origin", evil]] });
    expect(actual.headers.filter(([name]) => /^access-control/i.test(name))).toEqual([]);
    const preflight = await once(app, {
      method: "OPTIONS",
      headers: [
        ["Origin", evil],
        ["Access-Control-Request-Method", "PUT"],
      ],
    });
    expect(preflight.status).toBe(403);
  });
});

test("the unit test passes", async () => {
  await run(unitTest);
});

test("the errors are those that are printed", () => {
  const printed = /^(CorsConfigError: [\s\S]*?)\n```/m.exec(README)?.[1];
  try {
    boringCors.definePolicy({
      routes: {
        "/": { origin: [APP, "https://app.example/"], credentials: true, allowHeaders: [] },
        "/public": { origin: "*", credentials: true },
      },
    } as never);
  } catch (error) {
    expect(String(error)).toBe(printed);
  }
  expect.assertions(1);
});

test("every option, export and channel that exists is named", () => {
  const rule = boringCors.definePolicy({ origin: APP }).routes["/"] as object;
  for (const option of Object.keys(rule)) expect(README).toMatch(new RegExp(`^\\| \`${option}\` +\\|`, "m"));
  for (const name of Object.keys(boringCors)) expect(README).toContain(name);
});

test("the examples are listed, each in one line", () => {
  const files = readdirSync(new URL("../examples", import.meta.url))
    .filter((file) => file.endsWith(".mjs") && file !== "run.mjs")
    .map((file) => file.replace(".mjs", ""));
  const listed = [...section(README, "Examples").matchAll(/^\| `([a-z-]+)` +\| \S/gm)].map(
    ([, name]) => name,
  );
  expect(listed.sort()).toEqual(files.sort());
});

test("the checklist: NODE_DEBUG prints the line that is shown", async () => {
  const [printed = ""] = blocks(section(README, "Debugging checklist"), "text");
  const code = `
    const cors = require("boring-cors");
    const middleware = cors({ origin: ["${APP}"] });
    const server = require("node:http").createServer((req, res) => middleware(req, res, () => res.end()));
    server.listen(0, "127.0.0.1", async () => {
      const url = "http://127.0.0.1:" + server.address().port;
      for (let time = 0; time < 2; time++) await fetch(url, { headers: { origin: "${APP}:8443" } });
      server.close();
      server.closeAllConnections();
    });`;
  const { stderr } = await promisify(execFile)(process.execPath, ["-e", code], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, NODE_DEBUG: "boring-cors" },
  });
  const withoutProcess = (text: string) => text.trim().replace(/^BORING-CORS \d+: /, "");
  expect(withoutProcess(stderr)).toBe(withoutProcess(printed));
});

describe("common misconceptions", () => {
  test("curl reads what a page may not, and the request of a refused origin has run", async () => {
    const app = await run(quickStart, { result: "app" });
    const answer = await once(app as RequestListener, { target: "/orders", headers: [["Origin", EVIL]] });
    expect([answer.status, answer.body, corsHeaders(answer)]).toEqual([200, "[]", {}]);
  });

  test("blockRefused answers such requests 403; * beside cookies does not start", async () => {
    const blocking = mounted(boringCors.cors({ origin: APP, blockRefused: true }), (_req, res) => res.end());
    expect((await once(blocking, from(EVIL))).status).toBe(403);
    expect(() => boringCors.cors({ origin: "*", credentials: true } as never)).toThrow(/any website/);
  });

  test("an origin has no path", () => {
    expect(() => boringCors.definePolicy({ origin: `${APP}/` })).toThrow(/remove the trailing slash/);
  });
});
