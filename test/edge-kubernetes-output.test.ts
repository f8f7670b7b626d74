// toGatewayApi and toIngressNginx: whole files, what each option becomes, what is refused and why, and bad options.
import { describe, expect, test } from "vitest";
import { EdgeExportError } from "../src/edge/notes.ts";
import { type GatewayApiOptions, toGatewayApi } from "../src/edge/to-gateway-api.ts";
import { type IngressNginxOptions, toIngressNginx } from "../src/edge/to-ingress-nginx.ts";
import { definePolicy, livePolicy, type Policy } from "../src/index.ts";
import type { HttpRoute, Ingress } from "./support/edge-models.ts";
import { validObjects } from "./support/kubernetes.ts";

const APP = "https://app.example.com";
const backend = { name: "orders", port: 8080 };
const GATEWAY: GatewayApiOptions = { name: "orders", parentRefs: [{ name: "public" }], backend };
const INGRESS: IngressNginxOptions = { name: "orders", backend };
const LISTED = { methods: ["GET", "PUT"], allowedHeaders: ["Content-Type"] } as const;

const SHOP = definePolicy({
  routes: {
    "/": {
      origin: [APP, "https://*.preview.example.com"],
      credentials: true,
      ...LISTED,
      exposedHeaders: ["ETag"],
    },
    "/public": { origin: "*", methods: ["GET"], allowedHeaders: [] },
    "/internal": false,
    "/legacy": "passthrough",
  },
});

test("an HTTPRoute", () => {
  const { files } = toGatewayApi(SHOP, {
    ...GATEWAY,
    namespace: "shop",
    hostnames: ["api.example.com"],
    parentRefs: [{ name: "public", namespace: "gateways", sectionName: "https" }],
    acceptDifferences: true,
  });
  expect(Object.keys(files)).toEqual(["orders.yaml"]);
  expect(files["orders.yaml"]).toMatchInlineSnapshot(`
    "# CORS policy ec441eb1cf5a47f5, written by boring-cors. Change the policy, not this file.
    #
    # Apply:  kubectl apply -f orders.yaml
    # Needs:  Gateway API 1.5.0 or later (Standard channel), and a gateway that supports HTTPRouteCORS.
    # Verify: kubectl describe httproute, where Accepted must be True, then boring-cors check URL --origin ORIGIN
    #
    # The longest prefix wins:
    #   /internal  no cross-origin access
    #   /legacy    left to the service
    #   /public    every origin
    #   /          2 of origins and patterns, with credentials
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: orders
      namespace: shop
    spec:
      parentRefs:
        - name: public
          namespace: gateways
          sectionName: https
      hostnames:
        - api.example.com
      rules:
        - matches:
            - path:
                type: PathPrefix
                value: /internal
          filters:
            - type: ResponseHeaderModifier
              responseHeaderModifier:
                remove:
                  - Access-Control-Allow-Origin
                  - Access-Control-Allow-Credentials
                  - Access-Control-Expose-Headers
                  - Access-Control-Allow-Methods
                  - Access-Control-Allow-Headers
                  - Access-Control-Max-Age
                  - Access-Control-Allow-Private-Network
          backendRefs:
            - name: orders
              port: 8080
        - matches:
            - path:
                type: PathPrefix
                value: /legacy
          backendRefs:
            - name: orders
              port: 8080
        - matches:
            - path:
                type: PathPrefix
                value: /public
          filters:
            - type: ResponseHeaderModifier
              responseHeaderModifier:
                add:
                  - name: Vary
                    value: Origin
                remove:
                  - Access-Control-Allow-Origin
                  - Access-Control-Allow-Credentials
                  - Access-Control-Expose-Headers
                  - Access-Control-Allow-Methods
                  - Access-Control-Allow-Headers
                  - Access-Control-Max-Age
                  - Access-Control-Allow-Private-Network
            - type: CORS
              cors:
                allowOrigins:
                  - '*'
                allowMethods:
                  - GET
                allowHeaders:
                  - Origin
                maxAge: 600
          backendRefs:
            - name: orders
              port: 8080
        - matches:
            - path:
                type: PathPrefix
                value: /
          filters:
            - type: ResponseHeaderModifier
              responseHeaderModifier:
                add:
                  - name: Vary
                    value: Origin
                remove:
                  - Access-Control-Allow-Origin
                  - Access-Control-Allow-Credentials
                  - Access-Control-Expose-Headers
                  - Access-Control-Allow-Methods
                  - Access-Control-Allow-Headers
                  - Access-Control-Max-Age
                  - Access-Control-Allow-Private-Network
            - type: CORS
              cors:
                allowOrigins:
                  - https://app.example.com
                  - https://*.preview.example.com
                allowCredentials: true
                allowMethods:
                  - GET
                  - PUT
                allowHeaders:
                  - Content-Type
                exposeHeaders:
                  - ETag
                maxAge: 600
          backendRefs:
            - name: orders
              port: 8080
    "
  `);
});

test("Ingress objects", () => {
  const { files } = toIngressNginx(SHOP, {
    ...INGRESS,
    namespace: "shop",
    hosts: ["api.example.com"],
    acceptDifferences: true,
  });
  expect(files["orders.yaml"]).toMatchInlineSnapshot(`
    "# CORS policy ec441eb1cf5a47f5, written by boring-cors. Change the policy, not this file.
    #
    # ingress-nginx was archived in March 2026 and gets no fixes. boring-cors writes HTTPRoutes, too: toGatewayApi.
    # It never sends Vary, and compares origins from their end: myhttps://app.example.com passes for https://app.example.com.
    #
    # Apply:  kubectl apply -f orders.yaml
    # Beside an Ingress of yours with the same hosts and paths, remove those there: the older one wins.
    # Verify: boring-cors check URL --origin ORIGIN, and boring-cors lint --ingress on what is applied
    #
    # The longest prefix wins:
    #   /internal  nothing granted here
    #   /legacy    left to the service
    #   /public    every origin
    #   /          2 of origins and patterns, with credentials
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: orders
      namespace: shop
      annotations:
        nginx.ingress.kubernetes.io/enable-cors: 'false'
    spec:
      ingressClassName: nginx
      rules:
        - host: api.example.com
          http:
            paths:
              - path: /internal
                pathType: Prefix
                backend:
                  service:
                    name: orders
                    port:
                      number: 8080
              - path: /legacy
                pathType: Prefix
                backend:
                  service:
                    name: orders
                    port:
                      number: 8080
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: orders-2
      namespace: shop
      annotations:
        nginx.ingress.kubernetes.io/enable-cors: 'true'
        nginx.ingress.kubernetes.io/cors-allow-origin: '*'
        nginx.ingress.kubernetes.io/cors-allow-methods: GET
        nginx.ingress.kubernetes.io/cors-allow-headers: Origin
        nginx.ingress.kubernetes.io/cors-allow-credentials: 'false'
        nginx.ingress.kubernetes.io/cors-expose-headers: ''
        nginx.ingress.kubernetes.io/cors-max-age: '600'
    spec:
      ingressClassName: nginx
      rules:
        - host: api.example.com
          http:
            paths:
              - path: /public
                pathType: Prefix
                backend:
                  service:
                    name: orders
                    port:
                      number: 8080
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: orders-3
      namespace: shop
      annotations:
        nginx.ingress.kubernetes.io/enable-cors: 'true'
        nginx.ingress.kubernetes.io/cors-allow-origin: https://app.example.com, https://*.preview.example.com
        nginx.ingress.kubernetes.io/cors-allow-methods: GET, PUT
        nginx.ingress.kubernetes.io/cors-allow-headers: Content-Type
        nginx.ingress.kubernetes.io/cors-allow-credentials: 'true'
        nginx.ingress.kubernetes.io/cors-expose-headers: ETag
        nginx.ingress.kubernetes.io/cors-max-age: '600'
    spec:
      ingressClassName: nginx
      rules:
        - host: api.example.com
          http:
            paths:
              - path: /
                pathType: Prefix
                backend:
                  service:
                    name: orders
                    port:
                      number: 8080
    "
  `);
});

test("the error names route, option, reason and way out", () => {
  const policy = definePolicy({
    routes: {
      "/": { origin: [APP, "null"], dangerouslyAllowOpaqueOrigins: true, ...LISTED, maxAge: 0 },
      "/b": false,
    },
  });
  expect(() => toGatewayApi(policy, GATEWAY)).toThrowErrorMatchingInlineSnapshot(`
    [EdgeExportError: toGatewayApi cannot say what this policy says (3 problems):
      routes["/"].origin: "null": the filter takes http and https, with names of letters, digits and "-" or an IPv4 address; use toNginx [ORIGIN_FORM]
      routes["/"].maxAge: 0: the filter takes 1 second or more; write maxAge: 1, or use toNginx [MAX_AGE]
      routes: paths spelled oddly (upper case, %2e, %2f, //, ;) are not refused: such a path may be matched by one rule and served as a path of another, whose answer is stricter; let the service decide where routes differ (owner: "service"), or use toNginx, which refuses them [ROUTE_PATH]]
  `);
});

function filterOf(policy: Policy) {
  const { files } = toGatewayApi(policy, { ...GATEWAY, acceptDifferences: true });
  const [route] = validObjects<HttpRoute>("HTTPRoute", files["orders.yaml"] ?? "");
  const filters = route?.spec.rules[0]?.filters ?? [];
  return {
    cors: filters.find(({ cors }) => cors !== undefined)?.cors,
    modifier: filters[0]?.responseHeaderModifier,
  };
}

function annotationsOf(policy: Policy) {
  const { files } = toIngressNginx(policy, { ...INGRESS, acceptDifferences: true });
  const [ingress] = validObjects<Ingress>("Ingress", files["orders.yaml"] ?? "");
  return Object.fromEntries(
    Object.entries(ingress?.metadata.annotations ?? {}).map(([name, value]) => [
      name.replace(/^.*\//, ""),
      value,
    ]),
  );
}

/** What is refused, as `CODE option`, without what ingress-nginx says of nearly every policy. */
function refusals(run: () => unknown): readonly string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!(error instanceof EdgeExportError)) throw error;
    return error.notes
      .filter(({ option }) => option !== "")
      .map(({ code, option }) => `${code} ${option}`.trim());
  }
}

type Rule = Readonly<Record<string, unknown>>;
const rule = (changes: Rule) => definePolicy({ origin: APP, ...LISTED, ...changes } as never);
const NAMES = Array.from({ length: 70 }, (_, at) => `x-${at}`);
const LONG = "x".repeat(300);

describe("the CORS filter", () => {
  test.each<readonly [string, Rule, readonly string[], Rule]>([
    [
      "a plain rule",
      {},
      [],
      { allowOrigins: [APP], allowMethods: ["GET", "PUT"], allowHeaders: ["Content-Type"], maxAge: 600 },
    ],
    ["credentials", { credentials: true }, [], { allowCredentials: true }],
    ["every origin", { origin: "*" }, [], { allowOrigins: ["*"] }],
    [
      "a wildcard",
      { origin: ["https://*.example.com:8443"] },
      [],
      { allowOrigins: ["https://*.example.com:8443"] },
    ],
    [
      "an IPv6 address",
      { origin: [APP, "http://[::1]:3000"] },
      ["ORIGIN_FORM origin"],
      { allowOrigins: [APP] },
    ],
    [
      "another scheme",
      { origin: [APP, "capacitor://localhost"] },
      ["ORIGIN_FORM origin"],
      { allowOrigins: [APP] },
    ],
    [
      "an underscore",
      { origin: [APP, "https://a_b.example"] },
      ["ORIGIN_FORM origin"],
      { allowOrigins: [APP] },
    ],
    [
      "a free port",
      { origin: [APP, "http://localhost:*"] },
      ["ORIGIN_PATTERN origin"],
      { allowOrigins: [APP] },
    ],
    [
      "a RegExp",
      { origin: [APP, /^https:\/\/[a-z]+\.example\.com$/] },
      ["ORIGIN_PATTERN origin"],
      { allowOrigins: [APP] },
    ],
    [
      "65 origins",
      { origin: NAMES.slice(0, 65).map((name) => `https://${name}.example`) },
      ["ORIGIN_COUNT origin"],
      {},
    ],
    ["every method", { methods: "*" }, [], { allowMethods: ["*"] }],
    [
      "every method, with credentials",
      { methods: "*", credentials: true },
      ["METHOD methods"],
      { allowMethods: ["*"] },
    ],
    ["a method of WebDAV", { methods: ["PROPFIND"] }, ["METHOD methods"], { allowMethods: ["GET"] }],
    ["no methods", { methods: [] }, [], { allowMethods: ["GET"] }],
    ["no headers", { allowedHeaders: [] }, [], { allowHeaders: ["Origin"] }],
    ["headers as asked for", { allowedHeaders: null }, [], { allowHeaders: ["*", "Authorization"] }],
    [
      "headers as asked for, with credentials",
      { allowedHeaders: null, credentials: true },
      ["HEADERS allowedHeaders"],
      { allowHeaders: ["*"] },
    ],
    [
      "* and Authorization",
      { allowedHeaders: ["*", "authorization"] },
      [],
      { allowHeaders: ["*", "authorization"] },
    ],
    ["* alone", { allowedHeaders: "*" }, ["HEADERS allowedHeaders"], {}],
    [
      "70 headers",
      { allowedHeaders: NAMES },
      ["HEADERS allowedHeaders"],
      { allowHeaders: NAMES.slice(0, 64) },
    ],
    ["a long header", { allowedHeaders: ["x", LONG] }, ["HEADERS allowedHeaders"], { allowHeaders: ["x"] }],
    ["everything exposed", { exposedHeaders: "*" }, [], { exposeHeaders: ["*"] }],
    [
      "70 exposed",
      { exposedHeaders: NAMES },
      ["HEADERS exposedHeaders"],
      { exposeHeaders: NAMES.slice(0, 64) },
    ],
    ["max-age 0", { maxAge: 0 }, ["MAX_AGE maxAge"], { maxAge: 1 }],
    ["a max-age beyond 32 bits", { maxAge: 2 ** 40 }, [], { maxAge: 2 ** 31 - 1 }],
    ["preflightContinue", { preflightContinue: true }, ["OPTION preflightContinue"], {}],
    ["optionsSuccessStatus", { optionsSuccessStatus: 200 }, ["OPTION optionsSuccessStatus"], {}],
    ["blockRefused", { blockRefused: true }, ["OPTION blockRefused"], {}],
    ["allowOverride", { allowOverride: true }, ["OPTION allowOverride"], {}],
  ])("%s", (_, changes, refused, expected) => {
    const policy = rule(changes);
    expect(refusals(() => toGatewayApi(policy, GATEWAY))).toEqual(refused);
    expect(filterOf(policy).cors).toMatchObject(expected);
  });

  test.each<readonly [string, Rule, readonly string[]]>([
    ["a function", { origin: () => true }, ["ORIGIN_FUNCTION origin"]],
    ["no origin that has a form", { origin: ["capacitor://localhost"] }, ["ORIGIN_FORM origin"]],
  ])("%s: no filter, and still Vary", (_, changes, refused) => {
    const policy = rule(changes);
    expect(refusals(() => toGatewayApi(policy, GATEWAY))).toEqual(refused);
    expect(filterOf(policy)).toMatchObject({
      cors: undefined,
      modifier: { add: [{ name: "Vary", value: "Origin" }] },
    });
  });

  test("nobody: what the service grants is removed, and nothing depends on Origin", () => {
    const { cors, modifier } = filterOf(definePolicy({ routes: { "/": false } }));
    expect(cors).toBeUndefined();
    expect(modifier).not.toHaveProperty("add");
    expect(modifier?.remove).toContain("Access-Control-Allow-Origin");
    expect(modifier?.remove).toHaveLength(7);
  });
});

describe("the annotations", () => {
  test.each<readonly [string, Rule, readonly string[], Rule]>([
    [
      "a plain rule",
      {},
      [],
      {
        "enable-cors": "true",
        "cors-allow-origin": APP,
        "cors-allow-methods": "GET, PUT",
        "cors-allow-headers": "Content-Type",
        "cors-allow-credentials": "false",
        "cors-expose-headers": "",
        "cors-max-age": "600",
      },
    ],
    ["every origin", { origin: "*", maxAge: 0 }, [], { "cors-allow-origin": "*", "cors-max-age": "0" }],
    [
      "a wildcard",
      { origin: [APP, "https://*.example.com"] },
      ["ORIGIN_PATTERN origin"],
      { "cors-allow-origin": `${APP}, https://*.example.com` },
    ],
    [
      "a free port",
      { origin: [APP, "http://localhost:*"] },
      ["ORIGIN_PATTERN origin"],
      { "cors-allow-origin": APP },
    ],
    [
      "a RegExp",
      { origin: [APP, /^https:\/\/[a-z]+\.example\.com$/] },
      ["ORIGIN_PATTERN origin"],
      { "cors-allow-origin": APP },
    ],
    [
      "an underscore",
      { origin: [APP, "https://a_b.example"] },
      ["ORIGIN_FORM origin"],
      { "cors-allow-origin": APP },
    ],
    ["a function", { origin: () => true }, ["ORIGIN_FUNCTION origin"], { "enable-cors": "false" }],
    [
      "every method",
      { methods: "*" },
      ["METHOD methods"],
      { "cors-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" },
    ],
    [
      "a method with a hyphen",
      { methods: ["M-SEARCH"] },
      ["METHOD methods"],
      { "cors-allow-methods": "GET" },
    ],
    ["no headers", { allowedHeaders: [] }, [], { "cors-allow-headers": "Origin" }],
    [
      "headers as asked for",
      { allowedHeaders: null },
      ["HEADERS allowedHeaders"],
      { "cors-allow-headers": expect.stringContaining("Authorization") },
    ],
    [
      "every header",
      { allowedHeaders: "*" },
      ["HEADERS allowedHeaders"],
      { "cors-allow-headers": expect.not.stringContaining("Authorization") },
    ],
    [
      "a header with a dot",
      { allowedHeaders: ["x.y", "z"] },
      ["HEADERS allowedHeaders"],
      { "cors-allow-headers": "z" },
    ],
    ["everything exposed", { exposedHeaders: "*" }, [], { "cors-expose-headers": "*" }],
    [
      "exposed with a dot",
      { exposedHeaders: ["x.y", "ETag"] },
      ["HEADERS exposedHeaders"],
      { "cors-expose-headers": "ETag" },
    ],
    [
      "every option that has no form",
      { preflightContinue: true, optionsSuccessStatus: 200, blockRefused: true, allowOverride: true },
      [
        "OPTION preflightContinue",
        "OPTION optionsSuccessStatus",
        "OPTION blockRefused",
        "OPTION allowOverride",
      ],
      {},
    ],
  ])("%s", (_, changes, refused, expected) => {
    const policy = rule(changes);
    expect(refusals(() => toIngressNginx(policy, INGRESS))).toEqual(refused);
    expect(annotationsOf(policy)).toMatchObject(expected);
  });

  test("a public rule needs no acceptance; others lack Vary", () => {
    expect(() => toIngressNginx(rule({ origin: "*" }), INGRESS)).not.toThrow();
    expect(() => toIngressNginx(rule({}), INGRESS)).toThrow(/\[VARY\]/);
  });
});

describe("routes", () => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`/r${at}`, { origin: APP, ...LISTED }]),
  );

  test("more than one object takes are spread over several", () => {
    const { files } = toGatewayApi(definePolicy({ routes: many }), { ...GATEWAY, acceptDifferences: true });
    const routes = validObjects<HttpRoute>("HTTPRoute", files["orders.yaml"] ?? "");
    expect(routes.map(({ metadata, spec }) => [metadata.name, spec.rules.length])).toEqual([
      ["orders", 16],
      ["orders-2", 16],
      ["orders-3", 9],
    ]);
  });

  test("those that answer alike share an Ingress", () => {
    const { files } = toIngressNginx(definePolicy({ routes: many }), { ...INGRESS, acceptDifferences: true });
    const ingresses = validObjects<Ingress>("Ingress", files["orders.yaml"] ?? "");
    expect(ingresses.map(({ spec }) => spec.rules[0]?.http.paths.length)).toEqual([40, 1]);
  });

  test.each<readonly [string, Policy, "differs" | "same-verdict" | undefined]>([
    ["one route", rule({}), undefined],
    [
      "routes that answer alike",
      definePolicy({ routes: { "/": { origin: APP, ...LISTED }, "/a": { origin: APP, ...LISTED } } }),
      "same-verdict",
    ],
    ["routes that do not", SHOP, "differs"],
    [
      "a route beside paths that are left alone",
      definePolicy({ routes: { "/a": { origin: APP, ...LISTED } } }),
      "differs",
    ],
  ])("odd spellings of paths: %s", (_, policy, severity) => {
    const { notes } = toGatewayApi(policy, { ...GATEWAY, acceptDifferences: true });
    expect(notes.find(({ code }) => code === "ROUTE_PATH")?.severity).toBe(severity);
  });

  test.each<readonly [string, (policy: Policy) => unknown, string]>([
    [
      "longer than an HTTPRoute takes",
      (policy) => toGatewayApi(policy, { ...GATEWAY, acceptDifferences: true }),
      `/${"a".repeat(1100)}`,
    ],
    [
      "of characters that ingress-nginx refuses",
      (policy) => toIngressNginx(policy, { ...INGRESS, acceptDifferences: true }),
      "/v1.2",
    ],
  ])("a path %s is never left out: its requests would get another answer", (_, run, key) => {
    const policy = definePolicy({ routes: { "/": { origin: "*", ...LISTED }, [key]: false } });
    expect(() => run(policy)).toThrow(/\[ROUTE_PATH\]/);
  });

  test("what the service owns is left to it", () => {
    const { files, notes } = toGatewayApi(rule({ owner: "service" }), GATEWAY);
    expect(files["orders.yaml"]).not.toContain("filters:");
    expect(notes).toEqual([
      {
        code: "EXACT",
        severity: "exact",
        route: "/",
        option: "",
        message: "left to the service",
        instead: "",
      },
    ]);
  });
});

describe("options", () => {
  test.each<readonly [string, Rule, RegExp]>([
    [
      "name",
      { name: "My App" },
      /^toGatewayApi: options\.name: "My App" is no RFC 1123 name; write lower-case letters, digits, "-" and "\." \(240 at most\), such as "orders-api"\.$/,
    ],
    ["no name", { name: undefined }, /options\.name: undefined is no RFC 1123 name/],
    ["namespace", { namespace: "a.b" }, /options\.namespace: "a\.b" is no RFC 1123 label/],
    [
      "hostnames",
      { hostnames: ["https://a.example"] },
      /options\.hostnames\[0\]: "https:\/\/a\.example" is no host name/,
    ],
    ["an address", { hostnames: ["10.0.0.1"] }, /options\.hostnames\[0\]/],
    ["17 hostnames", { hostnames: Array.from({ length: 17 }, () => "a.example") }, /is no list of 0 to 16/],
    ["no parents", { parentRefs: [] }, /options\.parentRefs: \[\] is no list of 1 to 32/],
    [
      "a parent by name",
      { parentRefs: ["public"] },
      /options\.parentRefs\[0\]: "public" is no object; write \{ name, namespace, sectionName \}/,
    ],
    [
      "a parent twice",
      { parentRefs: [{ name: "a" }, { name: "a", sectionName: "x" }] },
      /names the same Gateway as another entry; name a listener in each/,
    ],
    [
      "no backend",
      { backend: undefined },
      /options\.backend: undefined is no object; write \{ name, port \}/,
    ],
    ["port", { backend: { name: "a", port: 70_000 } }, /options\.backend\.port: 70000 is no port/],
    ["an unknown option", { host: "a" }, /options\.host: "a" is not read; there are name, namespace/],
  ])("%s", (_, changes, message) => {
    const run = () => toGatewayApi(SHOP, { ...GATEWAY, ...changes } as GatewayApiOptions);
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
  });

  test("a listener each", () => {
    const parentRefs = [
      { name: "a", sectionName: "x" },
      { name: "a", sectionName: "y" },
    ];
    const { files } = toGatewayApi(rule({}), { ...GATEWAY, parentRefs });
    expect(validObjects("HTTPRoute", files["orders.yaml"] ?? "")).toHaveLength(1);
  });

  test("a live policy as it is now, and nothing that is no policy", () => {
    expect(toGatewayApi(livePolicy(rule({})), GATEWAY)).toEqual(toGatewayApi(rule({}), GATEWAY));
    expect(() => toGatewayApi({ origin: APP } as never, GATEWAY)).toThrow(
      /is no policy; pass what definePolicy/,
    );
    expect(() => toIngressNginx(SHOP, { ...INGRESS, hosts: ["A"] })).toThrow(
      /^toIngressNginx: options\.hosts\[0\]/,
    );
  });
});
