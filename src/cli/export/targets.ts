// What export can write, and which options each target takes.
import { type EdgeExport, toNginx, toVectors } from "../../edge/index.ts";
import type { Policy } from "../../policy/policy.ts";
import { Misuse } from "../io.ts";

/** As commander hands them over; nothing is checked yet. */
export interface ExportOptions {
  readonly out?: string;
  readonly acceptDifferences?: true;
  readonly json?: true;
  readonly prefix?: string;
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
  vectors: {
    writes: "cors-vectors.json, test vectors for every other stack (docs/test-vectors.md)",
    takes: [],
    export: (policy) => toVectors(policy),
  },
};

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
