// How exports and their lint name things; apart from what writes YAML, which lint does not need.
import { show } from "../policy/issues.ts";

/** Entries in the words of an error, no more of them than a person reads. */
export function listed(entries: readonly string[], most = 4): string {
  const shown = entries.slice(0, most).map((entry) => show(entry));
  return `${shown.join(", ")}${entries.length > most ? ` and ${entries.length - most} more` : ""}`;
}
