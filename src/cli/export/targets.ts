// What export can write, and which options each target takes.
import {
  type EdgeExport,
  toGatewayApi,
  toIngressNginx,
  toNginx,
  toServletFilter,
  toSpring,
  toVectors,
} from "../../edge/index.ts";
import type { Policy } from "../../policy/policy.ts";
import { Misuse } from "../io.ts";

/** As commander hands them over; nothing is checked yet. */
export interface ExportOptions {
  readonly out?: string;
  readonly acceptDifferences?: true;
  readonly json?: true;
  readonly prefix?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly host?: readonly string[];
  readonly gateway?: readonly string[];
  readonly backend?: string;
  readonly package?: string;
  readonly className?: string;
  readonly servlet?: string;
  readonly layer?: string;
}

export interface Target {
  /** One line for the help. */
  readonly writes: string;
  /** Options of its own that it takes. */
  readonly takes: readonly (keyof ExportOptions)[];
  /** @throws EdgeExportError, and TypeError for options that are none. */
  export(policy: Policy, options: ExportOptions): EdgeExport;
}

export const TARGETS: Readonly<Record<string, Target>> = {
  nginx: {
    writes: "cors-http.conf and cors-server.conf",
    takes: ["prefix"],
    export: (policy, { prefix, acceptDifferences }) => toNginx(policy, { prefix, acceptDifferences }),
  },
  "gateway-api": {
    writes: "an HTTPRoute of the Kubernetes Gateway API",
    takes: ["name", "namespace", "host", "gateway", "backend"],
    export: (policy, { acceptDifferences, name, namespace, host, gateway, backend }) =>
      toGatewayApi(policy, {
        acceptDifferences,
        name: required("name", name),
        namespace,
        hostnames: host,
        parentRefs: required("gateway", gateway).map((parent) => ({ name: parent })),
        backend: backendOf(required("backend", backend)),
      }),
  },
  "ingress-nginx": {
    writes: "Ingress objects with the annotations of ingress-nginx (archived in March 2026)",
    takes: ["name", "namespace", "host", "backend"],
    export: (policy, { acceptDifferences, name, namespace, host, backend }) =>
      toIngressNginx(policy, {
        acceptDifferences,
        name: required("name", name),
        namespace,
        hosts: host,
        backend: backendOf(required("backend", backend)),
      }),
  },
  "servlet-filter": {
    writes: "one Java class: a servlet filter, for any container",
    takes: ["package", "className", "servlet", "layer"],
    export: (policy, { acceptDifferences, package: packageName, className, servlet, layer }) =>
      toServletFilter(policy, {
        acceptDifferences,
        package: packageName,
        className,
        servlet: servlet as "jakarta" | undefined,
        layer: layer as "edge" | undefined,
      }),
  },
  spring: {
    writes: "one Java class: a configuration of Spring's own CorsFilter",
    takes: ["package", "className", "servlet"],
    export: (policy, { acceptDifferences, package: packageName, className, servlet }) =>
      toSpring(policy, {
        acceptDifferences,
        package: packageName,
        className,
        servlet: servlet as "jakarta" | undefined,
      }),
  },
  vectors: {
    writes: "cors-vectors.json, test vectors for every other stack (docs/test-vectors.md)",
    takes: [],
    export: (policy) => toVectors(policy),
  },
};

const EXAMPLES = { name: "orders", gateway: "public", backend: "orders:8080" } as const;

function required<T>(option: keyof typeof EXAMPLES, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new Misuse(`export: ${flagOf(option)} is missing; write ${flagOf(option)} ${EXAMPLES[option]}.`);
}

function backendOf(written: string): { name: string; port: number } {
  const [, name = "", port = ""] = /^([^:]+):(\d{1,5})$/.exec(written) ?? [];
  if (name !== "") return { name, port: Number(port) };
  throw new Misuse(
    `export: --backend ${JSON.stringify(written.slice(0, 100))} is no Service and port; write --backend ${EXAMPLES.backend}.`,
  );
}

const GENERAL: readonly string[] = ["out", "acceptDifferences", "json"];

/** @throws Misuse for a target that there is not, and for options that it does not take. */
export function targetOf(name: string, options: ExportOptions): Target {
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (target === undefined)
    throw new Misuse(
      `export: ${JSON.stringify(name.slice(0, 60))} is no target; write one of ${Object.keys(TARGETS).join(", ")}.`,
    );
  const [foreign] = Object.keys(options).filter(
    (option) => !GENERAL.includes(option) && !target.takes.includes(option as keyof ExportOptions),
  );
  if (foreign === undefined) return target;
  const own = target.takes.map(flagOf).join(", ");
  throw new Misuse(
    `export ${name}: ${flagOf(foreign)} is for other targets; ${own === "" ? "it takes none of its own" : `it takes ${own}`}.`,
  );
}

/** `acceptDifferences` as it is written on the command line. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
