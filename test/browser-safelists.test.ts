// What a script may set, and what of it needs no preflight: every list and every value rule of the Fetch standard.
import { describe, expect, test } from "vitest";
import * as safelists from "../src/browser/safelists.ts";
import { isMixedContent, isPotentiallyTrustworthy } from "../src/browser/urls.ts";
import * as fields from "../src/policy/fields.ts";

const {
  isForbiddenRequestHeader,
  isNoCorsSafelistedRequestHeader,
  isSafelistedRequestHeader,
  normalizeMethod,
  unsafeRequestHeaderNames,
} = safelists;

/** Each row with what came of it, so that a whole table fails at once. */
function answersOf<Row extends readonly unknown[]>(
  rows: readonly (readonly [...Row, unknown])[],
  ask: (...row: Row) => unknown,
) {
  return rows.map((row) => [...row.slice(0, -1), ask(...(row.slice(0, -1) as unknown as Row))]);
}

const long = (length: number, start = "") => start.padEnd(length, "a");

test("safelisted request headers", () => {
  const rows: readonly (readonly [name: string, value: string, safe: boolean])[] = [
    ["Accept", "*/*", true],
    ["ACCEPT", "text/html, application/xhtml+xml;q=0.9", true],
    ["accept", "", true],
    ["accept", "\t", true],
    ["accept", "caf\xe9", true],
    ...[...'"():<>?@[\\]{}\x7f\x00\x01\x1f'].map((byte) => ["accept", `a${byte}`, false] as const),
    ...[..."!#$%&'*+,-./;=^_`|~ "].map((byte) => ["accept", `a${byte}b`, true] as const),
    ["accept", long(128), true],
    ["accept", long(129), false],
    ["accept-language", "de-DE, de;q=0.9, *", true],
    ["accept-language", "de/DE", false],
    ["accept-language", "d\xe9", false],
    ["accept-language", "de\t", false],
    ["accept-language", long(129), false],
    ["content-language", "mi, en", true],
    ["content-language", "mi_NZ", false],
    ["content-type", "text/plain", true],
    ["content-type", "TEXT/Plain; charset=UTF-8", true],
    ["content-type", "text/plain ; x", true],
    ["content-type", "text/plain;charset", true],
    ["content-type", "text/plain;", true],
    ["content-type", "application/x-www-form-urlencoded", true],
    ["content-type", "multipart/form-data; boundary=x", true],
    ["content-type", 'multipart/form-data; boundary="x"', false],
    ["content-type", "text/plain, text/plain", false],
    ["content-type", "text/plain x", false],
    ["content-type", "text /plain", false],
    ["content-type", "text/ plain", false],
    ["content-type", "text/plain/x", false],
    ["content-type", "/plain", false],
    ["content-type", "text/", false],
    ["content-type", "text", false],
    ["content-type", "", false],
    ["content-type", ";text/plain", false],
    ["content-type", "application/json", false],
    ["content-type", "application/csp-report", false],
    ["content-type", "text/html", false],
    ["content-type", long(128, "text/plain;"), true],
    ["content-type", long(129, "text/plain;"), false],
    ["range", "bytes=0-", true],
    ["Range", "bytes=0-499", true],
    ["range", "bytes=5-5", true],
    ["range", "bytes=00000000000000000005-6", true],
    ["range", "bytes=18446744073709551616-18446744073709551615", false],
    ["range", "bytes=6-5", false],
    ["range", "bytes=-5", false],
    ["range", "bytes=-", false],
    ["range", "bytes=0-1,2-3", false],
    ["range", "bytes= 0-", false],
    ["range", "bytes =0-", false],
    ["range", "Bytes=0-", false],
    ["range", "items=0-", false],
    ["range", "", false],
    ["authorization", "x", false],
    ["x-own", "", false],
    ["save-data", "on", false],
    ["dpr", "2", false],
    ["last-event-id", "1", false],
    ["user-agent", "x", false],
  ];
  expect(answersOf(rows, isSafelistedRequestHeader)).toEqual(rows);
});

test("mode no-cors carries the four of them that are no range", () => {
  const rows: readonly (readonly [name: string, value: string, kept: boolean])[] = [
    ["Accept", "a/b", true],
    ["Accept-Language", "de", true],
    ["Content-Language", "de", true],
    ["Content-Type", "text/plain", true],
    ["Content-Type", "application/json", false],
    ["Range", "bytes=0-", false],
    ["Accept", long(129), false],
    ["X-Own", "", false],
  ];
  expect(answersOf(rows, isNoCorsSafelistedRequestHeader)).toEqual(rows);
});

describe("the names that a preflight asks for", () => {
  const eight = (length: number) => Array.from({ length: 8 }, () => ["accept", long(length)] as const);
  const rows = [
    [[], []],
    [[["Accept", "*/*"]], []],
    [
      [
        ["X-B", "1"],
        ["x-a", "1"],
        ["X-B", "2"],
        ["Accept", "*/*"],
      ],
      ["x-a", "x-b"],
    ],
    [
      [
        ["Content-Type", "application/json"],
        ["Authorization", "x"],
      ],
      ["authorization", "content-type"],
    ],
    // 1024 bytes of safelisted values are fine; with one more, each of these names is unsafe.
    [eight(128), []],
    [
      [...eight(128), ["accept-language", "d"]],
      ["accept", "accept-language"],
    ],
    [[...eight(128), ["accept-language", ""]], []],
    // What is unsafe by itself does not count.
    [[...eight(128), ["x-own", long(500)]], ["x-own"]],
    [
      [...eight(128), ["accept-language", "d"], ["x-own", ""]],
      ["accept", "accept-language", "x-own"],
    ],
  ] as const;
  test.each(rows)("%j", (headers, names) => {
    expect(unsafeRequestHeaderNames(headers)).toEqual(names);
  });
});

test("method normalization", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["get", "GET"],
    ["Head", "HEAD"],
    ["pOST", "POST"],
    ["put", "PUT"],
    ["delete", "DELETE"],
    ["options", "OPTIONS"],
    ["patch", "patch"],
    ["Patch", "Patch"],
    ["query", "query"],
    ["PROPFIND", "PROPFIND"],
    ["chicken", "chicken"],
    ["", ""],
  ];
  expect(answersOf(rows, normalizeMethod)).toEqual(rows);
});

const FORBIDDEN = [
  ...["Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method"],
  ...["Connection", "Content-Length", "Cookie", "Cookie2", "Date", "DNT", "Expect", "Host", "Keep-Alive"],
  ...["Origin", "Referer", "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Via"],
  ...["Proxy-", "Proxy-Authorization", "proxy-x", "Sec-", "Sec-Fetch-Site", "sec-x"],
];
const PERMITTED = [
  ...["Accept", "Authorization", "Content-Type", "Range", "User-Agent", "X-Forwarded-For", "Forwarded"],
  ...["Access-Control-Allow-Origin", "If-None-Match", "Cache-Control", "Proxy", "Sec", "Security", "X-Sec-"],
  ...["Set-Cookie2", "Cookie3", "Content-Length2", "Accept-Language"],
];

test("forbidden request headers", () => {
  const rows: readonly (readonly [name: string, value: string, forbidden: boolean])[] = [
    ...FORBIDDEN.map((name) => [name, "x", true] as const),
    ...PERMITTED.map((name) => [name, "x", false] as const),
    ["X-HTTP-Method-Override", "TRACE", true],
    ["x-http-method", "connect", true],
    ["X-Method-Override", "GET, track ,POST", true],
    ["X-Method-Override", "GET,PUT", false],
    ["X-HTTP-Method-Override", "", false],
    ["X-HTTP-Method-Override", '"TRACE"', false],
    ["X-HTTP-Method-Override", "TRACER", false],
    ["X-Method", "TRACE", false],
  ];
  expect(answersOf(rows, isForbiddenRequestHeader)).toEqual(rows);
});

test("responses: what no script reads, and what each may", () => {
  const rows: readonly (readonly [name: string, forbidden: boolean, safelisted: boolean])[] = [
    ["Set-Cookie", true, false],
    ["set-cookie2", true, false],
    ["Cache-Control", false, true],
    ["Content-Language", false, true],
    ["CONTENT-LENGTH", false, true],
    ["Content-Type", false, true],
    ["Expires", false, true],
    ["Last-Modified", false, true],
    ["Pragma", false, true],
    ["ETag", false, false],
    ["Date", false, false],
    ["Content-Encoding", false, false],
    ["Location", false, false],
  ];
  expect(
    rows.map(([name]) => [
      name,
      safelists.isForbiddenResponseHeader(name),
      safelists.isSafelistedResponseHeader(name),
    ]),
  ).toEqual(rows);
});

describe("the policy's lists are the browser's", () => {
  // Neither layer may import the other, so that each has its own.
  const methods = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "QUERY",
    "CONNECT",
    "TRACE",
    "TRACK",
  ];
  const words = [...methods, ...methods.map((one) => one.toLowerCase()), "Get", "pAtCh", "", "x"];
  const names = [...FORBIDDEN, ...PERMITTED, "X-HTTP-Method", "set-cookie2", "*"].map((name) =>
    name.toLowerCase(),
  );

  test.each(words)("method %j", (word) => {
    const judge = (of: typeof fields | typeof safelists) => ({
      normalized: of.normalizeMethod(word),
      safelisted: of.isSafelistedMethod(word),
      forbidden: of.isForbiddenMethod(word),
    });
    expect(judge(fields)).toEqual(judge(safelists));
  });

  test.each(names)("header %j", (name) => {
    expect({
      request: fields.isForbiddenRequestHeader(name),
      response: fields.isForbiddenResponseHeader(name),
    }).toEqual({
      request: isForbiddenRequestHeader(name, ""),
      response: safelists.isForbiddenResponseHeader(name),
    });
  });
});

describe("URLs", () => {
  test("potentially trustworthy", () => {
    const rows: readonly (readonly [url: string, trustworthy: boolean])[] = [
      ["https://a.example/", true],
      ["wss://a.example/", true],
      ["file:///tmp/x", true],
      ["http://localhost:3000/", true],
      ["http://localhost./", true],
      ["http://app.localhost/", true],
      ["http://127.0.0.1/", true],
      ["http://127.9.9.9/", true],
      ["http://[::1]:8080/", true],
      ["http://a.example/", false],
      ["http://notlocalhost/", false],
      ["http://127.0.0.1.example.com/", false],
      ["http://128.0.0.1/", false],
      ["http://[::2]/", false],
      ["http://192.168.0.1/", false],
      ["ws://a.example/", false],
      ["ftp://a.example/", false],
    ];
    expect(answersOf(rows, (url) => isPotentiallyTrustworthy(new URL(url as string)))).toEqual(rows);
  });

  test("mixed content", () => {
    const rows: readonly (readonly [secure: boolean, url: string, mixed: boolean])[] = [
      [true, "http://a.example/", true],
      [true, "https://a.example/", false],
      [true, "http://localhost/", false],
      [true, "http://127.0.0.1/", false],
      [false, "http://a.example/", false],
    ];
    const ask = (secure: boolean, url: string) =>
      isMixedContent({ origin: "https://app.example.com", secure }, new URL(url));
    expect(rows.map(([secure, url]) => [secure, url, ask(secure, url)])).toEqual(rows);
  });
});
