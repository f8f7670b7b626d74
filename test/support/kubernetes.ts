// Kubernetes objects in YAML, held against the published schemas, rules in CEL included.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "@marcbachmann/cel-js";
import { Ajv } from "ajv";
import { loadAll } from "js-yaml";

interface CelRule {
  readonly message: string;
  readonly rule: string;
}

const ajv = new Ajv({ strict: true, allErrors: true, strictTypes: false });
ajv.addKeyword({
  keyword: "x-kubernetes-validations",
  schemaType: "array",
  validate: (rules: readonly CelRule[], self: unknown) =>
    rules.every(({ rule }) => evaluate(rule, { self }) === true),
});

const VALIDATORS = { HTTPRoute: validator("httproute"), Ingress: validator("ingress") };

function validator(name: string) {
  return ajv.compile(
    JSON.parse(readFileSync(join(import.meta.dirname, "schemas", `${name}.json`), "utf8")) as object,
  );
}

/** The objects of a file; throws where one is not as its schema says. */
export function validObjects<T>(kind: keyof typeof VALIDATORS, text: string): readonly T[] {
  const objects = loadAll(text) as readonly T[];
  for (const object of objects) {
    const problems = problemsOf(kind, object);
    if (problems.length > 0) throw new Error(`${problems.join("\n")}\nin\n${text}`);
  }
  return objects;
}

export function problemsOf(kind: keyof typeof VALIDATORS, object: unknown): readonly string[] {
  const validate = VALIDATORS[kind];
  validate(object);
  return (validate.errors ?? []).map(
    ({ instancePath, message, keyword }) => `${instancePath} ${message} (${keyword})`,
  );
}
