// Findings in words, for people: where, what, why, and what to write instead.
import { show } from "../../policy/issues.ts";
import { type Colour, columns, counted, type Paint } from "../text.ts";
import type { Finding } from "./findings.ts";

const COLOURS: Readonly<Record<Finding["severity"], Colour>> = {
  error: "red",
  warning: "yellow",
  note: "dim",
};

interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

export function lintText(file: string, findings: readonly Finding[], counts: Counts, paint: Paint): string {
  const blocks = findings.map(({ severity, code, path, what, why, fix }) =>
    [
      `${paint(COLOURS[severity], severity.padEnd(7))}  ${paint("bold", path || "options")}  [${code}]`,
      ...columns(
        (
          [
            ["what", what],
            ["why", why],
            ["fix", fix],
          ] as const
        ).filter(([, text]) => text !== ""),
        paint,
      ).map((line) => `  ${line}`),
    ].join("\n"),
  );
  const { errors, warnings, notes } = counts;
  const sums = [counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note")].join(", ");
  const explained = findings.some(
    ({ severity, code }) => severity !== "note" && !/^(INGRESS|NGINX)_/.test(code),
  )
    ? " The codes are explained in docs/errors.md of the package."
    : "";
  return [...blocks, `${show(file)}: ${sums}.${explained}`].join("\n\n").concat("\n");
}
