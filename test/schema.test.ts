// schema.json: what editors show of a policy file is in step with what definePolicy says of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorsConfigError, definePolicy, type Policy } from "../src/index.ts";
import { docComments } from "./support/doc-comments.ts";
import { APP, REFUSALS } from "./support/refusals.ts";

interface Described {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
}
interface PolicySchema {
  readonly definitions: Readonly<
    Record<string, Described & { readonly properties?: Readonly<Record<string, unknown>> }>
  >;
}

const SCHEMA: PolicySchema = JSON.parse(readFileSync(join(import.meta.dirname, "../schema.json"), "utf8"));
const accepts = new Ajv({
  strict: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
}).compile(SCHEMA);

/** Is it what a JSON file can say? */
const isJson = (value: unknown) => {
  try {
    return value !== undefined && isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
};

// What a schema cannot see, and why.
const UNSEEN: readonly (readonly [code: string, file: RegExp, why: string])[] = [
  ["ROUTE_DUPLICATE", /./, "keys that differ by case alone: a schema does not compare names"],
  ["CREDENTIALS_PUBLIC_SUFFIX", /./, "needs the list of public suffixes"],
  ["REGEXP_SYNTAX", /"regexp":"(?:\(|\^a: \[)/, "a schema compiles no RegExp that stands in a value"],
];

describe("what definePolicy refuses", () => {
  const cases = REFUSALS.filter(({ options }) => isJson(options));

  test("most of the table can stand in a file", () => {
    expect(cases.length).toBeGreaterThan(150);
  });

  test.each(cases.map((refusal) => ({ ...refusal, shown: JSON.stringify(refusal.options) })))(
    "$code $shown",
    ({ options, code, shown }) => {
      expect(accepts(options)).toBe(UNSEEN.some(([unseen, file]) => unseen === code && file.test(shown)));
    },
  );

  test("the exceptions are needed", () => {
    for (const [code] of UNSEEN) expect(cases.map((refusal) => refusal.code as string)).toContain(code);
  });
});

describe("options", () => {
  const names = docComments()
    .map(({ name }) => /^RuleOptions\.(\w+)$/.exec(name)?.[1])
    .filter((name) => name !== undefined && name !== "routes");

  test("are the same in both", () => {
    expect(names).toContain("owner");
    for (const rule of ["rule", "flat"]) {
      const described = Object.keys(SCHEMA.definitions[rule]?.properties ?? {}).filter(
        (name) => name !== "$schema",
      );
      expect(described.sort()).toEqual([...names].sort());
    }
  });

  test.each(names)("%s is described, with its default", (name = "") => {
    const { title, description, ...rest } = SCHEMA.definitions[name] ?? {};
    expect(title).toMatch(/^\S/);
    expect(description).toMatch(/\.$/);
    const rule = definePolicy({ origin: APP }).routes["/"] as unknown as Record<string, unknown>;
    if (name === "origin" || name === "owner") expect(rest).not.toHaveProperty("default");
    else expect(rest.default).toEqual(rule[name]);
  });

  test("what a policy says of itself is accepted", () => {
    const options = {
      routes: {
        "/": { origin: [APP, /^https:\/\/a\.example$/], owner: "edge" },
        "/a": false,
        "/b": "passthrough",
      },
    };
    const { routes } = definePolicy(options as never);
    const file = {
      $schema: "./node_modules/boring-cors/schema.json",
      routes: JSON.parse(JSON.stringify(routes)),
    };
    expect(accepts(file)).toBe(true);
  });
});

// Legal policies, and what becomes of them in an editor: a value, a name or a character is another.
const text = fc.oneof(
  fc.constantFrom(
    APP,
    "https://*.example.com",
    "http://localhost:*",
    "http://*.localhost:*",
    "http://127.0.0.1:*",
    "null",
    "file://",
  ),
  fc.constantFrom(
    "*",
    "",
    "https://a.example:8443",
    "capacitor://localhost",
    "app://.",
    "http://[::1]:5173",
    "https://192.168.0.1",
  ),
  fc.constantFrom(
    "https://a.example.",
    "https://*.a.example.",
    "http://a.localhost",
    "http://127.0.0.2:80",
    "https://xn--p1ai",
    "https://a_b",
  ),
  fc.constantFrom(
    "https://0x7f.example",
    "https://1.2.3.0x4",
    "http://1.2.3.4.",
    "https://*.1.example",
    "wss://a.example",
    "http://undefined-a",
  ),
  fc.constantFrom(
    "https://localhost:80",
    "http://localhost:443",
    "http://127.evil.example",
    "https://*.127.0.0.1",
    "http://[::ffff:7f00:1]",
  ),
);
const regexp = fc.record(
  {
    regexp: fc.constantFrom("^https:\\/\\/[a-z]+\\.example\\.com$", "^https:\\/\\/a\\.example$", "^a", "("),
    flags: fc.constantFrom("", "i", "gu", "v", "uv", "ii"),
  },
  { requiredKeys: ["regexp"] },
);
const entry = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: regexp },
  { weight: 1, arbitrary: fc.boolean() },
);
const name = fc.constantFrom(
  "GET",
  "put",
  "PATCH",
  "PROPFIND",
  "*",
  "Authorization",
  "X-One",
  "set-cookie",
  "",
  " ",
  ",",
  "GET, PUT ,",
  "a,b",
  "TRACE",
);
const list = fc.oneof(name, fc.array(name, { maxLength: 3 }), fc.constant(null));
const rule = fc.record(
  {
    origin: fc.oneof(entry, fc.array(entry, { minLength: 1, maxLength: 3 })),
    credentials: fc.constantFrom<unknown>(true, true, false, null),
    methods: list,
    allowedHeaders: list,
    exposedHeaders: list,
    maxAge: fc.constantFrom<unknown>(0, 600, 1e9, null, -0, 2 ** 53 - 1),
    preflightContinue: fc.constantFrom<unknown>(true, false, null),
    optionsSuccessStatus: fc.constantFrom<unknown>(200, 204, 299, null),
    blockRefused: fc.boolean(),
    allowOverride: fc.boolean(),
    owner: fc.constantFrom("edge", "service"),
    dangerouslyAllowInsecureOrigins: fc.boolean(),
    dangerouslyAllowPublicSuffixes: fc.constant(true),
    dangerouslyAllowOpaqueOrigins: fc.boolean(),
  },
  { requiredKeys: ["origin"] },
);
const route = fc.oneof(
  { weight: 4, arbitrary: rule },
  { weight: 1, arbitrary: fc.constantFrom(false, "passthrough") },
);
const key = fc.constantFrom("/", "/a", "/a/b", "/A", "/a-b._~!$&'+,=@/C", "/...", "/.well-known");
const policy = fc.oneof(
  rule,
  fc.dictionary(key, route, { minKeys: 1, maxKeys: 3 }).map((routes) => ({ routes })),
  fc.tuple(rule, fc.constantFrom<unknown>("x", 1)).map(([options, $schema]) => ({ $schema, ...options })),
);

const character = fc.constantFrom(
  "/",
  ".",
  ":",
  "*",
  "A",
  "a",
  "1",
  "-",
  "_",
  " ",
  ",",
  "|",
  "[",
  "]",
  "\u00e9",
  "@",
  ";",
  "%",
  "",
);
const junk = fc.oneof(
  text,
  regexp,
  list,
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom<unknown>({}, [], true, false, null, "true", 1.5, -1),
);

/** One change somewhere, of a value or of a name. */
function mutated(value: unknown, path: readonly number[], change: (old: unknown) => unknown): unknown {
  const [at, ...rest] = path;
  if (at === undefined || typeof value !== "object" || value === null) return change(value);
  const names = Object.keys(value);
  const chosen = names[at % (names.length + 1)];
  if (chosen === undefined) return change(value);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const record = copy as Record<string, unknown>;
  record[chosen] = mutated(record[chosen], rest, change);
  return copy;
}

const change = fc.oneof(
  junk.map((other) => () => other),
  fc.tuple(fc.nat(30), character).map(
    ([at, put]) =>
      (old: unknown) =>
        typeof old === "string" ? old.slice(0, at) + put + old.slice(at + 1) : old,
  ),
  fc.tuple(fc.nat(30), character).map(
    ([at, put]) =>
      (old: unknown) =>
        typeof old === "string" ? old.slice(0, at) + put + old.slice(at) : old,
  ),
  fc
    .tuple(fc.constantFrom("origin", "maxAge", "headers", "max_age", "/b", "/b/", "routes", "$schema"), junk)
    .map(
      ([added, other]) =>
        (old: unknown) =>
          typeof old === "object" && old !== null && !Array.isArray(old) ? { ...old, [added]: other } : old,
    ),
  fc
    .nat(3)
    .map((at) => (old: unknown) => (Array.isArray(old) ? old.filter((_, index) => index !== at) : old)),
);
const file = fc
  .tuple(policy, fc.array(fc.tuple(fc.array(fc.nat(20), { maxLength: 4 }), change), { maxLength: 2 }))
  .map(([options, changes]) =>
    changes.reduce<unknown>((all, [path, one]) => mutated(all, path, one), options),
  )
  .map((value) => JSON.parse(JSON.stringify(value) ?? "null") as unknown);

function started(options: unknown): Policy | undefined {
  try {
    return definePolicy(options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(CorsConfigError);
    return undefined;
  }
}

test("whatever definePolicy accepts, the schema accepts, but for names that it only drops", () => {
  let [accepted, refused, alike] = [0, 0, 0];
  fc.assert(
    fc.property(file, (options) => {
      const made = started(options);
      // An option that is not there is dropped with a warning, where nothing is lost; an editor should show it all the same.
      if (made?.warnings.some(({ code }) => code === "UNKNOWN_OPTION")) return;
      const seen = accepts(options);
      if (made === undefined) {
        refused++;
        if (!seen) alike++;
        return;
      }
      accepted++;
      expect({ options, seen }).toEqual({ options, seen: true });
    }),
    { numRuns: 20_000 },
  );
  console.info(
    `${accepted} accepted by both; of ${refused} that definePolicy refuses, the schema refuses ${alike}.`,
  );
  expect(accepted).toBeGreaterThan(2000);
  expect(alike / refused).toBeGreaterThan(0.9);
});
