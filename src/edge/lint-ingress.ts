// What is wrong in the CORS annotations of ingress-nginx: each finding has a code, what happens, why it matters, and what to write.

import { show } from "../policy/issues.ts";
import type { ConfigurationFinding } from "./findings.ts";
import { CORS_ANNOTATIONS, type CorsAnnotation, PREFIX } from "./ingress-annotations.ts";
import { judgeAnnotations } from "./judge-annotations.ts";

export type IngressFinding = ConfigurationFinding<IngressFindingCode>;

export const INGRESS_CODES = [
  "INGRESS_ANNOTATION_TYPE",
  "INGRESS_ANNOTATION_UNKNOWN",
  "INGRESS_NOT_ENABLED",
  "INGRESS_ORIGIN_LIST",
  "INGRESS_ORIGIN_TRAILING_COMMA",
  "INGRESS_ORIGIN_SKIPPED",
  "INGRESS_ORIGIN_ANY",
  "INGRESS_ORIGIN_NEVER_SENT",
  "INGRESS_ORIGIN_WILDCARD",
  "INGRESS_ORIGIN_INSECURE",
  "INGRESS_ORIGIN_PUBLIC_SUFFIX",
  "INGRESS_CREDENTIALS_ANY",
  "INGRESS_CREDENTIALS_VALUE",
  "INGRESS_METHODS_LIST",
  "INGRESS_HEADERS_LIST",
  "INGRESS_EXPOSE_LIST",
  "INGRESS_MAX_AGE",
  "INGRESS_DEFAULTS",
  "INGRESS_NO_VARY",
  "INGRESS_ARCHIVED",
] as const;

export type IngressFindingCode = (typeof INGRESS_CODES)[number];

/** A finding before it is known which object it is about; `at`: the annotation, `""` for the object as a whole. */
export type Found = Omit<IngressFinding, "where"> & { readonly at: string };

/** Documents as YAML or JSON gives them -> findings. Whatever is no Ingress is passed over. */
export function lintIngress(documents: readonly unknown[]): readonly IngressFinding[] {
  const findings: IngressFinding[] = [];
  let enabled = false;
  ingresses(documents).forEach((ingress, index) => {
    const { name, namespace, annotations } = metadataOf(ingress);
    const shown = typeof name === "string" ? show(name) : `number ${index + 1}`;
    const place = `Ingress ${typeof namespace === "string" ? `${shown} in ${show(namespace)}` : shown}`;
    const { values, found } = readAnnotations(annotations);
    enabled ||= values["enable-cors"] !== undefined;
    for (const { at, ...rest } of [...found, ...judgeAnnotations(values)])
      findings.push({ ...rest, where: at === "" ? place : `${place}, ${at}` });
  });
  if (enabled) findings.push(ARCHIVED);
  return findings;
}

/** How many Ingress objects are there to lint? */
export function countIngresses(documents: readonly unknown[]): number {
  return ingresses(documents).length;
}

const ARCHIVED: IngressFinding = {
  severity: "note",
  code: "INGRESS_ARCHIVED",
  where: "ingress-nginx",
  what: "archived in March 2026",
  why: "Nobody fixes what is found in it.",
  fix: "Move to the Gateway API: toGatewayApi(policy, options) writes the HTTPRoute.",
};

/** `kubectl get -o yaml` wraps objects in a List. */
function ingresses(documents: readonly unknown[]): readonly object[] {
  return documents.flatMap((document) => {
    const { kind, items } = Object(document) as { kind?: unknown; items?: unknown };
    if ((kind === "List" || kind === "IngressList") && Array.isArray(items))
      return items.filter((item) => isIngress(item) || kind === "IngressList").map(Object);
    return isIngress(document) ? [Object(document)] : [];
  });
}

function isIngress(value: unknown): boolean {
  const { kind, apiVersion } = Object(value) as { kind?: unknown; apiVersion?: unknown };
  return kind === "Ingress" && /^(?:networking\.k8s\.io|extensions)\//.test(String(apiVersion));
}

function metadataOf(ingress: object): { name?: unknown; namespace?: unknown; annotations?: unknown } {
  return Object((ingress as { metadata?: unknown }).metadata);
}

export type Values = Partial<Record<CorsAnnotation, string>>;

function readAnnotations(annotations: unknown): {
  readonly values: Values;
  readonly found: readonly Found[];
} {
  const values: Values = {};
  const found: Found[] = [];
  for (const [name, value] of Object.entries(Object(annotations) as Record<string, unknown>)) {
    const short = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
    if (!/cors/i.test(short)) continue;
    if (!isCorsAnnotation(short)) {
      found.push({
        severity: "warning",
        code: "INGRESS_ANNOTATION_UNKNOWN",
        at: show(short),
        what: "no annotation of the controller",
        why: "It is not read, and the default of the one that was meant holds.",
        fix: `There are ${CORS_ANNOTATIONS.join(", ")}.`,
      });
    } else if (typeof value !== "string") {
      found.push({
        severity: "error",
        code: "INGRESS_ANNOTATION_TYPE",
        at: short,
        what: `${show(value)} is no string`,
        why: "Annotations are strings: Kubernetes refuses the object.",
        fix: `Quote it: ${show(String(value))}.`,
      });
      // What was meant can be judged all the same.
      if (typeof value === "boolean" || typeof value === "number") values[short] = String(value);
    } else values[short] = value;
  }
  return { values, found };
}

function isCorsAnnotation(name: string): name is CorsAnnotation {
  return (CORS_ANNOTATIONS as readonly string[]).includes(name);
}
