// What a newcomer types wrong in the first five minutes: each says what to write, and each fix starts.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createRequire } from "node:module";
import express from "express";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { DecisionEvent } from "../src/adapters/diagnostics.ts";
import * as library from "../src/index.ts";
import { APP, collectWarnings, from, preflightFrom, settled, started } from "./support/cases.ts";
import { putAt } from "./support/put-at.ts";
import { corsHeaders } from "./support/raw-http.ts";

const require = createRequire(import.meta.url);
const LIST = ["https://a.example.com", "https://b.example.com"];
const ENVIRONMENT = {
  JSON_LIST: JSON.stringify(LIST),
  JSON_ONE: JSON.stringify(LIST.slice(0, 1)),
  QUOTED: `"${APP}"`,
  QUOTED_EACH: LIST.map((origin) => `"${origin}"`).join(","),
  QUOTED_WHOLE: `'${LIST.join(", ")}'`,
  LIST: LIST.join(","),
  UNSET: undefined,
};

/** Runs what somebody typed, and keeps what `cors` was given. */
function type(code: string): { given: unknown; thrown: Error | undefined; value: unknown } {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  let given: unknown;
  // No arrow function: somebody writes `new cors()`.
  function cors(...all: [never]) {
    [given] = all;
    return library.cors(...all);
  }
  const { default: _reserved, ...named } = library;
  const scope: Record<string, unknown> = { ...named, cors, policy: library.definePolicy({ origin: APP }) };
  try {
    const value: unknown = new Function(...Object.keys(scope), `return ${code}`)(...Object.values(scope));
    return { given, thrown: undefined, value };
  } catch (error) {
    return { given, thrown: error as Error, value: undefined };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Typed, and what the message must say; `"fix"`: every issue has one, and with all of them it starts. */
const REFUSED: readonly (readonly [string, string, "fix"?])[] = [
  // No options, or something else in their place.
  ["cors()", 'nothing is allowed by default (npm cors() allowed every site, which is { origin: "*" })'],
  ["new cors()", "write { origin:"],
  ["cors(null)", "write { origin:"],
  ["cors(true)", "write { origin:"],
  ["cors([])", "write { origin:"],
  ["cors({})", "origin: is missing; nothing is allowed by default (npm cors() allowed every site"],
  [
    "cors({ credentials: true })",
    "list the origins, or read them from an environment variable with originsFromEnv(name)",
  ],
  ["cors({ origin: [] })", "for nobody write false"],
  ["cors({ origin: /localhost/ })", 'write "http://localhost:*"', "fix"],
  ['cors("*")', 'write { origin: "*" }', "fix"],
  ['cors("https://a.example.com")', 'write { origin: ["https://a.example.com"] }', "fix"],
  ['cors(["https://a.example.com"])', 'write { origin: ["https://a.example.com"] }', "fix"],
  ["cors(definePolicy())", "write { origin:"],
  ["cors(cors({ origin: '*' }))", "is what cors() returned, a middleware; mount it as it is"],
  ["cors((req, res, next) => next())", "write (req, callback) => callback(null, { origin: [...] })"],
  ["definePolicy(cors({ origin: '*' }))", "only cors() takes a function; write { origin:"],
  ["definePolicy((req, callback) => callback(null, {}))", "only cors() takes a function"],
  ["livePolicy()", "write { origin:"],
  ["livePolicy({ origin: '*' }).replace()", "write { origin:"],
  // The environment.
  ["cors({ origin: process.env.UNSET })", "an unset environment variable?"],
  ["cors({ origin: (process.env.UNSET ?? '').split(',') })", "an unset environment variable?"],
  ["cors({ origin: [process.env.UNSET, '*'] })", "origin[0]: undefined names no origin"],
  ["cors({ origin: 'https://' + process.env.UNSET })", 'holds "undefined"; an unset environment variable?'],
  ["cors({ origin: 'http://localhost:' + process.env.UNSET })", 'holds "undefined"'],
  ["cors({ origin: process.env.LIST })", `write an array: ${JSON.stringify(LIST)}`, "fix"],
  ["cors({ origin: process.env.JSON_LIST })", `write an array: ${JSON.stringify(LIST)}`, "fix"],
  ["cors({ origin: process.env.JSON_ONE })", 'quotes and brackets inside the string; remove them: "', "fix"],
  ["cors({ origin: process.env.QUOTED })", `quotes inside the string; remove them: "${APP}"`, "fix"],
  ["cors({ origin: process.env.QUOTED_EACH })", `write an array: ${JSON.stringify(LIST)}`, "fix"],
  ["cors({ origin: process.env.QUOTED_WHOLE })", `write an array: ${JSON.stringify(LIST)}`, "fix"],
  ['originsFromEnv("UNSET")', "set it to a list, UNSET=https://app.example.com, or give a fallback"],
  ['originsFromEnv("JSON_LIST")', `JSON_LIST[1]: "\\"${LIST[1]}\\"]" has quotes and brackets`],
  ['originsFromEnv("QUOTED_WHOLE")', `quotes inside the string; remove them: "${LIST[0]}"`],
  ["originsFromEnv(process.env.UNSET)", 'write the name, in quotes: originsFromEnv("ALLOWED_ORIGINS")'],
  ["originsFromEnv(process.env.LIST)", 'write the name, in quotes: originsFromEnv("ALLOWED_ORIGINS")'],
  // Origins of another kind.
  [
    "cors({ origin: new URL('https://a.example.com/x') })",
    'a URL is no origin; write "https://a.example.com"',
    "fix",
  ],
  [
    "cors({ origin: new Set(['https://a.example.com']) })",
    'a Set is no origin; write ["https://a.example.com"]',
    "fix",
  ],
  ["cors({ origin: new Map() })", "write a string, a RegExp, an array of these, a boolean or a function"],
  ["cors({ origin: { 'https://a.example.com': true } })", "write a string"],
  ["cors({ origin: Promise.resolve('*') })", "write a string"],
  ["cors({ origin: 3000 })", "write a string"],
  ["cors({ origin: [['https://a.example.com']] })", "write a string"],
  ["cors({ origin: cors({ origin: '*' }) })", "is what cors() returned, a middleware"],
  [
    "cors({ origin: (req, res, next) => next() })",
    "write (origin, callback) => callback(null, true or false)",
  ],
  // Strings.
  ["cors({ origin: 'localhost:3000' })", 'has no scheme; write it: "http://localhost:3000"', "fix"],
  ["cors({ origin: 'example.com' })", 'has no scheme; write it: "https://example.com"', "fix"],
  ["cors({ origin: 'www.example.com' })", 'write it: "https://www.example.com"', "fix"],
  ["cors({ origin: 'http:/localhost:3000' })", 'write it: "http://localhost:3000"', "fix"],
  ["cors({ origin: 'https;//a.example.com' })", 'write it: "https://a.example.com"', "fix"],
  [
    "cors({ origin: 'htttp://localhost:3000' })",
    'misspells its scheme; write: "http://localhost:3000"',
    "fix",
  ],
  ["cors({ origin: 'http://localhost:3000/' })", 'remove the trailing slash: "http://localhost:3000"', "fix"],
  ["cors({ origin: 'https://a.example.com/app' })", 'remove what follows the host: "https://a.', "fix"],
  ["cors({ origin: 'https://A.Example.com' })", 'in lower case: "https://a.example.com"', "fix"],
  ["cors({ origin: 'https://a.example.com:443' })", 'browsers leave out; write: "https://a.', "fix"],
  ["cors({ origin: 'http://localhost:3000,http://localhost:5173' })", "write an array: [", "fix"],
  ["cors({ origin: ['http://localhost:3000,http://localhost:5173'] })", "write an array: ["],
  ["cors({ origin: 'http://localhost:[3000,3001]' })", 'write an array: ["https://app.example.com"'],
  ["cors({ origin: 'https://a.example.com,' })", 'a comma beside it; remove it: "https://a.', "fix"],
  ["cors({ origin: 'a.example.com, localhost' })", '["https://a.example.com","http://localhost"]', "fix"],
  ["cors({ origin: '\"*\"' })", 'has quotes inside the string; remove them: "*"', "fix"],
  ["cors({ origin: 'https://$' + '{HOST}' })", "in JavaScript a template stands in backticks"],
  ["cors({ origin: '^https://a.example.com$' })", "is a RegExp inside a string; write it without quotes"],
  ["cors({ origin: 'https?://a.example.com' })", "is a RegExp inside a string; write it without quotes"],
  ["cors({ origin: 'all' })", 'for a public API write "*", otherwise list the origins'],
  ["cors({ origin: 'true' })", 'for a public API write "*", otherwise list the origins'],
  ["cors({ origin: 'false' })", "to allow none write false, without quotes"],
  ["cors({ origin: 'null' })", "or set dangerouslyAllowOpaqueOrigins: true"],
  ["cors({ origin: 'http://*' })", 'list the sites, or write origin: "*" without credentials'],
  ["cors({ origin: '*.example.com' })", 'write: "https://*.example.com"', "fix"],
  ["cors({ origin: 'https://example.*' })", '"https://*.example.com", "http://localhost:*"'],
  ["cors({ origin: 'https://app-*.example.com' })", '"https://*.example.com", "http://localhost:*"'],
  ["cors({ origin: 'https://*.com', credentials: true })", 'write a domain of your own, "https://*.preview'],
  ["cors({ origin: '/example\\\\.com$/' })", "a RegExp inside a string; write it without quotes"],
  ["cors({ origin: /example\\.com$/ })", "write /^https:\\/\\/(.+\\.)?example\\.com$/", "fix"],
  ["cors({ origin: new RegExp('https://.*.example.com') })", "write /^https:\\/\\/.*\\.example\\.com$/"],
  // Credentials.
  ["cors({ origin: '*', credentials: true })", "any website could read your users' data; list the origins"],
  ["cors({ origin: true, credentials: true })", "any website could read your users' data; list the origins"],
  ["cors({ origin: '*', credentials: 'true' })", 'credentials: "true" is no boolean; write true'],
  ["cors({ origin: '*', credentials: 'include' })", "write true or false"],
  ["cors({ origin: ['*', 'https://a.example.com'] })", "write it alone, or remove it"],
  ["cors({ origin: 'http://a.example.com', credentials: true })", 'write "https://a.example.com", or set'],
  // Options of other libraries, of other packages, of no package.
  ["cors({ origin: '*', credential: true })", 'did you mean "credentials"?'],
  ["cors({ origin: '*', allowCredentials: true })", 'did you mean "credentials"?'],
  ["cors({ origin: '*', allowHeaders: [] })", 'did you mean "allowedHeaders"?'],
  ["cors({ origin: '*', headers: [] })", 'did you mean "allowedHeaders"?'],
  ["cors({ origin: '*', exposeHeaders: [] })", 'did you mean "exposedHeaders"?'],
  ["cors({ origin: '*', method: [] })", 'did you mean "methods"?'],
  ["cors({ origin: '*', allowMethods: [] })", 'did you mean "methods"?'],
  ["cors({ origins: '*' })", 'did you mean "origin"?'],
  ["cors({ 'Access-Control-Allow-Origin': '*' })", 'did you mean "origin"?'],
  ["cors({ origin: '*', 'Content-Type': 'text/plain' })", 'is written { allowedHeaders: ["Content-Type"] }'],
  ["cors({ origin: '*', Authorization: true })", 'is written { allowedHeaders: ["Authorization"] }'],
  ["cors({ origin: '*', privateNetwork: true })", "browsers ask the user instead; remove it"],
  ["cors({ origin: '*', debug: true })", "start the process with NODE_DEBUG=boring-cors"],
  ["cors({ origin: '*', base: '/api' })", "write it as the second argument: cors(policy, { base })"],
  ["cors({ origin: '*' }, { credentials: true })", "all else belongs into the first"],
  ["cors({ origin: '*' }, '/api')", 'write { base: "/api" }'],
  ["cors({ origin: '*' }, 600)", 'write { base: "/billing" }'],
  ["cors({ origin: '*' }, { base: '/api/' })", 'write "/api"'],
  ["cors('/api', { origin: '*' })", "all else belongs into the first"],
  // Values.
  ["cors({ origin: '*', maxAge: '600' })", "write a whole number, 0 or more: 600", "fix"],
  ["cors({ origin: '*', maxAge: '1h' })", "write a whole number, 0 or more: 600"],
  ["cors({ origin: '*', maxAge: -1 })", "write a whole number, 0 or more: 0", "fix"],
  ["cors({ origin: '*', optionsSuccessStatus: 204.5 })", "a status from 200 to 299: 204", "fix"],
  ["cors({ origin: '*', optionsSuccessStatus: '200' })", "a status from 200 to 299: 200", "fix"],
  ["cors({ origin: '*', methods: 'patch' })", 'write "PATCH"', "fix"],
  ["cors({ origin: '*', methods: 'GET POST' })", 'several names in one entry; write "GET", "POST"', "fix"],
  ["cors({ origin: '*', methods: 'GET|POST' })", 'several names in one entry; write "GET", "POST"', "fix"],
  ["cors({ origin: '*', methods: ['GET POST'] })", 'several names in one entry; write "GET", "POST"'],
  ["cors({ origin: '*', methods: ['ALL'] })", 'is no method; for every method write "*"', "fix"],
  ["cors({ origin: '*', methods: 'GET, any' })", 'is no method; for every method write "*"', "fix"],
  ["cors({ origin: '*', methods: true })", 'write an array of strings, a comma list or "*"'],
  ["cors({ origin: '*', allowedHeaders: true })", 'write an array of strings, a comma list or "*"'],
  ["cors({ origin: '*', allowedHeaders: { 'X-A': 1 } })", 'write an array of strings, a comma list or "*"'],
  [
    "cors({ origin: '*', allowedHeaders: 'X-A X-B' })",
    'several names in one entry; write "X-A", "X-B"',
    "fix",
  ],
  ["cors({ origin: '*', allowedHeaders: ['X-A X-B'] })", 'several names in one entry; write "X-A", "X-B"'],
  ["cors({ origin: '*', allowedHeaders: ['X-A: 1'] })", "one name per entry, without values"],
  ["definePolicy({ routes: { 'api/*': false } })", 'write "/api"'],
  ["definePolicy({ routes: { 'GET /api/*': false } })", 'write "/api"'],
  ["definePolicy({ routes: { 'https://a.example/api/*': false } })", 'write "/api"'],
  ["definePolicy({ routes: { '/a b/*': false } })", "write a path prefix"],
  // Tables.
  ["cors({ routes: { '/api/*': { origin: '*' } } })", 'a key covers everything below it; write "/api"'],
  ["cors({ routes: { '/api/:id': { origin: '*' } } })", 'a key covers everything below it; write "/api"'],
  ["cors({ routes: { api: { origin: '*' } } })", 'write "/api"'],
  ["cors({ routes: { [/api/]: { origin: '*' } } })", 'write "/api"'],
  ["cors({ routes: { '*': { origin: '*' } } })", 'write "/"'],
  ["cors({ routes: { GET: { origin: '*' } } })", 'a key is a path, and methods stand in its rule: write "/"'],
  ["cors({ routes: { 'POST /api': { origin: '*' } } })", 'methods stand in its rule: write "/api"'],
  ["cors({ routes: { 'https://a.example.com': false } })", 'is a URL, and a key is a path; write "/"'],
  ["cors({ routes: { 'https://a.example.com/x': false } })", 'is a URL, and a key is a path; write "/x"'],
  ["cors({ routes: { '/': 'https://a.example.com' } })", 'write {"origin":["https://a.example.com"]}', "fix"],
  ["cors({ routes: { '/': ['https://a.example.com'] } })", 'write {"origin":["https://a.', "fix"],
  ["cors({ routes: { '/': '*' } })", 'write {"origin":"*"}', "fix"],
  ["cors({ routes: { '/': true } })", 'write { origin: [...] }, false or "passthrough"'],
  ["cors({ routes: { '/': 'pass-through' } })", 'false or "passthrough"'],
  ["cors({ routes: [{ path: '/', origin: '*' }] })", 'write { "/": { origin: [...] } }'],
  ["cors({ routes: { '/': { GET: { origin: '*' } } } })", '{ methods: ["GET"] }'],
  ["cors({ routes: { '/': { origin: '*', routes: {} } } })", 'give "/parent/child" a key of its own'],
  ["cors({ origin: '*', routes: { '/': { origin: '*' } } })", "put it into each route that needs it"],
  ["cors({ routes: {} })", 'write at least { "/": { origin: [...] } }'],
  ["cors({ '/api': { origin: '*' } })", 'belongs into the table: { routes: { "/api": { ... } } }'],
  ["cors({ paths: {} })", 'did you mean "routes"?'],
  // Methods of what came back.
  ["policy.decide({ method: 'GET', url: '/' })", "write policy.decide({ method: req.method,"],
  ["policy.decide({ method: 'GET', headers: {} })", "path: req.originalUrl, origin: req.headers.origin,"],
  [
    "policy.decide(new Request('http://localhost/'))",
    "takes the values of a request, not the request itself",
  ],
  ["cors(policy).wrap()", "http.createServer(cors(policy).wrap(app)).listen(3000)"],
];

describe("refused when it is typed", () => {
  test.each(REFUSED.map(([code, says, fixed]) => [code, says, fixed] as const))("%s", (code, says, fixed) => {
    const { given, thrown } = type(code);
    expect(thrown?.message ?? "started").toContain(says);
    const { issues = [] } = thrown as Partial<library.CorsConfigError>;
    const fixes = issues.filter((issue) => "fix" in issue);
    if (fixed === "fix") expect(fixes).toEqual(issues);
    if (fixes.length === 0 || given === undefined) return;
    const mended = fixes.reduce<unknown>((options, { path, fix }) => putAt(options, path, fix), given);
    const left = issuesOf(mended).map(({ code: same, path }) => `${same} ${path}`);
    for (const { code: gone, path } of fixes) expect(left).not.toContain(`${gone} ${path}`);
    if (fixed === "fix") expect(left).toEqual([]);
  });
});

function issuesOf(options: unknown): readonly library.ConfigIssue[] {
  try {
    library.cors(options as never);
    return [];
  } catch (error) {
    return (error as library.CorsConfigError).issues;
  }
}

/** Typed, and what the process warning says that comes of it. */
const WARNED: readonly (readonly [string, string])[] = [
  ["cors({ origin: '*', maxAge: 600000 })", "write at most 86400"],
  ["cors({ origin: 'htps://a.example.com' })", 'a misspelt https?; write "https://a.example.com"'],
  ["cors({ origin: 'wss://a.example.com' })", 'write "https://a.example.com"'],
  ["cors({ origin: ['https://a.example.com', ''] })", "was dropped (a trailing comma?); remove it"],
  [
    "cors({ origin: '*', allowedHeaders: ['GET', 'PATCH'] })",
    '"PATCH" is a method and no header, and was dropped',
  ],
  ["cors({ origin: '*', exposedHeaders: 'POST' })", 'write it into "methods"'],
  [
    "cors({ origin: '*', allowedHeaders: ['X-A', ''] })",
    "is no name and was dropped (a trailing comma?); remove it",
  ],
  ["cors({ origin: '*', maxage: 600 })", 'unknown option, and was dropped; write "maxAge" if that was meant'],
  [
    "cors({ origin: '*', allowedHeaders: 'Cookie' })",
    "is a header that scripts cannot set, and was dropped; remove it",
  ],
  [
    "cors({ origin: '*', exposedHeaders: 'Set-Cookie' })",
    "can be read by no script, and was dropped; remove it",
  ],
  ["cors({ origin: '*', methods: 'GET, TRACE' })", "browsers refuse to send"],
];

test.each(WARNED)("started with a warning: %s", async (code, says) => {
  const warnings = collectWarnings();
  const { thrown } = type(code);
  expect(thrown).toBeUndefined();
  await settled();
  expect(warnings.map(({ message }) => message).join("\n")).toContain(says);
});

const GRANTED = { "access-control-allow-origin": APP };

/** Typed as middleware, and what `next(err)` or a warning says when the first request comes, and its CORS headers. */
const TOLD_LATER: readonly (readonly [string, string])[] = [
  ["cors", "write app.use(cors({ origin: [...] }))"],
  ["cors(policy).wrap", "inside the application write app.use(cors(policy))"],
  ["cors({ origin: () => {} })", "return an answer (false refuses), or call its callback"],
  ["cors({ origin: async () => {} })", "return an answer (false refuses), or call its callback"],
  ["cors({ origin: (origin) => [].find((known) => known === origin) })", "(false refuses)"],
  ["cors({ origin: (origin, callback) => callback(true) })", "the error comes first: callback(null, true)"],
  ["cors({ origin: (origin, callback) => callback(origin) })", `callback(null, "${APP}")`],
  ["cors({ origin: (origin, callback) => callback([origin]) })", `callback(null, ["${APP}"])`],
  ["cors({ origin: (origin, callback) => callback(new Error('no')) })", "callback(null, false)"],
  ["cors({ origin: (origin, callback) => callback('no') })", "callback(null, false)"],
  ["cors({ origin: async () => { throw new Error('away'); } })", "callback(null, false)"],
  ["cors({ origin: (origin, callback) => callback(null, origin + '/') })", "remove the trailing slash"],
  ["cors({ origin: (origin, callback) => callback(null, 'true') })", "answer true or false"],
  ["cors({ origin: (origin, callback) => callback(null, ['x'].indexOf(origin)) })", "answered -1 for"],
  ["cors({ origin: (origin, callback) => callback(null, Promise.resolve(true)) })", "answered a Promise for"],
  ["cors({ origin: (origin) => ({ origin }) })", "answer true or false"],
  ["cors({ origin: () => () => true })", "answer true or false"],
  ["cors({ origin: (req, callback) => callback(null, { origin: true }) })", "answer true or false"],
  ["cors({ origin: (req) => req.headers.origin === 'x' })", "callback(null, false)"],
  ["cors({ origin: originsFromEnv })", 'originsFromEnv("ALLOWED_ORIGINS")'],
  ["cors({ origin: (origin, callback) => callback(true, false) })", 'of route "/" failed: true'],
  ["cors((origin, callback) => callback(null, true))", "is written cors({ origin: fn })"],
  ["cors((req) => 'https://app.example.com')", "answer { origin: [...] }, false or a Policy"],
  ["cors((req) => ['https://app.example.com'])", "answer { origin: [...] }, false or a Policy"],
  ["cors((req) => {})", "return an answer (false refuses), or call its callback"],
  ["cors((req, callback) => callback({ origin: true }))", 'callback(null, {"origin":true})'],
  ["cors((req, callback) => callback({ routes: {} }))", 'callback(null, {"routes":{}})'],
  ["cors((req) => ({ origin: 'https://app.example.com/' }))", "remove the trailing slash"],
];

/** Typed by people who expect to be wrong, and are not. */
const RIGHT: readonly string[] = [
  "cors(definePolicy({ origin: 'https://app.example.com' }))",
  "new cors({ origin: 'https://app.example.com' })",
  "cors({ origin: (origin) => ['https://app.example.com'].includes(origin) })",
  "cors({ origin: (origin, callback) => callback(null, origin === 'https://app.example.com') })",
  "cors({ origin: (origin, callback) => callback(false, true) })",
  "cors({ origin: 'https://app.example.com', methods: 'get, post' })",
  "cors({ origin: 'https://app.example.com', methods: ['get'] })",
  "cors({ origin: 'https://app.example.com', allowedHeaders: 'X-A, X-B' })",
  "cors({ origin: ['https://app.example.com', 'https://localhost:*'] })",
];

/** Express 5 with the middleware that somebody typed, and with whatever its error handler got. */
async function mountedInExpress(middleware: unknown) {
  const errors: string[] = [];
  const app = express();
  app.use(middleware as express.RequestHandler);
  app.use((_req, res) => void res.send("ok"));
  app.use((error: Error, _req: express.Request, res: express.Response, _next: unknown) => {
    errors.push(error.message);
    res.status(500).end();
  });
  return { server: await started(app), errors };
}

describe("told when the first request comes", () => {
  test.each(TOLD_LATER)("app.use(%s)", async (code, says) => {
    const warnings = collectWarnings();
    const { value, thrown } = type(code);
    expect(thrown).toBeUndefined();
    const { server, errors } = await mountedInExpress(value);
    for (let round = 0; round < 2; round++) expect(corsHeaders(await server.send(from(APP)))).toEqual({});
    expect((await server.send(preflightFrom(APP))).status).not.toBe(204);
    await settled();
    expect([...errors, ...warnings.map(({ message }) => message)].join("\n")).toContain(says);
    expect(warnings.length).toBeLessThan(2);
  });
});

describe("right after all", () => {
  test.each(RIGHT)("app.use(%s)", async (code) => {
    const warnings = collectWarnings();
    const { server, errors } = await mountedInExpress(type(code).value);
    expect(corsHeaders(await server.send(from(APP)))).toEqual(GRANTED);
    await settled();
    expect([errors, warnings]).toEqual([[], []]);
  });
});

test("an error's text names the client's origin at most once, in the first warning", async () => {
  const warnings = collectWarnings();
  const { server } = await mountedInExpress(library.cors({ origin: (origin) => `${origin}/` }));
  for (const origin of [APP, "https://b.example", "https://c.example"]) await server.send(from(origin));
  await settled();
  expect(warnings.map(({ code }) => code)).toEqual(["CORS_ORIGIN_ANSWER"]);
});

test("an origin function in the place of a source refuses everybody: NODE_DEBUG and the channel say why", async () => {
  const details: string[] = [];
  const heard = (message: unknown) => void details.push((message as DecisionEvent).decision.detail);
  subscribe("boring-cors:decision", heard);
  onTestFinished(() => void unsubscribe("boring-cors:decision", heard));
  const { value } = type(
    "cors((origin, callback) => callback(null, ['https://a.example.com'].includes(origin)))",
  );
  const { server } = await mountedInExpress(value);
  expect(corsHeaders(await server.send(from(LIST[0])))).toEqual({});
  expect(details).toEqual([expect.stringContaining("is written cors({ origin: fn })")]);
});

test("what is thrown, or called back beside an answer, stays what it was", async () => {
  const thrown = { origin: "https://a.example.com", status: 401 };
  const functions: library.OriginFunction[] = [
    () => Promise.reject(thrown),
    (_origin, callback) => callback(thrown, false),
  ];
  for (const origin of functions) {
    const decision = library.definePolicy({ origin }).decideAsync({ method: "GET", origin: APP });
    await expect(decision).rejects.toBe(thrown);
  }
});

describe("imports", () => {
  const built = require("boring-cors");
  test.each([
    ["const cors = require('boring-cors')", built],
    ["const { cors } = require('boring-cors')", built.cors],
    ["const cors = require('boring-cors').default", built.default],
  ])("%s", (_typed, cors) => {
    expect(cors).toBe(built);
    expect(() => cors()).toThrow("write { origin:");
  });

  test("import * as cors from 'boring-cors'", async () => {
    // By address: types are checked before anything is built.
    const built: string = new URL("../dist/index.js", import.meta.url).href;
    const namespace = await import(built);
    expect([typeof namespace.default, typeof namespace.cors]).toEqual(["function", "function"]);
  });
});
