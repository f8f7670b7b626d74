// Where npm cors and boring-cors differ whatever the options, what does not start, and what stays the same.
import { APP, EVIL, from, preflightFrom } from "./cases.ts";
import type { MigrationCase, Refusal, SameCase } from "./migration.ts";
import { ALLOW, CREDENTIALS, METHODS, NO_LENGTH, ORIGIN, REFUSED } from "./migration-options.ts";
import type { RawRequest } from "./raw-http.ts";

const OPTIONS: Partial<RawRequest> = { method: "OPTIONS" };
const NPM_VARY = "vary: Origin, Access-Control-Request-Headers";
const LIST = `cors({ origin: ["${APP}"], credentials: true, exposedHeaders: ["ETag"] })`;
const EXPOSED = "access-control-expose-headers: ETag";
export const BEHAVIOUR_CASES: Readonly<Record<string, readonly MigrationCase[]>> = {
  refused: [
    {
      title: "A refused origin gets nothing, nor does a request without one.",
      why: "Vary alone, which is what a cache needs. A refused preflight is 403, so that logs show it.",
      before: LIST,
      exchanges: [
        ...[EVIL, undefined].map((origin) => ({
          send: from(origin),
          npm: [CREDENTIALS, EXPOSED],
          ours: [],
        })),
        {
          send: preflightFrom(EVIL),
          npm: ["204 No Content", NPM_VARY, CREDENTIALS, EXPOSED, METHODS, NO_LENGTH],
          ours: REFUSED,
        },
      ],
    },
    {
      title: "An origin is one serialized origin.",
      why: "Two Origin lines arrive joined by a comma; npm `cors` hands them to the RegExp, whose `.*` takes both.",
      before: "cors({ origin: /^https:\\/\\/.*\\.example\\.com$/ })",
      exchanges: [
        {
          send: {
            headers: [
              ["Origin", EVIL],
              ["Origin", "https://a.example.com"],
            ],
          },
          npm: [`${ORIGIN}: ${EVIL}, https://a.example.com`],
          ours: [],
        },
      ],
    },
  ],
  options: [
    {
      title: "Your OPTIONS are yours.",
      why: "A preflight has an Origin and an Access-Control-Request-Method; npm `cors` answers every OPTIONS, of every path.",
      before: `cors({ origin: ["${APP}"] })`,
      exchanges: [
        {
          send: OPTIONS,
          npm: ["204 No Content", NPM_VARY, METHODS, NO_LENGTH],
          ours: ["200 OK", ALLOW, "vary: Origin"],
        },
        {
          send: { ...OPTIONS, target: "/no-such-route" },
          npm: ["204 No Content", NPM_VARY, METHODS, NO_LENGTH],
          ours: ["404 Not Found", "vary: Origin"],
        },
        {
          send: { ...OPTIONS, ...from(APP) },
          npm: ["204 No Content", NPM_VARY, METHODS, NO_LENGTH],
          ours: ["200 OK", ALLOW, "vary: Origin"],
        },
      ],
    },
    {
      title: "Header names are in lower case.",
      why: "As HTTP/2 sends them. It matters to tests that look at raw lines.",
      before: `cors({ origin: ["${APP}"] })`,
      raw: true,
      exchanges: [
        {
          send: from(APP),
          npm: ["Vary: Origin", `Access-Control-Allow-Origin: ${APP}`],
          ours: ["vary: Origin", `${ORIGIN}: ${APP}`],
        },
      ],
    },
  ],
  ownership: [
    {
      title: "Handlers cannot overwrite.",
      why: "What the policy says is what leaves, with one `CorsOverrideWarning`; Access-Control-Allow-Private-Network goes too. `allowOverride: true` is the old way.",
      before: `app.use(cors({ origin: ["${APP}"], credentials: true }));\napp.get("/orders", (req, res) => res.set("Access-Control-Allow-Origin", req.get("Origin")).send("orders"));`,
      exchanges: [{ send: from(EVIL), npm: [`${ORIGIN}: ${EVIL}`, CREDENTIALS], ours: [] }],
    },
    {
      title: "Vary keeps its Origin.",
      why: "Otherwise a cache hands one origin's answer to another.",
      before: `app.use(cors({ origin: ["${APP}"] }));\napp.get("/orders", (req, res) => res.set("Vary", "Accept-Language").send("orders"));`,
      exchanges: [
        { send: from(APP), npm: ["vary: Accept-Language"], ours: ["vary: Accept-Language, Origin"] },
      ],
    },
    {
      title: "Exposed names are joined.",
      why: "A handler knows what it sends; in npm `cors` its line replaces the policy's.",
      before: `app.use(cors({ origin: ["${APP}"], exposedHeaders: ["ETag"] }));\napp.get("/orders", (req, res) => res.set("Access-Control-Expose-Headers", "Content-Disposition").send("orders"));`,
      exchanges: [
        {
          send: from(APP),
          npm: ["access-control-expose-headers: Content-Disposition"],
          ours: ["access-control-expose-headers: ETag,Content-Disposition"],
        },
      ],
    },
    {
      title: "Two policies on one request do not mix.",
      why: "The inner one replaces what the outer one set. Preflights are answered by the outer one alone, in both packages: put both into one table, `cors({ routes: { ... } })`.",
      before: `app.use(cors({ origin: ["${APP}"], credentials: true }));\napp.use("/orders", cors({ origin: "*" }));`,
      exchanges: [{ send: from(APP), npm: [CREDENTIALS], ours: [] }],
    },
    {
      title: "`app.use(cors)` without the call fails.",
      why: "In npm `cors` every request hangs. Here each ends in an error that says so.",
      before: "app.use(cors);",
      hangs: true,
      exchanges: [
        { send: from(APP), npm: ["(no answer: the request hangs)"], ours: ["500 Internal Server Error"] },
      ],
    },
  ],
};

/** What npm cors makes of what only boring-cors knows. */
export const ROLLBACK_CASES: readonly MigrationCase[] = [
  {
    title: "A table of routes, or a `Policy`, opens everything.",
    why: "npm `cors` finds no `origin` in it, and says nothing.",
    before: `cors({ routes: { "/": { origin: ["${APP}"] } } })`,
    exchanges: [{ send: from(EVIL), npm: [`${ORIGIN}: *`], ours: ["vary: Origin"] }],
  },
  {
    title: "Functions are asked without an Origin again.",
    why: "Keep `!origin ||` until you are sure, or write `origin?.endsWith`.",
    before: 'cors({ origin: (origin, callback) => callback(null, origin.endsWith(".example.com")) })',
    exchanges: [
      { send: from(undefined), npm: ["500 Internal Server Error"], ours: ["200 OK", "vary: Origin"] },
    ],
  },
];

const GRANTED = ["200 OK", "vary: Origin", `${ORIGIN}: ${APP}`];
const REFLECTED = ["200 OK", "vary: Origin", `${ORIGIN}: ${EVIL}`];
const EVERYBODY = ["200 OK", `${ORIGIN}: *`];
const NOTHING = ["200 OK"];
const DENIED = ["200 OK", "vary: Origin"];
const evil = (code: string, npm: readonly string[], issue: Refusal["issue"]): Refusal => ({
  code,
  send: from(EVIL),
  npm,
  issue,
});
const app = (code: string, npm: readonly string[], issue: Refusal["issue"]): Refusal => ({
  code,
  send: from(APP),
  npm,
  issue,
});

/** Asked with a GET, from the origin that tells most. */
export const REFUSALS: readonly Refusal[] = [
  evil(`cors("${APP}")`, EVERYBODY, "OPTIONS_TYPE"),
  evil(`cors(["${APP}"])`, EVERYBODY, "OPTIONS_TYPE"),
  evil("cors({ origin: process.env.NO_SUCH_VARIABLE })", NOTHING, "ORIGIN_REQUIRED"),
  evil('cors({ origin: "" })', NOTHING, "ORIGIN_REQUIRED"),
  evil("cors({ origin: [] })", DENIED, "ORIGIN_REQUIRED"),
  evil(`cors({ origin: new URL("${APP}"), credentials: true })`, [...REFLECTED, CREDENTIALS], "ORIGIN_TYPE"),
  evil(`cors({ origin: new Set(["${APP}"]) })`, REFLECTED, "ORIGIN_TYPE"),
  app(`cors({ origin: [["${APP}"]] })`, GRANTED, "ORIGIN_TYPE"),
  app(`cors({ origin: ["${APP}/"] })`, DENIED, "ORIGIN_PATH"),
  app('cors({ origin: ["app.example.com"] })', DENIED, "ORIGIN_SCHEME"),
  app('cors({ origin: ["https://App.example.com"] })', DENIED, "ORIGIN_CASE"),
  app(`cors({ origin: ["${APP}:443"] })`, DENIED, "ORIGIN_DEFAULT_PORT"),
  app(`cors({ origin: ["${APP},https://b.example.com"] })`, DENIED, "ORIGIN_LIST"),
  app(`cors({ origin: ["${APP}", "*"] })`, GRANTED, "ORIGIN_WILDCARD_MIXED"),
  {
    code: 'cors({ origin: ["null"] })',
    send: from("null"),
    npm: ["200 OK", "vary: Origin", `${ORIGIN}: null`],
    issue: "ORIGIN_OPAQUE",
  },
  evil('cors({ origin: "*", credentials: true })', [...EVERYBODY, CREDENTIALS], "CREDENTIALS_WILDCARD"),
  evil("cors({ origin: true, credentials: true })", [...REFLECTED, CREDENTIALS], "CREDENTIALS_WILDCARD"),
  app(
    `cors({ origin: ["${APP}"], credentials: true, exposedHeaders: "*" })`,
    [...GRANTED, CREDENTIALS, "access-control-expose-headers: *"],
    "CREDENTIALS_EXPOSED_WILDCARD",
  ),
  {
    code: 'cors({ origin: ["http://app.example.com"], credentials: true })',
    send: from("http://app.example.com"),
    npm: ["200 OK", "vary: Origin", `${ORIGIN}: http://app.example.com`, CREDENTIALS],
    issue: "CREDENTIALS_INSECURE",
  },
  {
    code: "cors({ origin: /^https:\\/\\/my-app-[a-z0-9-]+\\.vercel\\.app$/, credentials: true })",
    send: from("https://my-app-evil.vercel.app"),
    npm: ["200 OK", "vary: Origin", `${ORIGIN}: https://my-app-evil.vercel.app`, CREDENTIALS],
    issue: "REGEXP_PUBLIC_SUFFIX",
  },
  {
    code: "cors({ origin: /^https:\\/\\/app.example.com$/ })",
    send: from("https://appxexample.com"),
    npm: ["200 OK", "vary: Origin", `${ORIGIN}: https://appxexample.com`],
    issue: "REGEXP_DOT",
  },
  app(`cors({ origin: ["${APP}"], credentials: "true" })`, GRANTED, "OPTION_TYPE"),
  app(`cors({ origin: ["${APP}"], allowHeaders: [] })`, GRANTED, "UNKNOWN_OPTION"),
  app(`cors({ origin: ["${APP}"], exposedHeaders: 1 })`, GRANTED, "OPTION_TYPE"),
  app(`cors({ origin: ["${APP}"], maxAge: "600" })`, GRANTED, "MAX_AGE"),
  app(`cors({ origin: ["${APP}"], optionsSuccessStatus: 302 })`, GRANTED, "OPTIONS_SUCCESS_STATUS"),
  app(`cors({ origin: ["${APP}"], methods: ["patch"] })`, GRANTED, "METHOD_CASE"),
  app(`cors({ origin: ["${APP}"], methods: ["GET PUT"] })`, GRANTED, "METHOD_TOKEN"),
];

const WITH = [...GRANTED, CREDENTIALS];
const get = (what: string, code: string, answer: readonly string[], send = from(APP)): SameCase => ({
  what,
  code,
  send,
  answer,
});

export const SAME: readonly SameCase[] = [
  get("a list of origins", `cors({ origin: ["${APP}"], credentials: true })`, WITH),
  get("one origin", `cors({ origin: "${APP}" })`, GRANTED),
  get("every site", 'cors({ origin: "*" })', EVERYBODY, from(EVIL)),
  get("every site, no Origin", 'cors({ origin: "*" })', EVERYBODY, from(undefined)),
  get("nobody", "cors({ origin: false })", NOTHING),
  get("an anchored RegExp", "cors({ origin: /^https:\\/\\/[a-z]+\\.example\\.com$/ })", GRANTED),
  get("a function with a callback", "cors({ origin: (origin, callback) => callback(null, true) })", GRANTED),
  get("that answers a list", `cors({ origin: (origin, callback) => callback(null, ["${APP}"]) })`, GRANTED),
  get("that fails", 'cors({ origin: (origin, callback) => callback(new Error("database away")) })', [
    "500 Internal Server Error",
  ]),
  get(
    "a per-request function",
    "cors((req, callback) => callback(null, { origin: true, credentials: true }))",
    WITH,
  ),
  get(
    "the request's own origin",
    'cors((req, callback) => callback(null, { origin: req.header("Origin"), credentials: true }))',
    WITH,
  ),
  get("exposed headers, array or comma list", `cors({ origin: ["${APP}"], exposedHeaders: "ETag,Link" })`, [
    ...GRANTED,
    "access-control-expose-headers: ETag,Link",
  ]),
  get(
    "an origin that is listed, with a port",
    'cors({ origin: ["http://localhost:5173"], credentials: true })',
    ["200 OK", "vary: Origin", `${ORIGIN}: http://localhost:5173`, CREDENTIALS],
    from("http://localhost:5173"),
  ),
  get(
    "on one route",
    `app.get("/orders", cors({ origin: ["${APP}"] }), (req, res) => res.send("orders"));`,
    GRANTED,
  ),
];

const HEAD = [`${ORIGIN}: ${APP}`, METHODS];

/** Equal but for Vary, Content-Length and the default of `maxAge`, which differ on every preflight. */
export const SAME_PREFLIGHTS: readonly SameCase[] = [
  {
    what: "methods and headers",
    code: `cors({ origin: ["${APP}"], methods: ["GET", "PUT"], allowedHeaders: "Content-Type,X-A", maxAge: 0 })`,
    send: preflightFrom(APP),
    answer: [
      "204 No Content",
      `${ORIGIN}: ${APP}`,
      "access-control-allow-methods: GET,PUT",
      "access-control-allow-headers: Content-Type,X-A",
      "access-control-max-age: 0",
    ],
  },
  {
    what: "a method that is not listed: the list",
    code: `cors({ origin: ["${APP}"], methods: ["GET"] })`,
    send: preflightFrom(APP, "DELETE"),
    answer: ["204 No Content", `${ORIGIN}: ${APP}`, "access-control-allow-methods: GET"],
  },
  {
    what: "a status for old browsers",
    code: `cors({ origin: ["${APP}"], optionsSuccessStatus: 200 })`,
    send: preflightFrom(APP),
    answer: ["200 OK", ...HEAD],
  },
  {
    what: "`app.options`",
    code: `app.options("/orders", cors({ origin: ["${APP}"] }));`,
    send: preflightFrom(APP),
    answer: ["204 No Content", ...HEAD],
  },
  {
    what: "no `app.options`: Express answers",
    code: `app.get("/orders", cors({ origin: ["${APP}"] }), (req, res) => res.send("orders"));`,
    send: preflightFrom(APP),
    answer: ["200 OK", ALLOW],
  },
  {
    what: "`preflightContinue`",
    code: `cors({ origin: ["${APP}"], preflightContinue: true })`,
    send: preflightFrom(APP),
    answer: ["200 OK", ALLOW, ...HEAD],
  },
];
