// Per-request sources: what a function of the request answers becomes a rule for this request.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { defaultRule } from "../policy/checked.ts";
import { type CompiledRule, compilePolicy, compileRoute, compileRule } from "../policy/compile.ts";
import { formatIssue, IssueReport, show } from "../policy/issues.ts";
import type { Origin, RouteTable, RuleOptions } from "../policy/options.ts";
import { asPolicy, compiledOf, type LivePolicy, type Policy } from "../policy/policy.ts";
import { checkPolicy, checkRule, isOptions, type Options } from "../policy/validate.ts";
import type { OnceWarnings } from "./diagnostics.ts";

/**
 * Rule options of one request; the origin may be its own Origin header, present or not: after a check of yours.
 *
 * @example cors((req): SourceOptions => ({ origin: isKnown(req.headers.origin), credentials: true }));
 */
export type SourceOptions = Omit<RuleOptions, "origin"> & {
  /**
   * As {@link RuleOptions.origin}; `true` means this request's origin. **Required.** What is malformed refuses, with a
   * `CorsPolicyWarning`.
   *
   * @example cors((req) => ({ origin: isKnown(req.headers.origin), credentials: true }));
   */
  readonly origin: Origin | undefined;
};

/**
 * What a source may answer. `false` and `[]` grant nothing; `"passthrough"` leaves CORS to the application. What is none
 * of these refuses, with a `CorsPolicyWarning`.
 *
 * @example cors((req): SourceAnswer => (req.headers.host === "public.example.com" ? { origin: "*" } : policy));
 */
export type SourceAnswer =
  | SourceOptions
  | RouteTable
  | Policy
  | LivePolicy
  | false
  | "passthrough"
  | readonly [];

/**
 * Called with a source's answer, or with the error that kept it from answering. A second call is ignored.
 *
 * @example cors((req, callback: SourceCallback) => callback(null, { origin: false }));
 */
export type SourceCallback = (error: unknown, answer?: SourceAnswer) => void;

/**
 * Decides per request which options hold: by return value, promise or callback. Its answers all get `Vary: Origin`,
 * since it may have looked at it. `{ origin: true }` means this request's origin, and may stand beside credentials.
 * Plain options are validated at each call (the same values again cost a comparison); a `Policy` is ready at once.
 * An error goes to `next(err)`.
 *
 * @example
 * app.use(cors(async (req: IncomingMessage) => ({ origin: await db.originsOf(req.headers.host), credentials: true })));
 */
export type SourceFunction<Q = IncomingMessage> = (
  req: Q,
  callback: SourceCallback,
) => SourceAnswer | void | Promise<SourceAnswer | void>;

/**
 * The name that users of `@types/cors` know for {@link RuleOptions}; may be filled in step by step.
 *
 * @example
 * const options: CorsOptions = { origin: ["https://app.example.com"] };
 * options.credentials = true;
 * app.use(cors(options));
 */
export type CorsOptions = { -readonly [K in keyof RuleOptions]: RuleOptions[K] };

/**
 * The name that users of `@types/cors` know for a request.
 *
 * @example const originOf = (req: CorsRequest) => req.headers.origin;
 */
export interface CorsRequest {
  /** The request's method. */
  method?: string | undefined;
  /** The request's headers, by lower-case name. */
  headers: IncomingHttpHeaders;
}

/**
 * The name that users of `@types/cors` know for {@link SourceFunction}.
 *
 * @example const delegate: CorsOptionsDelegate = (req, callback) => callback(null, { origin: req.url === "/public" && "*" });
 */
export type CorsOptionsDelegate<Q extends CorsRequest = IncomingMessage> = SourceFunction<Q>;

/** A rule for one request, and whose it is. */
export interface Resolved {
  /** `undefined`: no route of the answered policy covers the path. */
  readonly rule: CompiledRule | undefined;
  /** Whose rule it is; `undefined` for plain options. */
  readonly policy: Policy | undefined;
  /** Why an answer that is no source grants nothing. */
  readonly because?: (() => string) | undefined;
}

/** Turns a source's answers into rules, for one middleware. */
export class SourceAnswers {
  /** Grants nothing: what holds while the source is asked, and where it says so. */
  readonly off = compileRoute("/", defaultRule());
  readonly #handsOff = compileRoute("/", "passthrough");
  readonly #warnings: Pick<OnceWarnings, "warn">;
  readonly #remembered: RememberedOptions[] = [];

  constructor(warnings: Pick<OnceWarnings, "warn">) {
    this.#warnings = warnings;
  }

  /** An answer that is none refuses, with one warning per code: it is no error of the request. */
  resolve(answer: unknown, origin: string | undefined, pathOf: () => string): Resolved {
    if (isOptions(answer)) {
      const policy = asPolicy(answer);
      if (policy !== undefined) return { rule: compiledOf(policy).select(pathOf()), policy };
      return this.#resolveOptions(answer, origin, pathOf);
    }
    if (answer === false) return { rule: this.off, policy: undefined, because: saidFalse };
    if (Array.isArray(answer) && answer.length === 0) return { rule: this.off, policy: undefined };
    if (answer === "passthrough") return { rule: this.#handsOff, policy: undefined };
    const report = new IssueReport();
    report.error(
      "OPTIONS_TYPE",
      "",
      answer,
      `${show(answer)} is no answer; answer { origin: [...] }, false or a Policy; a function that is to get the origin is written cors({ origin: fn })`,
    );
    return this.#invalid(report);
  }

  #resolveOptions(options: Options, origin: string | undefined, pathOf: () => string): Resolved {
    for (const remembered of this.#remembered) {
      if (isSame(remembered, options)) return remembered.resolved;
    }
    const report = new IssueReport();
    if (options.routes !== undefined) {
      const rule = compilePolicy(checkPolicy(options, report, { origin })).select(pathOf());
      return report.errors.length === 0 ? { rule, policy: undefined } : this.#invalid(report);
    }
    const rule = compileRule("/", checkRule(options, report, { origin }));
    if (report.errors.length > 0) return this.#invalid(report);
    const resolved = { rule, policy: undefined };
    // "This request's origin", said by naming it, means another one next time.
    if (rule.judge !== "request" || options.origin === true) this.#remember(options, resolved);
    return resolved;
  }

  #remember(options: Options, resolved: Resolved): void {
    const names = Object.keys(options);
    const values = names.map((name) => {
      const value = options[name];
      return Array.isArray(value) ? [...value] : value;
    });
    // What comes from a prototype (a getter of a class), or changes and stays the same object, cannot be compared.
    if (!names.includes("origin") || values.flat().some(isOptions)) return;
    if (this.#remembered.length === MOST_REMEMBERED) this.#remembered.pop();
    this.#remembered.unshift({ names, values, resolved });
  }

  #invalid({ errors }: IssueReport): Resolved {
    for (const issue of errors) {
      this.#warnings.warn(issue.code, "", "CorsPolicyWarning", () => {
        return `A per-request source answered an invalid policy, so the request was refused: ${formatIssue(issue)}`;
      });
    }
    const because = () => {
      const lines = errors.slice(0, SHOWN_ISSUES).map(formatIssue).join(" ");
      return `The per-request source answered an invalid policy: ${lines}`;
    };
    return { rule: this.off, policy: undefined, because };
  }
}

/** An origin function in the place of a source answers this to everybody: it looks for a request in a list of origins. */
function saidFalse(): string {
  return (
    "The per-request source answered false; to allow, answer { origin: [...] }. It gets the request: a function " +
    "that is to get the origin is written cors({ origin: fn })."
  );
}

const SHOWN_ISSUES = 3;
const MOST_REMEMBERED = 4;

/**
 * Valid options and the rule that they made: the same values in a fresh object mean the same. Strings are compared by
 * value, RegExps and functions by identity, lists entry by entry with a copy.
 */
interface RememberedOptions {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  readonly resolved: Resolved;
}

function isSame({ names, values }: RememberedOptions, options: Options): boolean {
  // Own names, as checkRule reads them: `for in` would take an inherited option for one that counts.
  const own = Object.keys(options);
  if (own.length !== names.length) return false;
  for (let index = 0; index < own.length; index++) {
    const name = own[index] as string;
    if (names[index] !== name || !isSameValue(values[index], options[name])) return false;
  }
  return true;
}

function isSameValue(remembered: unknown, value: unknown): boolean {
  if (remembered === value) return !Array.isArray(value);
  if (!Array.isArray(remembered) || !Array.isArray(value) || remembered.length !== value.length) return false;
  for (let index = 0; index < value.length; index++) if (remembered[index] !== value[index]) return false;
  return true;
}
