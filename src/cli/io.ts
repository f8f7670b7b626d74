// What a command sees of the world: where it writes, whether people read it, and where it was started.

/** Handed to every command, so that tests run them in their own process. */
export interface Io {
  out(text: string): void;
  /** For progress and errors; never a part of the result. */
  err(text: string): void;
  /** Does a person read standard output on a terminal that takes colours? (NO_COLOR, FORCE_COLOR, TERM=dumb) */
  readonly colour: boolean;
  /** Is standard error a terminal, for progress? */
  readonly progress: boolean;
  /** The folder that relative paths start from. */
  readonly cwd: string;
}

/** Exit codes, the same for every command: as expected, something was found, misuse (or unreachable). */
export const EXIT = { ok: 0, found: 1, misuse: 2 } as const;

/** What the user got wrong: printed as one message, exit code 2. Never with a stack. */
export class Misuse extends Error {}
