// Per-request sources: what a function of the request answers becomes a rule for this request.
import type { IncomingMessage } from "node:http";
import { type CompiledRule, compilePolicy, compileRoute, compileRule } from "../policy/compile.ts";
import { defaultRule } from "../policy/checked.ts";
import { formatIssue, IssueReport, show } from "../policy/issues.ts";
import type { PolicyOptions, RuleOptions } from "../policy/options.ts";
import { asPolicy, compiledOf, type LivePolicy, type Policy } from "../policy/policy.ts";
import { checkPolicy, checkRule, isOptions } from "../policy/validate.ts";
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

/** Turns an answer into a rule. An answer that is none refuses, with one warning per code: it is no error of the request. */
export function resolveAnswer(
  answer: unknown,
  origin: string | undefined,
  path: string,
  warnings: OnceWarnings,
): Resolved {
  if (isOptions(answer)) {
    const policy = asPolicy(answer);
    if (policy !== undefined) return { rule: compiledOf(policy).select(path), policy };
    const report = new IssueReport();
    const rule =
      answer.routes === undefined
        ? compileRule("/", checkRule(answer, report, { origin }))
        : compilePolicy(checkPolicy(answer, report, { origin })).select(path);
    return report.errors.length === 0 ? { rule, policy: undefined } : invalid(report, warnings);
  }
  if (answer === false || (Array.isArray(answer) && answer.length === 0)) return OFF;
  if (answer === "passthrough") return HANDS_OFF;
  const report = new IssueReport();
  report.error("OPTIONS_TYPE", "", answer, `${show(answer)} is no answer; answer { origin: [...] }, false or a Policy`);
  return invalid(report, warnings);
}

function invalid({ errors }: IssueReport, warnings: OnceWarnings): Resolved {
  for (const issue of errors) {
    warnings.warn(`source ${issue.code}`, "CorsPolicyWarning", issue.code, () => {
      return `A per-request source answered an invalid policy, so the request was refused: ${formatIssue(issue)}`;
    });
  }
  const [first] = errors;
  return { ...OFF, because: first && `The per-request source answered an invalid policy: ${formatIssue(first)}` };
}
