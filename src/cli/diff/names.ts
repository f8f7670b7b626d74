// What a granted origin may send and read: methods, request headers, exposed headers, compared by asking the engine.
import type { RuleData } from "../../policy/options.ts";
import { type Policy, policyFrom } from "../../policy/policy.ts";

export interface NameChange {
  readonly opens: boolean;
  readonly what: "method" | "header" | "exposed";
  readonly values: readonly string[];
}

export function comparePreflights(before: RuleData, after: RuleData): readonly NameChange[] {
  const [was, is] = [probe(before), probe(after)];
  const methods = [...namesOf(before.methods), ...namesOf(after.methods)];
  const headers = [...namesOf(before.allowedHeaders), ...namesOf(after.allowedHeaders), "Authorization"];
  const exposed = [...namesOf(before.exposedHeaders), ...namesOf(after.exposedHeaders)];
  return [
    ...compare(
      "method",
      methods,
      (name) => grants(was, name, ""),
      (name) => grants(is, name, ""),
    ),
    ...compare(
      "header",
      headers,
      (name) => grants(was, "GET", name),
      (name) => grants(is, "GET", name),
    ),
    ...compare("exposed", exposed, exposes(before), exposes(after)),
  ];
}

/** The rule, for an origin that it surely grants: what remains of a decision are the methods and headers. */
function probe(rule: RuleData): Policy {
  return policyFrom({ ...rule, origin: [PROBE] }, comparePreflights);
}

const PROBE = "https://probe.invalid";
/** Stands for every name that neither rule spells out. */
const ANY_OTHER = "x-any-other";

function grants(policy: Policy, requestMethod: string, requestHeaders: string): boolean {
  return policy.decide({ method: "OPTIONS", origin: PROBE, requestMethod, requestHeaders }).allowed;
}

function exposes({ exposedHeaders }: RuleData): (name: string) => boolean {
  const names = new Set(namesOf(exposedHeaders).map((name) => name.toLowerCase()));
  return (name) => exposedHeaders === "*" || names.has(name.toLowerCase());
}

function namesOf(names: "*" | readonly string[] | null): readonly string[] {
  return names === null || names === "*" ? [] : names.filter((name) => name !== "*");
}

type Judge = (name: string) => boolean;

function compare(what: NameChange["what"], names: readonly string[], was: Judge, is: Judge): NameChange[] {
  const changes = (opens: boolean, from: Judge, to: Judge): NameChange[] => {
    const differs = (name: string) => !from(name) && to(name);
    const values = unique(what, names).filter(differs);
    const any = differs(ANY_OTHER);
    const shown = any
      ? [`any ${what === "method" ? "method" : "header"}${exceptions(what, values)}`]
      : values;
    return shown.length === 0 ? [] : [{ opens, what, values: shown }];
  };
  return [...changes(true, was, is), ...changes(false, is, was)];
}

/** `*` covers no Authorization: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
function exceptions(what: NameChange["what"], values: readonly string[]): string {
  return what === "header" && !values.some((name) => name.toLowerCase() === "authorization")
    ? " but Authorization"
    : "";
}

/** Without `*`, which is a name as well, and one that nobody asks for. The case of methods counts, that of header names does not. */
function unique(what: NameChange["what"], names: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const name of names) {
    const key = what === "method" ? name : name.toLowerCase();
    if (!first.has(key)) first.set(key, name);
  }
  return [...first.values()];
}
