// How commands write: nothing raw, columns that align, colours where a person reads.
import type { Io } from "./io.ts";

/** Text that came from elsewhere, for messages: control characters and what is no ASCII are escaped, and it is cut. */
export function plain(text: string, most = 600): string {
  const shown = text.length > most ? `${text.slice(0, most)}...` : text;
  return shown.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export type Colour = "red" | "green" | "yellow" | "dim" | "bold";

const CODES: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

export type Paint = (colour: Colour, text: string) => string;

/** Paints on terminals alone. */
export function painter({ colour }: Pick<Io, "colour">): Paint {
  return (name, text) => (colour ? `\u001b[${CODES[name]}m${text}\u001b[0m` : text);
}

/** One line for each row: the first column as wide as its widest cell, before anything is painted. */
export function columns(rows: readonly (readonly [name: string, text: string])[], paint: Paint): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${paint("dim", name.padEnd(width))}  ${text}`.trimEnd());
}

/** "a, b and 3 more". */
export function listed(items: readonly string[], most = 4): string {
  if (items.length <= most) return items.join(", ");
  return `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
}

/** "1 error", "2 errors". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** For programs. What is no ASCII is escaped, which says the same: terminals show JSON, too. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}\n`;
}
