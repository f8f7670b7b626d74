// The README is true: its code runs, and answers what is printed beside it.
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import * as boringCors from "../src/index.ts";
import { APP, once } from "./support/cases.ts";
import { blocks, readDocument, run, section } from "./support/markdown.ts";
import type { RawRequest } from "./support/raw-http.ts";

const README = readDocument("README.md");
const [quickStart = ""] = blocks(section(README, "Quick start"), "js");
const [unitTest = ""] = blocks(section(README, "Testing your policy"), "js");

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
