// Per-request sources: what a function of the request answers becomes a rule for this request.
import type { IncomingMessage } from "node:http";
import { defaultRule } from "../policy/checked.ts";
import { type CompiledRule, compilePolicy, compileRoute, compileRule } from "../policy/compile.ts";
import { formatIssue, IssueReport, show } from "../policy/issues.ts";
import type { PolicyOptions, RuleOptions } from "../policy/options.ts";
import { asPolicy, compiledOf, type LivePolicy, type Policy } from "../policy/policy.ts";
import { checkPolicy, checkRule, isOptions, type Options } from "../policy/validate.ts";
import type { OnceWarnings } from "./diagnostics.ts";

/** What a source may answer. `false` and `[]` grant nothing; `"passthrough"` leaves CORS to the application. */
export type SourceAnswer = PolicyOptions | Policy | LivePolicy | false | "passthrough" | readonly [];

/** Called with a source's answer, or with the error that kept it from answering. */
export type SourceCallback = (error: unknown, answer?: SourceAnswer) => void;

/**
 * Decides per request which options hold: by return value, promise or callback. Its answers all get `Vary: Origin`,
 * since it may have looked at it. `{ origin: true }` means this request's origin, and may stand beside credentials.
 * Only a `Policy` is reused; plain options are validated at each call.
 *
 * @example app.use(cors((req, callback) => callback(null, { origin: isKnown(req.headers.origin) })));
 */
export type SourceFunction<Q = IncomingMessage> = (
  req: Q,
  callback: SourceCallback,
) => SourceAnswer | void | Promise<SourceAnswer | void>;

/** The name that users of `@types/cors` know for rule options. */
export type CorsOptions = RuleOptions;
/** The name that users of `@types/cors` know for a request. */
export type CorsRequest = IncomingMessage;
/** The name that users of `@types/cors` know for a per-request source. */
export type CorsOptionsDelegate<Q = CorsRequest> = SourceFunction<Q>;

/** A rule for one request, and whose it is. */
export interface Resolved {
  /** `undefined`: no route of the answered policy covers the path. */
  readonly rule: CompiledRule | undefined;
  /** Whose rule it is; `undefined` for plain options. */
  readonly policy: Policy | undefined;
  /** Why an answer that is no source grants nothing. */
  readonly because?: string | undefined;
}

const OFF: Resolved = Object.freeze({ rule: compileRoute("/", defaultRule()), policy: undefined });
const HANDS_OFF: Resolved = Object.freeze({ rule: compileRoute("/", "passthrough"), policy: undefined });

/** Turns a source's answers into rules, for one middleware. */
export class SourceAnswers {
  readonly #warnings: OnceWarnings;
  #last: RememberedOptions | undefined;

  constructor(warnings: OnceWarnings) {
    this.#warnings = warnings;
  }

  /** An answer that is none refuses, with one warning per code: it is no error of the request. */
  resolve(answer: unknown, origin: string | undefined, pathOf: () => string): Resolved {
    if (isOptions(answer)) {
      const policy = asPolicy(answer);
      if (policy !== undefined) return { rule: compiledOf(policy).select(pathOf()), policy };
      return this.#resolveOptions(answer, origin, pathOf);
    }
    if (answer === false || (Array.isArray(answer) && answer.length === 0)) return OFF;
    if (answer === "passthrough") return HANDS_OFF;
    const report = new IssueReport();
    report.error(
      "OPTIONS_TYPE",
      "",
      answer,
      `${show(answer)} is no answer; answer { origin: [...] }, false or a Policy`,
    );
    return this.#invalid(report);
  }

  #resolveOptions(options: Options, origin: string | undefined, pathOf: () => string): Resolved {
    if (this.#last !== undefined && isSame(this.#last, options)) return this.#last.resolved;
    const report = new IssueReport();
    const rule =
      options.routes === undefined
        ? compileRule("/", checkRule(options, report, { origin }))
        : compilePolicy(checkPolicy(options, report, { origin })).select(pathOf());
    if (report.errors.length > 0) return this.#invalid(report);
    const resolved = { rule, policy: undefined };
    if (typeof options.origin === "boolean") this.#last = remember(options, resolved);
    return resolved;
  }

  #invalid({ errors }: IssueReport): Resolved {
    for (const issue of errors) {
      this.#warnings.warn(`source ${issue.code}`, "CorsPolicyWarning", issue.code, () => {
        return `A per-request source answered an invalid policy, so the request was refused: ${formatIssue(issue)}`;
      });
    }
    const because = errors.map(formatIssue).join(" ");
    return { ...OFF, because: `The per-request source answered an invalid policy: ${because}` };
  }
}

/** Valid options that consist of primitive values alone: equal ones, however fresh the object, mean the same. */
interface RememberedOptions {
  readonly names: readonly string[];
  readonly options: Options;
  readonly resolved: Resolved;
}

function remember(options: Options, resolved: Resolved): RememberedOptions | undefined {
  const names = Object.keys(options);
  const primitive = names.every(
    (name) => typeof options[name] !== "object" && typeof options[name] !== "function",
  );
  return primitive ? { names, options: { ...options }, resolved } : undefined;
}

function isSame({ names, options: remembered }: RememberedOptions, options: Options): boolean {
  let count = 0;
  for (const name in options) {
    if (options[name] !== remembered[name]) return false;
    count++;
  }
  return count === names.length;
}
