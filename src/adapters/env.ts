// originsFromEnv: an environment variable that is unset or wrong is an error at start-up, not an open door.
import { type ConfigIssue, CorsConfigError, IssueReport, show } from "../policy/issues.ts";
import { refuse } from "../policy/seldom.ts";
import { isOptions } from "../policy/validate.ts";
import { checkOrigin } from "../policy/validate-origin.ts";

/**
 * Options of {@link originsFromEnv}.
 *
 * @example originsFromEnv("UNSET", { fallback: "http://localhost:5173" }); // ["http://localhost:5173"]
 */
export interface OriginsFromEnvOptions {
  /**
   * What to use when the variable is unset or empty: an array, or a list as the variable holds it.
   *
   * @defaultValue none: it throws `ENV_UNSET`
   * @throws {CorsConfigError} `ENV_ORIGIN` for an entry that is no origin.
   * @example originsFromEnv("UNSET", { fallback: ["http://localhost:*"] }); // ["http://localhost:*"]
   */
  readonly fallback?: string | readonly string[] | undefined;
}

// Whether a pattern or an insecure origin may stand there depends on the rule, which judges them again.
const NO_FLAGS = {
  credentials: false,
  dangerouslyAllowInsecureOrigins: false,
  dangerouslyAllowPublicSuffixes: false,
  dangerouslyAllowOpaqueOrigins: true,
};

/**
 * Origins from an environment variable, separated by commas or white space: `https://a.example, https://b.example`.
 * Patterns are fine, and so is `*` alone.
 *
 * @param name The variable's name.
 * @param options `fallback`.
 * @returns At least one origin or pattern, for the option `origin`.
 * @throws {CorsConfigError} `ENV_UNSET` if it is unset or empty and there is no fallback, `ENV_ORIGIN` for an entry that
 * is no origin, `OPTION_TYPE` for wrong options.
 * @example cors({ origin: originsFromEnv("ALLOWED_ORIGINS", { fallback: "http://localhost:5173" }), credentials: true });
 */
export function originsFromEnv(name: string, options?: OriginsFromEnvOptions): string[] {
  checkName(name);
  checkOptions(options);
  const entries = listed(process.env[name]);
  if (entries.length > 0) return judged(name, entries);
  const fallback = listed(options?.fallback);
  if (fallback.length > 0) return judged(`${name} (fallback)`, fallback);
  const value = process.env[name];
  const message = `${show(value)} names no origin; set it to a list, ${name}=https://app.example.com, or give a fallback`;
  refuse(
    new CorsConfigError([{ code: "ENV_UNSET", path: name, value, message }], "Invalid environment variable"),
    originsFromEnv,
  );
}

const EXAMPLE = 'write { fallback: "http://localhost:5173" }';

/** `originsFromEnv(process.env.X)` passes the value, or nothing. */
function checkName(name: unknown): void {
  if (typeof name === "string" && /^[^\s:,=]+$/.test(name)) return;
  const message = `${show(name)} is no name of a variable; write the name, in quotes: originsFromEnv("ALLOWED_ORIGINS")`;
  refuse(
    new CorsConfigError(
      [{ code: "OPTION_TYPE", path: "name", value: name, message }],
      "Invalid name of originsFromEnv()",
    ),
    originsFromEnv,
  );
}

function checkOptions(options: unknown): void {
  if (options === undefined || options === null) return;
  const report = new IssueReport();
  if (!isOptions(options)) {
    report.error("OPTIONS_TYPE", "", options, `${show(options)} is no options object; ${EXAMPLE}`);
  }
  // Checked even where the variable is set: the day on which it is not is a bad one to find out.
  for (const [name, value] of Object.entries(isOptions(options) ? options : {})) {
    if (value === undefined) continue;
    if (name !== "fallback") report.error("UNKNOWN_OPTION", name, value, `unknown option; ${EXAMPLE}`);
    else if (typeof value !== "string" && !Array.isArray(value)) {
      report.error("OPTION_TYPE", name, value, `${show(value)} is no list of origins; ${EXAMPLE}`);
    }
  }
  if (report.errors.length > 0)
    refuse(new CorsConfigError(report.errors, "Invalid options of originsFromEnv()"), originsFromEnv);
}

function listed(text: string | readonly string[] | undefined): string[] {
  if (typeof text !== "string") return [...(text ?? [])];
  return text.split(/[\s,]+/).filter((entry) => entry !== "");
}

function judged(name: string, entries: string[]): string[] {
  const report = new IssueReport();
  checkOrigin(entries, name, NO_FLAGS, report);
  if (report.errors.length === 0) return entries;
  const issues = report.errors.map((issue): ConfigIssue => ({ ...issue, code: "ENV_ORIGIN" }));
  refuse(new CorsConfigError(issues, "Invalid environment variable"), originsFromEnv);
}
