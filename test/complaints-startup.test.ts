// What people complain about in CORS packages, 1 to 29: what here ends at start-up, in TypeScript, or at the import.
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import express from "express";
import express4 from "express4";
import { afterEach, describe, expect, test, vi } from "vitest";
import cors, {
  type CorsConfigError,
  type CorsOptions,
  type CorsOptionsDelegate,
  type CorsRequest,
  definePolicy,
  originsFromEnv,
} from "../src/index.ts";
import { APP, EVIL, once, preflightFrom } from "./support/cases.ts";
import { corsHeaders } from "./support/raw-http.ts";

const require = createRequire(import.meta.url);

function messageOf(start: () => unknown): string {
  try {
    start();
    return "started";
  } catch (error) {
    return (error as CorsConfigError).message;
  }
}

/** Complaint, options, and the sentence that says what to write. */
const REFUSED: readonly (readonly [string, unknown, string])[] = [
  [
    "1. A trailing slash in the list: my origin is refused and nothing says why",
    { origin: ["https://app.example.com/"] },
    'origin[0]: "https://app.example.com/" is not an origin; remove the trailing slash: "https://app.example.com". [ORIGIN_PATH]',
  ],
  [
    "2. I listed mydomain.com, and no request from it is allowed",
    { origin: ["mydomain.com"] },
    'origin[0]: "mydomain.com" has no scheme; write it: "https://mydomain.com". [ORIGIN_SCHEME]',
  ],
  [
    "3. My comma-separated variable allows nobody",
    { origin: "https://a.example,https://b.example" },
    'origin: "https://a.example,https://b.example" is a list inside one string, which no origin equals; write an array: ["https://a.example","https://b.example"]. [ORIGIN_LIST]',
  ],
  [
    "4. My variable holds a JSON array, and allows nobody",
    { origin: '["https://a.example","https://b.example"]' },
    'write an array: ["https://a.example","https://b.example"]. [ORIGIN_LIST]',
  ],
  [
    "5. The variable was unset in production, and every site was let in",
    { origin: process.env.NO_SUCH_VARIABLE_HERE, credentials: true },
    "origin: undefined names no origin; an unset environment variable? list the origins, or read them with originsFromEnv(name)",
  ],
  [
    "6. cors() without options was open to the world, and nobody noticed",
    undefined,
    'nothing is allowed by default (npm cors() allowed every site, which is { origin: "*" }); write { origin: ["https://app.example.com"] }. [OPTIONS_TYPE]',
  ],
  [
    "7. A misspelt option is ignored",
    { origin: APP, allowHeaders: ["Authorization"] },
    'allowHeaders: unknown option; did you mean "allowedHeaders"? [UNKNOWN_OPTION]',
  ],
  [
    '8. credentials: true with "*" starts, and no browser accepts it',
    { origin: "*", credentials: true },
    'credentials: true cannot stand beside origin "*": any website could read your users\' data; list the origins. [CREDENTIALS_WILDCARD]',
  ],
  [
    "9. origin: true with credentials let every website in with my users' cookies",
    { origin: true, credentials: true },
    "credentials: true cannot stand beside origin true: any website could read your users' data; list the origins. [CREDENTIALS_WILDCARD]",
  ],
  [
    '10. credentials come from a variable as the string "true"',
    { origin: APP, credentials: "true" },
    'credentials: "true" is no boolean; write true. [OPTION_TYPE]',
  ],
  [
    "11. /example\\.com$/ let evilexample.com in",
    { origin: /example\.com$/ },
    "longer origins, of others, match too; write /^https:\\/\\/(.+\\.)?example\\.com$/. [REGEXP_ANCHOR]",
  ],
  [
    "12. A dot in my RegExp let app-example.com in",
    { origin: /^https:\/\/app.example.com$/ },
    "hosts of others match; write /^https:\\/\\/app\\.example\\.com$/. [REGEXP_DOT]",
  ],
  [
    "13. A hostile Origin header kept my RegExp busy for seconds",
    { origin: /^https:\/\/([a-z0-9]+)+\.example\.com$/ },
    "[REGEXP_NESTED_QUANTIFIER]",
  ],
  [
    "14. *.example.com in the list matches nothing",
    { origin: ["*.example.com"] },
    'origin[0]: "*.example.com" is not a pattern as written; write: "https://*.example.com". [ORIGIN_WILDCARD]',
  ],
  [
    "15. A RegExp written as a string matches nothing",
    { origin: "/\\.example\\.com$/" },
    "is a RegExp inside a string; write it without quotes",
  ],
  [
    "16. Preview deployments: https://*.vercel.app also let a stranger's previews in",
    { origin: ["https://*.vercel.app"], credentials: true },
    'write a domain of your own, "https://*.preview.example.com", or set dangerouslyAllowPublicSuffixes: true. [CREDENTIALS_PUBLIC_SUFFIX]',
  ],
  [
    "17. A URL object as origin reflected everybody",
    { origin: new URL("https://app.example.com/x"), credentials: true },
    'origin: a URL is no origin; write "https://app.example.com". [ORIGIN_TYPE]',
  ],
  [
    "18. A Set as origin reflected everybody",
    { origin: new Set([APP]), credentials: true },
    'origin: a Set is no origin; write ["https://app.example.com"]. [ORIGIN_TYPE]',
  ],
  [
    "19. I copied the address with capitals and :443, and it never matches",
    { origin: ["https://App.example.com", "https://app.example.com:443"] },
    'browsers leave out; write: "https://app.example.com". [ORIGIN_DEFAULT_PORT]',
  ],
  [
    "20. methods: ['patch'] is in the list, and PATCH is refused all the same",
    { origin: APP, methods: ["patch"] },
    'methods[0]: "patch" never matches, methods are case-sensitive; write "PATCH". [METHOD_CASE]',
  ],
  [
    "21. Several headers in one entry are sent as one name",
    { origin: APP, allowedHeaders: ["Content-Type Authorization"] },
    'allowedHeaders[0]: "Content-Type Authorization" is several names in one entry; write "Content-Type", "Authorization". [HEADER_TOKEN]',
  ],
  [
    "22. There is no option for Access-Control-Allow-Private-Network",
    { origin: APP, privateNetwork: true },
    "privateNetwork: unknown option; no header grants private network access any more, browsers ask the user instead; remove it. [UNKNOWN_OPTION]",
  ],
  [
    '23. Electron and sandboxed frames send "null", so I allowed it, and every sandbox came in',
    { origin: ["null"] },
    "give the page an origin of its own (an app scheme such as app://my-app), or set dangerouslyAllowOpaqueOrigins: true. [ORIGIN_OPAQUE]",
  ],
];

describe("at start-up", () => {
  test.each(REFUSED)("%s", (_complaint, options, says) => {
    expect(messageOf(() => cors(options as never))).toContain(says);
  });

  test("24. maxAge in milliseconds is taken for seconds", () => {
    const [warning] = definePolicy({ origin: APP, maxAge: 600_000 }).warnings;
    expect(warning?.message).toBe(
      "600000 is longer than any browser keeps a preflight; write at most 86400 (seconds)",
    );
  });

  test("25. app.use(cors) without the call hangs or does nothing", async () => {
    const errors: Error[] = [];
    for (const make of [express, express4 as typeof express]) {
      const app = make();
      app.use(cors as never);
      app.use((error: Error, _req: express.Request, res: express.Response, _next: unknown) => {
        errors.push(error);
        res.status(500).end();
      });
      expect((await once(app, {})).status).toBe(500);
    }
    for (const { message } of errors) {
      expect(message).toContain(
        "cors was mounted without being called; write app.use(cors({ origin: [...] }))",
      );
    }
    expect(errors).toHaveLength(2);
  });
});

describe("the environment", () => {
  afterEach(() => void vi.unstubAllEnvs());

  test("26. Splitting, trimming and checking a variable is mine to write", () => {
    vi.stubEnv("COMPLAINT_ORIGINS", " https://a.example, https://b.example ,");
    expect(originsFromEnv("COMPLAINT_ORIGINS")).toEqual(["https://a.example", "https://b.example"]);
    vi.stubEnv("COMPLAINT_ORIGINS", "https://a.example/");
    expect(messageOf(() => originsFromEnv("COMPLAINT_ORIGINS"))).toContain(
      'COMPLAINT_ORIGINS[0]: "https://a.example/" is not an origin; remove the trailing slash: "https://a.example"',
    );
    vi.stubEnv("COMPLAINT_ORIGINS", undefined);
    expect(messageOf(() => originsFromEnv("COMPLAINT_ORIGINS"))).toContain(
      "set it to a list, COMPLAINT_ORIGINS=https://app.example.com, or give a fallback. [ENV_UNSET]",
    );
  });
});

describe("in TypeScript and packaging", () => {
  test('27. "cors is not a function", depending on how it is imported', async () => {
    const required = require("boring-cors");
    // By address: types are checked before anything is built.
    const built: string = new URL("../dist/index.js", import.meta.url).href;
    const imported = await import(built);
    for (const each of [required, required.default, required.cors, imported.default, imported.cors]) {
      expect(each({ origin: APP })).toBeTypeOf("function");
    }
  });

  test("28. The types are another package, with other names", () => {
    const options: CorsOptions = { origin: APP };
    options.credentials = true;
    const delegate: CorsOptionsDelegate<CorsRequest> = (req, callback) =>
      callback(null, { ...options, origin: req.headers.origin === APP });
    const named: cors.CorsOptions = options;
    expect([cors(named), cors(delegate as CorsOptionsDelegate)].map((each) => typeof each)).toEqual([
      "function",
      "function",
    ]);
  });

  test("29. instanceof fails across copies and realms: a RegExp of another realm reflected everybody", async () => {
    const regexp = runInNewContext("/^https:\\/\\/app\\.example\\.com$/");
    const policy: ReturnType<typeof definePolicy> = require("boring-cors").definePolicy({ origin: regexp });
    const listener = cors(policy).wrap((_req, res) => void res.end());
    expect(corsHeaders(await once(listener, preflightFrom(APP)))).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
      "access-control-max-age": "600",
    });
    const refused = await once(listener, preflightFrom(EVIL));
    expect([refused.status, corsHeaders(refused)]).toEqual([403, {}]);
  });
});
