// The second argument of cors(), and the commonest slip with the first: checked before anything else.
import { CorsConfigError, IssueReport, show } from "../policy/issues.ts";
import type { Layer } from "../policy/options.ts";
import { routeKeyProblem } from "../policy/routes.ts";
import { refuse } from "../policy/seldom.ts";
import { isOptions } from "../policy/validate.ts";

/** Where a middleware stands. */
export interface Mounted {
  /** `""` for none. */
  readonly base: string;
  readonly layer: Layer;
}

export interface CheckedMountOptions extends Mounted {
  readonly mode: "enforce" | "report";
}

/** `entry`: the function that the user called, in whose name an error is thrown. */
export function checkMountOptions(
  source: unknown,
  options: unknown,
  entry: (...given: never[]) => unknown,
): CheckedMountOptions {
  const report = new IssueReport();
  if (isRequest(source)) {
    report.error(
      "NOT_CALLED",
      "",
      "cors",
      "cors was mounted without being called; write app.use(cors({ origin: [...] }))",
    );
    refuse(new CorsConfigError(report.errors), entry);
  }
  const given = isOptions(options) ? options : {};
  if (given !== options && options !== undefined && options !== null) {
    const meant = typeof options === "string" && baseProblem(options) === undefined ? options : "/billing";
    report.error(
      "OPTIONS_TYPE",
      "",
      options,
      `${show(options)} is no options object; write { base: ${show(meant)} }, or nothing`,
    );
  }
  const { base = "", mode = "enforce", layer = "service", ...unknown } = given;
  for (const [name, value] of Object.entries(unknown)) {
    if (value === undefined) continue;
    report.error(
      "UNKNOWN_OPTION",
      name,
      value,
      "unknown option; the second argument takes base, mode and layer, all else belongs into the first",
    );
  }
  if (mode !== "enforce" && mode !== "report")
    report.error("MODE", "mode", mode, `${show(mode)} is no mode; write "enforce" or "report"`, "enforce");
  if (layer !== "edge" && layer !== "service")
    report.error("LAYER", "layer", layer, `${show(layer)} is no layer; write "edge" or "service"`);
  const problem =
    typeof base === "string" ? baseProblem(base) : `is no path prefix; write a string such as "/billing"`;
  if (problem !== undefined) report.error("BASE", "base", base, `${show(base)} ${problem}`);
  if (report.errors.length > 0)
    refuse(new CorsConfigError(report.errors, "Invalid options of cors()"), entry);
  return {
    base: base === "/" ? "" : (base as string),
    mode: mode as CheckedMountOptions["mode"],
    layer: layer as Layer,
  };
}

function baseProblem(base: string): string | undefined {
  return base === "" ? undefined : routeKeyProblem(base);
}

/** `app.use(cors)`: Express calls it with a request, and the response in the place of options. */
function isRequest(source: unknown): boolean {
  try {
    const { headers, httpVersion } = Object(source ?? {}) as { headers?: unknown; httpVersion?: unknown };
    return typeof headers === "object" && headers !== null && typeof httpVersion === "string";
  } catch {
    // Options that cannot be read: whoever reads them next says so.
    return false;
  }
}
