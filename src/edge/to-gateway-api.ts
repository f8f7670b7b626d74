// A policy becomes HTTPRoutes of the Kubernetes Gateway API: one rule for each route, with its CORS filter.
import { CORS_RESPONSE_HEADERS } from "../policy/fields.ts";
import type { Policy } from "../policy/policy.ts";
import { type CorsFilter, corsFilter } from "./gateway-cors.ts";
import {
  type KubernetesBackend,
  noteOddSpellings,
  OptionChecks,
  type TableRow,
  withUncovered,
  yamlFile,
} from "./kubernetes.ts";
import { type EdgeExport, type EdgeOptions, Notes } from "./notes.ts";
import { type EdgeRoute, edgeRoutes } from "./routes.ts";

/**
 * The Gateway that a route belongs to.
 *
 * @example const parent: GatewayParent = { name: "public", namespace: "gateways", sectionName: "https" };
 */
export interface GatewayParent {
  /** The name of the Gateway. */
  readonly name: string;
  /**
   * Its namespace.
   *
   * @defaultValue that of the route
   */
  readonly namespace?: string | undefined;
  /**
   * One listener of it.
   *
   * @defaultValue every listener
   */
  readonly sectionName?: string | undefined;
}

/**
 * Options of {@link toGatewayApi}.
 *
 * @example
 * const options: GatewayApiOptions = {
 *   name: "orders",
 *   parentRefs: [{ name: "public" }],
 *   backend: { name: "orders", port: 8080 },
 * };
 */
export interface GatewayApiOptions extends EdgeOptions {
  /** The name of the HTTPRoute, and of the file. **Required.** Those after the first are numbered, where there are several. */
  readonly name: string;
  /**
   * Its namespace.
   *
   * @defaultValue none: the one that it is applied in
   */
  readonly namespace?: string | undefined;
  /**
   * The hosts that it answers for.
   *
   * @defaultValue those of the Gateway's listeners
   */
  readonly hostnames?: readonly string[] | undefined;
  /** The Gateways that it belongs to. **Required.** */
  readonly parentRefs: readonly GatewayParent[];
  /** The Service that requests go on to. **Required.** */
  readonly backend: KubernetesBackend;
}

const TARGET = "toGatewayApi";
const KEYS = ["name", "namespace", "hostnames", "parentRefs", "backend", "acceptDifferences"];
// The schema's own limits.
const RULES = 16;
const PATH_LENGTH = 1024;

/**
 * Exports a policy to the Kubernetes Gateway API, Standard channel, 1.5.0 or later: `HTTPRoute` objects with a `CORS`
 * filter. Before 1.5.0 the filter is refused by the API server. Support for it is "Extended": an implementation that
 * does not have it must say so in the route's status, and must not let requests pass as if the filter were not there.
 *
 * @param policy What `definePolicy` returned.
 * @param options Names, and where requests go.
 * @returns One YAML file, and notes on how near the target comes.
 * @throws {EdgeExportError} with everything that the target cannot say, unless `acceptDifferences` is set.
 * @throws {TypeError} for options that Kubernetes would not take.
 * @example
 * const orders = definePolicy({ origin: ["https://app.example.com"], allowedHeaders: ["Content-Type"] });
 * const { files } = toGatewayApi(orders, {
 *   name: "orders",
 *   hostnames: ["api.example.com"],
 *   parentRefs: [{ name: "public" }],
 *   backend: { name: "orders", port: 8080 },
 * });
 * writeFileSync("orders.yaml", files["orders.yaml"] ?? ""); // kubectl apply -f orders.yaml
 * @see https://gateway-api.sigs.k8s.io/guides/http-cors/
 */
export function toGatewayApi(policy: Policy, options: GatewayApiOptions): EdgeExport {
  const { name, namespace, hostnames, parentRefs, backend } = checked(options);
  const source = new OptionChecks(TARGET).policy(policy);
  const notes = new Notes();
  const rules = withUncovered(edgeRoutes(source)).map((route) => ruleOf(route, backend, notes));
  noteOddSpellings(
    notes,
    rules.map(({ key }) => key),
    rules.map(({ rule }) => JSON.stringify(rule.filters ?? null)),
  );
  const tooLong = rules.filter(({ key }) => key.length > PATH_LENGTH);
  for (const { key } of tooLong)
    notes.refuse(
      "ROUTE_PATH",
      key,
      "",
      `longer than ${PATH_LENGTH} characters`,
      "write a shorter path, or use toNginx",
    );
  const routes = chunks(rules, RULES).map((chunk, index) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: {
      name: index === 0 ? name : `${name}-${index + 1}`,
      ...(namespace === undefined ? {} : { namespace }),
    },
    spec: {
      parentRefs,
      ...(hostnames.length > 0 ? { hostnames } : {}),
      rules: chunk.map(({ rule }) => rule),
    },
  }));
  // A rule that is left out would hand its paths to a shorter one: nothing that anybody can accept.
  const settled = notes.settle(TARGET, tooLong.length > 0 ? {} : options);
  const file = `${name}.yaml`;
  return { files: { [file]: yamlFile(source, advice(file), rules, routes) }, notes: settled };
}

interface Filter {
  readonly type: "ResponseHeaderModifier" | "CORS";
  readonly responseHeaderModifier?: object;
  readonly cors?: CorsFilter;
}

interface Rule {
  readonly matches: readonly object[];
  readonly filters?: readonly Filter[];
  readonly backendRefs: readonly KubernetesBackend[];
}

function ruleOf(
  route: EdgeRoute,
  backend: KubernetesBackend,
  notes: Notes,
): TableRow & { readonly rule: Rule } {
  const { key } = route;
  const matches = [{ path: { type: "PathPrefix", value: key } }];
  if (route.kind === "passage") {
    notes.add("exact", "EXACT", key, "left to the service");
    return { key, answer: "left to the service", rule: { matches, backendRefs: [backend] } };
  }
  const cors = corsFilter(route, notes);
  const varies = cors !== undefined || route.varies;
  say(key, cors, notes);
  const filters: Filter[] = [
    {
      type: "ResponseHeaderModifier",
      responseHeaderModifier: {
        // "set" would lose the names that the service itself says; a second line of Vary adds to the first.
        ...(varies ? { add: [{ name: "Vary", value: "Origin" }] } : {}),
        remove: CORS_RESPONSE_HEADERS.map(spelt),
      },
    },
    // After the removal: "implementations SHOULD implement filters in the order they are specified".
    ...(cors === undefined ? [] : [{ type: "CORS", cors } as const]),
  ];
  return { key, answer: answerOf(cors), rule: { matches, filters, backendRefs: [backend] } };
}

function say(key: string, cors: CorsFilter | undefined, notes: Notes): void {
  if (cors === undefined) {
    notes.add(
      "same-verdict",
      "SAME_VERDICT",
      key,
      "preflights reach the service, and what it grants is removed from its answers",
    );
    return;
  }
  notes.add(
    "same-verdict",
    "SAME_VERDICT",
    key,
    "the gateway chooses the status of preflights: 200 or 204, and where the origin is refused 403, too",
  );
  notes.add(
    "same-verdict",
    "VARY",
    key,
    cors.allowOrigins[0] === "*"
      ? "Vary: Origin is added, since the gateway may answer with the origin in the place of *"
      : "Vary: Origin is added as a line of its own, beside what the service sends; nginx before 1.23, as a cache in front, reads only one line",
  );
  notes.add(
    "same-verdict",
    "ROUTE_OWNER",
    key,
    "the service's own Access-Control-* are removed, names that it exposes among them; the Gateway API asks for filters in the order written, and does not demand it: " +
      "where a gateway removes last, the grant is lost as well, which boring-cors check shows",
  );
}

function answerOf(cors: CorsFilter | undefined): string {
  if (cors === undefined) return "no cross-origin access";
  const [first] = cors.allowOrigins;
  const who = first === "*" ? "every origin" : `${cors.allowOrigins.length} of origins and patterns`;
  return `${who}${cors.allowCredentials === true ? ", with credentials" : ""}`;
}

/** The spelling of HTTP/1, which people search for. */
function spelt(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function advice(file: string): readonly string[] {
  return [
    `Apply:  kubectl apply -f ${file}`,
    "Needs:  Gateway API 1.5.0 or later (Standard channel), and a gateway that supports HTTPRouteCORS.",
    "Verify: kubectl describe httproute, where Accepted must be True, then boring-cors check URL --origin ORIGIN",
  ];
}

interface Settings {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly hostnames: readonly string[];
  readonly parentRefs: readonly GatewayParent[];
  readonly backend: KubernetesBackend;
}

function checked(options: unknown): Settings {
  const check = new OptionChecks(TARGET);
  const given = check.object("options", options, KEYS);
  const parentRefs = check
    .list("options.parentRefs", given.parentRefs, 1, 32)
    .map((parent, index): GatewayParent => {
      const at = `options.parentRefs[${index}]`;
      const { name, namespace, sectionName } = check.object(at, parent, ["name", "namespace", "sectionName"]);
      return {
        name: check.name(`${at}.name`, name),
        ...(namespace === undefined ? {} : { namespace: check.label(`${at}.namespace`, namespace) }),
        ...(sectionName === undefined ? {} : { sectionName: check.name(`${at}.sectionName`, sectionName) }),
      };
    });
  refuseTwice(parentRefs, check);
  return {
    name: check.name("options.name", given.name),
    namespace: check.optionalLabel("options.namespace", given.namespace),
    hostnames: check
      .list("options.hostnames", given.hostnames, 0, 16)
      .map((host, index) => check.host(`options.hostnames[${index}]`, host)),
    parentRefs,
    backend: check.backend(given.backend),
  };
}

/** The schema's rules: whoever names a Gateway twice names another listener of it each time. */
function refuseTwice(parents: readonly GatewayParent[], check: OptionChecks): void {
  parents.forEach((parent, index) => {
    const same = parents.filter(
      ({ name, namespace }) => name === parent.name && namespace === parent.namespace,
    );
    const named = new Set(same.map(({ sectionName }) => sectionName));
    if (same.length > 1 && (named.size < same.length || named.has(undefined)))
      check.fail(
        `options.parentRefs[${index}]`,
        parent,
        "names the same Gateway as another entry; name a listener in each, by sectionName",
      );
  });
}
