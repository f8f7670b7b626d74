// What the exports to Kubernetes share: checked names, YAML with a comment on top, and what odd spellings of a path do.
import { dump } from "js-yaml";
import { show } from "../policy/issues.ts";
import { asPolicy, type Policy } from "../policy/policy.ts";
import type { Notes } from "./notes.ts";
import type { EdgeOrigins, EdgeRoute } from "./routes.ts";

/**
 * The Service that requests go on to.
 *
 * @example const backend: KubernetesBackend = { name: "orders", port: 8080 };
 */
export interface KubernetesBackend {
  /** The name of a Service in the namespace of the object. */
  readonly name: string;
  /** Its port, 1 to 65535. */
  readonly port: number;
}

/** One line of the table in the header comment. */
export interface TableRow {
  readonly key: string;
  readonly answer: string;
}

// RFC 1123, as Kubernetes reads it: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const WILD_SUBDOMAIN = /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const IPV4 = /^\d+(?:\.\d+){3}$/;

/**
 * A name that no script can set as a request header (https://fetch.spec.whatwg.org/#forbidden-request-header), so that
 * granting it grants nothing. It stands where a list is to be empty: an empty list means defaults to both targets.
 */
export const NO_HEADER = "Origin";

/** Listed where the policy allows every header, and the target cannot say so: narrower, and enough for most pages. */
export const COMMON_HEADERS: readonly string[] = [
  "Cache-Control",
  "Content-Type",
  "If-Modified-Since",
  "If-None-Match",
  "Range",
  "X-Requested-With",
];

/** Without a rule for them, paths that the policy leaves alone would be answered with 404. */
export function withUncovered(routes: readonly EdgeRoute[]): readonly EdgeRoute[] {
  return routes.some(({ key }) => key === "/")
    ? routes
    : [...routes, { key: "/", kind: "passage", blocks: false }];
}

/** Whom a rule without a list of origins lets in. */
export function unlisted(
  key: string,
  { kind }: Exclude<EdgeOrigins, { readonly kind: "list" }>,
  notes: Notes,
): readonly string[] {
  if (kind === "any") return ["*"];
  if (kind === "function")
    notes.refuse(
      "ORIGIN_FUNCTION",
      key,
      "origin",
      "a function cannot leave the process",
      'let the service decide (owner: "service")',
    );
  return [];
}

/** Checks of what an export is given; each throws a `TypeError` that says where, what, and what to write instead. */
export class OptionChecks {
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  policy(value: unknown): Policy {
    const policy = asPolicy(value);
    if (policy !== undefined) return policy;
    throw new TypeError(
      `${this.#target}: ${show(value)} is no policy; pass what definePolicy({ ... }) returned.`,
    );
  }

  /** An object with no other keys than these. */
  object(path: string, value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      this.fail(path, value, `is no object; write { ${keys.join(", ")} }`);
    const given = value as Record<string, unknown>;
    const unknown = Object.keys(given).find((key) => !keys.includes(key));
    if (unknown !== undefined)
      this.fail(`${path}.${unknown}`, given[unknown], `is not read; there are ${keys.join(", ")}`);
    return given;
  }

  /** A list of at most `most` entries; none where `least` is 0 and it is absent. */
  list(path: string, value: unknown, least: number, most: number): readonly unknown[] {
    if (value === undefined && least === 0) return [];
    if (!Array.isArray(value) || value.length < least || value.length > most)
      this.fail(path, value, `is no list of ${least} to ${most}`);
    return value as readonly unknown[];
  }

  /** What `metadata.name` takes: RFC 1123, with room for a number after it. */
  name(path: string, value: unknown): string {
    if (typeof value === "string" && value.length <= 240 && SUBDOMAIN.test(value)) return value;
    return this.fail(
      path,
      value,
      'is no RFC 1123 name; write lower-case letters, digits, "-" and "." (240 at most), such as "orders-api"',
    );
  }

  /** The name of a namespace, a Service, a listener. */
  label(path: string, value: unknown): string {
    if (typeof value === "string" && LABEL.test(value)) return value;
    return this.fail(
      path,
      value,
      'is no RFC 1123 label; write lower-case letters, digits and "-" (63 at most), such as "orders"',
    );
  }

  optionalLabel(path: string, value: unknown): string | undefined {
    return value === undefined ? undefined : this.label(path, value);
  }

  /** A host, or `*.` before one. */
  host(path: string, value: unknown): string {
    const fits = typeof value === "string" && value.length <= 253 && WILD_SUBDOMAIN.test(value);
    if (fits && !IPV4.test(value)) return value;
    return this.fail(
      path,
      value,
      'is no host name; write one in lower case, without scheme and port: "api.example.com"',
    );
  }

  backend(value: unknown): KubernetesBackend {
    const { name, port } = this.object("options.backend", value, ["name", "port"]);
    if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65535)
      this.fail(
        "options.backend.port",
        port,
        "is no port; write a whole number from 1 to 65535, such as 8080",
      );
    return { name: this.label("options.backend.name", name), port: Number(port) };
  }

  fail(path: string, value: unknown, problem: string): never {
    throw new TypeError(`${this.#target}: ${path}: ${show(value)} ${problem}.`);
  }
}

/** The text of a file: what a reader has to know as a comment, then one document for each object. */
export function yamlFile(
  { digest }: Policy,
  advice: readonly string[],
  rows: readonly TableRow[],
  objects: readonly object[],
): string {
  const comment = [
    `CORS policy ${digest}, written by boring-cors. Change the policy, not this file.`,
    "",
    ...advice,
    "",
    "The longest prefix wins:",
    ...tableOf(rows),
  ];
  const head = comment.map((line) => `# ${line}`.trimEnd()).join("\n");
  // No anchors: who edits one rule does not mean the others. No folding: what is long stays one line, and can be found.
  const documents = objects.map((object) => dump(object, { noRefs: true, lineWidth: -1 }));
  return `${head}\n${documents.map((text) => `---\n${text}`).join("")}`;
}

function tableOf(rows: readonly TableRow[]): readonly string[] {
  const width = Math.max(0, ...rows.map(({ key }) => key.length));
  return rows.map(({ key, answer }) => `  ${key.padEnd(width)}  ${answer}`);
}

/**
 * The policy grants nothing on a path that two readers could read differently (`/Public`, `/public/..%2finternal`,
 * `//public`). Neither target has a form for that: each picks a rule by its own reading, and the service may read another
 * path. Where all rules answer alike that takes nothing away from anyone. Where they do not, a page that the one rule lets
 * in can reach what only the other rule guards, in either direction: a spelling that is matched as "/" and served as
 * `/internal`, or matched as `/public` and served as what lies beside it. No order of rules and no choice of the default
 * closes that, so it is said as a difference, for the whole export. Regular expressions could refuse odd spellings, but
 * how they rank beside prefixes is left to each implementation, so that they might open what they are to close.
 *
 * @param answers What the target does on each route, as text.
 */
export function noteOddSpellings(notes: Notes, keys: readonly string[], answers: readonly string[]): void {
  if (keys.length === 1 && keys[0] === "/") return;
  const spellings = "paths spelled oddly (upper case, %2e, %2f, //, ;) are not refused";
  if (new Set(answers).size === 1) {
    notes.add(
      "same-verdict",
      "ROUTE_PATH",
      "",
      `${spellings}; every route answers alike, so no other rule is got round`,
    );
    return;
  }
  notes.refuse(
    "ROUTE_PATH",
    "",
    "",
    `${spellings}: such a path may be matched by one rule and served as a path of another, whose answer is stricter`,
    'let the service decide where routes differ (owner: "service"), or use toNginx, which refuses them',
  );
}
