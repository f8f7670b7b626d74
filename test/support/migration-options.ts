// Where npm cors and boring-cors differ, option by option. test/migrating.test.ts runs both and writes the page.
import { APP, EVIL, from, preflightFrom } from "./cases.ts";
import type { MigrationCase } from "./migration.ts";
import type { RawRequest } from "./raw-http.ts";

export const ORIGIN = "access-control-allow-origin";
export const CREDENTIALS = "access-control-allow-credentials: true";
export const METHODS = "access-control-allow-methods: GET,HEAD,PUT,PATCH,POST,DELETE";
export const HEADERS = "access-control-allow-headers";
export const MAX_AGE = "access-control-max-age: 600";
export const NO_LENGTH = "content-length: 0";
export const ALLOW = "allow: GET, HEAD, POST";
export const FULL_VARY = "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
export const REFUSED = ["403 Forbidden", FULL_VARY];

/** A preflight that asks for headers too. */
export const asking = (origin: string, headers: string): Partial<RawRequest> => ({
  method: "OPTIONS",
  headers: [...(preflightFrom(origin).headers ?? []), ["Access-Control-Request-Headers", headers]],
});

/** A form of the service's own page. */
const OWN_POST: Partial<RawRequest> = {
  method: "POST",
  headers: [
    ["Origin", "https://api.example.com"],
    ["Sec-Fetch-Site", "same-origin"],
  ],
};

export const OPTION_CASES: Readonly<Record<string, readonly MigrationCase[]>> = {
  origin: [
    {
      title: "`origin` is required.",
      why: "A service that forgets it, or whose variable is unset, must not be open to every site.",
      before: "cors()",
      after: 'cors({ origin: "*" })',
      says: "OPTIONS_TYPE",
      exchanges: [{ send: from(EVIL), npm: [], ours: [] }],
    },
    {
      title: "`true` is `*`.",
      why: "Reflecting every origin and `*` say the same, but `*` is cached once. Beside `credentials: true` it does not start.",
      before: "cors({ origin: true })",
      exchanges: [
        {
          send: from(EVIL),
          npm: ["vary: Origin", `${ORIGIN}: ${EVIL}`],
          ours: [`${ORIGIN}: *`],
        },
        { send: from(undefined), npm: ["vary: Origin"], ours: [`${ORIGIN}: *`] },
      ],
    },
    {
      title: "One string is compared, as in a list.",
      why: "npm `cors` sends it to everybody, so that every refusal looks like a permission for somebody else.",
      before: `cors({ origin: "${APP}" })`,
      exchanges: [EVIL, undefined].map((origin) => ({
        send: from(origin),
        npm: [`${ORIGIN}: ${APP}`],
        ours: [],
      })),
    },
    {
      title: "`false` refuses.",
      why: 'npm `cors` steps aside: the preflight reaches your routes, and CORS headers of a handler or an upstream stand. Write `"passthrough"` in a table of routes for that.',
      before:
        'app.use(cors({ origin: false }));\napp.get("/orders", (req, res) => res.set("Access-Control-Allow-Origin", "*").send("orders"));',
      exchanges: [
        { send: preflightFrom(EVIL), npm: ["200 OK", ALLOW], ours: REFUSED },
        { send: from(EVIL), npm: [`${ORIGIN}: *`], ours: [] },
      ],
    },
    {
      title: "Patterns.",
      why: "A string with `*` never matches in npm `cors`. Here it stands for one or more labels, or for any port.",
      before: 'cors({ origin: ["https://*.example.com"] })',
      exchanges: [{ send: from(APP), npm: [], ours: [`${ORIGIN}: ${APP}`] }],
    },
    {
      title: '`["*"]` is `"*"`.',
      why: "In a list npm `cors` compares `*` literally, so it grants nobody. This, patterns, and functions that answer `*` are what a new import opens: search for them first.",
      before: 'cors({ origin: ["*"] })',
      exchanges: [{ send: from(EVIL), npm: ["vary: Origin"], ours: [`${ORIGIN}: *`] }],
    },
    {
      title: "RegExps match whole origins.",
      why: "Anyone can register `evilexample.com`.",
      before: "cors({ origin: /example\\.com$/ })",
      after: "cors({ origin: /^https:\\/\\/(.+\\.)?example\\.com$/ })",
      says: "REGEXP_ANCHOR",
      exchanges: [
        { send: from("https://evilexample.com"), npm: [`${ORIGIN}: https://evilexample.com`], ours: [] },
      ],
    },
    {
      title: "`/g` and `/y` have no memory.",
      why: "`RegExp.prototype.test` goes on where it stopped, so npm `cors` refuses every second request.",
      before: "cors({ origin: /^https:\\/\\/app\\.example\\.com$/g })",
      exchanges: [
        { send: from(APP), npm: [], ours: [] },
        { send: from(APP), npm: [], ours: [`${ORIGIN}: ${APP}`] },
      ],
    },
    {
      title: "Neither `null`, nor cookies over `http:`.",
      why: "Every sandboxed frame sends `null`, an attacker's too, so no function can grant it; whoever sits on the network path can act as an `http:` origin (localhost is fine). `dangerouslyAllowOpaqueOrigins` and `dangerouslyAllowInsecureOrigins` grant them; lists that name them do not start otherwise.",
      before: "cors({ origin: (origin, callback) => callback(null, true), credentials: true })",
      exchanges: ["null", "http://app.example.com"].map((origin) => ({
        send: from(origin),
        npm: [`${ORIGIN}: ${origin}`, CREDENTIALS],
        ours: [],
      })),
    },
  ],
  "origin functions": [
    {
      title: "To refuse is an answer, and only origins are asked about.",
      why: "An error is a failure of the service: 500, also for its own form posts, which carry an Origin too. The function is not asked without an Origin, for a malformed one, or under `Sec-Fetch-Site: same-origin`: `!origin ||` can go. (Left as it is, the error still is a 500, with a warning.) **The handler now runs for a foreign page, which the error kept it from**: it reads nothing, but a POST has its effect. `blockRefused: true` keeps it out, with 403. A fixed list needs no function: written as a list, it is checked at start.",
      before: `cors({ origin: (origin, callback) => !origin || origin === "${APP}" ? callback(null, true) : callback(new Error("No")), credentials: true })`,
      after: `cors({ origin: (origin, callback) => callback(null, origin === "${APP}"), credentials: true })`,
      exchanges: [
        ...[from(EVIL), OWN_POST].map((send) => ({
          send,
          npm: ["500 Internal Server Error"],
          ours: ["200 OK", "vary: Origin"],
        })),
        { send: from(undefined), npm: [CREDENTIALS], ours: [] },
      ],
    },
    {
      title: "`false`, or nothing, refuses.",
      why: "npm `cors` steps aside without a word: no Vary, so a shared cache may hand the refusal to an allowed origin; preflights reach your routes.",
      before: `cors({ origin: (origin, callback) => callback(null, origin === "${APP}") })`,
      exchanges: [
        { send: from(EVIL), npm: [], ours: ["vary: Origin"] },
        { send: preflightFrom(EVIL), npm: ["200 OK", ALLOW], ours: REFUSED },
      ],
    },
    {
      title: "A string that is answered is compared.",
      why: "It must name the origin that asks, or a pattern or RegExp cover it; npm `cors` sends it as it is.",
      before: `cors({ origin: (origin, callback) => callback(null, "${APP}"), credentials: true })`,
      exchanges: [{ send: from(EVIL), npm: [`${ORIGIN}: ${APP}`, CREDENTIALS], ours: [] }],
    },
    {
      title: '`"*"` that is answered is this origin.',
      why: 'With cookies too, where browsers turn npm `cors`\'s answer down. `["*"]` means the same here, and nobody there. Answer it only where every site may act for your users; otherwise list them.',
      before: 'cors({ origin: (origin, callback) => callback(null, "*"), credentials: true })',
      exchanges: [{ send: from(EVIL), npm: [`${ORIGIN}: *`], ours: ["vary: Origin", `${ORIGIN}: ${EVIL}`] }],
    },
    {
      title: "Async functions.",
      why: "npm `cors` waits for a callback for ever.",
      before: `cors({ origin: async (origin) => origin === "${APP}" })`,
      hangs: true,
      exchanges: [
        {
          send: from(APP),
          npm: ["(no answer: the request hangs)"],
          ours: ["200 OK", "vary: Origin", `${ORIGIN}: ${APP}`],
        },
      ],
    },
  ],
  "methods, allowedHeaders, exposedHeaders": [
    {
      title: "Lists are normalised.",
      why: "Upper case where browsers send upper case (`patch` does not start: browsers do not raise it), commas without spaces, repetitions dropped.",
      before: `cors({ origin: "${APP}", methods: "put, PURGE", maxAge: 600 })`,
      exchanges: [
        {
          send: preflightFrom(APP),
          npm: [
            "vary: Origin, Access-Control-Request-Headers",
            "access-control-allow-methods: put, PURGE",
            NO_LENGTH,
          ],
          ours: [FULL_VARY, "access-control-allow-methods: PUT,PURGE"],
        },
      ],
    },
    {
      title: '`allowedHeaders: ""` means none.',
      why: "npm `cors` takes it for unset and grants whatever is asked. `[]` means none to both.",
      before: `cors({ origin: "${APP}", allowedHeaders: "", maxAge: 600 })`,
      exchanges: [
        {
          send: asking(APP, "x-secret"),
          npm: ["vary: Origin, Access-Control-Request-Headers", `${HEADERS}: x-secret`, NO_LENGTH],
          ours: [FULL_VARY],
        },
      ],
    },
    {
      title: "No `headers` alias.",
      why: "npm `cors` takes it for `allowedHeaders`, undocumented.",
      before: `cors({ origin: "${APP}", headers: ["X-Tenant"], maxAge: 600 })`,
      after: `cors({ origin: "${APP}", allowedHeaders: ["X-Tenant"], maxAge: 600 })`,
      says: "UNKNOWN_OPTION",
      exchanges: [{ send: asking(APP, "x-tenant"), npm: ["vary: Origin", NO_LENGTH], ours: [FULL_VARY] }],
    },
    {
      title: '`"*"` works beside credentials.',
      why: 'With cookies browsers take `*` for a name, so it grants nothing; what is asked for is echoed instead. (`exposedHeaders: "*"` cannot be: it does not start.)',
      before: `cors({ origin: ["${APP}"], credentials: true, methods: "*", allowedHeaders: "*", maxAge: 600 })`,
      exchanges: [
        {
          send: asking(APP, "x-tenant"),
          npm: ["vary: Origin", "access-control-allow-methods: *", `${HEADERS}: *`, NO_LENGTH],
          ours: [FULL_VARY, "access-control-allow-methods: PUT", `${HEADERS}: x-tenant`],
        },
      ],
    },
    {
      title: "Only lists of names are echoed.",
      why: "What is no list of header names, or longer than 4096 bytes or 256 names, is not; spaces go. No browser sends such.",
      before: `cors({ origin: "${APP}", maxAge: 600 })`,
      exchanges: [
        {
          send: asking(APP, "x-a; <script>"),
          npm: ["vary: Origin, Access-Control-Request-Headers", `${HEADERS}: x-a; <script>`, NO_LENGTH],
          ours: [FULL_VARY],
        },
      ],
    },
  ],
  "maxAge, preflightContinue, optionsSuccessStatus": [
    {
      title: "`maxAge` is 600; no Expose-Headers and no Content-Length on preflights.",
      why: "Without Max-Age browsers ask again after 5 seconds (`maxAge: 0` is sent as 0). Expose-Headers is read on actual responses alone. RFC 9110 8.6 forbids Content-Length with 204. Vary names all that a preflight asks.",
      before: `cors({ origin: ["${APP}"], credentials: true, exposedHeaders: ["ETag"] })`,
      exchanges: [
        {
          send: asking(APP, "content-type"),
          npm: [
            "vary: Origin, Access-Control-Request-Headers",
            "access-control-expose-headers: ETag",
            NO_LENGTH,
          ],
          ours: [FULL_VARY, MAX_AGE],
        },
      ],
    },
    {
      title: "`preflightContinue` with a refused origin.",
      why: "Vary, and nothing that a browser could take for a permission.",
      before: `cors({ origin: ["${APP}"], credentials: true, preflightContinue: true })`,
      exchanges: [
        {
          send: preflightFrom(EVIL),
          npm: ["vary: Origin, Access-Control-Request-Headers", CREDENTIALS, METHODS],
          ours: [FULL_VARY],
        },
      ],
    },
    {
      title: "An option that is `undefined` counts as absent.",
      why: "In npm `cors` it replaces the default, and the first preflight fails.",
      before: `cors({ origin: "*", methods: undefined, optionsSuccessStatus: undefined })`,
      exchanges: [
        {
          send: preflightFrom(APP),
          npm: ["500 Internal Server Error"],
          ours: ["204 No Content", FULL_VARY, `${ORIGIN}: *`, METHODS, MAX_AGE],
        },
      ],
    },
    {
      title: "Options are read once.",
      why: "To change them while serving: `const live = livePolicy(options)`, `cors(live)`, `live.replace(options)`.",
      before: `const origin = ["${APP}"];\napp.use(cors({ origin }));\norigin.push("https://new.example.com");`,
      exchanges: [
        { send: from("https://new.example.com"), npm: [`${ORIGIN}: https://new.example.com`], ours: [] },
      ],
    },
  ],
  "per-request function": [
    {
      title: "Nothing is the default here either.",
      why: "No options, no `origin`, an invalid one: refused, with one warning, never an error of the request.",
      before: "cors((req, callback) => callback(null, {}))",
      exchanges: [{ send: from(EVIL), npm: [`${ORIGIN}: *`], ours: ["vary: Origin"] }],
    },
    {
      title: "Every answer varies.",
      why: "The function may have looked at Origin, so caches must.",
      before:
        'cors((req, callback) => callback(null, { origin: req.headers.origin?.endsWith(".example.com") ? "*" : false }))',
      exchanges: [
        { send: from(APP), npm: [], ours: ["vary: Origin"] },
        { send: from(EVIL), npm: [], ours: ["vary: Origin"] },
      ],
    },
    {
      title: "It may be async, and may answer more.",
      why: '`false`, `"passthrough"`, a `Policy`, a table of routes. An answer is given once: a second callback is ignored.',
      before: `cors(async (req) => ({ origin: ["${APP}"] }))`,
      hangs: true,
      exchanges: [
        {
          send: from(APP),
          npm: ["(no answer: the request hangs)"],
          ours: ["200 OK", "vary: Origin", `${ORIGIN}: ${APP}`],
        },
      ],
    },
  ],
};
