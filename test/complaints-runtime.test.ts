// What people complain about in CORS packages, 30 to 57: the answers while it serves, and functions.
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import connect from "connect";
import express from "express";
import express4 from "express4";
import { describe, expect, test } from "vitest";
import { cors, definePolicy, livePolicy, type OriginFunction } from "../src/index.ts";
import {
  answer,
  CREDENTIALS,
  granted,
  grantedPreflight,
  ORIGIN,
  PREFLIGHT,
  REFUSED,
  REFUSED_PREFLIGHT,
} from "./support/answers.ts";
import { APP, collectWarnings, EVIL, from, mounted, once, preflightFrom, settled } from "./support/cases.ts";

type App = express.Express;

/** Both versions of Express, each with what `build` mounts. */
const apps = (build: (app: App) => void): App[] =>
  [express, express4 as typeof express].map((make) => {
    const app = make();
    app.set("env", "test"); // keeps the error handlers from printing
    build(app);
    return app;
  });

const ok: express.RequestHandler = (_req, res) => void res.send("ok");
const done = (_req: unknown, res: { end(): void }) => res.end();

describe("at run time", () => {
  test("30. My origin is refused, and nothing says why", async () => {
    const policy = definePolicy({ origin: [APP] });
    expect(policy.decide({ method: "GET", origin: "https://app.example.com:8443" }).detail).toBe(
      'Origin "https://app.example.com:8443" is not among the origins of route "/"; add it to "origin" to allow it.',
    );
    expect(policy.decide({ method: "GET", origin: `${APP}/` }).detail).toContain(
      "is not one serialized origin (scheme://host or scheme://host:port, as browsers send it)",
    );
  });

  test("31. Refused answers have no Vary, and caches hand them to pages that are allowed", async () => {
    for (const app of apps((each) => void each.use(cors({ origin: [APP, EVIL.replace("evil", "b")] }), ok))) {
      expect(await answer(app, from(EVIL))).toEqual(REFUSED);
      expect(await answer(app, from(undefined))).toEqual(REFUSED);
      expect(await answer(app, from(APP))).toEqual(granted(APP));
    }
  });

  test("32. A single origin is sent to everybody, and one cached answer breaks the others", async () => {
    expect(await answer(mounted(cors({ origin: APP }), done), from(EVIL))).toEqual(REFUSED);
  });

  test('33. Vary: Origin on a public API ("*") makes the CDN store it once per site', async () => {
    for (const origin of [APP, EVIL, undefined]) {
      expect(await answer(mounted(cors({ origin: "*" }), done), from(origin))).toEqual({
        ...granted("*"),
        vary: [],
      });
    }
  });

  test('34. My handler sets Vary, and "Origin" is gone', async () => {
    for (const app of apps((each) => {
      each.use(cors({ origin: [APP] }));
      each.get("/", (_req, res) => void res.set("Vary", "Accept-Language").send("ok"));
    })) {
      expect(await answer(app, from(APP))).toEqual({ ...granted(APP), vary: ["Accept-Language, Origin"] });
    }
  });

  test("35. Every OPTIONS request is swallowed, my own OPTIONS routes never run", async () => {
    for (const app of apps((each) => {
      each.use(cors({ origin: [APP] }));
      each.options("/", (_req, res) => void res.set("Allow", "GET").status(200).send("mine"));
    })) {
      const response = await once(app, { method: "OPTIONS" });
      expect([response.status, response.body]).toEqual([200, "mine"]);
      expect(await answer(app, { ...from(APP), method: "OPTIONS" })).toEqual(granted(APP));
    }
  });

  test('36. Do I need app.options("*", cors()) as well? Express 5 refuses the "*"', async () => {
    for (const app of apps((each) => {
      each.use(cors({ origin: [APP] }));
      each.put("/orders/:id", ok);
    })) {
      const preflight = { ...preflightFrom(APP), target: "/orders/1" };
      expect(await answer(app, preflight)).toEqual(grantedPreflight(APP));
    }
  });

  test("37. An inner cors() with a list does not narrow the outer cors() with *", async () => {
    for (const app of apps((each) => {
      each.use(cors({ origin: "*" }));
      each.get("/private", cors({ origin: [APP], credentials: true }), ok);
    })) {
      const warnings = collectWarnings();
      expect(await answer(app, { ...from(EVIL), target: "/private" })).toEqual(REFUSED);
      expect(await answer(app, { ...from(APP), target: "/private" })).toEqual(granted(APP, CREDENTIALS));
      await settled();
      expect(warnings.map(({ message }) => message).join()).toContain(
        "put per-route differences into one table, cors({ routes: { ... } })",
      );
    }
  });

  test("38. One path needs other rules than the rest", async () => {
    const policy = definePolicy({
      routes: { "/": { origin: "*" }, "/auth": { origin: [APP], credentials: true } },
    });
    for (const app of apps((each) => void each.use(cors(policy), ok))) {
      expect(await answer(app, { ...from(EVIL), target: "/x" })).toEqual({ ...granted("*"), vary: [] });
      expect(await answer(app, { ...from(EVIL), target: "/auth/x" })).toEqual(REFUSED);
      const preflight = { ...preflightFrom(APP), target: "/auth/x" };
      expect(await answer(app, preflight)).toEqual(grantedPreflight(APP, CREDENTIALS));
    }
  });

  test("39. Error pages have no CORS headers, so the console shows CORS in place of the 500", async () => {
    for (const app of apps((each) => {
      each.use(cors({ origin: [APP] }));
      each.get("/throws", () => {
        throw new Error("mine");
      });
      each.get("/limited", (_req, res) => void res.status(429).end());
    })) {
      expect(await answer(app, { ...from(APP), target: "/throws" })).toEqual(granted(APP, {}, 500));
      expect(await answer(app, { ...from(APP), target: "/limited" })).toEqual(granted(APP, {}, 429));
      expect(await answer(app, { ...from(APP), target: "/nowhere" })).toEqual(granted(APP, {}, 404));
    }
    const connected = connect().use(cors({ origin: [APP] }));
    expect(await answer(connected, from(APP))).toEqual(granted(APP, {}, 404));
  });

  test("40. The body parser answers 400 and 413 before CORS runs", async () => {
    for (const app of apps((each) => {
      const mw = cors({ origin: [APP] });
      each.use(express.json({ limit: 8 }));
      each.use(mw);
      each.use(mw.onError);
    })) {
      const json = [...(from(APP).headers ?? []), ["Content-Type", "application/json"]] as const;
      const post = (body: string) => ({ method: "POST", headers: json, body });
      expect(await answer(app, post('{"much":"too long"}'))).toEqual(granted(APP, {}, 413));
      expect(await answer(app, post("{"))).toEqual(granted(APP, {}, 400));
    }
  });

  test("41. Authentication answers preflights with 401", async () => {
    for (const app of apps((each) => void each.use((_req, res) => void res.status(401).end()))) {
      const { wrap } = cors({ origin: [APP] });
      expect(await answer(wrap(app), preflightFrom(APP))).toEqual(grantedPreflight(APP));
      expect(await answer(wrap(app), from(APP))).toEqual(granted(APP, {}, 401));
    }
  });

  test("42. Fonts and other static files have no CORS headers", async () => {
    const folder = fileURLToPath(new URL("support", import.meta.url));
    for (const app of apps((each) => void each.use(cors({ origin: "*" }), express.static(folder)))) {
      expect(await answer(app, { ...from(APP), target: "/one-byte.txt" })).toEqual({
        ...granted("*"),
        vary: [],
      });
    }
  });

  test("43. An origin that is refused gets the response all the same", async () => {
    let ran = 0;
    for (const app of apps((each) => {
      each.use(cors({ origin: [APP], blockRefused: true }));
      each.use((_req, res) => {
        ran++;
        res.end();
      });
    })) {
      expect(await answer(app, from(EVIL))).toEqual({ ...REFUSED, status: 403 });
    }
    expect(ran).toBe(0);
  });

  test("44. curl, mobile apps and health checks send no Origin, and are refused", async () => {
    const strict = { origin: (origin: string) => [APP].includes(origin), blockRefused: true };
    expect(await answer(mounted(cors(strict), done), from(undefined))).toEqual(REFUSED);
  });

  test("45. My own site's form posts fail since CORS is on", async () => {
    const mw = cors({ origin: ["https://other.example"], blockRefused: true });
    const own = from(APP, [["Sec-Fetch-Site", "same-origin"]]);
    expect(await answer(mounted(mw, done), { ...own, method: "POST" })).toEqual(REFUSED);
    expect(await answer(mounted(mw, done), from("http://127.0.0.1"))).toEqual(REFUSED);
  });

  test("46. A refused preflight falls through to my application, or gets a 204", async () => {
    for (const app of apps((each) => void each.use(cors({ origin: [APP] }), ok))) {
      expect(await answer(app, preflightFrom(EVIL))).toEqual(REFUSED_PREFLIGHT);
    }
  });

  test("47. Old devices choke on 204", async () => {
    const mw = cors({ origin: [APP], optionsSuccessStatus: 200 });
    expect(await answer(mounted(mw, done), preflightFrom(APP))).toEqual({
      ...grantedPreflight(APP),
      status: 200,
    });
  });

  test("48. A new front end needs a new deployment of the API", async () => {
    const live = livePolicy({ origin: [APP] });
    const listener = mounted(cors(live), done);
    expect(await answer(listener, from("https://new.example"))).toEqual(REFUSED);
    live.replace({ origin: [APP, "https://new.example"] });
    expect(await answer(listener, from("https://new.example"))).toEqual(granted("https://new.example"));
  });

  test("49. A RegExp with the flag g allows every second request", async () => {
    const listener = mounted(cors({ origin: /^https:\/\/app\.example\.com$/g }), done);
    for (let round = 0; round < 4; round++) expect(await answer(listener, from(APP))).toEqual(granted(APP));
  });
});

describe("functions", () => {
  const asked = (origin: OriginFunction) => apps((each) => void each.use(cors({ origin }), ok));

  test('50. callback(new Error("Not allowed by CORS")) is a 500 for every visitor, my own pages included', async () => {
    const warnings = collectWarnings();
    for (const app of asked((_origin, callback) => callback(new Error("Not allowed by CORS")))) {
      expect(await answer(app, from(EVIL))).toEqual({ ...REFUSED, status: 500 });
    }
    await settled();
    expect(warnings[0]?.message).toContain("To refuse an origin, answer false: callback(null, false).");
    for (const app of asked((origin, callback) => callback(null, origin === APP))) {
      expect(await answer(app, from(EVIL))).toEqual(REFUSED);
      expect(await answer(app, from(APP))).toEqual(granted(APP));
    }
  });

  test("51. Async origin functions hang, or their promise is taken for a yes", async () => {
    const known = async (origin: string) => {
      await wait(1);
      return origin === APP;
    };
    for (const app of asked(known)) {
      expect(await answer(app, from(APP))).toEqual(granted(APP));
      expect(await answer(app, preflightFrom(APP))).toEqual(grantedPreflight(APP));
      expect(await answer(app, from(EVIL))).toEqual(REFUSED);
    }
  });

  test("52. When the look-up fails the request hangs, and the process reports an unhandled rejection", async () => {
    for (const app of asked(async () => Promise.reject(new Error("database away")))) {
      expect(await answer(app, from(APP))).toEqual({ ...REFUSED, status: 500 });
      expect(await answer(app, preflightFrom(APP))).toEqual({
        ...REFUSED_PREFLIGHT,
        status: 500,
      });
    }
  });

  test("53. The origin function needs the request", async () => {
    const mw = cors((req, callback) => {
      callback(null, { origin: req.url === "/public" ? "*" : [APP], credentials: req.url !== "/public" });
    });
    for (const app of apps((each) => void each.use(mw, ok))) {
      expect(await answer(app, { ...from(EVIL), target: "/public" })).toEqual(granted("*"));
      expect(await answer(app, { ...from(EVIL), target: "/x" })).toEqual(REFUSED);
      expect(await answer(app, { ...from(APP), target: "/x" })).toEqual(granted(APP, CREDENTIALS));
    }
  });

  test("54. The function is called with undefined, and I must write !origin || ...", async () => {
    const origins: unknown[] = [];
    for (const app of asked((origin) => origins.push(origin) > 0)) {
      expect(await answer(app, from(undefined))).toEqual(REFUSED);
      expect(await answer(app, from(APP))).toEqual(granted(APP));
    }
    expect(origins).toEqual([APP, APP]);
  });

  test("55. My function answers the origin with a slash, and nothing says why it is refused", async () => {
    const warnings = collectWarnings();
    const [app] = asked((origin) => `${origin}/`);
    expect(await answer(app as App, from(APP))).toEqual(REFUSED);
    await settled();
    expect(warnings[0]?.message).toContain(
      'which is no answer: "https://app.example.com/" is not an origin; remove the trailing slash: "https://app.example.com".',
    );
  });

  test('56. callback(null, "*") or true with credentials sends what no browser accepts', async () => {
    for (const answered of ["*", true] as const) {
      const mw = cors({ origin: (_origin, callback) => callback(null, answered), credentials: true });
      expect(await answer(mounted(mw, done), from(APP))).toEqual(granted(APP, CREDENTIALS));
    }
  });

  test("57. A function that calls back twice, or after the client left, crashes the process", async () => {
    for (const app of asked((_origin, callback) => {
      callback(null, true);
      callback(new Error("twice"));
    })) {
      expect(await answer(app, preflightFrom(APP))).toEqual({
        ...grantedPreflight(APP),
        vary: PREFLIGHT,
      });
      expect(await answer(app, from(APP))).toEqual({ ...granted(APP), vary: ORIGIN });
    }
  });
});
