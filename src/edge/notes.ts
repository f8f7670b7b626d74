// What an export says of itself: files, and for each route how near the target comes to the policy.
import type { CODES } from "./codes.ts";

/**
 * How near a target comes to the policy:
 * - `"exact"`: same status, same Access-Control-* values, same names in Vary, and it reaches the application or not alike;
 * - `"same-verdict"`: a browser comes to the same conclusion for every origin, method, headers and credentials;
 * - `"differs"`: for some requests it does not. Always narrower than the policy, never wider.
 *
 * @example const severities: EdgeSeverity[] = notes.map(({ severity }) => severity); // ["exact","exact"]
 */
export type EdgeSeverity = "exact" | "same-verdict" | "differs";

/**
 * One thing worth knowing of an export.
 *
 * @example const worst: EdgeNote | undefined = toNginx(policy).notes.find(({ severity }) => severity !== "exact");
 */
export interface EdgeNote {
  /** Stable: what scripts compare. */
  readonly code: EdgeNoteCode;
  /** How near the target comes here. */
  readonly severity: EdgeSeverity;
  /** The key of the route; `""` where it is about the whole export. */
  readonly route: string;
  /** The option of the route that it is about; `""` where it is about none. */
  readonly option: string;
  /** One sentence: what the target does. */
  readonly message: string;
  /** A way out; `""` where none is needed. */
  readonly instead: string;
}

/**
 * What a note is about; see {@link EdgeNote.code}.
 *
 * @useDeclaredType
 * @example const code: EdgeNoteCode = "ORIGIN_FUNCTION";
 */
export type EdgeNoteCode = (typeof CODES)[number];

/**
 * What an export returns.
 *
 * @example for (const [name, text] of Object.entries(toNginx(policy).files)) writeFileSync(name, text);
 */
export interface EdgeExport {
  /** File name to text; the same policy and options give the same bytes. */
  readonly files: Readonly<Record<string, string>>;
  /** At least one for each route: how near the target comes. */
  readonly notes: readonly EdgeNote[];
}

/**
 * Options of every export.
 *
 * @example toNginx(policy, { acceptDifferences: true });
 */
export interface EdgeOptions {
  /**
   * Export although the target cannot do all that the policy says. What it cannot do is then left out: the export is
   * narrower than the policy, never wider, and `notes` says where.
   *
   * @defaultValue `false`: {@link EdgeExportError}
   */
  readonly acceptDifferences?: boolean | undefined;
}

/**
 * Thrown where a target cannot express a policy, with everything that it cannot.
 *
 * @example
 * try {
 *   toNginx(definePolicy({ origin: async (origin) => isKnown(origin) }));
 * } catch (error) {
 *   if (error instanceof EdgeExportError)
 *     for (const { route, option, instead } of error.notes) console.error(route, option, instead);
 * }
 */
export class EdgeExportError extends TypeError {
  /** Always `"EdgeExportError"`: what programs match that load the package twice. */
  override readonly name = "EdgeExportError";
  /** What the target cannot do; each has severity `"differs"`. */
  declare readonly notes: readonly EdgeNote[];

  /**
   * Made by this package.
   *
   * @param target What cannot say it: `"nginx"`.
   * @param notes Everything that it cannot.
   */
  constructor(target: string, notes: readonly EdgeNote[]) {
    const lines = notes.map(
      ({ route, option, message, instead, code }) =>
        `  ${route === "" ? "routes" : `routes[${JSON.stringify(route)}]`}${option === "" ? "" : `.${option}`}: ${message}; ${instead} [${code}]`,
    );
    const count = notes.length === 1 ? "1 problem" : `${notes.length} problems`;
    super(`${target} cannot say what this policy says (${count}):\n${lines.join("\n")}`);
    // Node would print the list a second time, after the message.
    Object.defineProperty(this, "notes", { value: notes });
  }
}

/** Gathers the notes of one export. */
export class Notes {
  readonly #all: EdgeNote[] = [];

  /** A difference that nobody's verdict depends on, or none at all. */
  add(severity: "exact" | "same-verdict", code: EdgeNoteCode, route: string, message: string): void {
    this.#all.push({ code, severity, route, option: "", message, instead: "" });
  }

  /** What the target cannot do. `instead`: the way out. */
  refuse(code: EdgeNoteCode, route: string, option: string, message: string, instead: string): void {
    this.#all.push({ code, severity: "differs", route, option, message, instead });
  }

  /** Has something been refused of this route? */
  differs(route: string): boolean {
    return this.#all.some((note) => note.route === route && note.severity === "differs");
  }

  /**
   * The notes, frozen.
   *
   * @throws {EdgeExportError} for what was refused, unless differences are accepted.
   */
  settle(target: string, { acceptDifferences = false }: EdgeOptions): readonly EdgeNote[] {
    const refused = this.#all.filter(({ severity }) => severity === "differs");
    if (refused.length > 0 && !acceptDifferences) throw new EdgeExportError(target, refused);
    return Object.freeze(this.#all.map((note) => Object.freeze(note)));
  }
}
