// A file of Kubernetes objects -> findings on its CORS annotations.
import { resolve } from "node:path";
import { countIngresses, lintIngress } from "../../edge/lint-ingress.ts";
import { show } from "../../policy/issues.ts";
import { type Io, Misuse } from "../io.ts";
import { parseYamlDocuments } from "../policy-data.ts";
import { readText } from "../policy-file.ts";
import { plain } from "../text.ts";
import { type Finding, findingIn } from "./findings.ts";

/** @throws {Misuse} where the file cannot be read, is no YAML or JSON, or holds no Ingress. */
export async function lintIngressFile(file: string, io: Pick<Io, "cwd">): Promise<readonly Finding[]> {
  const what = `Ingress file ${show(file)}`;
  const text = await readText(
    resolve(io.cwd, file),
    what,
    "name a file of Kubernetes objects, in YAML or JSON",
  );
  const result = await parseYamlDocuments(text.replace(/^\ufeff/, ""));
  if (!("value" in result)) {
    const { kind, line, column, reason } = result;
    throw new Misuse(`${what} is no ${kind}: line ${line}, column ${column}: ${plain(reason)}.`);
  }
  const documents = result.value as readonly unknown[];
  if (countIngresses(documents) === 0)
    throw new Misuse(
      `${what} holds no Ingress of networking.k8s.io; write kubectl get ingress -A -o yaml > ingress.yaml, and name that file.`,
    );
  return lintIngress(documents).map(findingIn);
}
