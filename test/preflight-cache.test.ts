// The CORS-preflight cache: what need not be asked again, for how long, and when it is forgotten.
import { describe, expect, test } from "vitest";
import type { PreflightGrant } from "../src/browser/checks.ts";
import type { HeaderList } from "../src/browser/header-list.ts";
import { PreflightCache } from "../src/browser/preflight-cache.ts";
import type { CredentialsMode } from "../src/browser/types.ts";
import { page, type WireRequest } from "../src/testing/index.ts";

const APP = "https://app.example.com";
const API = "https://api.example.com/x";

interface Asked {
  readonly origin?: string;
  readonly url?: string;
  readonly method?: string;
  readonly headers?: HeaderList;
  readonly credentials?: CredentialsMode;
  readonly forcePreflight?: boolean;
}

function filled() {
  let clock = 1_000_000;
  const cache = new PreflightCache(() => clock);
  const parts = (asked: Asked) => {
    const {
      origin = APP,
      url = API,
      method = "GET",
      headers = [],
      credentials = "omit",
      forcePreflight = false,
    } = asked;
    return [origin, new URL(url), { method, headers, credentials, forcePreflight }] as const;
  };
  return {
    later: (seconds: number) => {
      clock += seconds * 1000;
    },
    remember: (asked: Asked, grant: Partial<PreflightGrant>) =>
      cache.remember(...parts(asked), { methods: [], headerNames: [], maxAge: 600, ...grant }),
    covers: (asked: Asked) => cache.covers(...parts(asked)),
    clear: (asked: Asked) => cache.clear(...(parts(asked).slice(0, 2) as [string, URL])),
  };
}

const own: HeaderList = [["X-Own", "1"]];
const token: HeaderList = [["Authorization", "t"]];

describe("what an entry covers", () => {
  const rows: readonly (readonly [
    remembered: Asked,
    grant: Partial<PreflightGrant>,
    asked: Asked,
    covered: boolean,
  ])[] = [
    [{}, { methods: ["PUT"] }, { method: "PUT" }, true],
    [{}, { methods: ["PUT"] }, { method: "DELETE" }, false],
    [{}, { methods: ["PUT", "DELETE"] }, { method: "DELETE" }, true],
    [{}, { methods: ["PATCH"] }, { method: "patch" }, false],
    [{}, { methods: ["*"] }, { method: "DELETE" }, true],
    [{}, { methods: ["PUT"] }, { method: "PUT", url: `${API}?a` }, false],
    [{}, { methods: ["PUT"] }, { method: "PUT", url: `${API}#a` }, true],
    [{}, { methods: ["PUT"] }, { method: "PUT", origin: "https://other.example" }, false],
    [{}, { methods: ["PUT"] }, { method: "PUT", credentials: "same-origin" }, true],
    [{}, { methods: ["PUT"] }, { method: "PUT", credentials: "include" }, false],
    [{ credentials: "include" }, { methods: ["PUT"] }, { method: "PUT", credentials: "include" }, true],
    [{ credentials: "include" }, { methods: ["PUT"] }, { method: "PUT" }, true],
    [{ credentials: "include" }, { methods: ["*"] }, { method: "PUT" }, false],
    [{ credentials: "include" }, { headerNames: ["*"] }, { headers: own }, false],
    [{}, { methods: ["PUT"] }, { method: "PUT", headers: own }, false],
    [{}, { methods: ["PUT"], headerNames: ["X-OWN"] }, { method: "PUT", headers: own }, true],
    [{}, { headerNames: ["x-own"] }, { method: "POST", headers: own }, true],
    [{}, { headerNames: ["*"] }, { headers: own }, true],
    [{}, { headerNames: ["*"] }, { headers: token }, false],
    [{}, { headerNames: ["*", "Authorization"] }, { headers: token }, true],
    [{}, { methods: ["PUT"] }, { forcePreflight: true }, false],
    [{}, { methods: ["GET"] }, { forcePreflight: true }, true],
    [{}, {}, {}, true],
    [{}, { methods: ["PUT"], maxAge: 0 }, { method: "PUT" }, false],
  ];
  test.each(rows)("%j granted %j covers %j: %s", (remembered, grant, asked, covered) => {
    const cache = filled();
    cache.remember(remembered, grant);
    expect(cache.covers(asked)).toBe(covered);
  });

  test("entries add up", () => {
    const cache = filled();
    cache.remember({}, { methods: ["PUT"] });
    cache.remember({ credentials: "include" }, { headerNames: ["x-own"] });
    expect(cache.covers({ method: "PUT", headers: own })).toBe(true);
    expect(cache.covers({ method: "PUT", headers: own, credentials: "include" })).toBe(false);
  });
});

describe("how long", () => {
  test.each([
    [600, 599, true],
    [600, 600, false],
    [5, 4, true],
    [5, 5, false],
    // The limit of Chromium.
    [86_400, 7199, true],
    [86_400, 7200, false],
    [Number.POSITIVE_INFINITY, 7200, false],
  ])("max-age %d after %d seconds: %s", (maxAge, seconds, covered) => {
    const cache = filled();
    cache.remember({}, { methods: ["PUT"], headerNames: ["x-own"], maxAge });
    cache.later(seconds);
    expect([cache.covers({ method: "PUT" }), cache.covers({ headers: own })]).toEqual([covered, covered]);
  });

  test("a later answer sets the age anew, for what it lists", () => {
    const cache = filled();
    cache.remember({}, { methods: ["PUT", "DELETE"], headerNames: ["x-own", "x-two"] });
    cache.remember({}, { methods: ["PUT"], headerNames: ["X-Own"], maxAge: 0 });
    const asked: readonly Asked[] = [
      { method: "PUT" },
      { method: "DELETE" },
      { headers: own },
      { headers: [["x-two", ""]] },
    ];
    expect(asked.map(cache.covers)).toEqual([false, true, false, true]);
  });

  test("an answer without credentials sets the age of what was granted with them, but not the other way round", () => {
    const cache = filled();
    cache.remember({ credentials: "include" }, { methods: ["PUT"], maxAge: 600 });
    cache.remember({}, { methods: ["PUT"], maxAge: 5 });
    cache.later(6);
    expect(cache.covers({ method: "PUT", credentials: "include" })).toBe(false);
    cache.remember({}, { methods: ["PUT"], maxAge: 600 });
    expect(cache.covers({ method: "PUT", credentials: "include" })).toBe(false);
    cache.remember({ credentials: "include" }, { methods: ["PUT"], maxAge: 0 });
    expect(cache.covers({ method: "PUT" })).toBe(true);
  });
});

test("clearing forgets one URL of one origin, with and without credentials", () => {
  const cache = filled();
  const entries: readonly Asked[] = [
    { method: "PUT" },
    { method: "PUT", credentials: "include" },
    { method: "PUT", url: `${API}/y` },
    { method: "PUT", origin: "null" },
  ];
  for (const entry of entries) cache.remember(entry, { methods: ["PUT"] });
  cache.clear({});
  expect(entries.map(cache.covers)).toEqual([false, false, true, true]);
});

describe("of a page", () => {
  /** A service that grants everything for ten minutes, until it is told otherwise. */
  function service() {
    const asked: string[] = [];
    const state = { allow: "*" as string | undefined };
    const send = ({ method, url }: WireRequest) => {
      asked.push(`${method} ${new URL(url).pathname}`);
      const allow = state.allow === undefined ? [] : [["access-control-allow-origin", state.allow] as const];
      const lists = [
        ["access-control-allow-methods", "PUT"],
        ["access-control-max-age", "600"],
      ] as const;
      return { status: 200, headers: [...allow, ...lists] };
    };
    return { asked, state, send };
  }

  test("off by default", async () => {
    const { asked, send } = service();
    const app = page(APP, send);
    for (let times = 0; times < 2; times++) await app.fetch(API, { method: "PUT" });
    expect(asked).toEqual(["OPTIONS /x", "PUT /x", "OPTIONS /x", "PUT /x"]);
  });

  test("on: one preflight a URL", async () => {
    const { asked, send } = service();
    const app = page(APP, send, { preflightCache: true });
    for (const url of [API, `${API}#a`, `${API}/y`, API]) await app.fetch(url, { method: "PUT" });
    expect(asked).toEqual(["OPTIONS /x", "PUT /x", "PUT /x", "OPTIONS /x/y", "PUT /x/y", "PUT /x"]);
  });

  test("a network error makes it forget: the next request asks again", async () => {
    const { asked, state, send } = service();
    const app = page(APP, send, { preflightCache: true });
    await app.fetch(API, { method: "PUT" });
    state.allow = undefined;
    expect((await app.fetch(API, { method: "PUT" })).blocked?.step).toBe("response");
    state.allow = "*";
    await app.fetch(API, { method: "PUT" });
    expect(asked).toEqual(["OPTIONS /x", "PUT /x", "PUT /x", "OPTIONS /x", "PUT /x"]);
  });
});
