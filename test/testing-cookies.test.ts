// A page's cookies: what is stored, what is sent, in which order, and why not (RFC 6265bis).
import { describe, expect, test, vi } from "vitest";
import { page, type WireRequest } from "../src/testing/index.ts";

const APP = "https://app.example.com";
const API = "https://api.example.com/a/b";
const FOREIGN = "https://other.test/a/b";

/** A service that sets these cookies with its first answer, and shows what later requests carry. */
function service(...lines: string[]) {
  const carried: (string | undefined)[] = [];
  let left = lines;
  const send = ({ headers }: WireRequest) => {
    carried.push(headers.find(([name]) => name === "cookie")?.[1]);
    const cookies = left.map((line) => ["set-cookie", line] as const);
    left = [];
    const origin = headers.find(([name]) => name === "origin")?.[1] ?? "";
    return {
      status: 200,
      headers: [
        ["access-control-allow-origin", origin],
        ["access-control-allow-credentials", "true"],
        ["vary", "origin"],
        ...cookies,
      ] as [string, string][],
    };
  };
  return { carried, send };
}

/** What comes back with a second request, and the notes of the first. */
async function roundTrip(lines: readonly string[], url = API, next = url, origin = APP) {
  const { carried, send } = service(...lines);
  const app = page(origin, send, { secure: false });
  const { notes } = await app.fetch(url, { credentials: "include" });
  await app.fetch(next, { credentials: "include" });
  return {
    cookie: carried[1],
    dropped: notes.filter(({ code }) => code === "cookie-dropped").map(({ message }) => message),
  };
}

const dropped = (name: string, why: string) => ({
  cookie: undefined,
  dropped: [`Set-Cookie "${name}" was not stored: ${why}`],
});
const sent = (cookie: string | undefined) => ({ cookie, dropped: [] });
const HTTP = "http://api.example.com/a/b";
const long = (length: number) => "x".repeat(length);

describe("one Set-Cookie line", () => {
  const rows: readonly (readonly [line: string, url: string, next: string, expected: object])[] = [
    ["a=1", API, API, sent("a=1")],
    [" a = 1 ; x", API, API, sent("a=1")],
    ["a=1=2", API, API, sent("a=1=2")],
    ["a=", API, API, sent("a=")],
    ["1", API, API, sent("1")],
    ['a="%20"', API, API, sent('a="%20"')],
    ["", API, API, dropped("", "it has neither name nor value.")],
    ["=", API, API, dropped("", "it has neither name nor value.")],
    ["a=1\x01", API, API, dropped("a", "it has control characters.")],
    [`a=${long(4095)}`, API, API, sent(`a=${long(4095)}`)],
    [`a=${long(4096)}`, API, API, dropped("a", "name and value are longer than 4096 bytes.")],
    [`a=1; Path=/${long(1024)}; Expires=${long(1025)}; X=${long(5000)}`, API, API, sent("a=1")],
    ["a=1; Secure", API, API, sent("a=1")],
    ["a=1; Secure", HTTP, HTTP, dropped("a", "it is Secure, and the URL is not https.")],
    [
      "a=1; Secure",
      "http://localhost/",
      "http://localhost/",
      dropped(
        "a",
        "without SameSite it counts as Lax (in Chromium), and the page is of another site; write SameSite=None; Secure.",
      ),
    ],
    ["a=1; Secure; SameSite=None", "http://localhost/", "http://localhost/", sent("a=1")],
    ["a=1; SameSite=None", API, API, dropped("a", "SameSite=None needs Secure.")],
    ["a=1; Partitioned", API, API, dropped("a", "Partitioned needs Secure.")],
    ["a=1; Partitioned; Secure", API, API, sent("a=1")],
    ["a=1; SameSite=Strict", API, API, sent("a=1")],
    [
      "a=1; SameSite=Strict",
      FOREIGN,
      FOREIGN,
      dropped("a", "it is SameSite=strict, and the page is of another site; write SameSite=None; Secure."),
    ],
    [
      "a=1; SameSite=Lax",
      FOREIGN,
      FOREIGN,
      dropped("a", "it is SameSite=lax, and the page is of another site; write SameSite=None; Secure."),
    ],
    ["a=1; SameSite=None; Secure", FOREIGN, FOREIGN, sent("a=1")],
    ["a=1; Domain=example.com", API, "https://x.example.com/", sent(undefined)],
    ["a=1; Domain=.EXAMPLE.com; Path=/", API, "https://x.example.com/", sent("a=1")],
    ["a=1; Domain=; Path=/", API, "https://x.api.example.com/", sent(undefined)],
    ["a=1; Path=/", API, "https://x.api.example.com/", sent(undefined)],
    ["a=1; Domain=com", API, API, dropped("a", 'Domain "com" is a public suffix.')],
    [
      "a=1; Domain=x.api.example.com",
      API,
      API,
      dropped("a", 'Domain "x.api.example.com" does not cover api.example.com.'),
    ],
    [
      "a=1; Domain=pi.example.com",
      API,
      API,
      dropped("a", 'Domain "pi.example.com" does not cover api.example.com.'),
    ],
    [
      "a=1; Secure; SameSite=None; Path=/; Domain=127.0.0.1",
      "http://127.0.0.1/",
      "http://127.0.0.1:81/",
      sent("a=1"),
    ],
    [
      "a=1; Secure; SameSite=None; Path=/; Domain=localhost",
      "http://localhost/",
      "http://x.localhost/",
      sent(undefined),
    ],
    ["__Secure-a=1", API, API, dropped("__Secure-a", "the prefix __Secure- needs Secure.")],
    ["__secure-a=1; Secure", API, API, sent("__secure-a=1")],
    ["__Host-a=1; Secure; Path=/", API, API, sent("__Host-a=1")],
    [
      "__Host-a=1; Secure",
      "https://api.example.com/",
      API,
      dropped("__Host-a", "the prefix __Host- needs Secure, Path=/ and no Domain."),
    ],
    [
      "__HOST-a=1; Secure; Path=/; Domain=example.com",
      API,
      API,
      dropped("__HOST-a", "the prefix __Host- needs Secure, Path=/ and no Domain."),
    ],
    ["=__Host-a=1; Secure; Path=/", API, API, dropped("", "a value without a name has a name's prefix.")],
    ["a=1; Path=/a", API, "https://api.example.com/ab", sent(undefined)],
    ["a=1; Path=/a", API, "https://api.example.com/a/c", sent("a=1")],
    ["a=1; Path=/a/", API, "https://api.example.com/a", sent(undefined)],
    ["a=1", API, "https://api.example.com/a", sent("a=1")],
    ["a=1", API, "https://api.example.com/", sent(undefined)],
    ["a=1; Path=a", API, "https://api.example.com/a/c", sent("a=1")],
    ["a=1; Max-Age=0", API, API, sent(undefined)],
    ["a=1; Max-Age=-1", API, API, sent(undefined)],
    ["a=1; Max-Age=x", API, API, sent("a=1")],
    ["a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", API, API, sent(undefined)],
    ["a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", API, API, sent("a=1")],
    ["a=1; Expires=never", API, API, sent("a=1")],
  ];
  test.each(rows)("%s from %s, then %s", async (line, url, next, expected) => {
    expect(await roundTrip([line], url, next)).toEqual(expected);
  });
});

describe("several", () => {
  const rows: readonly (readonly [lines: readonly string[], cookie: string | undefined])[] = [
    [["a=1; Path=/", "b=2; Path=/a/b", "c=3; Path=/a"], "b=2; c=3; a=1"],
    [["a=1", "b=2", "a=3"], "a=3; b=2"],
    [["a=1", "a=2; Domain=example.com"], "a=1; a=2"],
    [["a=1; Secure", "a=2; Secure; Partitioned"], "a=1; a=2"],
    [["a=1", "a=; Max-Age=0"], undefined],
  ];
  test.each(rows)("%j", async (lines, cookie) => {
    expect((await roundTrip(lines)).cookie).toBe(cookie);
  });
});

test("plain http overwrites no Secure cookie", async () => {
  const { send } = service("a=2; Path=/");
  const app = page("http://app.example.com", send);
  app.setCookie("https://api.example.com/", "a=1; Secure");
  const { notes } = await app.fetch("http://api.example.com/", { credentials: "include" });
  expect(notes.map(({ message }) => message)).toEqual([
    'Set-Cookie "a" was not stored: a Secure cookie has this name, and the URL is not https.',
  ]);
  expect(app.cookies.map(({ value }) => value)).toEqual(["1"]);
});

describe("credentials", () => {
  test.each([
    ["include", API, "sid=1"],
    ["same-origin", API, undefined],
    ["omit", API, undefined],
    ["same-origin", `${APP}/a`, "sid=1"],
    ["omit", `${APP}/a`, undefined],
  ] as const)("%s to %s", async (credentials, url, cookie) => {
    const { carried, send } = service("b=2");
    const app = page(APP, send);
    app.setCookie("https://app.example.com", "sid=1; Domain=example.com; Path=/");
    const { notes } = await app.fetch(url, { credentials });
    expect([carried, app.cookies.length, notes.map(({ code }) => code)]).toEqual([
      [cookie],
      cookie === undefined ? 1 : 2,
      [...(url.startsWith(APP) ? ["same-origin"] : []), ...(cookie === undefined ? ["cookie-dropped"] : [])],
    ]);
  });

  test("withheld and third-party cookies are noted, in the fetch that they belong to", async () => {
    const { carried, send } = service();
    const app = page(APP, send);
    app.setCookie(FOREIGN, "a=1; SameSite=None; Secure; Path=/");
    app.setCookie(FOREIGN, "b=2; Path=/");
    app.setCookie(FOREIGN, "c=3; SameSite=None; Secure; Partitioned; Path=/");
    const [foreign, own] = await Promise.all([
      app.fetch(FOREIGN, { credentials: "include" }),
      app.fetch("/x"),
    ]);
    expect(carried).toEqual(["a=1; c=3", undefined]);
    expect([foreign, own].map(({ notes }) => notes.map(({ code }) => code))).toEqual([
      ["cookie-withheld", "third-party-cookie"],
      ["same-origin"],
    ]);
  });
});

test("what a stored cookie is, and that it lives 400 days at most", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  try {
    const app = page(APP);
    app.setCookie(API, "a=1; Domain=example.com; Secure; HttpOnly; SameSite=Lax; Max-Age=99999999");
    app.setCookie(API, "b=2; Expires=Fri, 31 Dec 9999 23:59:59 GMT");
    const latest = 1_000_000 + 400 * 86_400_000;
    const shared = { path: "/a", partitioned: false, expires: latest };
    expect(app.cookies).toEqual([
      {
        ...shared,
        name: "a",
        value: "1",
        domain: "example.com",
        hostOnly: false,
        secure: true,
        httpOnly: true,
        sameSite: "lax",
      },
      {
        ...shared,
        name: "b",
        value: "2",
        domain: "api.example.com",
        hostOnly: true,
        secure: false,
        httpOnly: false,
        sameSite: "default",
      },
    ]);
    vi.setSystemTime(latest);
    expect(app.cookies).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test("setCookie says why a browser would store nothing", () => {
  const app = page(APP);
  expect(() => app.setCookie(API, "a=1; SameSite=None")).toThrow(
    new TypeError('Set-Cookie "a" was not stored: SameSite=None needs Secure.'),
  );
  expect(() => app.setCookie("nowhere", "a=1")).toThrow(TypeError);
});
