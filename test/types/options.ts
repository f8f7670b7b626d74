// What a user may write as options, and what must not compile. Checked by `npm run types`, never run.
import cors, {
  type CorsOptions,
  definePolicy,
  livePolicy,
  originsFromEnv,
  type PolicyOptions,
  type RuleOptions,
} from "../../src/index.ts";

const app = "https://app.example.com";

// Every form of an origin.
cors({ origin: "*" });
cors({ origin: true });
cors({ origin: false });
cors({ origin: app });
cors({ origin: /^https:\/\/app\.example\.com$/ });
cors({ origin: [app, /^https:\/\/[a-z]+\.example\.com$/, "https://*.example.com"] });
cors({ origin: ["*"] });
cors({ origin: { regexp: "^https://app\\.example\\.com$", flags: "i" } });
cors({ origin: originsFromEnv("ORIGINS"), credentials: true });
cors({ origin: originsFromEnv("ORIGINS", { fallback: ["http://localhost:5173"] as const }) });

// Credentials beside origins that are named.
cors({ origin: app, credentials: true });
cors({ origin: [app], credentials: true });
cors({ origin: [app, "https://*.example.com"], credentials: true });
cors({ origin: false, credentials: true });
cors({ origin: () => true, credentials: true });
cors({ origin: "*", credentials: false });
cors({ origin: true, credentials: undefined });

// @ts-expect-error: every website could read the users' data
cors({ origin: "*", credentials: true });
// @ts-expect-error: true is "*"
cors({ origin: true, credentials: true });
// @ts-expect-error: a list does not hide it
cors({ origin: ["*"], credentials: true });
// @ts-expect-error: nor do constants
cors({ origin: ["*"] as const, credentials: true } as const);
// @ts-expect-error: the same in definePolicy
definePolicy({ origin: "*", credentials: true });
// @ts-expect-error: and in livePolicy
const live = livePolicy({ origin: true, credentials: true });
// @ts-expect-error: and where it is replaced
live.replace({ origin: "*", credentials: true });
// @ts-expect-error: in the routes of cors
cors({ routes: { "/": { origin: "*", credentials: true } } });
// @ts-expect-error: in any of the routes
definePolicy({ routes: { "/": { origin: app }, "/x": { origin: true, credentials: true } } });
// @ts-expect-error: a list in a route
livePolicy({ routes: { "/a": { origin: ["*"], credentials: true } } });

// Unknown options.
// @ts-expect-error: allowedHeaders was meant
cors({ origin: app, allowHeaders: ["Authorization"] });
// @ts-expect-error: a header name is no option
cors({ origin: app, "Access-Control-Allow-Credentials": true });
// @ts-expect-error: in definePolicy
definePolicy({ origin: app, privateNetwork: true });
// @ts-expect-error: in livePolicy
livePolicy({ origin: app, header: "x" });
// @ts-expect-error: where it is replaced
live.replace({ origin: app, header: "x" });
// @ts-expect-error: in a route of cors
cors({ routes: { "/": { origin: app, allowHeaders: ["Authorization"] } } });
// @ts-expect-error: in a route of definePolicy
definePolicy({ routes: { "/": { origin: [app] }, "/x": { origin: "*", exposeHeaders: ["ETag"] } } });
// @ts-expect-error: beside routes
definePolicy({ routes: { "/": { origin: app } }, credentials: true });
// @ts-expect-error: one rule or a table, not both
cors({ origin: app, routes: { "/": { origin: app } } });
// @ts-expect-error: routes lie flat
cors({ routes: { "/": { routes: { "/": { origin: app } } } } });
// @ts-expect-error: the second argument takes base, mode and layer
cors({ origin: app }, { credentials: true });

// Wrong types.
// @ts-expect-error: no origin
cors({});
// @ts-expect-error: no origin beside another option
cors({ credentials: true });
// @ts-expect-error: nothing at all
cors();
// @ts-expect-error: an unset environment variable
cors({ origin: process.env.ORIGIN });
// @ts-expect-error: options are an object
cors(app);
// @ts-expect-error: a number is no origin
cors({ origin: 8080 });
// @ts-expect-error: a URL is no origin
cors({ origin: new URL(app) });
// @ts-expect-error: a Set is no list
cors({ origin: new Set([app]) });
// @ts-expect-error: text is no boolean
cors({ origin: app, credentials: "true" });
// @ts-expect-error: text is no number
cors({ origin: app, maxAge: "600" });
// @ts-expect-error: a route is a rule, false or "passthrough"
cors({ routes: { "/": "pass" } });
// @ts-expect-error: true is no route
cors({ routes: { "/": true } });
// @ts-expect-error: a function of the origin answers something that origin accepts
cors({ origin: () => 7 });
// @ts-expect-error: and so does a promise
cors({ origin: async () => 7 });
// @ts-expect-error: and so does a callback
cors({ origin: (_origin, callback) => callback(null, 7) });
cors({ origin: app }, { mode: "report" });
// @ts-expect-error: "off" is no mode
cors({ origin: app }, { mode: "off" });

// Routes.
definePolicy({
  routes: {
    "/": { origin: [app, "https://*.preview.example.com"], credentials: true },
    "/public": {
      origin: "*",
      methods: ["GET", "HEAD"],
      allowedHeaders: [],
      exposedHeaders: ["ETag", "Link"],
    },
    "/dynamic": { origin: async (origin) => origin.endsWith(".example.com"), credentials: true },
    "/internal": false,
    "/legacy": "passthrough",
  },
});

// Read-only data, and data that is only known at run time.
const frozen = { origin: [app, "https://b.example"], methods: ["GET"], credentials: true } as const;
cors(frozen);
definePolicy(frozen);
const table = {
  routes: { "/": frozen, "/public": { origin: "*" }, "/off": false, "/l": "passthrough" },
} as const;
cors(table);
definePolicy(table);
const names: readonly string[] = ["Authorization"];
cors({ origin: names, methods: names, allowedHeaders: names, exposedHeaders: names, credentials: true });
definePolicy({ routes: JSON.parse("{}") });
definePolicy(JSON.parse("{}"));
const policy = definePolicy({ origin: app });
definePolicy({ routes: JSON.parse(JSON.stringify(policy.routes)) });
cors(policy);
cors(definePolicy(policy));
cors(livePolicy(policy));
livePolicy(policy).replace(policy);
cors(policy, { base: "/billing", mode: "enforce" });
cors(policy, { base: undefined, mode: undefined });

// Optionals may be undefined, as they are where options are put together.
const maybe = (): boolean | undefined => undefined;
const number = (): number | undefined => undefined;
cors({
  origin: app,
  credentials: maybe(),
  methods: undefined,
  allowedHeaders: undefined,
  exposedHeaders: undefined,
  maxAge: number(),
  preflightContinue: maybe(),
  optionsSuccessStatus: number(),
  blockRefused: maybe(),
  allowOverride: maybe(),
  dangerouslyAllowInsecureOrigins: maybe(),
  dangerouslyAllowPublicSuffixes: maybe(),
  dangerouslyAllowOpaqueOrigins: maybe(),
});
cors({ origin: app, allowedHeaders: null });

// Variables of the named types: what is in them is judged at run time.
const options: CorsOptions = { origin: [app], credentials: true };
cors(options);
definePolicy(options);
definePolicy({ routes: { "/": options, "/x": { ...options, maxAge: 60 } } });
const named: cors.CorsOptions = options;
cors({ ...named, credentials: false });
const rule: RuleOptions = { origin: "*", credentials: true };
definePolicy({ routes: { "/": rule } });
const whole: PolicyOptions = { routes: { "/": rule, "/off": false } };
cors(whole);
definePolicy(whole);
livePolicy(whole).replace(options);
// @ts-expect-error: an unknown option is one in a variable's type as well
const wrong: CorsOptions = { origin: app, allowHeaders: [] };
void wrong;
