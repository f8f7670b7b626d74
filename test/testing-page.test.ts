// What a test file may do around a page: clocks of its own, routers, options that fetch has not, its own origin.
import express from "express";
import express4 from "express4";
import { afterEach, describe, expect, test, vi } from "vitest";
import { page, type Target } from "../src/testing/index.ts";
import * as matchers from "../src/testing/matchers.ts";

expect.extend(matchers);
const APP = "https://app.example.com";
const API = "https://api.example.com/orders";
const open = () => ({ status: 200, headers: [["access-control-allow-origin", "*"]] as [string, string][] });
const codes = async (target: Target, url: string, options = {}) =>
  (await page(APP, target).fetch(url, options)).notes.map(({ code }) => code);

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["a function", () => new Promise<never>(() => {})],
  ["a listener", (_req: unknown, _res: unknown) => {}],
])("a clock that stands still keeps no time-out from %s", async (_, target) => {
  vi.useFakeTimers();
  const got = await page(APP, target as Target, { timeout: 100 }).fetch(API);
  expect(got.blocked).toMatchObject({ code: "network", message: expect.stringContaining("within 100 ms") });
});

describe.each([
  ["Express 4", () => express4.Router()],
  ["Express 5", () => express.Router()],
])("a router of %s", (_, newRouter) => {
  test("answers what it has, 404 to the rest, and 500 for an error", async () => {
    const router = newRouter();
    router.get("/orders", (_req, res) => void res.setHeader("Access-Control-Allow-Origin", "*").end("all"));
    router.get("/broken", (_req, res) => {
      res.setHeader("Access-Control-Allow-Origin", "*");
      throw new Error("broken");
    });
    const app = page(APP, router as unknown as Target);
    expect(await (await app.fetch(API)).response?.text()).toBe("all");
    const statuses = await Promise.all(
      ["/nowhere", "/broken"].map((path) => app.fetch(`https://api.example.com${path}`)),
    );
    expect(statuses.map(({ requests }) => requests[0]?.response?.status)).toEqual([404, 500]);
  });
});

test("an option that fetch has not is noted", async () => {
  expect(await codes(open, API, { withCredentials: true })).toEqual(["option-ignored"]);
  expect(await codes(open, API, { cache: "no-store", signal: undefined, keepalive: true })).toEqual([]);
  const { notes } = await page(APP, open).fetch(API, { withCredentials: true } as never);
  expect(notes[0]?.message).toBe(
    'fetch() has no option "withCredentials": browsers ignore it. Write credentials: "include".',
  );
});

test("a URL of the page's own origin is noted", async () => {
  expect(await codes(open, "/orders")).toEqual(["same-origin"]);
  expect(await codes(open, "api.example.com/orders")).toEqual(["same-origin"]);
});

test("setCookie says which of its arguments is wrong", () => {
  const app = page(APP, open);
  expect(() => app.setCookie(API, { sid: 1 } as never)).toThrow(/^line: write what stands in Set-Cookie/);
  expect(() => (app.setCookie as (url: string) => void)("sid=1")).toThrow(/^line: /);
  expect(() => app.setCookie("api.example.com", "sid=1")).toThrow(/^url: "api.example.com" is no URL/);
});

test("an opaque answer is not called readable", async () => {
  const got = await page(APP, open).fetch(API, { mode: "no-cors" });
  expect(() => expect(got).toBeBlocked()).toThrow(
    /to be blocked,\nbut it was answered, and the response is opaque\.$/,
  );
});

test("without Node's globals the environment is named", () => {
  vi.stubGlobal("Response", undefined);
  try {
    expect(() => page(APP, open)).toThrow(/write "@jest-environment node"/);
  } finally {
    vi.unstubAllGlobals();
  }
});
