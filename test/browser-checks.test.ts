// The CORS check and what a preflight grants: each answer that a server may give, with the complete judgement.
import { describe, expect, test } from "vitest";
import {
  corsCheck,
  exposedNames,
  isRedirect,
  needsPreflight,
  preflightCheck,
  resourcePolicyCheck,
} from "../src/browser/checks.ts";
import type { HeaderList } from "../src/browser/header-list.ts";
import type { CredentialsMode } from "../src/browser/types.ts";

const APP = "https://app.example.com";
const ACAO = "Access-Control-Allow-Origin";
const ACAC = "Access-Control-Allow-Credentials";
const ACAM = "Access-Control-Allow-Methods";
const ACAH = "Access-Control-Allow-Headers";

/** What the check says with and without credentials: null, or code and value. */
type Verdict = null | readonly [code: string, value: string];

const missing: Verdict = ["allow-origin-missing", ""];
const mismatch = (value: string): Verdict => ["allow-origin-mismatch", value];
const invalid = (value: string): Verdict => ["allow-origin-invalid", value];
const several = (value: string): Verdict => ["allow-origin-multiple", value];
const noCredentials = (value: string): Verdict => ["allow-credentials", value];

function verdict(origin: string, credentials: CredentialsMode, headers: HeaderList): Verdict {
  const failure = corsCheck(origin, credentials, headers);
  return failure === null ? null : [failure.code, failure.value];
}

describe("the CORS check", () => {
  const rows: readonly (readonly [headers: HeaderList, without: Verdict, included: Verdict])[] = [
    [[], missing, missing],
    [[[ACAO, APP]], null, noCredentials("")],
    [
      [
        [ACAO, APP],
        [ACAC, "true"],
      ],
      null,
      null,
    ],
    [
      [
        ["access-control-allow-origin", APP],
        ["ACCESS-CONTROL-ALLOW-CREDENTIALS", "true"],
      ],
      null,
      null,
    ],
    [
      [
        [ACAO, ` ${APP}\t`],
        [ACAC, " true "],
      ],
      null,
      null,
    ],
    [
      [
        [ACAO, APP],
        [ACAC, "True"],
      ],
      null,
      noCredentials("True"),
    ],
    [
      [
        [ACAO, APP],
        [ACAC, "false"],
      ],
      null,
      noCredentials("false"),
    ],
    [
      [
        [ACAO, APP],
        [ACAC, ""],
      ],
      null,
      noCredentials(""),
    ],
    [
      [
        [ACAO, APP],
        [ACAC, "true"],
        [ACAC, "true"],
      ],
      null,
      noCredentials("true, true"),
    ],
    [
      [
        [ACAO, APP],
        [ACAC, "true, true"],
      ],
      null,
      noCredentials("true, true"),
    ],
    [[[ACAO, "*"]], null, ["allow-origin-wildcard", "*"]],
    [
      [
        [ACAO, "*"],
        [ACAC, "true"],
      ],
      null,
      ["allow-origin-wildcard", "*"],
    ],
    [[[ACAO, " * "]], null, ["allow-origin-wildcard", "*"]],
    [
      [
        [ACAO, "*"],
        [ACAO, "*"],
      ],
      several("*, *"),
      several("*, *"),
    ],
    [
      [
        [ACAO, APP],
        [ACAO, APP],
      ],
      several(`${APP}, ${APP}`),
      several(`${APP}, ${APP}`),
    ],
    [
      [[ACAO, `${APP} https://b.example`]],
      several(`${APP} https://b.example`),
      several(`${APP} https://b.example`),
    ],
    [
      [
        [ACAO, APP],
        [ACAO, ""],
      ],
      several(`${APP}, `),
      several(`${APP}, `),
    ],
    [[[ACAO, "https://b.example"]], mismatch("https://b.example"), mismatch("https://b.example")],
    [[[ACAO, `${APP}/`]], mismatch(`${APP}/`), mismatch(`${APP}/`)],
    [[[ACAO, `${APP}:443`]], mismatch(`${APP}:443`), mismatch(`${APP}:443`)],
    [[[ACAO, APP.toUpperCase()]], mismatch(APP.toUpperCase()), mismatch(APP.toUpperCase())],
    [
      [[ACAO, "http://app.example.com"]],
      mismatch("http://app.example.com"),
      mismatch("http://app.example.com"),
    ],
    [[[ACAO, "null"]], mismatch("null"), mismatch("null")],
    [[[ACAO, "app.example.com"]], invalid("app.example.com"), invalid("app.example.com")],
    [[[ACAO, `"${APP}"`]], invalid(`"${APP}"`), invalid(`"${APP}"`)],
    [[[ACAO, "https://*.example.com"]], mismatch("https://*.example.com"), mismatch("https://*.example.com")],
    [[[ACAO, ""]], invalid(""), invalid("")],
    [[[ACAO, "true"]], invalid("true"), invalid("true")],
  ];
  test.each(rows)("%j", (headers, without, included) => {
    expect({
      omit: verdict(APP, "omit", headers),
      "same-origin": verdict(APP, "same-origin", headers),
      include: verdict(APP, "include", headers),
    }).toEqual({ omit: without, "same-origin": without, include: included });
  });

  test.each([
    ["null", "null", null],
    ["null", "*", null],
    ["null", "Null", invalid("Null")],
    ["null", APP, mismatch(APP)],
    ["capacitor://localhost", "capacitor://localhost", null],
  ] as const)("an origin %s, allowed %s", (origin, allowed, expected) => {
    expect(verdict(origin, "omit", [[ACAO, allowed]])).toEqual(expected);
  });
});

const question = {
  method: "GET",
  headers: [] as HeaderList,
  credentials: "omit" as CredentialsMode,
  forcePreflight: false,
};

describe("which requests need a preflight", () => {
  const rows: readonly (readonly [more: Partial<typeof question>, needed: boolean])[] = [
    [{}, false],
    [{ method: "HEAD" }, false],
    [{ method: "POST", headers: [["Content-Type", "text/plain"]] }, false],
    [{ method: "post" }, true],
    [{ method: "PUT" }, true],
    [{ method: "PATCH" }, true],
    [{ method: "OPTIONS" }, true],
    [{ headers: [["Content-Type", "application/json"]] }, true],
    [{ headers: [["Authorization", ""]] }, true],
    [{ forcePreflight: true }, true],
    [{ credentials: "include" }, false],
  ];
  test.each(rows)("%j", (more, needed) => {
    expect(needsPreflight({ ...question, ...more })).toBe(needed);
  });
});

const grant = (methods: readonly string[], headerNames: readonly string[], maxAge = 5) => ({
  methods,
  headerNames,
  maxAge,
});
const failure = (code: string, value: string) => ({ code, value });
const malformedMethods = (value: string) => failure("preflight-methods-malformed", value);
const malformedHeaders = (value: string) => failure("preflight-headers-malformed", value);

describe("what a preflight's response means", () => {
  const put = { method: "PUT" };
  const own: Partial<typeof question> = { headers: [["X-Own", "1"]] };
  const token: Partial<typeof question> = { headers: [["Authorization", "x"]] };
  const include: Partial<typeof question> = { credentials: "include" };
  const forced = { forcePreflight: true };

  const rows: readonly (readonly [asked: Partial<typeof question>, lines: HeaderList, result: object])[] = [
    [{}, [], grant([], [])],
    [put, [], failure("preflight-method", "PUT")],
    [put, [[ACAM, "PUT"]], grant(["PUT"], [])],
    [put, [[ACAM, "GET, PUT,, \tDELETE ,"]], grant(["GET", "PUT", "DELETE"], [])],
    [
      put,
      [
        [ACAM, "GET"],
        ["access-control-allow-methods", "PUT"],
      ],
      grant(["GET", "PUT"], []),
    ],
    [put, [[ACAM, "put"]], failure("preflight-method", "PUT")],
    [put, [[ACAM, ""]], failure("preflight-method", "PUT")],
    [put, [[ACAM, "*"]], grant(["*"], [])],
    [put, [[ACAM, "*, GET"]], grant(["*", "GET"], [])],
    [{ ...put, ...include }, [[ACAM, "*"]], failure("preflight-method", "PUT")],
    [{ method: "*", ...include }, [[ACAM, "*"]], grant(["*"], [])],
    [put, [[ACAM, "PUT, P T"]], malformedMethods("PUT, P T")],
    [
      put,
      [
        [ACAM, "PUT"],
        [ACAM, '"GET"'],
      ],
      malformedMethods('PUT, "GET"'),
    ],
    [put, [[ACAM, "PUT; GET"]], malformedMethods("PUT; GET")],
    [put, [[ACAM, "[PUT]"]], malformedMethods("[PUT]")],
    [{}, [[ACAM, "G T"]], malformedMethods("G T")],
    [{ method: "POST" }, [[ACAM, "GET"]], grant(["GET"], [])],
    [{ method: "patch" }, [[ACAM, "PATCH"]], failure("preflight-method", "patch")],
    [{ method: "QUERY" }, [[ACAM, "QUERY"]], grant(["QUERY"], [])],
    [own, [], failure("preflight-header", "x-own")],
    [own, [[ACAH, "x-own"]], grant([], ["x-own"])],
    [own, [[ACAH, "a, X-OWN"]], grant([], ["a", "X-OWN"])],
    [
      own,
      [
        [ACAH, "a"],
        [ACAH, "x-own"],
      ],
      grant([], ["a", "x-own"]),
    ],
    [own, [[ACAH, "*"]], grant([], ["*"])],
    [own, [[ACAH, "x-*"]], failure("preflight-header", "x-own")],
    [own, [[ACAH, ""]], failure("preflight-header", "x-own")],
    [own, [[ACAH, "x-own, a b"]], malformedHeaders("x-own, a b")],
    [own, [[ACAH, "x-own: 1"]], malformedHeaders("x-own: 1")],
    [{ ...own, ...include }, [[ACAH, "*"]], failure("preflight-header", "x-own")],
    [{ ...own, ...include }, [[ACAH, "x-own"]], grant([], ["x-own"])],
    [token, [[ACAH, "*"]], failure("preflight-header", "authorization")],
    [token, [[ACAH, "*, authorization"]], grant([], ["*", "authorization"])],
    [{ ...token, ...include }, [[ACAH, "Authorization"]], grant([], ["Authorization"])],
    [
      {
        headers: [
          ["x-b", ""],
          ["x-a", ""],
        ],
      },
      [[ACAH, "x-c"]],
      failure("preflight-header", "x-b"),
    ],
    [{ ...put, ...own }, [], failure("preflight-method", "PUT")],
    // Forced, and without a list: the method stands in for it, and for nothing else.
    [forced, [], grant(["GET"], [])],
    [{ ...forced, ...put }, [], grant(["PUT"], [])],
    [{ ...forced, ...put }, [[ACAM, ""]], failure("preflight-method", "PUT")],
    [{ ...forced, method: "POST" }, [[ACAM, "PUT"]], grant(["PUT"], [])],
    [{ ...forced, ...own }, [], failure("preflight-header", "x-own")],
  ];
  test.each(rows)("%j, answered %j", (asked, lines, result) => {
    const headers: HeaderList = [[ACAO, APP], [ACAC, "true"], ...lines];
    expect(preflightCheck(APP, { ...question, ...asked }, { status: 204, headers })).toEqual(result);
  });

  const ages: readonly (readonly [lines: readonly string[], seconds: number])[] = [
    [[], 5],
    [["600"], 600],
    [[" 600\t"], 600],
    [["0"], 0],
    [["0600"], 600],
    [["99999999999999999999"], 1e20],
    // Engines agree on never; nothing obliges a cache to keep what it could.
    [["-1"], 0],
    [["-600"], 0],
    [[""], 5],
    [["-"], 5],
    [["+5"], 5],
    [["60.5"], 5],
    [["1e3"], 5],
    [["60s"], 5],
    [["60, 60"], 5],
    [["60", "60"], 5],
  ];
  test.each(ages)("max-age %j", (lines, seconds) => {
    const headers: HeaderList = [
      [ACAO, "*"],
      ...lines.map((line) => ["Access-Control-Max-Age", line] as const),
    ];
    expect(preflightCheck(APP, question, { status: 200, headers })).toEqual(grant([], [], seconds));
  });

  const statuses: readonly (readonly [status: number, headers: HeaderList, result: object])[] = [
    [200, [[ACAO, APP]], grant([], [])],
    [204, [[ACAO, APP]], grant([], [])],
    [299, [[ACAO, APP]], grant([], [])],
    [300, [[ACAO, APP]], failure("preflight-status", "300")],
    [304, [[ACAO, APP]], failure("preflight-status", "304")],
    [404, [[ACAO, APP]], failure("preflight-status", "404")],
    [
      500,
      [
        [ACAO, APP],
        [ACAM, "G T"],
      ],
      failure("preflight-status", "500"),
    ],
    [404, [], failure("allow-origin-missing", "")],
    [200, [], failure("allow-origin-missing", "")],
    ...[301, 302, 303, 307, 308].flatMap((status): [number, HeaderList, object][] => [
      [
        status,
        [
          ["Location", "/x"],
          [ACAO, APP],
        ],
        failure("preflight-redirect", String(status)),
      ],
      [status, [["location", ""]], failure("preflight-redirect", String(status))],
      // A redirect to nowhere is none, and the check comes first.
      [status, [[ACAO, APP]], failure("preflight-status", String(status))],
      [status, [], failure("allow-origin-missing", "")],
    ]),
  ];
  test.each(statuses)("status %i with %j", (status, headers, result) => {
    expect(preflightCheck(APP, question, { status, headers })).toEqual(result);
  });
});

test("redirect statuses", () => {
  expect([...Array(1000).keys()].filter(isRedirect)).toEqual([301, 302, 303, 307, 308]);
});

describe("exposed names", () => {
  const ACEH = "Access-Control-Expose-Headers";
  const rows: readonly (readonly [
    lines: HeaderList,
    without: readonly string[],
    included: readonly string[],
  ])[] = [
    [[], [], []],
    [[["ETag", "1"]], [], []],
    [[[ACEH, "ETag, X-One"]], ["etag", "x-one"], ["etag", "x-one"]],
    [
      [
        [ACEH, "a"],
        [ACEH, ",b"],
      ],
      ["a", "b"],
      ["a", "b"],
    ],
    [[[ACEH, "a, b c"]], [], []],
    [
      [
        [ACEH, "a"],
        [ACEH, "b c"],
      ],
      [],
      [],
    ],
    [[[ACEH, ""]], [], []],
    [
      [
        [ACEH, "*"],
        ["ETag", "1"],
        ["etag", "2"],
      ],
      ["access-control-expose-headers", "etag"],
      ["*"],
    ],
    [
      [
        [ACEH, "a, *"],
        ["B", ""],
      ],
      ["access-control-expose-headers", "b"],
      ["a", "*"],
    ],
  ];
  test.each(rows)("%j", (lines, without, included) => {
    expect([
      exposedNames("omit", lines),
      exposedNames("same-origin", lines),
      exposedNames("include", lines),
    ]).toEqual([without, without, included]);
  });
});

describe("the resource policy of an opaque response", () => {
  const CORP = "Cross-Origin-Resource-Policy";
  const rows: readonly (readonly [page: string, url: string, policy: readonly string[], passes: boolean])[] =
    [
      [APP, "https://api.example.com/", [], true],
      [APP, "https://api.example.com/", ["cross-origin"], true],
      [APP, "https://api.example.com/", ["same-site"], true],
      [APP, "https://api.example.com/", ["same-origin"], false],
      [APP, "https://api.example.com/", ["Same-Origin"], true],
      [APP, "https://api.example.com/", ["same-origin", "same-origin"], true],
      [APP, APP, ["same-origin"], true],
      [APP, "https://other.example/", ["same-site"], false],
      [APP, "https://other.example/", ["cross-origin"], true],
      [APP, "http://api.example.com/", ["same-site"], true],
      ["http://app.example.com", "http://api.example.com/", ["same-site"], true],
      ["http://app.example.com", "https://api.example.com/", ["same-site"], false],
      ["null", "https://api.example.com/", ["same-site"], false],
      ["null", "https://api.example.com/", ["same-origin"], false],
      ["null", "https://api.example.com/", [], true],
    ];
  test.each(rows)("%s asks %s, which says %j", (origin, url, policy, passes) => {
    const isSameSite = (one: URL) =>
      origin === `${one.protocol}//app.example.com` && /example.com$/.test(one.hostname);
    const headers = policy.map((value) => [CORP, value] as const);
    expect(resourcePolicyCheck({ origin, secure: false }, new URL(url), headers, isSameSite)).toEqual(
      passes ? null : { code: "resource-policy", value: policy.join(", ") },
    );
  });
});
