// toGatewayApi and toIngressNginx: objects as the published schemas want them, and nobody let in whom the policy refuses.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EdgeExportError } from "../src/edge/notes.ts";
import { toGatewayApi } from "../src/edge/to-gateway-api.ts";
import { toIngressNginx } from "../src/edge/to-ingress-nginx.ts";
import type { Policy } from "../src/index.ts";
import {
  type Granted,
  gatewayGrants,
  type HttpRoute,
  type Ingress,
  ingressGrants,
  type PageRequest,
} from "./support/edge-models.ts";
import { problemsOf, validObjects } from "./support/kubernetes.ts";
import { pageRequests, policies } from "./support/policies.ts";

const backend = { name: "orders", port: 8080 };
const GATEWAY = { name: "orders", parentRefs: [{ name: "public" }], backend };
const INGRESS = { name: "orders", backend };
const RUNS = 300;

const TARGETS = {
  toGatewayApi: (policy: Policy, acceptDifferences: boolean) => {
    const { files, notes } = toGatewayApi(policy, { ...GATEWAY, acceptDifferences });
    const routes = validObjects<HttpRoute>("HTTPRoute", files["orders.yaml"] ?? "");
    return { files, notes, granted: (request: PageRequest) => gatewayGrants(routes, request) };
  },
  toIngressNginx: (policy: Policy, acceptDifferences: boolean) => {
    const { files, notes } = toIngressNginx(policy, { ...INGRESS, acceptDifferences });
    const ingresses = validObjects<Ingress>("Ingress", files["orders.yaml"] ?? "");
    return { files, notes, granted: (request: PageRequest) => ingressGrants(ingresses, request) };
  },
};

describe.each(Object.entries(TARGETS))("%s, for any legal policy", (target, exported) => {
  test("refuses it with reasons, or writes what the schema takes", () => {
    let refused = 0;
    fc.assert(
      fc.property(policies("/v1.2", "/~x"), (policy) => {
        try {
          const { notes } = exported(policy, false);
          expect(notes.filter(({ severity }) => severity === "differs")).toEqual([]);
        } catch (error) {
          if (!(error instanceof EdgeExportError)) throw error;
          refused++;
          expect(error.notes.length).toBeGreaterThan(0);
          for (const { message, instead } of error.notes) {
            expect(message).not.toBe("");
            expect(instead).not.toBe("");
            expect(error.message).toContain(`${message}; ${instead} [`);
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect(refused).toBeLessThan(RUNS);
  });

  test("with differences accepted writes what the schema takes, and lets nobody in whom the policy refuses", () => {
    const seen = { granted: 0, requests: 0 };
    fc.assert(
      fc.property(
        policies(),
        fc.array(pageRequests, { minLength: 40, maxLength: 40 }),
        (policy, requests) => {
          const { notes, granted, files } = exported(policy, true);
          for (const key of Object.keys(policy.routes))
            expect(notes.some(({ route }) => route === key)).toBe(true);
          expect(exported(policy, true).files).toEqual(files);
          for (const request of requests) {
            seen.requests++;
            const grant = granted(request);
            if (typeof grant === "object") seen.granted++;
            expectNarrower(policy, request, grant, target);
          }
        },
      ),
      { numRuns: RUNS },
    );
    // The property says something: many are let in.
    expect(seen.granted).toBeGreaterThan(seen.requests / 100);
  });
});

function expectNarrower(policy: Policy, request: PageRequest, grant: Granted, target: string): void {
  const { path, origin, method, headers } = request;
  const actual = policy.decide({ method, path, origin });
  // Neither target has a form for what is refused as odd: said by ROUTE_PATH.
  if (actual.reason === "ambiguous-path") return;
  const route = policy.routes[actual.route ?? ""];
  const behind =
    route === undefined || route === "passthrough" || (route !== false && route.owner === "service");
  if (target === "toGatewayApi" || grant !== "service") expect(grant === "service", path).toBe(behind);
  if (typeof grant !== "object") return;
  const preflight = policy.decide({
    method: "OPTIONS",
    path,
    origin,
    requestMethod: method,
    ...(headers.length > 0 ? { requestHeaders: [...headers].sort().join(",") } : {}),
  });
  const where = `${JSON.stringify(request)} under ${JSON.stringify(route)}`;
  expect(actual.allowed, where).toBe(true);
  expect(preflight.allowed, where).toBe(true);
  if (grant.credentials) expect(actual.headers["access-control-allow-credentials"], where).toBe("true");
  const exposed = (actual.headers["access-control-expose-headers"] ?? "").split(",");
  for (const name of grant.exposed) expect(exposed, where).toContain(name);
}

describe("the schemas refuse what Kubernetes refuses", () => {
  const cors = { allowOrigins: ["https://a.example"], allowMethods: ["GET"], allowHeaders: ["x"], maxAge: 1 };
  const route = (filters: unknown, value = "/", parentRefs: unknown = [{ name: "g" }]) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "a" },
    spec: {
      parentRefs,
      rules: [{ matches: [{ path: { type: "PathPrefix", value } }], filters, backendRefs: [backend] }],
    },
  });
  const filter = (changes: object) => [{ type: "CORS", cors: { ...cors, ...changes } }];
  test("and take what is right", () => {
    expect(problemsOf("HTTPRoute", route(filter({})))).toEqual([]);
  });
  test.each<readonly [string, unknown]>([
    ["* beside an origin", route(filter({ allowOrigins: ["*", "https://a.example"] }))],
    ["an origin twice", route(filter({ allowOrigins: ["https://a.example", "https://a.example"] }))],
    ["another scheme", route(filter({ allowOrigins: ["app://a"] }))],
    ["a free port", route(filter({ allowOrigins: ["http://localhost:*"] }))],
    ["* beside a method", route(filter({ allowMethods: ["*", "GET"] }))],
    ["a method of WebDAV", route(filter({ allowMethods: ["PROPFIND"] }))],
    ["no max-age", route(filter({ maxAge: 0 }))],
    ["an unknown field", route(filter({ allowOrigin: ["*"] }))],
    ["two filters of a kind", route([...filter({}), ...filter({})])],
    ["a filter without its settings", route([{ type: "CORS" }])],
    ["settings of another filter", route([{ type: "RequestRedirect", cors }])],
    ["a relative path", route(undefined, "a")],
    ["a path with two slashes", route(undefined, "/a//b")],
    ["a path with a brace", route(undefined, "/{a}")],
    ["a gateway twice", route(undefined, "/", [{ name: "g" }, { name: "g" }])],
  ])("%s", (_, object) => {
    expect(problemsOf("HTTPRoute", object)).not.toEqual([]);
  });
});
