// The grammar of raw answers: what servers send that no policy of ours would, and what pages ask for.
import type { RequestOptions } from "../../../src/testing/index.ts";
import { Picks } from "./random.ts";

/** One answer; `{origin}` in a value stands for the request's Origin. */
export interface RawAnswer {
  readonly status: number;
  readonly lines: readonly (readonly [string, string])[];
}

export interface RawCase {
  readonly name: string;
  /** What the script writes; JSON, since it goes into the browser. */
  readonly init: RequestOptions & { readonly headers?: Readonly<Record<string, string>> };
  readonly preflight: RawAnswer;
  /** One for each hop; `{next}` in a Location is the path of the next, `{self}` the page's own host with it. */
  readonly answers: readonly RawAnswer[];
}

const SEED = 20_261_124;
const GENERATED = 360;

type Lines = readonly (readonly [string, string])[];

const line = (name: string, ...values: string[]): Lines => values.map((value) => [name, value]);
const ORIGIN = "{origin}";
const OK: Lines = [
  ["Access-Control-Allow-Origin", ORIGIN],
  ["Access-Control-Allow-Credentials", "true"],
];

const ALLOW_ORIGIN: readonly Lines[] = [
  ...Array.from({ length: 8 }, () => line("Access-Control-Allow-Origin", ORIGIN)),
  line("access-control-allow-origin", ORIGIN),
  line("ACCESS-CONTROL-ALLOW-ORIGIN", ORIGIN),
  line("Access-Control-Allow-Origin", "*"),
  line("Access-Control-Allow-Origin", "*"),
  line("Access-Control-Allow-Origin", "null"),
  line("Access-Control-Allow-Origin", `${ORIGIN}/`),
  line("Access-Control-Allow-Origin", "HTTPS://PAGE.EXAMPLE.COM"),
  line("Access-Control-Allow-Origin", `"${ORIGIN}"`),
  line("Access-Control-Allow-Origin", ORIGIN, ORIGIN),
  line("Access-Control-Allow-Origin", "https://other.example", ORIGIN),
  line("Access-Control-Allow-Origin", "*", ORIGIN),
  line("Access-Control-Allow-Origin", "*", "*"),
  line("Access-Control-Allow-Origin", `${ORIGIN}, https://other.example`),
  line("Access-Control-Allow-Origin", `${ORIGIN} https://other.example`),
  line("Access-Control-Allow-Origin", `${ORIGIN},`),
  line("Access-Control-Allow-Origin", `  \t${ORIGIN}\t `),
  line("Access-Control-Allow-Origin", "\t*  "),
  line("Access-Control-Allow-Origin", "https://other.example"),
  line("Access-Control-Allow-Origin", `${ORIGIN}:443`),
  line("Access-Control-Allow-Origin", "page.example.com"),
  line("Access-Control-Allow-Origin", "https://*.example.com"),
  line("Access-Control-Allow-Origin", "true"),
  line("Access-Control-Allow-Origin", ""),
  line("Access-Control-Allow-Origins", ORIGIN),
  [],
];

const ALLOW_CREDENTIALS: readonly Lines[] = [
  ...Array.from({ length: 5 }, () => line("Access-Control-Allow-Credentials", "true")),
  line("access-control-ALLOW-credentials", " true\t"),
  line("Access-Control-Allow-Credentials", "True"),
  line("Access-Control-Allow-Credentials", "TRUE"),
  line("Access-Control-Allow-Credentials", "false"),
  line("Access-Control-Allow-Credentials", "1"),
  line("Access-Control-Allow-Credentials", "true", "true"),
  line("Access-Control-Allow-Credentials", "true, true"),
  line("Access-Control-Allow-Credentials", '"true"'),
  line("Access-Control-Allow-Credentials", ""),
  [],
];

const ALLOW_METHODS: readonly Lines[] = [
  ...Array.from({ length: 4 }, () => line("Access-Control-Allow-Methods", "GET, PUT, DELETE, PATCH")),
  line("ACCESS-CONTROL-ALLOW-METHODS", "PUT,DELETE,PATCH,QUERY"),
  line("Access-Control-Allow-Methods", "put, delete, patch"),
  line("Access-Control-Allow-Methods", "PUT"),
  line("Access-Control-Allow-Methods", "GET", "PUT", "DELETE"),
  line("Access-Control-Allow-Methods", ",PUT,,DELETE ,\t, PATCH,"),
  line("Access-Control-Allow-Methods", "PUT;DELETE;PATCH"),
  line("Access-Control-Allow-Methods", "PUT DELETE PATCH"),
  line("Access-Control-Allow-Methods", "PUT, DELETE, P@TCH"),
  line("Access-Control-Allow-Methods", '"PUT", "DELETE", "PATCH"'),
  line("Access-Control-Allow-Methods", "PUT, DELETE", "P/A"),
  line("Access-Control-Allow-Methods", "*"),
  line("Access-Control-Allow-Methods", "*, PUT"),
  line("Access-Control-Allow-Methods", "PUT", "*"),
  line("Access-Control-Allow-Methods", ""),
  line("Access-Control-Allow-Methods", "GET, HEAD, POST"),
  [],
];

const ALLOW_HEADERS: readonly Lines[] = [
  ...Array.from({ length: 4 }, () =>
    line("Access-Control-Allow-Headers", "content-type, x-a, authorization, range"),
  ),
  line("ACCESS-CONTROL-ALLOW-HEADERS", "X-A,Content-Type,AUTHORIZATION,Range,Accept"),
  line("Access-Control-Allow-Headers", "x-a"),
  line("Access-Control-Allow-Headers", "Content-Type", "X-A"),
  line("Access-Control-Allow-Headers", ",x-a,,content-type ,\t, authorization,"),
  line("Access-Control-Allow-Headers", "x-a;content-type"),
  line("Access-Control-Allow-Headers", "x-a content-type"),
  line("Access-Control-Allow-Headers", "x-a, content-type, x@b"),
  line("Access-Control-Allow-Headers", '"x-a", "content-type"'),
  line("Access-Control-Allow-Headers", "x-a", "x:b"),
  line("Access-Control-Allow-Headers", "*"),
  line("Access-Control-Allow-Headers", "*, authorization"),
  line("Access-Control-Allow-Headers", "x-a", "*"),
  line("Access-Control-Allow-Headers", ""),
  [],
];

const EXPOSE_HEADERS: readonly Lines[] = [
  line("Access-Control-Expose-Headers", "X-One"),
  line("access-control-expose-headers", "x-one, X-TWO"),
  line("Access-Control-Expose-Headers", "x-one", "etag"),
  line("Access-Control-Expose-Headers", ",x-one,, ,x-two,"),
  line("Access-Control-Expose-Headers", "*"),
  line("Access-Control-Expose-Headers", "*, x-one"),
  line("Access-Control-Expose-Headers", "x-one;x-two"),
  line("Access-Control-Expose-Headers", "x-one x-two"),
  line("Access-Control-Expose-Headers", '"x-one"'),
  line("Access-Control-Expose-Headers", "x-one, x@two"),
  line("Access-Control-Expose-Headers", "x-one", "x@two"),
  line("Access-Control-Expose-Headers", "set-cookie, x-one"),
  line("Access-Control-Expose-Headers", ""),
  [],
  [],
];

const MAX_AGE: readonly Lines[] = [
  line("Access-Control-Max-Age", "600"),
  line("Access-Control-Max-Age", "-1"),
  line("Access-Control-Max-Age", "soon"),
  line("Access-Control-Max-Age", "0", "600"),
  [],
];

const OTHERS: Lines = [
  ["X-One", "1"],
  ["x-two", "2"],
  ["ETag", '"e"'],
  ["Set-Cookie", "secret=1; SameSite=None; Secure"],
  ["Content-Language", "en"],
  ["Last-Modified", "Tue, 24 Nov 2026 12:00:00 GMT"],
  ["Cache-Control", "no-store"],
];
const REPEATED: Lines = [
  ["X-One", "1"],
  ["X-One", "one"],
  ["Content-Language", "en"],
  ["content-language", "de"],
];

const PREFLIGHT_STATUS = [
  ...[204, 204, 204, 204, 200, 200, 201, 206, 299],
  ...[300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 500, 503],
];
const STATUS = [200, 200, 200, 200, 201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 500, 503, 599];

const METHODS = [
  "GET",
  "GET",
  "POST",
  "PUT",
  "PUT",
  "DELETE",
  "PATCH",
  "HEAD",
  "put",
  "patch",
  "QUERY",
  "x-own",
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  {},
  { "X-A": "1" },
  { "x-a": "1", Authorization: "Bearer x" },
  { Authorization: "Basic eDp5" },
  { "Content-Type": "application/json" },
  { "content-type": "text/plain;charset=utf-8" },
  { "Content-Type": "application/json", "X-A": "1" },
  { Range: "bytes=0-5" },
  { Range: "bytes=-5" },
  { Accept: "text/html; q=(1)" },
];
const CREDENTIALS = ["omit", "same-origin", "include", "include"] as const;

const LOCATIONS: readonly (readonly [status: number, lines: Lines])[] = [
  [301, line("Location", "{next}")],
  [302, line("Location", "https://raw.example.com{next}")],
  [303, line("Location", "https://second.example.com{next}")],
  [307, line("Location", "https://second.example.com{next}")],
  [308, line("Location", "https://second.example.com{next}#part")],
  [307, line("Location", "https://page.example.com{next}")],
  [302, line("Location", "https://third.example{next}")],
  [302, line("Location", "https://user:secret@raw.example.com{next}")],
  [302, line("Location", "https://user@second.example.com{next}")],
  [302, line("Location", "http://raw.example.com{next}")],
  [302, line("Location", "data:text/plain,hello")],
  [302, line("Location", "mailto:a@example.com")],
  [302, line("Location", "https://[")],
  [302, line("Location", "{next}", "{next}")],
  [302, []],
  [300, line("Location", "{next}")],
  [304, line("Location", "{next}")],
];

/** The committed cases: those made by hand, and those that the seed gives. */
export function rawCases(): RawCase[] {
  const picks = new Picks(SEED);
  return [...byHand(), ...Array.from({ length: GENERATED }, (_, index) => generated(picks, index))];
}

/** Half of them are nearly right: of cases that fail at the first step nothing is learned about the last. */
function generated(picks: Picks, index: number): RawCase {
  const nearlyRight = picks.oneIn(2);
  const some = (choices: readonly Lines[], right: Lines) =>
    nearlyRight && !picks.oneIn(3) ? right : picks.one(choices);
  const method = picks.one(METHODS);
  const redirected = picks.oneIn(4);
  const actual = (status: number): RawAnswer => ({
    status,
    lines: [
      ...some(ALLOW_ORIGIN, OK.slice(0, 1)),
      ...some(ALLOW_CREDENTIALS, OK.slice(1)),
      ...picks.one(EXPOSE_HEADERS),
      ...(picks.oneIn(4) ? REPEATED : OTHERS),
    ],
  });
  const [status, location] = picks.one(LOCATIONS);
  const redirect = actual(status);
  return {
    name: `generated ${index}`,
    init: {
      method,
      headers: picks.one(HEADERS),
      credentials: picks.one(CREDENTIALS),
      ...(method === "POST" && picks.oneIn(2) ? { body: "text" } : {}),
    },
    preflight: {
      status: nearlyRight ? 204 : picks.one(PREFLIGHT_STATUS),
      lines: [
        ...some(ALLOW_ORIGIN, OK.slice(0, 1)),
        ...some(ALLOW_CREDENTIALS, OK.slice(1)),
        ...picks.one(ALLOW_METHODS),
        ...picks.one(ALLOW_HEADERS),
        ...picks.one(MAX_AGE),
      ],
    },
    answers: redirected
      ? [{ status: redirect.status, lines: [...redirect.lines, ...location] }, actual(200)]
      : [actual(picks.one(STATUS))],
  };
}

const grants: Lines = [
  ...OK,
  ["Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH"],
  ["Access-Control-Allow-Headers", "authorization, content-type, x-a"],
];

function byHand(): RawCase[] {
  const right = { status: 204, lines: grants };
  const readable = { status: 200, lines: [...OK, ...OTHERS] };
  const redirecting = (
    name: string,
    init: RawCase["init"],
    ...locations: readonly [number, string][]
  ): RawCase => ({
    name,
    init,
    preflight: right,
    answers: [
      ...locations.map(([status, location]) => ({ status, lines: [...OK, ...line("Location", location)] })),
      readable,
    ],
  });
  const second = "https://second.example.com{next}";
  const hops = (count: number) => Array.from({ length: count }, (): [number, string] => [302, "{next}"]);
  const wildcard = {
    status: 204,
    lines: [...line("Access-Control-Allow-Origin", "*"), ...line("Access-Control-Allow-Headers", "*")],
  };
  const upload = { method: "POST", body: "x", uploadListener: true } as const;
  return [
    {
      name: "Authorization under *",
      init: { headers: { Authorization: "a" } },
      preflight: wildcard,
      answers: [readable],
    },
    {
      name: "an upload listener, and no Allow-Methods",
      init: { ...upload, method: "PUT" },
      preflight: { status: 200, lines: OK },
      answers: [readable],
    },
    {
      name: "a preflight that is redirected",
      init: { method: "PUT" },
      preflight: { status: 302, lines: [...OK, ...line("Location", "{next}")] },
      answers: [readable],
    },
    {
      name: "a preflight that is redirected, without CORS",
      init: { method: "PUT" },
      preflight: { status: 301, lines: line("Location", "{next}") },
      answers: [readable],
    },
    {
      name: "an upload listener, refused",
      init: upload,
      preflight: { status: 404, lines: [] },
      answers: [readable],
    },
    ...[
      ["{next}", "{next}"],
      ["{next}", "/elsewhere"],
    ].map(
      (locations): RawCase => ({
        name: `two Locations, ${locations.join(" and ")}`,
        init: {},
        preflight: right,
        answers: [{ status: 302, lines: [...OK, ...line("Location", ...locations)] }, readable],
      }),
    ),
    redirecting("20 redirects", {}, ...hops(20)),
    redirecting("21 redirects", {}, ...hops(21)),
    redirecting(
      "a redirect to another origin and on",
      {},
      [302, second],
      [302, "https://third.example{next}"],
    ),
    redirecting("back to the page's own origin", {}, [302, second], [302, "https://page.example.com{next}"]),
    redirecting("the page's own origin, with a header", { headers: { "X-A": "1" } }, [
      307,
      "https://page.example.com{next}",
    ]),
    redirecting("Authorization, same origin", { headers: { Authorization: "a" } }, [307, "{next}"]),
    redirecting("Authorization, other origin", { headers: { Authorization: "a" } }, [307, second]),
    redirecting("PUT, 307, other origin", { method: "PUT", body: "x" }, [307, second]),
    redirecting("PUT, 303", { method: "PUT", body: "x" }, [303, "{next}"]),
    redirecting("PUT, 302", { method: "PUT", body: "x" }, [302, "{next}"]),
    redirecting("POST, 301", { method: "POST", body: "x" }, [301, "{next}"]),
    redirecting("POST, 308", { method: "POST", body: "x" }, [308, "{next}"]),
    redirecting("HEAD, 303", { method: "HEAD" }, [303, "{next}"]),
    redirecting("an empty Location", {}, [302, ""]),
    redirecting("redirect error", { redirect: "error" }, [302, "{next}"]),
    redirecting("redirect manual", { redirect: "manual" }, [302, "{next}"]),
    redirecting("no-cors, redirect", { mode: "no-cors" }, [302, second]),
    redirecting("no-cors, redirect error", { mode: "no-cors", redirect: "error" }, [302, second]),
    redirecting("same-origin, other origin", { mode: "same-origin" }, [302, second]),
    ...[
      { name: "no-cors", init: { mode: "no-cors" } },
      { name: "no-cors POST", init: { mode: "no-cors", method: "POST", body: "x" } },
      {
        name: "no-cors with headers",
        init: { mode: "no-cors", headers: { "X-A": "1", Accept: "text/html" } },
      },
      {
        name: "forbidden headers",
        init: { headers: { Cookie: "a=b", Origin: "https://x.example", "Sec-X": "1", Host: "x" } },
      },
      { name: "method override", init: { headers: { "X-HTTP-Method-Override": "TRACE" } } },
      { name: "128 bytes of Accept", init: { headers: { Accept: "a".repeat(128) } } },
      { name: "129 bytes of Accept", init: { headers: { Accept: "a".repeat(129) } } },
      {
        name: "language",
        init: { headers: { "Accept-Language": "de-DE, *;q=0.5", "Content-Language": "x_y" } },
      },
      {
        name: "text/plain with a parameter",
        init: { method: "POST", headers: { "Content-Type": "text/plain; x=y" }, body: "x" },
      },
      {
        name: "a content type in quotes",
        init: { method: "POST", headers: { "Content-Type": 'text/plain; x="y"' }, body: "x" },
      },
      {
        name: "multipart",
        init: { method: "POST", headers: { "Content-Type": "Multipart/Form-Data; boundary=x" }, body: "x" },
      },
      {
        name: "a content type that is none",
        init: { method: "POST", headers: { "Content-Type": "text" }, body: "x" },
      },
      { name: "a range with an end", init: { headers: { Range: "bytes=5-10" } } },
      { name: "a range the wrong way round", init: { headers: { Range: "bytes=10-5" } } },
      { name: "two ranges", init: { headers: { Range: "bytes=0-1,5-6" } } },
      { name: "a range in upper case", init: { headers: { Range: "Bytes=0-1" } } },
      { name: "client hints", init: { headers: { DPR: "1", "Save-Data": "on", "Viewport-Width": "100" } } },
      { name: "Last-Event-ID", init: { headers: { "Last-Event-ID": "1" } } },
      { name: "If-None-Match", init: { headers: { "If-None-Match": '"a"' } } },
      { name: "Priority", init: { headers: { Priority: "u=1" } } },
      { name: "an upload listener", init: { method: "POST", body: "x", uploadListener: true } },
      { name: "many names", init: { headers: { "X-C": "1", "x-a": "1", "X-B": "1", Authorization: "x" } } },
    ].map(
      ({ name, init }): RawCase => ({
        name,
        init: init as RawCase["init"],
        preflight: right,
        answers: [readable],
      }),
    ),
  ];
}
