// What must not start, what must, and what the message says to write instead.
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { type ConfigIssue, type ConfigIssueCode, CorsConfigError, cors, definePolicy } from "../src/index.ts";
import { ISSUE_CODES } from "../src/policy/issues.ts";
import { putAt } from "./support/put-at.ts";

const APP = "https://app.example.com";
const THROWING = {
  get: () => {
    throw new Error("trapped");
  },
};

function issuesOf(options: unknown): readonly ConfigIssue[] {
  try {
    definePolicy(options as never);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(CorsConfigError);
    return (error as CorsConfigError).issues;
  }
}

interface Refusal {
  readonly options: unknown;
  readonly code: ConfigIssueCode;
  readonly path: string;
  /** The message must say what to write. */
  readonly says: string;
  /** What `fix` must be; absent: there must be none. */
  readonly fix?: unknown;
  /** The origin that the author meant: allowed once the fix stands. */
  readonly meant?: string;
  /** An origin that the fixed policy must not allow. */
  readonly notMeant?: string;
}

const refused = (
  options: unknown,
  code: ConfigIssueCode,
  path: string,
  says: string,
  fix?: unknown,
  meant?: string,
): Refusal => ({
  options,
  code,
  path,
  says,
  ...(fix === undefined ? {} : { fix }),
  ...(meant === undefined ? {} : { meant }),
});

const origin = (
  value: unknown,
  code: ConfigIssueCode,
  says: string,
  fix?: unknown,
  meant?: string,
): Refusal => refused({ origin: value }, code, "origin", says, fix, meant);

const withCredentials = (value: unknown, code: ConfigIssueCode, says: string, path = "origin"): Refusal =>
  refused({ origin: value, credentials: true }, code, path, says);

const REFUSALS: readonly Refusal[] = [
  // No options, no origin.
  refused(undefined, "OPTIONS_TYPE", "", "{ origin:"),
  refused(null, "OPTIONS_TYPE", "", "{ origin:"),
  refused(42, "OPTIONS_TYPE", "", "{ origin:"),
  refused(true, "OPTIONS_TYPE", "", "{ origin:"),
  refused(APP, "OPTIONS_TYPE", "", `{ origin: ["${APP}"] }`, { origin: [APP] }, APP),
  refused("*", "OPTIONS_TYPE", "", '{ origin: "*" }', { origin: "*" }, APP),
  refused([APP], "OPTIONS_TYPE", "", `{ origin: ["${APP}"] }`, { origin: [APP] }, APP),
  refused(/a/, "OPTIONS_TYPE", "", "{ origin:"),
  refused(new URL(APP), "OPTIONS_TYPE", "", "{ origin:"),
  refused(new Map(), "OPTIONS_TYPE", "", "{ origin:"),
  refused({}, "ORIGIN_REQUIRED", "origin", "environment variable"),
  origin(undefined, "ORIGIN_REQUIRED", "originsFromEnv"),
  origin(null, "ORIGIN_REQUIRED", "environment variable"),
  origin("", "ORIGIN_REQUIRED", "environment variable"),
  origin([], "ORIGIN_REQUIRED", "environment variable"),
  origin([""], "ORIGIN_REQUIRED", "environment variable"),
  refused({ origin: [APP, undefined] }, "ORIGIN_REQUIRED", "origin[1]", "environment variable"),
  refused({ origin: [null, APP] }, "ORIGIN_REQUIRED", "origin[0]", "environment variable"),
  origin(new URL(`${APP}/x`), "ORIGIN_TYPE", `a URL is no origin; write "${APP}"`, APP, APP),
  origin(new URL("file:///x"), "ORIGIN_TYPE", "a URL is no origin; write a string"),
  origin(new Set([APP]), "ORIGIN_TYPE", APP, [APP], APP),
  origin(new Set([APP, 1]), "ORIGIN_TYPE", "write a string"),
  origin(new Set(), "ORIGIN_TYPE", "write a string"),
  origin(42, "ORIGIN_TYPE", "write a string"),
  origin({}, "ORIGIN_TYPE", "write a string"),
  origin({ regexp: 1 }, "ORIGIN_TYPE", "write a string"),
  origin({ regexp: "^a$", flags: 1 }, "ORIGIN_TYPE", "write a string"),
  origin({ function: true }, "ORIGIN_TYPE", "write a string"),
  origin({ [Symbol.toStringTag]: "RegExp" }, "ORIGIN_TYPE", "write a string"),
  refused({ origin: [APP, 42] }, "ORIGIN_TYPE", "origin[1]", "write a string"),
  refused({ origin: [() => true] }, "ORIGIN_TYPE", "origin[0]", "a function stands alone"),
  refused({ origin: [["https://a.example"]] }, "ORIGIN_TYPE", "origin[0]", "per entry"),
  refused({ origin: [new Set([APP])] }, "ORIGIN_TYPE", "origin[0]", "per entry"),
  refused({ origin: [new URL(APP)] }, "ORIGIN_TYPE", "origin[0]", `write "${APP}"`, APP, APP),
  // Strings that are no origins.
  origin(`${APP}/`, "ORIGIN_PATH", "remove the trailing slash", APP, APP),
  origin(`${APP}/path?x#y`, "ORIGIN_PATH", `"${APP}"`, APP, APP),
  origin(
    "http://127.0.0.1:3000/x",
    "ORIGIN_PATH",
    '"http://127.0.0.1:3000"',
    "http://127.0.0.1:3000",
    "http://127.0.0.1:3000",
  ),
  origin(`${APP}?x`, "ORIGIN_PATH", `"${APP}"`, APP, APP),
  origin(`${APP}#x`, "ORIGIN_PATH", `"${APP}"`, APP, APP),
  origin(
    "capacitor://localhost/",
    "ORIGIN_PATH",
    "capacitor://localhost",
    "capacitor://localhost",
    "capacitor://localhost",
  ),
  origin("https://user:secret@app.example.com", "ORIGIN_USERINFO", `"${APP}"`, APP, APP),
  origin("https://App.Example.com", "ORIGIN_CASE", `"${APP}"`, APP, APP),
  origin("HTTPS://app.example.com", "ORIGIN_CASE", `"${APP}"`, APP, APP),
  origin(
    "Capacitor://localhost",
    "ORIGIN_CASE",
    "capacitor://localhost",
    "capacitor://localhost",
    "capacitor://localhost",
  ),
  origin("https://app.example.com:443", "ORIGIN_DEFAULT_PORT", `"${APP}"`, APP, APP),
  origin(
    "http://app.example.com:80",
    "ORIGIN_DEFAULT_PORT",
    '"http://app.example.com"',
    "http://app.example.com",
    "http://app.example.com",
  ),
  origin(
    "https://b\u00fccher.example",
    "ORIGIN_UNICODE",
    "xn--bcher-kva.example",
    "https://xn--bcher-kva.example",
    "https://xn--bcher-kva.example",
  ),
  origin("http://127.1", "ORIGIN_IP", "http://127.0.0.1", "http://127.0.0.1", "http://127.0.0.1"),
  origin(
    "http://0x7f.0.0.1:3000",
    "ORIGIN_IP",
    "http://127.0.0.1:3000",
    "http://127.0.0.1:3000",
    "http://127.0.0.1:3000",
  ),
  origin("http://[0:0:0:0:0:0:0:1]", "ORIGIN_IP", "http://[::1]", "http://[::1]", "http://[::1]"),
  origin("http://127.0.0.1.", "ORIGIN_IP", "http://127.0.0.1", "http://127.0.0.1", "http://127.0.0.1"),
  origin("app.example.com", "ORIGIN_SCHEME", `"${APP}"`, APP, APP),
  origin("//app.example.com", "ORIGIN_SCHEME", `"${APP}"`, APP, APP),
  origin(
    "localhost:3000",
    "ORIGIN_SCHEME",
    "http://localhost:3000",
    "http://localhost:3000",
    "http://localhost:3000",
  ),
  origin(
    "httpbin.org",
    "ORIGIN_SCHEME",
    '"https://httpbin.org"',
    "https://httpbin.org",
    "https://httpbin.org",
  ),
  origin(
    "http//a.example/",
    "ORIGIN_SCHEME",
    '"https://a.example"',
    "https://a.example",
    "https://a.example",
  ),
  origin("https:a.example", "ORIGIN_SCHEME", '"https://a.example"', "https://a.example", "https://a.example"),
  origin("127.0.0.1:3000", "ORIGIN_SCHEME", "127.0.0.1", "http://127.0.0.1:3000", "http://127.0.0.1:3000"),
  origin("192.168.1.10", "ORIGIN_SCHEME", "https://app.example.com"),
  origin("192.168.1.10:3000", "ORIGIN_SCHEME", "https://app.example.com"),
  origin("[2001:db8::1]:3000", "ORIGIN_SCHEME", "https://app.example.com"),
  origin("all", "ORIGIN_SCHEME", "https://app.example.com"),
  origin(` ${APP}`, "ORIGIN_WHITESPACE", `"${APP}"`, APP, APP),
  origin(" nonsense ", "ORIGIN_WHITESPACE", "an origin looks like"),
  origin(
    `${APP},https://b.example`,
    "ORIGIN_LIST",
    '["https://app.example.com","https://b.example"]',
    [APP, "https://b.example"],
    "https://b.example",
  ),
  origin(`${APP}/ https://b.example`, "ORIGIN_LIST", '"https://b.example"', [APP, "https://b.example"], APP),
  origin(`${APP},!`, "ORIGIN_LIST", "write an array"),
  refused(
    { origin: [`${APP},https://b.example`] },
    "ORIGIN_LIST",
    "origin[0]",
    '["https://app.example.com","https://b.example"]',
  ),
  origin(`"${APP}"`, "ORIGIN_GRAMMAR", "quotes", APP, APP),
  origin("/\\.example\\.com$/", "ORIGIN_GRAMMAR", "without quotes"),
  origin("1a://B", "ORIGIN_GRAMMAR", "scheme://host"),
  origin("https://", "ORIGIN_GRAMMAR", "scheme://host"),
  origin("https://a%2eb.example", "ORIGIN_GRAMMAR", "scheme://host"),
  origin("https://app.example.com:99999", "ORIGIN_GRAMMAR", "scheme://host"),
  origin(`https://${"a".repeat(64)}.example.com`, "ORIGIN_GRAMMAR", "scheme://host"),
  origin(`app://${"a".repeat(400)}`, "ORIGIN_GRAMMAR", "scheme://host"),
  origin("null", "ORIGIN_OPAQUE", "dangerouslyAllowOpaqueOrigins"),
  origin("file://", "ORIGIN_OPAQUE", "dangerouslyAllowOpaqueOrigins"),
  // Wildcards.
  origin(
    "*.example.com",
    "ORIGIN_WILDCARD",
    "https://*.example.com",
    "https://*.example.com",
    "https://a.example.com",
  ),
  origin(
    "https://*.Example.com/",
    "ORIGIN_WILDCARD",
    "https://*.example.com",
    "https://*.example.com",
    "https://a.example.com",
  ),
  ...(
    [
      ["https://*.example.com/", "https://*.example.com", "https://a.example.com"],
      ["https://*.example.com/*", "https://*.example.com", "https://a.example.com"],
      ["https://**.example.com", "https://*.example.com", "https://a.example.com"],
      ["https://*.m\u00fcnchen.de", "https://*.xn--mnchen-3ya.de", "https://a.xn--mnchen-3ya.de"],
      ["http://localhost:*/", "http://localhost:*", "http://localhost:3000"],
      ["localhost:*", "http://localhost:*", "http://localhost:3000"],
      ["127.0.0.1:*", "http://127.0.0.1:*", "http://127.0.0.1:3000"],
      ["[::1]:*", "http://[::1]:*", "http://[::1]:3000"],
      ["https://example.com/*", "https://example.com", "https://example.com"],
      ["https://example.com/a/*?b=*", "https://example.com", "https://example.com"],
      ["example.com/*", "https://example.com", "https://example.com"],
      ["*.localhost", "http://*.localhost", "http://a.localhost"],
      ["*.localhost:*", "http://*.localhost:*", "http://a.localhost:3000"],
      ["*.corp", "https://*.corp", "https://a.corp"],
    ] as const
  ).map(([text, fix, meant]) =>
    origin(text, "ORIGIN_WILDCARD", `is not a pattern as written; write: "${fix}"`, fix, meant),
  ),
  origin("https://*", "ORIGIN_WILDCARD", 'origin: "*"'),
  origin("https://*/", "ORIGIN_WILDCARD", 'origin: "*"'),
  origin("192.168.1.10:*", "ORIGIN_WILDCARD", "where none can stand"),
  origin("*.192.168.1.10", "ORIGIN_WILDCARD", "where none can stand"),
  origin("app:*", "ORIGIN_WILDCARD", "where none can stand"),
  origin("https://*.%.example", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("https://*.a..example", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("http://*:3000", "ORIGIN_WILDCARD", 'origin: "*" without credentials'),
  origin("https://example.*", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("https://app-*.example.com", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("https://*.*.example.com", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("*://app.example.com", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("https://app.example.com:8*", "ORIGIN_WILDCARD", "http://localhost:*"),
  origin("https://app.example.com:443:*", "ORIGIN_WILDCARD", "http://localhost:*"),
  origin("https://*.1.2.3.4", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("chrome-extension://*", "ORIGIN_WILDCARD", "https://*.example.com"),
  origin("app://*.example", "ORIGIN_WILDCARD", "https://*.example.com"),
  refused({ origin: ["*", APP] }, "ORIGIN_WILDCARD_MIXED", "origin[0]", "write it alone"),
  refused({ origin: [APP, true] }, "ORIGIN_WILDCARD_MIXED", "origin[1]", "write it alone"),
  // Credentials.
  refused({ origin: "*", credentials: true }, "CREDENTIALS_WILDCARD", "credentials", "list the origins"),
  refused({ origin: true, credentials: true }, "CREDENTIALS_WILDCARD", "credentials", "list the origins"),
  refused({ origin: ["*"], credentials: true }, "CREDENTIALS_WILDCARD", "credentials", "list the origins"),
  refused(
    { origin: APP, credentials: true, exposedHeaders: "*" },
    "CREDENTIALS_EXPOSED_WILDCARD",
    "exposedHeaders",
    "list the names",
  ),
  refused(
    { origin: APP, credentials: true, exposedHeaders: ["*"] },
    "CREDENTIALS_EXPOSED_WILDCARD",
    "exposedHeaders",
    "list the names",
  ),
  withCredentials("http://app.example.com", "CREDENTIALS_INSECURE", "https://app.example.com"),
  withCredentials("http://*.example.com", "CREDENTIALS_INSECURE", "dangerouslyAllowInsecureOrigins"),
  withCredentials("http://192.168.1.10:3000", "CREDENTIALS_INSECURE", "dangerouslyAllowInsecureOrigins"),
  withCredentials("https://*.com", "CREDENTIALS_PUBLIC_SUFFIX", "domain of your own"),
  withCredentials("https://*.github.io", "CREDENTIALS_PUBLIC_SUFFIX", "https://*.preview.example.com"),
  withCredentials("https://*.vercel.app", "CREDENTIALS_PUBLIC_SUFFIX", "dangerouslyAllowPublicSuffixes"),
  withCredentials("https://*.amazonaws.com", "CREDENTIALS_PUBLIC_SUFFIX", "anyone can register"),
  withCredentials("https://*.co.uk.", "CREDENTIALS_PUBLIC_SUFFIX", "anyone can register"),
  withCredentials("https://*.kawasaki.jp:8443", "CREDENTIALS_PUBLIC_SUFFIX", "anyone can register"),
  // RegExps: the judge has a table of its own (regexp.test.ts); here is how its word reaches the author.
  origin(
    /\.vercel\.app$/,
    "REGEXP_ANCHOR",
    '"https://*.vercel.app"',
    "https://*.vercel.app",
    "https://mine.vercel.app",
  ),
  withCredentials(/\.vercel\.app$/, "REGEXP_ANCHOR", "anchor"),
  withCredentials(/\.vercel\.app$/, "REGEXP_PUBLIC_SUFFIX", "https://*.preview.example.com"),
  origin("https://undefined", "ORIGIN_REQUIRED", "originsFromEnv"),
  origin("https://undefined.example.com", "ORIGIN_REQUIRED", "originsFromEnv"),
  origin("http://localhost:undefined", "ORIGIN_REQUIRED", "environment variable"),
  refused(
    { origin: [APP, /^https:\/\/a.b\.example$/] },
    "REGEXP_DOT",
    "origin[1]",
    "\\.",
    /^https:\/\/a\.b\.example$/,
    "https://a.b.example",
  ),
  origin({ regexp: "(" }, "REGEXP_SYNTAX", '/(/ is no RegExp ("Unterminated group"); mend it'),
  origin({ regexp: "^a: [\u001b", flags: "i" }, "REGEXP_SYNTAX", '("Unterminated character class"); mend it'),
  origin({ regexp: "^a$", flags: "gg" }, "REGEXP_SYNTAX", "'gg'\"); mend it"),
  // Names and types.
  refused({ origin: APP, allowHeaders: ["x"] }, "UNKNOWN_OPTION", "allowHeaders", '"allowedHeaders"'),
  refused({ origin: APP, headers: ["x"] }, "UNKNOWN_OPTION", "headers", '"allowedHeaders"'),
  refused({ origin: APP, credentails: true }, "UNKNOWN_OPTION", "credentails", '"credentials"'),
  refused(
    { origin: APP, "Access-Control-Allow-Credentials": true },
    "UNKNOWN_OPTION",
    "Access-Control-Allow-Credentials",
    '"credentials"',
  ),
  refused({ origin: APP, privateNetwork: true }, "UNKNOWN_OPTION", "privateNetwork", "no header grants"),
  refused({ origin: APP, constructor: 1 }, "UNKNOWN_OPTION", "constructor", "the options are origin"),
  refused({ origin: APP, zzz: 1 }, "UNKNOWN_OPTION", "zzz", "the options are origin"),
  refused({ origin: APP, withCredentials: true }, "UNKNOWN_OPTION", "withCredentials", '"credentials"'),
  refused(
    { origin: APP, credentials: false, withCredentials: true },
    "UNKNOWN_OPTION",
    "withCredentials",
    '"credentials"',
  ),
  refused({ origin: APP, methods: [","] }, "METHOD_TOKEN", "methods[0]", '"," is no method'),
  refused({ origin: APP, allowedHeaders: [" ,"] }, "HEADER_TOKEN", "allowedHeaders[0]", "is no header name"),
  refused(
    { origin: APP, "allow-credentials": true },
    "UNKNOWN_OPTION",
    "allow-credentials",
    'mean "credentials"?',
  ),
  refused(
    { origin: APP, "expose-headers": "A" },
    "UNKNOWN_OPTION",
    "expose-headers",
    'mean "exposedHeaders"?',
  ),
  refused({ origin: APP, blockRefuse: true }, "UNKNOWN_OPTION", "blockRefuse", 'mean "blockRefused"?'),
  refused({ origin: APP, preflight: false }, "UNKNOWN_OPTION", "preflight", "write preflightContinue"),
  refused(
    { origin: APP, credentials: Symbol("a\u0007") },
    "OPTION_TYPE",
    "credentials",
    "Symbol(a\\u0007) is no boolean",
  ),
  refused({ origin: APP, maxAge: new Proxy({}, THROWING) }, "MAX_AGE", "maxAge", "an object is no number"),
  refused({ origins: [APP] }, "UNKNOWN_OPTION", "origins", '"origin"'),
  refused({ origin: APP, credentials: "true" }, "OPTION_TYPE", "credentials", "write true", true, APP),
  refused({ origin: APP, credentials: "false" }, "OPTION_TYPE", "credentials", "write false", false, APP),
  refused({ origin: APP, credentials: 1 }, "OPTION_TYPE", "credentials", "true or false"),
  refused({ origin: APP, blockRefused: null }, "OPTION_TYPE", "blockRefused", "true or false"),
  refused({ origin: APP, methods: 1 }, "OPTION_TYPE", "methods", "an array of strings"),
  refused({ origin: APP, methods: ["GET", 1] }, "OPTION_TYPE", "methods[1]", "write a name"),
  refused({ origin: APP, allowedHeaders: {} }, "OPTION_TYPE", "allowedHeaders", "an array of strings"),
  refused({ origin: APP, exposedHeaders: true }, "OPTION_TYPE", "exposedHeaders", "an array of strings"),
  refused({ origin: APP, methods: ["GET POST"] }, "METHOD_TOKEN", "methods[0]", 'write "GET", "POST"'),
  refused(
    { origin: APP, methods: "GET POST" },
    "METHOD_TOKEN",
    "methods",
    'write "GET", "POST"',
    ["GET", "POST"],
    APP,
  ),
  refused(
    { origin: APP, methods: "PUT, GET POST" },
    "METHOD_TOKEN",
    "methods",
    'write "GET", "POST"',
    ["PUT", "GET", "POST"],
    APP,
  ),
  refused({ origin: APP, methods: "(, GET POST" }, "METHOD_TOKEN", "methods", "one name per entry"),
  refused({ origin: APP, methods: [""] }, "METHOD_TOKEN", "methods[0]", "one name per entry"),
  refused({ origin: APP, methods: ["GET", "patch"] }, "METHOD_CASE", "methods[1]", '"PATCH"', "PATCH", APP),
  refused(
    { origin: APP, methods: ["GET, patch"] },
    "METHOD_CASE",
    "methods[0]",
    '"PATCH"',
    "GET, PATCH",
    APP,
  ),
  refused({ origin: APP, methods: "GET, patch" }, "METHOD_CASE", "methods", '"PATCH"', "GET, PATCH", APP),
  refused(
    { origin: APP, methods: "x-patch, patch" },
    "METHOD_CASE",
    "methods",
    '"PATCH"',
    "x-patch, PATCH",
    APP,
  ),
  refused(
    { origin: APP, allowedHeaders: ["Content-Type Authorization"] },
    "HEADER_TOKEN",
    "allowedHeaders[0]",
    'write "Content-Type", "Authorization"',
  ),
  refused(
    { origin: APP, exposedHeaders: "ETag Link" },
    "HEADER_TOKEN",
    "exposedHeaders",
    'write "ETag", "Link"',
    ["ETag", "Link"],
    APP,
  ),
  refused({ origin: APP, allowedHeaders: "x: y" }, "HEADER_TOKEN", "allowedHeaders", "without values"),
  refused(
    { origin: APP, exposedHeaders: ["\u00e9"] },
    "HEADER_TOKEN",
    "exposedHeaders[0]",
    "one name per entry",
  ),
  refused({ origin: APP, maxAge: "600" }, "MAX_AGE", "maxAge", "600", 600, APP),
  refused({ origin: APP, maxAge: -1 }, "MAX_AGE", "maxAge", "0 or more", 0, APP),
  refused({ origin: APP, maxAge: 1.5 }, "MAX_AGE", "maxAge", "whole number", 1, APP),
  refused({ origin: APP, maxAge: Number.NaN }, "MAX_AGE", "maxAge", "whole number"),
  refused({ origin: APP, maxAge: Number.POSITIVE_INFINITY }, "MAX_AGE", "maxAge", "whole number"),
  refused({ origin: APP, maxAge: "1h" }, "MAX_AGE", "maxAge", "whole number"),
  refused({ origin: APP, maxAge: 1e21 }, "MAX_AGE", "maxAge", "whole number", 86_400, APP),
  refused(
    { origin: APP, optionsSuccessStatus: 404 },
    "OPTIONS_SUCCESS_STATUS",
    "optionsSuccessStatus",
    "204",
    204,
    APP,
  ),
  refused(
    { origin: APP, optionsSuccessStatus: "200" },
    "OPTIONS_SUCCESS_STATUS",
    "optionsSuccessStatus",
    "200",
    200,
    APP,
  ),
  // Routes.
  refused({ routes: {} }, "ROUTES_EMPTY", "routes", '"/"'),
  refused({ routes: [] }, "OPTION_TYPE", "routes", "no table"),
  refused(
    { routes: { "/": { origin: APP } }, credentials: true },
    "ROUTES_MIXED",
    "credentials",
    "into each route",
  ),
  refused({ routes: { "/": { origin: APP } }, origin: APP }, "ROUTES_MIXED", "origin", "into each route"),
  refused({ routes: { "/": true } }, "ROUTE_VALUE", 'routes["/"]', "passthrough"),
  refused({ routes: { "/": "*" } }, "ROUTE_VALUE", 'routes["/"]', '{"origin":"*"}', { origin: "*" }, APP),
  refused({ routes: { "/": [APP] } }, "ROUTE_VALUE", 'routes["/"]', APP, { origin: [APP] }, APP),
  refused({ routes: { "/": { origin: `${APP}/` } } }, "ORIGIN_PATH", 'routes["/"].origin', APP, APP, APP),
  refused(
    { routes: { "/": { origin: [APP, `${APP}:443`] } } },
    "ORIGIN_DEFAULT_PORT",
    'routes["/"].origin[1]',
    APP,
    APP,
    APP,
  ),
  ...(
    [
      ["/public/*", '"/public"'],
      ["/users/:id", '"/users"'],
      ["/x{/y}", '"/x"'],
      ["/(.*)", '"/"'],
      ["*", '"/"'],
      ["public", '"/public"'],
      ["public/", '"/public"'],
      ["", '"/"'],
      ["/public/", '"/public"'],
      ["/a//b", '"/a/b"'],
      ["/a/../b", "dot segment"],
      ["/.", "dot segment"],
      ["/a b", "characters"],
      ["/caf\u00e9", "characters"],
      ["/a%20b", "characters"],
      ["/a;b", "characters"],
    ] as const
  ).map(([key, says]) =>
    refused({ routes: { [key]: { origin: APP } } }, "ROUTE_KEY", `routes[${JSON.stringify(key)}]`, says),
  ),
  refused(
    { routes: { "/a": { origin: APP }, "/A": { origin: APP } } },
    "ROUTE_DUPLICATE",
    'routes["/A"]',
    "case alone",
  ),
];

describe("refused at start-up", () => {
  test.each(
    REFUSALS.map((refusal) => ({ ...refusal, title: `${refusal.code} ${refusal.path}: ${refusal.says}` })),
  )("$title", ({ options, code, path, says, fix, meant }) => {
    const issues = issuesOf(options);
    const issue = issues.find((candidate) => candidate.code === code);
    expect(issues.map((candidate) => `${candidate.code} ${candidate.path}`)).toContain(`${code} ${path}`);
    expect(issue?.message).toContain(says);
    expect(issue?.fix).toEqual(fix);
    expect(Object.isFrozen(issue)).toBe(true);
    if (fix === undefined || meant === undefined || issue === undefined) return;
    const policy = definePolicy(putAt(options, path, issue.fix) as never);
    expect(policy.decide({ method: "GET", origin: meant }).allowed).toBe(true);
  });

  test("every code that carries a fix is among them", () => {
    const withFix = new Set(REFUSALS.filter(({ fix }) => fix !== undefined).map(({ code }) => code));
    for (const { options } of REFUSALS) {
      for (const { code, fix } of issuesOf(options))
        if (fix !== undefined) expect([...withFix]).toContain(code);
    }
  });

  test("a fix can stand where it is offered, whatever else is wrong", () => {
    for (const { options } of REFUSALS) {
      for (const { code, path, fix } of issuesOf(options)) {
        if (fix === undefined) continue;
        const left = issuesOf(putAt(options, path, fix)).filter((issue) => issue.path.startsWith(path));
        expect(left, `${code} ${path}`).toEqual([]);
      }
    }
  });

  test("all problems at once, as text and as data", () => {
    const issues = issuesOf({
      routes: {
        "/": { origin: ["https://app.example/", "*.x.example"], credentials: true, allowHeaders: [] },
        "/public": { origin: "*", credentials: true, maxAge: -1 },
      },
    });
    expect(new CorsConfigError(issues).message).toMatchInlineSnapshot(`
      "Invalid CORS policy (5 problems):
        routes["/"].allowHeaders: unknown option; did you mean "allowedHeaders"? [UNKNOWN_OPTION]
        routes["/"].origin[0]: "https://app.example/" is not an origin; remove the trailing slash: "https://app.example". [ORIGIN_PATH]
        routes["/"].origin[1]: "*.x.example" is not a pattern as written; write: "https://*.x.example". [ORIGIN_WILDCARD]
        routes["/public"].maxAge: -1 is no number of seconds; write a whole number, 0 or more: 0. [MAX_AGE]
        routes["/public"].credentials: true cannot stand beside origin "*": any website could read your users' data; list the origins. [CREDENTIALS_WILDCARD]
      See docs/errors.md#unknown_option, docs/errors.md#origin_path, docs/errors.md#origin_wildcard, docs/errors.md#max_age, docs/errors.md#credentials_wildcard in node_modules/boring-cors."
    `);
  });

  test("what covers every site is not told how to write a pattern", () => {
    expect(issuesOf({ origin: "https://*" })[0]?.message).toBe(
      '"https://*" would cover every site; list the sites, or write origin: "*" without credentials',
    );
  });

  test("a flood of problems is cut in the text, complete in the data", () => {
    const issues = issuesOf({ origin: Array.from({ length: 50 }, (_, index) => `host-${index}.example`) });
    expect(issues).toHaveLength(50);
    expect(new CorsConfigError(issues).message).toContain("and 30 more");
  });

  test("values are quoted and cut, whatever they are", () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const values = [
      "\u001b[31m\u0085\u202e",
      "x".repeat(10_000),
      circular,
      10n,
      Symbol("s"),
      () => 1,
      new Date(0),
      { toJSON() {} },
      Object.create(null),
    ];
    for (const value of values) {
      for (const { message } of issuesOf({ origin: APP, credentials: value })) {
        expect(message).toMatch(/^[\x20-\x7e]*$/);
        expect(message.length).toBeLessThan(250);
      }
    }
  });

  test("app.use(cors) and cors(undefined) say what to write", () => {
    const request = { method: "GET", headers: {}, url: "/", httpVersion: "1.1" };
    expect(() => cors(request as never, { setHeader() {} } as never)).toThrow(
      /app\.use\(cors\(\{ origin.*\[NOT_CALLED\]/,
    );
    expect(() => cors(undefined as never)).toThrow(
      /nothing is allowed by default \(npm.*; write \{ origin.*\[OPTIONS_TYPE\]/,
    );
  });

  test("the adapter's own options", () => {
    const mistaken = (options: unknown) => () => cors({ origin: APP }, options as never);
    expect(mistaken({ base: "billing" })).toThrow(
      /"billing" does not start with "\/"; write "\/billing"\. \[BASE\]/,
    );
    expect(mistaken({ base: "/billing/" })).toThrow(/BASE/);
    expect(mistaken({ base: 1 })).toThrow(/write a string such as "\/billing"/);
    expect(mistaken({ mode: "audit" })).toThrow(/MODE/);
    expect(mistaken({ credentials: true })).toThrow(/belongs into the first/);
    expect(mistaken("/billing")).toThrow(
      / {2}options: "\/billing" is no options object; write \{ base.*\[OPTIONS_TYPE\]/,
    );
    expect(mistaken(null)).not.toThrow();
    expect(mistaken({ base: "/", mode: undefined, layer: undefined })).not.toThrow();
  });
});

/** Puts a value at an issue's path: `routes["/"].origin[1]`, `credentials`, `""`. */
const WARNINGS: readonly [unknown, ConfigIssueCode, string, unknown][] = [
  [{ origin: [APP, ""] }, "ORIGIN_EMPTY_ENTRY", "origin[1]", [APP]],
  [{ origin: [APP, "https://b.example", APP] }, "ORIGIN_COVERED", "origin[2]", [APP, "https://b.example"]],
  [
    { origin: ["", "https://*.example.com", APP] },
    "ORIGIN_COVERED",
    "origin[2]",
    ["https://*.example.com", APP],
  ],
  [
    { origin: ["https://*.example.com", "https://*.a.example.com"] },
    "ORIGIN_COVERED",
    "origin[1]",
    ["https://*.example.com", "https://*.a.example.com"],
  ],
  [
    { origin: ["http://localhost:*", "http://localhost:3000"] },
    "ORIGIN_COVERED",
    "origin[1]",
    ["http://localhost:*", "http://localhost:3000"],
  ],
  [
    { origin: [/^https:\/\/app\.example\.com$/, APP] },
    "ORIGIN_COVERED",
    "origin[1]",
    [{ regexp: "^https:\\/\\/app\\.example\\.com$", flags: "" }, APP],
  ],
  [
    { origin: [APP, "wss://app.example.com"] },
    "ORIGIN_NEVER_SENT",
    "origin[1]",
    [APP, "wss://app.example.com"],
  ],
  [{ origin: APP, optionSuccessStatus: 200 }, "UNKNOWN_OPTION", "optionSuccessStatus", [APP]],
  [{ origin: APP, max_age: 60 }, "UNKNOWN_OPTION", "max_age", [APP]],
  [{ origin: APP, preflightContinues: true }, "UNKNOWN_OPTION", "preflightContinues", [APP]],
  [{ origin: APP, credentials: true, withCredentials: true }, "UNKNOWN_OPTION", "withCredentials", [APP]],
  [{ origin: APP, sameSite: "none", secure: true }, "UNKNOWN_OPTION", "secure", [APP]],
  [{ origin: APP, maxAge: 86_401 }, "MAX_AGE_CAPPED", "maxAge", [APP]],
  [{ origin: APP, methods: ["GET", "CONNECT", "trace"] }, "METHOD_NEVER_SENT", "methods[1]", [APP]],
  [{ origin: APP, methods: "GET,*" }, "METHOD_COVERED", "methods", [APP]],
  [{ origin: APP, methods: ["get", "GET"] }, "METHOD_COVERED", "methods[1]", [APP]],
  [{ origin: APP, allowedHeaders: ["Origin", "X-A"] }, "HEADER_FORBIDDEN", "allowedHeaders[0]", [APP]],
  [{ origin: APP, allowedHeaders: "Sec-Fetch-Mode" }, "HEADER_FORBIDDEN", "allowedHeaders", [APP]],
  [{ origin: APP, allowedHeaders: ["Proxy-Authorization"] }, "HEADER_FORBIDDEN", "allowedHeaders[0]", [APP]],
  [
    { origin: APP, allowedHeaders: ["Access-Control-Allow-Origin"] },
    "HEADER_RESPONSE_ONLY",
    "allowedHeaders[0]",
    [APP],
  ],
  [{ origin: APP, allowedHeaders: ["X-A", "x-a"] }, "HEADER_COVERED", "allowedHeaders[1]", [APP]],
  [{ origin: APP, allowedHeaders: ["X-A", " "] }, "NAME_EMPTY_ENTRY", "allowedHeaders[1]", [APP]],
  [{ origin: APP, methods: ["", "GET"] }, "NAME_EMPTY_ENTRY", "methods[0]", [APP]],
  [{ origin: APP, methods: ["GET", " ,"] }, "NAME_EMPTY_ENTRY", "methods[1]", [APP]],
  [{ origin: APP, allowedHeaders: ["GET", "X-A"] }, "HEADER_IS_METHOD", "allowedHeaders[0]", [APP]],
  [{ origin: APP, exposedHeaders: ["Set-Cookie"] }, "EXPOSED_FORBIDDEN", "exposedHeaders[0]", [APP]],
  [{ origin: APP, exposedHeaders: ["Cookie"] }, "EXPOSED_NOT_RESPONSE", "exposedHeaders[0]", [APP]],
  [{ origin: APP, exposedHeaders: ["*", "ETag"] }, "EXPOSED_COVERED", "exposedHeaders", [APP]],
  [{ origin: APP, exposedHeaders: ["ETag", "etag"] }, "EXPOSED_COVERED", "exposedHeaders[1]", [APP]],
];

describe("warned of, and started", () => {
  test.each(WARNINGS)("%j: %s", (options, code, path, origins) => {
    const policy = definePolicy(options as never);
    expect(policy.warnings.map((warning) => `${warning.code} ${warning.path}`)).toContain(`${code} ${path}`);
    for (const { message } of policy.warnings) expect(message).toMatch(/; (?:remove|write|the front end) /);
    expect(policy.routes["/"]).toMatchObject({ origin: origins });
    expect(Object.isFrozen(policy.warnings)).toBe(true);
  });

  test("a dropped option has no effect, and the warning says what was meant", () => {
    const { routes, warnings } = definePolicy({
      origin: APP,
      optionSuccessStatus: 200,
      secure: true,
    } as never);
    expect(routes).toEqual(definePolicy({ origin: APP }).routes);
    expect(warnings.map(({ message }) => message)).toEqual([
      'unknown option, and was dropped; write "optionsSuccessStatus" if that was meant',
      "unknown option (an attribute of cookies), and was dropped; remove it",
    ]);
  });

  test("what was dropped is not there", () => {
    const { routes } = definePolicy({
      origin: APP,
      methods: ["GET", "CONNECT", "get", ""],
      allowedHeaders: ["Cookie", "X-A", "x-a", "PATCH", ""],
      exposedHeaders: ["Set-Cookie", "Host", "ETag"],
    });
    expect(routes["/"]).toMatchObject({
      methods: ["GET"],
      allowedHeaders: ["X-A"],
      exposedHeaders: ["ETag"],
    });
  });
});

const ACCEPTED: readonly unknown[] = [
  { origin: "*" },
  { origin: true },
  { origin: ["*"] },
  { origin: false },
  { origin: [false, APP] },
  { origin: [false] },
  { origin: APP, credentials: undefined, methods: undefined, nonsense: undefined },
  { origin: [APP, "https://app.example.com:8443", "https://app.example.com."] },
  {
    origin: [
      "http://localhost",
      "http://localhost:3000",
      "http://127.0.0.1:*",
      "http://[::1]:5173",
      "http://*.localhost:*",
    ],
    credentials: true,
  },
  {
    origin: ["https://*.corp", "https://*.internal", "https://*.localhost", "https://*.example.com"],
    credentials: true,
  },
  { origin: ["https://*.com", "https://*.vercel.app", "http://example.com"] },
  { origin: ["https://*.vercel.app"], credentials: true, dangerouslyAllowPublicSuffixes: true },
  { origin: ["http://app.example.com"], credentials: true, dangerouslyAllowInsecureOrigins: true },
  { origin: ["null", "file://"], dangerouslyAllowOpaqueOrigins: true },
  {
    origin: [
      "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
      "moz-extension://x",
      "capacitor://localhost",
      "ionic://localhost",
      "app://.",
      "app://localhost_3200",
      "tauri://localhost",
    ],
    credentials: true,
  },
  { origin: "https://xn--bcher-kva.example" },
  { origin: "https://under_score.example" },
  { origin: "http://[2001:db8::1]:8080" },
  { origin: "https://192.168.0.1", credentials: true },
  { origin: /^https:\/\/([a-z0-9-]+\.)*example\.com$/, credentials: true },
  { origin: runInNewContext("/^https:\\/\\/app\\.example\\.com$/g"), credentials: true },
  { origin: { regexp: "^https:\\/\\/app\\.example\\.com$" } },
  { origin: APP, methods: "*", allowedHeaders: null, exposedHeaders: [] },
  { origin: APP, methods: ["QUERY", "PROPFIND", "options", "custom"] },
  { origin: APP, allowedHeaders: ["*", "Authorization"], credentials: true },
  { origin: APP, maxAge: 0, optionsSuccessStatus: 299 },
  { origin: APP, exposedHeaders: ["Authorization", "Content-Length", "X-Total-Count"] },
  { origin: () => true, credentials: true },
  { routes: { "/": { origin: APP }, "/a-b._~!$&'+,=@/C": false, "/x": "passthrough" } },
  Object.assign(Object.create({ origin: 1 }), { origin: APP }),
];

test.each(ACCEPTED)("accepted: %j", (options) => {
  expect(issuesOf(options)).toEqual([]);
});

test("a comma list inside an array is the list that npm cors makes of it", () => {
  const { routes, warnings } = definePolicy({
    origin: APP,
    methods: ["GET, HEAD", "PUT,"],
    allowedHeaders: ["Content-Type, Authorization"],
    exposedHeaders: ["ETag,Link"],
  });
  expect(routes["/"]).toMatchObject({
    methods: ["GET", "HEAD", "PUT"],
    allowedHeaders: ["Content-Type", "Authorization"],
    exposedHeaders: ["ETag", "Link"],
  });
  expect(warnings).toEqual([]);
});

test("defaults are never warned about", () => {
  expect(definePolicy({ origin: APP }).warnings).toEqual([]);
});

test("every code of the table is raised by some test or named as the adapters' own", () => {
  const adapters = ["NOT_CALLED", "BASE", "MODE", "LAYER", "ENV_UNSET", "ENV_ORIGIN"];
  const judged = Object.keys(ISSUE_CODES).filter((code) => code.startsWith("REGEXP_"));
  const raised = new Set([
    ...REFUSALS.map(({ code }) => code as string),
    ...WARNINGS.map(([, code]) => code as string),
    ...adapters,
    ...judged,
  ]);
  expect(Object.keys(ISSUE_CODES).filter((code) => !raised.has(code))).toEqual([]);
});
