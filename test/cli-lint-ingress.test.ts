// lint --ingress: each finding on annotations of ingress-nginx; files that do not parse; complete outputs.
import { describe, expect, test } from "vitest";
import { INGRESS_CODES, lintIngress } from "../src/edge/lint-ingress.ts";
import { runWith } from "./support/cli.ts";

const PREFIX = "nginx.ingress.kubernetes.io/";
/** Nothing is wrong with these, but that no Vary is sent. */
const GOOD = {
  "enable-cors": "true",
  "cors-allow-origin": "https://app.example.com, https://admin.example.com:8443",
  "cors-allow-methods": "GET, PUT",
  "cors-allow-headers": "Content-Type",
  "cors-allow-credentials": "true",
  "cors-expose-headers": "ETag",
  "cors-max-age": "600",
};

function ingress(
  annotations: Readonly<Record<string, unknown>>,
  metadata: object = { name: "orders" },
): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      ...metadata,
      annotations: Object.fromEntries(
        Object.entries(annotations)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name.includes("/") ? name : `${PREFIX}${name}`, value]),
      ),
    },
  };
}

/** The codes of what changes against GOOD. */
function codes(changes: Readonly<Record<string, unknown>>): readonly string[] {
  return lintIngress([ingress({ ...GOOD, ...changes })])
    .map(({ severity, code }) => `${severity} ${code}`)
    .filter((code) => code !== "note INGRESS_ARCHIVED");
}

const VARY = "warning INGRESS_NO_VARY";
const ANY = ["error INGRESS_ORIGIN_ANY", "error INGRESS_CREDENTIALS_ANY"];

const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] = [
  ["nothing", {}, [VARY]],
  ["no string", { "cors-max-age": 600 }, ["error INGRESS_ANNOTATION_TYPE", VARY]],
  [
    "no string, and no scalar",
    { "cors-max-age": [600] },
    ["error INGRESS_ANNOTATION_TYPE", VARY, "note INGRESS_DEFAULTS"].sort(byText),
  ],
  ["a name that nobody reads", { "cors-allowed-origins": "x" }, ["warning INGRESS_ANNOTATION_UNKNOWN", VARY]],
  ["off, beside others", { "enable-cors": "false" }, ["warning INGRESS_NOT_ENABLED"]],
  ["no boolean", { "enable-cors": "yes" }, ["warning INGRESS_NOT_ENABLED"]],
  ["on, as Go spells it", { "enable-cors": "T" }, [VARY]],
  ["a slash", { "cors-allow-origin": "https://a.example/" }, ["error INGRESS_ORIGIN_LIST", ANY[1] as string]],
  [
    "a slash, without credentials",
    { "cors-allow-origin": "https://a.example/", "cors-allow-credentials": "false" },
    ["error INGRESS_ORIGIN_LIST"],
  ],
  [
    "a free port",
    { "cors-allow-origin": "http://localhost:*" },
    ["error INGRESS_ORIGIN_LIST", ANY[1] as string],
  ],
  [
    "a RegExp",
    { "cors-allow-origin": "https://.+\\.example" },
    ["error INGRESS_ORIGIN_LIST", ANY[1] as string],
  ],
  [
    "an underscore",
    { "cors-allow-origin": "https://a_b.example" },
    ["error INGRESS_ORIGIN_LIST", ANY[1] as string],
  ],
  [
    "another scheme",
    { "cors-allow-origin": "capacitor://localhost" },
    ["error INGRESS_ORIGIN_LIST", ANY[1] as string],
  ],
  ["null", { "cors-allow-origin": "null, https://a.example" }, ["warning INGRESS_ORIGIN_SKIPPED", VARY]],
  ["no scheme", { "cors-allow-origin": "a.example" }, ["warning INGRESS_ORIGIN_SKIPPED"]],
  [
    "a trailing comma",
    { "cors-allow-origin": "https://a.example," },
    ["error INGRESS_ORIGIN_TRAILING_COMMA", VARY],
  ],
  [
    "a trailing comma, without credentials",
    { "cors-allow-origin": "https://a.example, ", "cors-allow-credentials": "false" },
    ["error INGRESS_ORIGIN_TRAILING_COMMA", VARY],
  ],
  ["nothing but a comma", { "cors-allow-origin": "," }, ["error INGRESS_ORIGIN_TRAILING_COMMA"]],
  ["empty", { "cors-allow-origin": " " }, ANY],
  ["absent", { "cors-allow-origin": undefined }, ANY],
  ["*", { "cors-allow-origin": "*" }, ANY],
  ["* beside others", { "cors-allow-origin": "https://a.example, *" }, ANY],
  [
    "* without credentials",
    { "cors-allow-origin": "*", "cors-allow-credentials": "false" },
    ["note INGRESS_ORIGIN_ANY"],
  ],
  [
    "* with the default of credentials",
    { "cors-allow-origin": "*", "cors-allow-credentials": undefined },
    [...ANY, "warning INGRESS_DEFAULTS"],
  ],
  [
    "the default port",
    { "cors-allow-origin": "https://a.example:443" },
    ["warning INGRESS_ORIGIN_NEVER_SENT", VARY],
  ],
  ["upper case, which the controller forgives", { "cors-allow-origin": "https://A.example" }, [VARY]],
  ["a wildcard", { "cors-allow-origin": "https://*.example.com" }, ["warning INGRESS_ORIGIN_WILDCARD", VARY]],
  [
    "a wildcard without credentials",
    { "cors-allow-origin": "https://*.example.com", "cors-allow-credentials": "false" },
    ["note INGRESS_ORIGIN_WILDCARD", VARY],
  ],
  [
    "below a public suffix",
    { "cors-allow-origin": "https://*.vercel.app" },
    ["warning INGRESS_ORIGIN_WILDCARD", "error INGRESS_ORIGIN_PUBLIC_SUFFIX", VARY],
  ],
  [
    "http",
    { "cors-allow-origin": "http://a.example, http://localhost:3000" },
    ["error INGRESS_ORIGIN_INSECURE", VARY],
  ],
  [
    "no boolean for credentials",
    { "cors-allow-credentials": "no" },
    ["error INGRESS_CREDENTIALS_VALUE", VARY],
  ],
  ["* for methods", { "cors-allow-methods": "*" }, ["warning INGRESS_METHODS_LIST", VARY]],
  ["no methods", { "cors-allow-methods": "" }, ["warning INGRESS_METHODS_LIST", VARY]],
  ["* for headers", { "cors-allow-headers": "*" }, ["warning INGRESS_HEADERS_LIST", VARY]],
  ["no headers", { "cors-allow-headers": "" }, ["warning INGRESS_HEADERS_LIST", VARY]],
  ["nothing exposed", { "cors-expose-headers": "" }, [VARY]],
  ["exposed, and no names", { "cors-expose-headers": "E!Tag" }, ["warning INGRESS_EXPOSE_LIST", VARY]],
  ["* exposed, with credentials", { "cors-expose-headers": "*" }, ["warning INGRESS_EXPOSE_LIST", VARY]],
  ["* exposed, without", { "cors-expose-headers": "*", "cors-allow-credentials": "false" }, [VARY]],
  ["no number", { "cors-max-age": "10m" }, ["warning INGRESS_MAX_AGE", VARY]],
  ["a negative number", { "cors-max-age": "-1" }, ["warning INGRESS_MAX_AGE", VARY]],
  ["twenty days", { "cors-max-age": "1728000" }, ["warning INGRESS_MAX_AGE", VARY]],
  ["absent, where the default is harmless", { "cors-max-age": undefined }, [VARY, "note INGRESS_DEFAULTS"]],
  ["annotations of others", { "example.com/cors-allow-origin": "*", "proxy-body-size": "1m" }, [VARY]],
];

describe("one change, its findings", () => {
  test.each(CASES)("%s", (_, changes, expected) => {
    expect([...codes(changes)].sort(byText)).toEqual([...expected].sort(byText));
  });

  test("every code is met", () => {
    const met = CASES.flatMap(([, , expected]) => expected.map((finding) => finding.split(" ")[1]));
    expect(new Set([...met, "INGRESS_ARCHIVED"])).toEqual(new Set(INGRESS_CODES));
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

describe("documents", () => {
  test("lists are opened, others passed over, what has no name is numbered", () => {
    const found = lintIngress([
      null,
      "text",
      { kind: "Service" },
      { kind: "Ingress", apiVersion: "config.openshift.io/v1" },
      ingress({}),
      {
        kind: "List",
        items: [ingress({ "cors-max-age": "1" }, { namespace: "shop" }), { kind: "Service" }, null],
      },
      {
        kind: "IngressList",
        items: [{ metadata: { name: "b", annotations: { [`${PREFIX}enable-cors`]: "maybe" } } }],
      },
      { kind: "Ingress", apiVersion: "networking.k8s.io/v1", metadata: null },
    ]);
    expect(found.map(({ code, where }) => `${where}: ${code}`)).toEqual([
      'Ingress number 2 in "shop", enable-cors: INGRESS_NOT_ENABLED',
      'Ingress "b", enable-cors: INGRESS_NOT_ENABLED',
      "ingress-nginx: INGRESS_ARCHIVED",
    ]);
  });

  test("hostile values are read in linear time", () => {
    const long = "https://a.".repeat(20_000);
    const started = performance.now();
    for (const value of [`${long}/`, `${"a,".repeat(50_000)}!`, `${"a ".repeat(50_000)}!`])
      codes(
        Object.fromEntries(Object.keys(GOOD).map((name) => [name, name === "enable-cors" ? "true" : value])),
      );
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

const FILE = `# exported
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "https://app.example.com, https://admin.example.com/"
    nginx.ingress.kubernetes.io/cors-allow-headers: "*"
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: public
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "https://app.example.com"
    nginx.ingress.kubernetes.io/cors-allow-methods: "GET"
    nginx.ingress.kubernetes.io/cors-allow-headers: "Content-Type"
    nginx.ingress.kubernetes.io/cors-allow-credentials: "false"
    nginx.ingress.kubernetes.io/cors-max-age: "600"
`;

describe("on the command line", () => {
  test("in words", async () => {
    const { code, out, err } = await runWith({ "i.yaml": FILE }, ["lint", "--ingress", "i.yaml"]);
    expect(err).toBe("");
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "error    Ingress "orders" in "shop", cors-allow-origin  [INGRESS_ORIGIN_LIST]
        what  "https://admin.example.com/" has a slash after the host: no origin
        why   One entry that the controller cannot read turns the whole list into *: every website may read these answers.
        fix   Write http(s) origins of letters, digits, "-" and "." alone, with or without a port; and others in a layer that can.

      error    Ingress "orders" in "shop", cors-allow-credentials  [INGRESS_CREDENTIALS_ANY]
        what  true (the default) beside every origin
        why   Browsers take no * for requests with cookies, so those pages fail; and whatever answers with the origin in its place lets every website act as your users.
        fix   List the origins, or write cors-allow-credentials: "false".

      warning  Ingress "orders" in "shop", cors-allow-headers  [INGRESS_HEADERS_LIST]
        what  "*" is no list of names
        why   The default holds, Authorization included: DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization. There is no "*", and no empty list.
        fix   List what the front end sends: "Content-Type, X-Request-Id". For none, write "Origin", which no script can set.

      warning  Ingress "orders" in "shop"  [INGRESS_DEFAULTS]
        what  absent: cors-allow-credentials, cors-allow-methods, cors-max-age
        why   The defaults hold: cors-allow-credentials "true"; cors-allow-methods "GET, PUT, POST, DELETE, PATCH, OPTIONS"; cors-max-age "1728000".
        fix   Write all seven annotations.

      warning  Ingress "public", cors-allow-origin  [INGRESS_NO_VARY]
        what  the answer depends on Origin, and no Vary says so
        why   A cache on the way (the browser's is one) hands one origin's answer to another: pages break at random.
        fix   Let the service send Vary: Origin on every answer, also on those to requests without Origin; or use a layer that does.

      note     ingress-nginx  [INGRESS_ARCHIVED]
        what  archived in March 2026
        why   Nobody fixes what is found in it.
        fix   Move to the Gateway API: toGatewayApi(policy, options) writes the HTTPRoute.

      "i.yaml": 2 errors, 3 warnings, 1 note.
      "
    `);
  });

  test("as JSON; warnings alone are no failure", async () => {
    const text = JSON.stringify(ingress(GOOD));
    const { code, out } = await runWith({ "i.json": text }, ["lint", "--ingress", "i.json", "--json"]);
    expect(code).toBe(0);
    const { findings, ...rest } = JSON.parse(out);
    expect(rest).toEqual({ version: 1, command: "lint", file: "i.json", errors: 0, warnings: 1, notes: 1 });
    expect(findings.map((finding: { code: string; path: string }) => [finding.code, finding.path])).toEqual([
      ["INGRESS_NO_VARY", 'Ingress "orders", cors-allow-origin'],
      ["INGRESS_ARCHIVED", "ingress-nginx"],
    ]);
  });

  test.each<readonly [string, Readonly<Record<string, string>>, readonly string[], RegExp]>([
    [
      "a second document that is no YAML",
      { "i.yaml": "kind: Service\n---\na: [1\nb: 2\n" },
      ["--ingress", "i.yaml"],
      /^boring-cors: Ingress file "i\.yaml" is no YAML: line 4, column 1: missed comma between flow collection entries\.\n$/,
    ],
    [
      "no Ingress",
      { "i.yaml": "kind: Service\n" },
      ["--ingress", "i.yaml"],
      /holds no Ingress of networking\.k8s\.io; write kubectl get ingress/,
    ],
    [
      "no such file",
      {},
      ["--ingress", "i.yaml"],
      /Ingress file "i\.yaml" does not exist; name a file of Kubernetes objects/,
    ],
    ["both", { "a.json": "{}" }, ["a.json", "--ingress", "i.yaml"], /takes one of a policy file/],
    ["neither", {}, [], /needs a policy file, --ingress FILE or --nginx FILE/],
  ])("%s", async (_, files, argv, message) => {
    const { code, out, err } = await runWith(files, ["lint", ...argv]);
    expect(out).toBe("");
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
