// The Request constructor: what a browser throws, what it drops without a word, and what goes on its way.
import { describe, expect, test } from "vitest";
import { constructRequest, extractBody, quote, type RequestOptions } from "../src/browser/request.ts";

const PAGE = "https://app.example.com";
const API = "https://api.example.com/orders";

/** Options as a script without types may write them. */
type Written = Omit<RequestOptions, "headers"> & { readonly headers?: unknown };

async function construct(options: unknown = {}, url: unknown = API, base = PAGE) {
  const { body } = options as RequestOptions;
  const extracted = body === undefined || body === null ? undefined : extractBody(body);
  return constructRequest(url as string, base, options as RequestOptions, extracted);
}

/** The message of the TypeError, which is the only error that there may be. */
async function thrown(options: unknown, url?: unknown, base?: string): Promise<string> {
  const error: unknown = await construct(options, url, base).then(
    () => "nothing thrown",
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  return (error as TypeError).message;
}

/** A request with nothing special about it. */
const PLAIN = {
  method: "GET",
  url: API,
  headers: [],
  body: undefined,
  streamed: false,
  mode: "cors",
  credentials: "same-origin",
  redirect: "follow",
  forcePreflight: false,
  dropped: [],
};

async function summary(options?: unknown, url?: unknown, base?: string) {
  const { request, dropped } = await construct(options, url, base);
  const { body } = request;
  return {
    ...request,
    url: request.url.href,
    body: body && Buffer.from(await body()).toString("latin1"),
    dropped,
  };
}

const stream = () => new Blob(["ab"]).stream() as ReadableStream<Uint8Array>;

const ACCEPTED: Readonly<Record<string, readonly [options: Written, difference: object]>> = {
  "nothing but a URL": [{}, {}],
  "options that are undefined": [
    {
      method: undefined,
      headers: undefined,
      body: undefined,
      credentials: undefined,
      mode: undefined,
      redirect: undefined,
      uploadListener: undefined,
    },
    {},
  ],
  "a method in lower case": [{ method: "delete" }, { method: "DELETE" }],
  "patch, which stays as it is": [{ method: "patch" }, { method: "patch" }],
  "a method of one's own": [{ method: "CHICKEN!" }, { method: "CHICKEN!" }],
  "no-cors with a method that it may use": [
    { method: "post", mode: "no-cors" },
    { method: "POST", mode: "no-cors" },
  ],
  "mode same-origin": [
    { mode: "same-origin", method: "PUT" },
    { mode: "same-origin", method: "PUT" },
  ],
  "credentials omit and redirect manual": [
    { credentials: "omit", redirect: "manual" },
    { credentials: "omit", redirect: "manual" },
  ],
  "an upload listener": [{ uploadListener: true }, { forcePreflight: true }],
  "an upload listener in mode no-cors, which has none": [
    { uploadListener: true, mode: "no-cors" },
    { mode: "no-cors" },
  ],
  "headers as a record": [
    { headers: { "X-B": "2", accept: " a/b\t" } },
    {
      headers: [
        ["X-B", "2"],
        ["accept", "a/b"],
      ],
    },
  ],
  "headers as pairs, the same name twice": [
    {
      headers: [
        ["X-A", "1"],
        ["x-a", "2"],
        ["y", ""],
      ],
    },
    {
      headers: [
        ["X-A", "1, 2"],
        ["y", ""],
      ],
    },
  ],
  "headers as Headers": [
    {
      headers: new Headers([
        ["X-B", "1"],
        ["X-A", "2"],
        ["x-b", "3"],
      ]),
    },
    {
      headers: [
        ["x-a", "2"],
        ["x-b", "1, 3"],
      ],
    },
  ],
  "headers as a Map": [{ headers: new Map([["X-A", "1"]]) }, { headers: [["X-A", "1"]] }],
  "values that are no strings": [
    { headers: { "X-A": 1, "X-B": undefined } },
    {
      headers: [
        ["X-A", "1"],
        ["X-B", "undefined"],
      ],
    },
  ],
  "a value with bytes beyond ASCII, and one with control characters": [
    { headers: { "X-A": "caf\xe9", "X-B": "\x01" } },
    {
      headers: [
        ["X-A", "caf\xe9"],
        ["X-B", "\x01"],
      ],
    },
  ],
  "headers that belong to the browser": [
    {
      headers: {
        Cookie: "a=1",
        Origin: "https://evil.example",
        "Sec-Fetch-Site": "none",
        "X-A": "1",
        Host: "x",
      },
    },
    { headers: [["X-A", "1"]], dropped: ["Cookie", "Origin", "Sec-Fetch-Site", "Host"] },
  ],
  "a forbidden method in an override": [
    { headers: { "X-HTTP-Method-Override": "TRACE" } },
    { dropped: ["X-HTTP-Method-Override"] },
  ],
  "overrides, each judged when it is appended": [
    {
      headers: [
        ["X-HTTP-Method", "PUT"],
        ["x-http-method", "TRACE"],
        ["X-HTTP-METHOD", "PATCH"],
      ],
    },
    { headers: [["X-HTTP-Method", "PUT, PATCH"]], dropped: ["x-http-method"] },
  ],
  "headers in mode no-cors": [
    {
      mode: "no-cors",
      headers: {
        Accept: "a/b",
        "X-A": "1",
        "Content-Type": "application/json",
        Authorization: "x",
        Range: "bytes=0-",
      },
    },
    {
      mode: "no-cors",
      headers: [["Accept", "a/b"]],
      dropped: ["X-A", "Content-Type", "Authorization", "Range"],
    },
  ],
  "no-cors judges the value as it would become": [
    {
      mode: "no-cors",
      headers: [
        ["Accept", "a".repeat(100)],
        ["Accept", "b".repeat(40)],
        ["accept", "c"],
      ],
    },
    { mode: "no-cors", headers: [["Accept", `${"a".repeat(100)}, c`]], dropped: ["Accept"] },
  ],
  "a text": [
    { method: "POST", body: "caf\u00e9" },
    { method: "POST", body: "caf\xc3\xa9", headers: [["Content-Type", "text/plain;charset=UTF-8"]] },
  ],
  "an empty text": [
    { method: "PUT", body: "" },
    { method: "PUT", body: "", headers: [["Content-Type", "text/plain;charset=UTF-8"]] },
  ],
  "a text with a content type of the script's": [
    { method: "POST", body: "{}", headers: { "content-type": "application/json" } },
    { method: "POST", body: "{}", headers: [["content-type", "application/json"]] },
  ],
  "no body": [{ method: "POST", body: null }, { method: "POST" }],
  "a form": [
    { method: "POST", body: new URLSearchParams({ a: "1 2" }) },
    {
      method: "POST",
      body: "a=1+2",
      headers: [["Content-Type", "application/x-www-form-urlencoded;charset=UTF-8"]],
    },
  ],
  "a blob": [
    { method: "POST", body: new Blob(["x"], { type: "application/json" }) },
    { method: "POST", body: "x", headers: [["Content-Type", "application/json"]] },
  ],
  "a blob in mode no-cors: its type is judged as any other": [
    { method: "POST", mode: "no-cors", body: new Blob(["x"], { type: "application/json" }) },
    { method: "POST", mode: "no-cors", body: "x" },
  ],
  "a text in mode no-cors": [
    { method: "POST", mode: "no-cors", body: "x" },
    { method: "POST", mode: "no-cors", body: "x", headers: [["Content-Type", "text/plain;charset=UTF-8"]] },
  ],
  "a blob without a type": [
    { method: "POST", body: new Blob(["x"]) },
    { method: "POST", body: "x" },
  ],
  bytes: [
    { method: "POST", body: new Uint8Array([0, 255]) },
    { method: "POST", body: "\0\xff" },
  ],
  "a buffer": [
    { method: "POST", body: new Uint8Array([65]).buffer },
    { method: "POST", body: "A" },
  ],
  "a stream": [
    { method: "POST", body: stream(), duplex: "half" },
    { method: "POST", body: "ab", streamed: true, forcePreflight: true },
  ],
};

describe("accepted", () => {
  test.each(Object.entries(ACCEPTED))("%s", async (_name, [options, difference]) => {
    expect(await summary(options)).toEqual({ ...PLAIN, ...difference });
  });

  test("a body of fields brings its boundary along", async () => {
    const form = new FormData();
    form.set("a", "1");
    const { headers, body } = await summary({ method: "POST", body: form });
    const [, boundary] = /^multipart\/form-data; boundary=(\S+)$/.exec(headers[0]?.[1] ?? "") ?? [];
    expect(boundary).toBeDefined();
    expect(body).toContain(`--${boundary}`);
  });

  const URLS: readonly (readonly [url: unknown, base: string, href: string])[] = [
    ["/x?y#z", PAGE, "https://app.example.com/x?y#z"],
    ["", PAGE, "https://app.example.com/"],
    ["//api.example.com", PAGE, "https://api.example.com/"],
    [new URL("http://a.example"), PAGE, "http://a.example/"],
    ["https://a.example:443/\u00e9", "null", "https://a.example/%C3%A9"],
    ["/x", "capacitor://localhost", "capacitor://localhost/x"],
    ["data:,x", PAGE, "data:,x"],
  ];
  test.each(URLS)("the URL %s on %s", async (url, base, href) => {
    expect(await summary({}, url, base)).toEqual({ ...PLAIN, url: href });
  });
});

const HEADERS_SHAPE = "headers: write a record, a list of [name, value] pairs, or a Headers.";

const REFUSED: Readonly<Record<string, readonly [options: unknown, message: string]>> = {
  "a method that is no token": [{ method: "GET /" }, '"GET /" is not a valid HTTP method.'],
  "an empty method": [{ method: "" }, '"" is not a valid HTTP method.'],
  "a method beyond ASCII": [{ method: "po\u017ft" }, '"po\u017ft" is not a valid HTTP method.'],
  TRACE: [{ method: "trace" }, '"trace": scripts cannot use this HTTP method.'],
  CONNECT: [{ method: "CONNECT" }, '"CONNECT": scripts cannot use this HTTP method.'],
  TRACK: [{ method: "Track" }, '"Track": scripts cannot use this HTTP method.'],
  "a method that no-cors has not": [
    { method: "PUT", mode: "no-cors" },
    '"PUT" is unsupported in mode "no-cors": only GET, HEAD and POST are.',
  ],
  "an unknown mode": [{ mode: "navigate" }, 'mode: "navigate" is none of "cors", "no-cors", "same-origin".'],
  "mode null": [{ mode: null }, 'mode: "null" is none of "cors", "no-cors", "same-origin".'],
  "unknown credentials": [
    { credentials: "Include" },
    'credentials: "Include" is none of "same-origin", "omit", "include".',
  ],
  "credentials true": [
    { credentials: true },
    'credentials: "true" is none of "same-origin", "omit", "include".',
  ],
  "an unknown redirect mode": [
    { redirect: "stop" },
    'redirect: "stop" is none of "follow", "error", "manual".',
  ],
  "a body with GET": [{ body: "x" }, "A request with method GET cannot have a body."],
  "an empty body with HEAD": [{ method: "head", body: "" }, "A request with method HEAD cannot have a body."],
  "a stream without duplex": [
    { method: "POST", body: stream() },
    'A stream cannot be sent without duplex: "half".',
  ],
  "a stream in mode no-cors": [
    { method: "POST", mode: "no-cors", body: stream() },
    'A stream cannot be sent in mode "no-cors": it needs a preflight.',
  ],
  "a header name with a space": [{ headers: { "X A": "1" } }, '"X A" is not a valid header name.'],
  "an empty header name": [{ headers: [["", "1"]] }, '"" is not a valid header name.'],
  "a header name beyond ASCII": [{ headers: { "\u00e9": "1" } }, '"\u00e9" is not a valid header name.'],
  "a forbidden header with a bad value": [
    { headers: { Cookie: "a\nb" } },
    'The value of header Cookie is not valid: it has the character "\\n".',
  ],
  "a value with a line break": [
    { headers: { "X-A": "a\r\nb" } },
    'The value of header X-A is not valid: it has the character "\\r".',
  ],
  "a value with NUL": [
    { headers: { "X-A": "\0" } },
    'The value of header X-A is not valid: it has the character "\\u0000".',
  ],
  "a value beyond Latin-1": [
    { headers: { "X-A": "\u20ac" } },
    'The value of header X-A is not valid: it has the character "\u20ac".',
  ],
  "headers that are text": [{ headers: "X-A: 1" }, HEADERS_SHAPE],
  "headers that are null": [{ headers: null }, HEADERS_SHAPE],
  "headers that are a number": [{ headers: 5 }, HEADERS_SHAPE],
  "a header without a value": [{ headers: [["X-A"]] }, "headers: each is a pair of name and value."],
  "a header of three": [{ headers: [["X-A", "1", "2"]] }, "headers: each is a pair of name and value."],
  "a header that is text": [{ headers: ["ab"] }, "headers: each is a pair of name and value."],
};

describe("refused, as by a browser: with a TypeError", () => {
  test.each(Object.entries(REFUSED))("%s", async (_name, [options, message]) => {
    expect(await thrown(options)).toBe(message);
  });

  const URLS: readonly (readonly [url: unknown, base: string, message: string])[] = [
    ["https://", PAGE, 'Failed to parse URL from "https://".'],
    ["/x", "null", 'Failed to parse URL from "/x".'],
    [Symbol("x"), PAGE, 'Failed to parse URL from "Symbol(x)".'],
    [Object.create(null), PAGE, "Failed to parse URL from what is no text."],
    ["https://a b/", PAGE, 'Failed to parse URL from "https://a b/".'],
    [
      "https://user@a.example/",
      PAGE,
      'A request cannot be made from a URL that includes credentials: "a.example".',
    ],
    [
      "https://:secret@a.example/",
      PAGE,
      'A request cannot be made from a URL that includes credentials: "a.example".',
    ],
  ];
  test.each(URLS)("the URL %s on %s", async (url, base, message) => {
    expect(await thrown({}, url, base)).toBe(message);
  });

  test("a symbol for a value, as Web IDL refuses it", async () => {
    expect(await thrown({ headers: { "X-A": Symbol("x") } })).toMatch(/symbol/i);
  });
});

test("quotations are on one line, and short", () => {
  expect(quote("a\nb")).toBe('"a\\nb"');
  expect(quote("x".repeat(121))).toBe(`"${"x".repeat(120)}..."`);
  expect(quote("x".repeat(120))).toBe(`"${"x".repeat(120)}"`);
});
