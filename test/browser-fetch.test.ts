// Main fetch: what goes over the wire, and what the script gets, with preflights and redirects.
import { describe, expect, test } from "vitest";
import { fetchFrom, type Surroundings } from "../src/browser/fetch.ts";
import { constructRequest, extractBody, type RequestOptions } from "../src/browser/request.ts";
import type { Outcome, WireResponse } from "../src/browser/types.ts";

const APP = "https://app.example.com";
const API = "https://api.example.com/x";
const OTHER = "https://other.example/y";

type Answer = readonly [status: number, ...lines: (readonly [string, string])[]];

/** Answers by "METHOD url"; one that is not there is a network error. */
type Answers = Readonly<Record<string, Answer>>;

const ALLOW: readonly [string, string] = ["Access-Control-Allow-Origin", "*"];
const allowed = (origin: string): readonly [string, string] => ["Access-Control-Allow-Origin", origin];

const to = (location: string): readonly [string, string] => ["Location", location];

interface Case {
  readonly url?: string;
  readonly options?: RequestOptions;
  readonly page?: string;
  readonly secure?: boolean;
  readonly answers: Answers;
  /** Each request on one line: kind, method, URL, and the headers that differ from {@link DEFAULTS}. */
  readonly wire: readonly string[];
  /** "type status url", or code and step. */
  readonly result: string;
  readonly headers?: readonly (readonly [string, string])[];
}

async function run(
  {
    url = API,
    options = {},
    page = APP,
    secure = page.startsWith("https:"),
    answers,
  }: Omit<Case, "wire" | "result">,
  more: Partial<Surroundings> = {},
): Promise<Outcome> {
  const { body } = options;
  const extracted = body === undefined || body === null ? undefined : extractBody(body);
  const { request } = constructRequest(url, page, options, extracted);
  const site = (one: string) => new URL(one).hostname.split(".").slice(-2).join(".");
  return fetchFrom({ origin: page, secure }, request, {
    send: ({ method, url: to }): WireResponse => {
      const answer = answers[`${method} ${to}`];
      if (answer === undefined) throw new Error("refused");
      const [status, ...headers] = answer;
      return { status, headers, body: "text" };
    },
    isSameSite: (one) =>
      page !== "null" && one.protocol === new URL(page).protocol && site(one.href) === site(page),
    ...more,
  });
}

/** What browsers add to every request of these tests alike. */
const DEFAULTS = new Set(["accept: */*", `referer: ${APP}/`, "sec-fetch-dest: empty"]);

function wireOf({ exchanges }: Outcome): string[] {
  return exchanges.map(({ kind, method, url, headers, body }) =>
    [
      kind,
      method,
      url,
      ...headers
        .map(([name, value]) => `${name}: ${value}`)
        .filter((line) => !DEFAULTS.has(line))
        .map((line) => `| ${line}`),
      ...(body === undefined ? [] : [`| (${Buffer.from(body).toString("latin1")})`]),
    ].join(" "),
  );
}

function resultOf({ blocked, response }: Outcome): string {
  if (blocked !== null) return `${blocked.code} at ${blocked.step}`;
  const { type, status, url, redirected } = response as NonNullable<Outcome["response"]>;
  return [type, status, url, ...(redirected ? ["redirected"] : [])].join(" ").trimEnd();
}

async function check(table: Readonly<Record<string, Case>>, name: string) {
  const one = table[name] as Case;
  const outcome = await run(one);
  expect({ wire: wireOf(outcome), result: resultOf(outcome) }).toEqual({
    wire: one.wire,
    result: one.result,
  });
  if (one.headers !== undefined) expect(outcome.response?.headers).toEqual(one.headers);
}

const SITE = "| sec-fetch-mode: cors | sec-fetch-site: same-site";
const CROSS = "| sec-fetch-mode: cors | sec-fetch-site: cross-site";
const SAME = "| sec-fetch-mode: cors | sec-fetch-site: same-origin";
const ORIGIN = `| origin: ${APP}`;
const TEXT = "| content-type: text/plain;charset=UTF-8";

const MAIN: Readonly<Record<string, Case>> = {
  "same origin, GET: no Origin, no check, all headers but cookies": {
    url: "/a?b#c",
    answers: { [`GET ${APP}/a?b`]: [200, ["X-Own", "1"], ["Set-Cookie", "a=1"], ["x-own", "2"]] },
    wire: [`actual GET ${APP}/a?b ${SAME}`],
    result: `basic 200 ${APP}/a?b`,
    headers: [["x-own", "1, 2"]],
  },
  "same origin, PUT: an Origin, and no preflight": {
    url: "/a",
    options: { method: "PUT", headers: { "X-Own": "1" }, body: "b" },
    answers: { [`PUT ${APP}/a`]: [204] },
    wire: [`actual PUT ${APP}/a | x-own: 1 ${TEXT} ${ORIGIN} ${SAME} | (b)`],
    result: `basic 204 ${APP}/a`,
  },
  "cross origin, simple": {
    answers: { [`GET ${API}`]: [200, ALLOW, ["Content-Type", "a/b"], ["ETag", "1"], ["Set-Cookie", "a"]] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `cors 200 ${API}`,
    headers: [["content-type", "a/b"]],
  },
  "cross origin, exposed": {
    answers: {
      [`GET ${API}`]: [
        404,
        ALLOW,
        ["Access-Control-Expose-Headers", "etag, set-cookie, x-none"],
        ["ETag", "1"],
        ["Set-Cookie", "a"],
      ],
    },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `cors 404 ${API}`,
    headers: [["etag", "1"]],
  },
  "cross origin, refused": {
    answers: { [`POST ${API}`]: [200] },
    options: { method: "POST", body: "b" },
    wire: [`actual POST ${API} ${TEXT} ${ORIGIN} ${SITE} | (b)`],
    result: "allow-origin-missing at response",
  },
  "another port is another origin of the same site": {
    url: `${APP}:8443/`,
    answers: { [`GET ${APP}:8443/`]: [200, ALLOW] },
    wire: [`actual GET ${APP}:8443/ ${ORIGIN} ${SITE}`],
    result: `cors 200 ${APP}:8443/`,
  },
  "with a preflight": {
    options: { method: "PATCH", headers: { "X-B": "1", Authorization: "t", Accept: "a/b" }, body: "b" },
    answers: {
      [`OPTIONS ${API}`]: [
        204,
        ALLOW,
        ["Access-Control-Allow-Methods", "PATCH"],
        ["Access-Control-Allow-Headers", "authorization,x-b"],
        ["Set-Cookie", "a=1"],
      ],
      [`PATCH ${API}`]: [200, ALLOW],
    },
    wire: [
      `preflight OPTIONS ${API} | access-control-request-method: PATCH | access-control-request-headers: authorization,x-b ${ORIGIN} ${SITE}`,
      `actual PATCH ${API} | x-b: 1 | authorization: t | accept: a/b ${TEXT} ${ORIGIN} ${SITE} | (b)`,
    ],
    result: `cors 200 ${API}`,
  },
  "a preflight that grants nothing": {
    options: { method: "PUT" },
    answers: { [`OPTIONS ${API}`]: [200, ALLOW] },
    wire: [`preflight OPTIONS ${API} | access-control-request-method: PUT ${ORIGIN} ${SITE}`],
    result: "preflight-method at preflight",
  },
  "a preflight that nobody answers": {
    options: { method: "PUT" },
    answers: {},
    wire: [`preflight OPTIONS ${API} | access-control-request-method: PUT ${ORIGIN} ${SITE}`],
    result: "network at preflight",
  },
  "a request that nobody answers": {
    answers: {},
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "network at response",
  },
  "a granted preflight does not stand in for the response's own header": {
    options: { uploadListener: true },
    answers: { [`OPTIONS ${API}`]: [200, ALLOW], [`GET ${API}`]: [200] },
    wire: [
      `preflight OPTIONS ${API} | access-control-request-method: GET ${ORIGIN} ${SITE}`,
      `actual GET ${API} ${ORIGIN} ${SITE}`,
    ],
    result: "allow-origin-missing at response",
  },
  "HEAD and its headers": {
    options: { method: "HEAD" },
    answers: { [`HEAD ${API}`]: [200, ALLOW, ["Content-Length", "4"]] },
    wire: [`actual HEAD ${API} ${ORIGIN} ${SITE}`],
    result: `cors 200 ${API}`,
    headers: [["content-length", "4"]],
  },
  "mode same-origin": {
    options: { mode: "same-origin" },
    answers: {},
    wire: [],
    result: "request-mode at request",
  },
  "mode no-cors: sent, and nothing to read": {
    options: { mode: "no-cors", method: "POST", body: "b", headers: { "X-Own": "1" } },
    answers: { [`POST ${API}`]: [200, ALLOW, ["Content-Type", "a/b"]] },
    wire: [
      `actual POST ${API} ${TEXT} ${ORIGIN} | sec-fetch-mode: no-cors | sec-fetch-site: same-site | (b)`,
    ],
    result: "opaque 0",
    headers: [],
  },
  "mode no-cors, GET: no Origin": {
    options: { mode: "no-cors" },
    answers: { [`GET ${API}`]: [500] },
    wire: [`actual GET ${API} | sec-fetch-mode: no-cors | sec-fetch-site: same-site`],
    result: "opaque 0",
  },
  "mode no-cors and a resource policy": {
    options: { mode: "no-cors" },
    answers: { [`GET ${API}`]: [200, ALLOW, ["Cross-Origin-Resource-Policy", "same-origin"]] },
    wire: [`actual GET ${API} | sec-fetch-mode: no-cors | sec-fetch-site: same-site`],
    result: "resource-policy at response",
  },
  "a resource policy of a redirect": {
    options: { mode: "no-cors" },
    answers: { [`GET ${OTHER}`]: [302, to(API), ["Cross-Origin-Resource-Policy", "same-site"]] },
    url: OTHER,
    wire: [`actual GET ${OTHER} | sec-fetch-mode: no-cors | sec-fetch-site: cross-site`],
    result: "resource-policy at response",
  },
  "a resource policy says nothing to mode cors": {
    answers: { [`GET ${API}`]: [200, ALLOW, ["Cross-Origin-Resource-Policy", "same-origin"]] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `cors 200 ${API}`,
  },
  "mode no-cors to the page's own origin": {
    url: "/a",
    options: { mode: "no-cors", redirect: "manual" },
    answers: { [`GET ${APP}/a`]: [200, ["X-Own", "1"]] },
    wire: [`actual GET ${APP}/a | sec-fetch-mode: no-cors | sec-fetch-site: same-origin`],
    result: `basic 200 ${APP}/a`,
    headers: [["x-own", "1"]],
  },
  "mode no-cors follows redirects or does nothing": {
    options: { mode: "no-cors", redirect: "manual" },
    answers: {},
    wire: [],
    result: "request-mode at request",
  },
  "mixed content": {
    url: "http://api.example.com/",
    answers: {},
    wire: [],
    result: "mixed-content at request",
  },
  "plain http on a page that is not secure": {
    url: "http://api.example.com/",
    secure: false,
    answers: { "GET http://api.example.com/": [200, ALLOW] },
    // No fetch metadata, and from https no referrer, where others could read along.
    wire: [`actual GET http://api.example.com/ ${ORIGIN}`],
    result: "cors 200 http://api.example.com/",
  },
  "this machine is no mixed content": {
    url: "http://127.0.0.1:3000/",
    answers: { "GET http://127.0.0.1:3000/": [200, ALLOW] },
    wire: [`actual GET http://127.0.0.1:3000/ ${ORIGIN} ${CROSS}`],
    result: "cors 200 http://127.0.0.1:3000/",
  },
  "a forbidden port": {
    url: "https://api.example.com:6667/",
    answers: {},
    wire: [],
    result: "bad-port at request",
  },
  "a scheme that crosses no wire": {
    url: "data:,x",
    answers: {},
    wire: [],
    result: "url-scheme at request",
  },
  "an opaque origin": {
    page: "null",
    options: { method: "POST" },
    answers: { [`POST ${API}`]: [200, allowed("null")] },
    wire: [`actual POST ${API} | origin: null ${CROSS}`],
    result: `cors 200 ${API}`,
  },
  "a page of another scheme": {
    page: "capacitor://localhost",
    answers: { [`GET ${API}`]: [200, allowed("capacitor://localhost")] },
    wire: [`actual GET ${API} | origin: capacitor://localhost ${CROSS}`],
    result: `cors 200 ${API}`,
  },
};

describe("main fetch", () => {
  test.each(Object.keys(MAIN))("%s", (name) => check(MAIN, name));
});

const REDIRECTS: Readonly<Record<string, Case>> = {
  "from the page to itself": {
    url: "/a",
    answers: { [`GET ${APP}/a`]: [302, to("b#c")], [`GET ${APP}/b`]: [200] },
    wire: [`actual GET ${APP}/a ${SAME}`, `actual GET ${APP}/b ${SAME}`],
    result: `basic 200 ${APP}/b redirected`,
  },
  "from the page to another origin: its own Origin, and the check": {
    url: "/a",
    answers: { [`GET ${APP}/a`]: [302, to(API)], [`GET ${API}`]: [200, allowed(APP)] },
    wire: [`actual GET ${APP}/a ${SAME}`, `actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `cors 200 ${API} redirected`,
  },
  "within another origin": {
    answers: { [`GET ${API}`]: [301, ALLOW, to("/z")], "GET https://api.example.com/z": [200, allowed(APP)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`, `actual GET https://api.example.com/z ${ORIGIN} ${SITE}`],
    result: "cors 200 https://api.example.com/z redirected",
  },
  "a redirect has to pass the check, too": {
    answers: { [`GET ${API}`]: [302, to(OTHER)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "allow-origin-missing at response",
  },
  "to a third origin: Origin is null, and the page's is no answer": {
    answers: { [`GET ${API}`]: [302, ALLOW, to(OTHER)], [`GET ${OTHER}`]: [200, allowed(APP)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`, `actual GET ${OTHER} | origin: null ${CROSS}`],
    result: "allow-origin-mismatch at response",
  },
  "to a third origin that allows null": {
    answers: { [`GET ${API}`]: [302, ALLOW, to(OTHER)], [`GET ${OTHER}`]: [200, allowed("null")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`, `actual GET ${OTHER} | origin: null ${CROSS}`],
    result: `cors 200 ${OTHER} redirected`,
  },
  "back to the page: it is no longer itself": {
    answers: { [`GET ${API}`]: [302, ALLOW, to(`${APP}/b`)], [`GET ${APP}/b`]: [200, allowed(APP)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`, `actual GET ${APP}/b | origin: null ${SITE}`],
    result: "allow-origin-mismatch at response",
  },
  "Authorization stays with its origin": {
    url: "/a",
    options: { headers: { Authorization: "t" } },
    answers: {
      [`GET ${APP}/a`]: [307, to("/b")],
      [`GET ${APP}/b`]: [307, to(API)],
      [`GET ${API}`]: [200, ALLOW],
    },
    wire: [
      `actual GET ${APP}/a | authorization: t ${SAME}`,
      `actual GET ${APP}/b | authorization: t ${SAME}`,
      `actual GET ${API} ${ORIGIN} ${SITE}`,
    ],
    result: `cors 200 ${API} redirected`,
  },
  "308 keeps method and body, and asks the new origin first": {
    url: "/a",
    options: { method: "PUT", body: "b" },
    answers: {
      [`PUT ${APP}/a`]: [308, to(API)],
      [`OPTIONS ${API}`]: [200, ALLOW, ["Access-Control-Allow-Methods", "PUT"]],
      [`PUT ${API}`]: [200, ALLOW],
    },
    wire: [
      `actual PUT ${APP}/a ${TEXT} ${ORIGIN} ${SAME} | (b)`,
      `preflight OPTIONS ${API} | access-control-request-method: PUT ${ORIGIN} ${SITE}`,
      `actual PUT ${API} ${TEXT} ${ORIGIN} ${SITE} | (b)`,
    ],
    result: `cors 200 ${API} redirected`,
  },
  "a preflight after a tainting redirect is asked as null": {
    options: { method: "POST", headers: { "X-Own": "1" } },
    answers: {
      [`OPTIONS ${API}`]: [200, ALLOW, ["Access-Control-Allow-Headers", "*"]],
      [`POST ${API}`]: [307, ALLOW, to(OTHER)],
      [`OPTIONS ${OTHER}`]: [200, allowed(APP)],
    },
    wire: [
      `preflight OPTIONS ${API} | access-control-request-method: POST | access-control-request-headers: x-own ${ORIGIN} ${SITE}`,
      `actual POST ${API} | x-own: 1 ${ORIGIN} ${SITE}`,
      `preflight OPTIONS ${OTHER} | access-control-request-method: POST | access-control-request-headers: x-own | origin: null ${CROSS}`,
    ],
    result: "allow-origin-mismatch at preflight",
  },
  "redirect error": {
    options: { redirect: "error" },
    answers: { [`GET ${API}`]: [302, ALLOW, to(OTHER)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "redirect-forbidden at redirect",
  },
  "redirect manual": {
    options: { redirect: "manual" },
    answers: { [`GET ${API}`]: [302, ALLOW, to(OTHER)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `opaqueredirect 0 ${API}`,
    headers: [],
  },
  "without Location: a response like any other": {
    answers: { [`GET ${API}`]: [302, ALLOW] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `cors 302 ${API}`,
  },
  "300 and 304 are no redirects": {
    answers: { [`GET ${API}`]: [300, ALLOW, to(OTHER)] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: `cors 300 ${API}`,
  },
  "Location twice": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("/a"), to("/b")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "redirect-location at redirect",
  },
  "Location that is no URL": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("https://")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "redirect-location at redirect",
  },
  "Location of another scheme": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("data:,x")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "redirect-location at redirect",
  },
  "Location with bytes beyond ASCII: each is escaped as it is": {
    answers: {
      [`GET ${API}`]: [302, ALLOW, to("/\xe2\x98\x83?\xff")],
      "GET https://api.example.com/%E2%98%83?%FF": [200, ALLOW],
    },
    wire: [
      `actual GET ${API} ${ORIGIN} ${SITE}`,
      `actual GET https://api.example.com/%E2%98%83?%FF ${ORIGIN} ${SITE}`,
    ],
    result: "cors 200 https://api.example.com/%E2%98%83?%FF redirected",
  },
  "an empty Location leads to itself, 20 times": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("")] },
    wire: Array(21).fill(`actual GET ${API} ${ORIGIN} ${SITE}`),
    result: "redirect-count at redirect",
  },
  "a name and password within the page's origin": {
    url: "/a",
    answers: {
      [`GET ${APP}/a`]: [302, to("https://u:p@app.example.com/b")],
      "GET https://u:p@app.example.com/b": [200],
    },
    wire: [`actual GET ${APP}/a ${SAME}`, `actual GET https://u:p@app.example.com/b ${SAME}`],
    result: "basic 200 https://u:p@app.example.com/b redirected",
  },
  "a name and password for another origin": {
    url: "/a",
    answers: { [`GET ${APP}/a`]: [302, to("https://u@api.example.com/")] },
    wire: [`actual GET ${APP}/a ${SAME}`],
    result: "redirect-credentials at redirect",
  },
  "a name and password once it is cross-origin, even back home": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("https://:p@app.example.com/")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "redirect-credentials at redirect",
  },
  "a name and password in mode no-cors": {
    options: { mode: "no-cors" },
    answers: { [`GET ${API}`]: [302, to("https://u@other.example/")], "GET https://u@other.example/": [200] },
    wire: [
      `actual GET ${API} | sec-fetch-mode: no-cors | sec-fetch-site: same-site`,
      "actual GET https://u@other.example/ | sec-fetch-mode: no-cors | sec-fetch-site: cross-site",
    ],
    result: "opaque 0",
  },
  "mode same-origin, led astray": {
    url: "/a",
    options: { mode: "same-origin" },
    answers: { [`GET ${APP}/a`]: [302, to(API)] },
    wire: [`actual GET ${APP}/a | sec-fetch-mode: same-origin | sec-fetch-site: same-origin`],
    result: "request-mode at redirect",
  },
  "to mixed content": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("http://api.example.com/")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "mixed-content at redirect",
  },
  "to a forbidden port": {
    answers: { [`GET ${API}`]: [302, ALLOW, to("https://api.example.com:25/")] },
    wire: [`actual GET ${API} ${ORIGIN} ${SITE}`],
    result: "bad-port at redirect",
  },
  "no-cors stays opaque": {
    options: { mode: "no-cors", method: "POST" },
    answers: { [`POST ${API}`]: [302, to(`${APP}/b`)], [`GET ${APP}/b`]: [200, ["X-Own", "1"]] },
    wire: [
      `actual POST ${API} ${ORIGIN} | sec-fetch-mode: no-cors | sec-fetch-site: same-site`,
      `actual GET ${APP}/b | sec-fetch-mode: no-cors | sec-fetch-site: same-site`,
    ],
    result: "opaque 0",
  },
};

describe("redirects", () => {
  test.each(Object.keys(REDIRECTS))("%s", (name) => check(REDIRECTS, name));

  const METHODS: readonly (readonly [status: number, method: string, then: string, bodyKept: boolean])[] = [
    [301, "POST", "GET", false],
    [302, "POST", "GET", false],
    [303, "POST", "GET", false],
    [307, "POST", "POST", true],
    [308, "POST", "POST", true],
    [301, "PUT", "PUT", true],
    [302, "PUT", "PUT", true],
    [303, "PUT", "GET", false],
    [307, "PUT", "PUT", true],
    [302, "PATCH", "PATCH", true],
    [303, "DELETE", "GET", false],
  ];
  test.each(METHODS)("%i after %s: %s", async (status, method, then, bodyKept) => {
    const { exchanges, blocked } = await run({
      url: "/a",
      options: {
        method,
        body: "b",
        headers: { "Content-Language": "de", "Content-Encoding": "x", "Content-Location": "y", "X-Own": "1" },
      },
      answers: { [`${method} ${APP}/a`]: [status, to("/b")], [`${then} ${APP}/b`]: [200] },
    });
    const { headers = [], body } = exchanges[1] ?? {};
    const names = headers.map(([name]) => name).filter((name) => /^(content|x)-/.test(name));
    const contents = ["content-language", "content-encoding", "content-location", "x-own", "content-type"];
    expect({ blocked, names, body: body && String.fromCharCode(...body) }).toEqual({
      blocked: null,
      names: bodyKept ? contents : ["x-own"],
      body: bodyKept ? "b" : undefined,
    });
  });

  test.each([301, 302, 303, 307, 308])("%i after GET and HEAD keeps them", async (status) => {
    for (const method of ["GET", "HEAD"]) {
      const answers: Answers = { [`${method} ${APP}/a`]: [status, to("/b")], [`${method} ${APP}/b`]: [204] };
      expect(resultOf(await run({ url: "/a", options: { method }, answers }))).toBe(
        `basic 204 ${APP}/b redirected`,
      );
    }
  });

  test.each([
    [301, "redirect-stream at redirect"],
    [307, "redirect-stream at redirect"],
    [303, `basic 200 ${APP}/b redirected`],
  ])("a stream and %i", async (status, result) => {
    const body = new Blob(["x"]).stream() as ReadableStream<Uint8Array>;
    const answers: Answers = { [`POST ${APP}/a`]: [status, to("/b")], [`GET ${APP}/b`]: [200] };
    expect(
      resultOf(await run({ url: "/a", options: { method: "POST", body, duplex: "half" }, answers })),
    ).toBe(result);
  });

  const chain = (hops: number): Answers =>
    Object.fromEntries([
      ...Array.from({ length: hops }, (_, hop): [string, Answer] => [
        `GET ${APP}/${hop}`,
        [302, to(`/${hop + 1}`)],
      ]),
      [`GET ${APP}/${hops}`, [200] as Answer],
    ]);
  test.each([
    [20, 21, `basic 200 ${APP}/20 redirected`],
    [21, 21, "redirect-count at redirect"],
  ])("%i of them", async (hops, requests, result) => {
    const outcome = await run({ url: "/0", answers: chain(hops) });
    expect([outcome.exchanges.length, resultOf(outcome)]).toEqual([requests, result]);
  });
});
