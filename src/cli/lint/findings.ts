// A policy -> findings: its own warnings, and notes on what is legal but worth saying.
import type { ConfigurationFinding } from "../../edge/findings.ts";
import { type ConfigIssue, ISSUE_CODES } from "../../policy/issues.ts";
import type { Policy } from "../../policy/policy.ts";
import { plain } from "../text.ts";
import { type Note, notesOnPolicy } from "./notes.ts";

export interface Finding {
  readonly severity: "error" | "warning" | "note";
  readonly code: string;
  /** Where, as code would write it: `routes["/public"].origin[1]`; `""` for the policy as a whole. */
  readonly path: string;
  readonly what: string;
  readonly why: string;
  /** In words, or as the value that can stand at `path`. */
  readonly fix: string;
}

export function lintPolicy(policy: Policy): readonly Finding[] {
  return [
    ...policy.warnings.map((issue) => findingOf("warning", issue)),
    ...notesOnPolicy(policy).map((note: Note): Finding => ({ severity: "note", ...note })),
  ];
}

/** On configuration that people have already: what stands in it is written so that terminals show it. */
export function findingIn({ severity, code, where, what, why, fix }: ConfigurationFinding): Finding {
  return {
    severity,
    code,
    path: plain(where, 300),
    what: plain(what, 900),
    why: plain(why, 900),
    fix: plain(fix, 300),
  };
}

/** Of an error that the file itself threw as well: its fields are what some copy of this package wrote. */
export function findingOf(severity: "error" | "warning", issue: ConfigIssue): Finding {
  const { code, path, message, fix } = issue;
  const name = String(code);
  // What holds for every value: beside a fix the reason, and without one what to do.
  const advice = (ISSUE_CODES as Readonly<Record<string, string>>)[name] ?? "";
  return {
    severity,
    code: plain(name, 60),
    path: plain(String(path), 200),
    what: plain(String(message), 900),
    why: fix === undefined ? "" : advice,
    fix: fix === undefined ? advice : plain(spelt(fix), 300),
  };
}

function spelt(fix: unknown): string {
  return JSON.stringify(fix, (_, value) => (value instanceof RegExp ? String(value) : value)) ?? String(fix);
}
