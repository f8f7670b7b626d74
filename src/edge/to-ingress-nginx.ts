// A policy becomes Ingress objects with the CORS annotations of ingress-nginx: one object for each answer that differs.
import type { Policy } from "../policy/policy.ts";
import { CORS_ANNOTATIONS, PATH, PREFIX } from "./ingress-annotations.ts";
import { type CorsAnnotations, corsAnnotations } from "./ingress-cors.ts";
import {
  type KubernetesBackend,
  noteOddSpellings,
  OptionChecks,
  withUncovered,
  yamlFile,
} from "./kubernetes.ts";
import { type EdgeExport, type EdgeOptions, Notes } from "./notes.ts";
import { type EdgeRoute, type EdgeRule, edgeRoutes } from "./routes.ts";

/**
 * Options of {@link toIngressNginx}.
 *
 * @example
 * const options: IngressNginxOptions = {
 *   name: "orders",
 *   hosts: ["api.example.com"],
 *   backend: { name: "orders", port: 8080 },
 * };
 */
export interface IngressNginxOptions extends EdgeOptions {
  /** The name of the Ingress, and of the file. **Required.** Those after the first are numbered, where there are several. */
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
   * @defaultValue every host
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * The class of the controller.
   *
   * @defaultValue `"nginx"`
   */
  readonly ingressClassName?: string | undefined;
  /** The Service that requests go on to. **Required.** */
  readonly backend: KubernetesBackend;
}

const TARGET = "toIngressNginx";
const KEYS = ["name", "namespace", "hosts", "ingressClassName", "backend", "acceptDifferences"];

/**
 * Exports a policy to ingress-nginx, the controller of the Kubernetes project: `Ingress` objects with its seven CORS
 * annotations. For clusters that still have it: the project was archived in March 2026, and gets no fixes. It sends no
 * `Vary`, so nearly every policy has differences to accept.
 *
 * @param policy What `definePolicy` returned.
 * @param options Names, and where requests go.
 * @returns One YAML file, and notes on how near the target comes.
 * @throws {EdgeExportError} with everything that the target cannot say, unless `acceptDifferences` is set.
 * @throws {TypeError} for options that Kubernetes would not take.
 * @example
 * const { files } = toIngressNginx(policy, {
 *   name: "orders",
 *   hosts: ["api.example.com"],
 *   backend: { name: "orders", port: 8080 },
 *   acceptDifferences: true,
 * });
 * writeFileSync("orders.yaml", files["orders.yaml"] ?? ""); // kubectl apply -f orders.yaml
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#enable-cors
 */
export function toIngressNginx(policy: Policy, options: IngressNginxOptions): EdgeExport {
  const settings = checked(options);
  const source = new OptionChecks(TARGET).policy(policy);
  const notes = new Notes();
  const rows = withUncovered(edgeRoutes(source)).map((route) => rowOf(route, notes));
  noteOddSpellings(
    notes,
    rows.map(({ key }) => key),
    rows.map(({ annotations }) => JSON.stringify(annotations)),
  );
  const unfit = rows.filter(({ key }) => !PATH.test(key));
  for (const { key } of unfit)
    notes.refuse(
      "ROUTE_PATH",
      key,
      "",
      'the controller takes letters, digits, "-" and "_" in a path (strict-validate-path-type)',
      "use toGatewayApi or toNginx",
    );
  // A path that is left out, or refused by the controller, is handed to a shorter one: nothing that anybody can accept.
  const settled = notes.settle(TARGET, unfit.length > 0 ? {} : options);
  const file = `${settings.name}.yaml`;
  const objects = [...grouped(rows).values()].map((group, index) => ingressOf(group, index, settings));
  return { files: { [file]: yamlFile(source, advice(file), rows, objects) }, notes: settled };
}

interface Row {
  readonly key: string;
  readonly answer: string;
  readonly annotations: CorsAnnotations | Off;
}

interface Off {
  readonly "enable-cors": "false";
}

// Said, not left out: an annotation that is added later must not switch it on by mistake.
const OFF: Off = { "enable-cors": "false" };

function rowOf(route: EdgeRoute, notes: Notes): Row {
  const { key } = route;
  if (route.kind === "passage") {
    notes.add("exact", "EXACT", key, "left to the service");
    return { key, answer: "left to the service", annotations: OFF };
  }
  const annotations = corsAnnotations(route, notes);
  say(route, annotations, notes);
  if (annotations === undefined) return { key, answer: "nothing granted here", annotations: OFF };
  const origins = annotations["cors-allow-origin"];
  const who = origins === "*" ? "every origin" : `${origins.split(",").length} of origins and patterns`;
  const credentials = annotations["cors-allow-credentials"] === "true" ? ", with credentials" : "";
  return { key, answer: `${who}${credentials}`, annotations };
}

function say({ key, data }: EdgeRule, annotations: CorsAnnotations | undefined, notes: Notes): void {
  if (annotations !== undefined)
    notes.add(
      "same-verdict",
      "SAME_VERDICT",
      key,
      "every OPTIONS request of an origin that is let in gets 204 from the controller; other preflights go on to the service, and get no 403",
    );
  // With "*" the answer is the same to everyone, and there is nobody whom the service could let in besides.
  if (annotations?.["cors-allow-origin"] === "*") return;
  notes.refuse(
    "ROUTE_OWNER",
    key,
    "",
    "what the service itself grants stays in its answers to origins that are refused here, and so do headers that are not sent here",
    "let the service send none and set hide-headers in the controller's ConfigMap, or use toGatewayApi",
  );
  if (annotations !== undefined)
    notes.refuse(
      "ORIGIN_FORM",
      key,
      "",
      "origins are compared from their end, without regard to case: an installed app whose scheme ends in https (myhttps://app.example.com) passes for a website; no website does",
      "use toGatewayApi or toNginx",
    );
  if (annotations !== undefined || data.blockRefused)
    notes.refuse(
      "VARY",
      key,
      "",
      "no Vary is ever sent: a cache on the way hands one origin's answer to another, and the page breaks",
      "use toGatewayApi or toNginx, or let the service send Vary: Origin on every answer",
    );
}

/** Routes that answer alike share an object. */
function grouped(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const answer = JSON.stringify(row.annotations);
    groups.set(answer, [...(groups.get(answer) ?? []), row]);
  }
  return groups;
}

function ingressOf(group: readonly Row[], index: number, settings: Settings): object {
  const { name, namespace, hosts, ingressClassName, backend } = settings;
  const { annotations } = group[0] as Row;
  const http = {
    paths: group.map(({ key }) => ({
      path: key,
      pathType: "Prefix",
      backend: { service: { name: backend.name, port: { number: backend.port } } },
    })),
  };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: index === 0 ? name : `${name}-${index + 1}`,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: Object.fromEntries(
        CORS_ANNOTATIONS.filter((one) => one in annotations).map((one) => [
          `${PREFIX}${one}`,
          (annotations as Partial<CorsAnnotations>)[one],
        ]),
      ),
    },
    spec: {
      ingressClassName,
      rules: hosts.length === 0 ? [{ http }] : hosts.map((host) => ({ host, http })),
    },
  };
}

function advice(file: string): readonly string[] {
  return [
    "ingress-nginx was archived in March 2026 and gets no fixes. boring-cors writes HTTPRoutes, too: toGatewayApi.",
    "It never sends Vary, and compares origins from their end: myhttps://app.example.com passes for https://app.example.com.",
    "",
    `Apply:  kubectl apply -f ${file}`,
    "Beside an Ingress of yours with the same hosts and paths, remove those there: the older one wins.",
    "Verify: boring-cors check URL --origin ORIGIN, and boring-cors lint --ingress on what is applied",
  ];
}

interface Settings {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly hosts: readonly string[];
  readonly ingressClassName: string;
  readonly backend: KubernetesBackend;
}

function checked(options: unknown): Settings {
  const check = new OptionChecks(TARGET);
  const given = check.object("options", options, KEYS);
  const { ingressClassName = "nginx" } = given;
  return {
    name: check.name("options.name", given.name),
    namespace: check.optionalLabel("options.namespace", given.namespace),
    hosts: check
      .list("options.hosts", given.hosts, 0, 64)
      .map((host, index) => check.host(`options.hosts[${index}]`, host)),
    ingressClassName: check.name("options.ingressClassName", ingressClassName),
    backend: check.backend(given.backend),
  };
}
