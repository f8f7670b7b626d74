// originsFromEnv: an environment variable that is unset or wrong is an error at start-up, not an open door.
import { type ConfigIssue, CorsConfigError, IssueReport, show } from "../policy/issues.ts";
import { checkOrigin } from "../policy/validate-origin.ts";

/** Options of {@link originsFromEnv}. */
export interface OriginsFromEnvOptions {
  /** What to use when the variable is unset or empty. Default: that is an error. */
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
 * @throws {CorsConfigError} `ENV_UNSET` if it is unset or empty and there is no fallback, `ENV_ORIGIN` for an entry that is no origin.
 * @example cors({ origin: originsFromEnv("ALLOWED_ORIGINS", { fallback: "http://localhost:5173" }) })
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
  throw new CorsConfigError(
    [{ code: "ENV_UNSET", path: name, value, message }],
    "Invalid environment variable",
  );
}

/** `originsFromEnv(process.env.X)` passes the value, or nothing. */
function checkName(name: unknown): void {
  if (typeof name === "string" && /^[^\s:,=]+$/.test(name)) return;
  const message = `${show(name)} is no name of a variable; write the name, in quotes: originsFromEnv("ALLOWED_ORIGINS")`;
  throw new CorsConfigError(
    [{ code: "OPTION_TYPE", path: "name", value: name, message }],
    "Invalid name of originsFromEnv()",
  );
}

function checkOptions(options: unknown): void {
  const isObject = options === undefined || typeof options === "object";
  const unknown = Object.keys(isObject ? (options ?? {}) : {}).find((key) => key !== "fallback");
  if (isObject && unknown === undefined) return;
  const what = isObject ? `unknown option ${show(unknown)}` : `${show(options)} is no options object`;
  const message = `${what}; write { fallback: "http://localhost:5173" }`;
  throw new CorsConfigError(
    [{ code: "OPTION_TYPE", path: "options", value: options, message }],
    "Invalid options of originsFromEnv()",
  );
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
  throw new CorsConfigError(issues, "Invalid environment variable");
}
