// Checked options -> a frozen rule with ready-made header values: everything that can be computed before a request is.
import {
  type CheckedList,
  type CheckedRoute,
  type CheckedRule,
  DEFAULT_METHODS,
  defaultRule,
} from "./checked.ts";
import type { DecisionReason } from "./decision.ts";
import type { Layer, OriginFunction, RouteData } from "./options.ts";
import { type OriginSet, originSet } from "./origin-set.ts";
import { routeSelector } from "./routes.ts";
import { trustworthy } from "./validate-origin.ts";

/** How a rule judges origins; chosen once, here. */
export type Judge = "any" | "none" | "request" | "set" | "function";

/** One rule, ready to answer. Header values that are `undefined` are not sent. */
export interface CompiledRule {
  /** The key of its route; `undefined` for the rule that answers ambiguous paths. */
  readonly key: string | undefined;
  readonly passthrough: boolean;
  readonly judge: Judge;
  /** Why a rule that judges `"none"` refuses. */
  readonly refusal: DecisionReason;
  readonly set: OriginSet;
  /** The origins in the set that may act with the user's cookies. */
  readonly trusted: () => OriginSet;
  readonly ask: OriginFunction | undefined;
  readonly credentials: boolean;
  readonly allowInsecure: boolean;
  readonly allowOpaque: boolean;
  readonly allowPublicSuffixes: boolean;
  /** Do responses that are no preflights depend on Origin? */
  readonly varies: boolean;
  readonly methods: "*" | readonly string[];
  /** `undefined`: echo what was asked for, or nothing to send. */
  readonly allowMethods: string | undefined;
  readonly echoMethod: boolean;
  /** `null`: every name. `"*"` may stand among the names, and then covers all but Authorization. */
  readonly allowedHeaders: readonly string[] | null;
  readonly allowHeaders: string | undefined;
  readonly echoHeaders: boolean;
  readonly exposeHeaders: string | undefined;
  readonly maxAge: string;
  readonly successStatus: number;
  readonly preflightContinue: boolean;
  readonly blockRefused: boolean;
  readonly allowOverride: boolean;
  /** Who answers for it; `undefined`: every layer. */
  readonly owner: Layer | undefined;
}

/** A policy's rules behind its paths. `undefined`: no key covers the path. */
export interface CompiledPolicy {
  /** The rule of a policy whose only key is "/": it holds for every path but `*`. */
  readonly everywhere: CompiledRule | undefined;
  select(path: string): CompiledRule | undefined;
}

const STAR: readonly string[] = Object.freeze(["*"]);
const NO_NAMES: readonly string[] = Object.freeze([]);
const DEFAULT_METHODS_VALUE = DEFAULT_METHODS.join(",");
const EMPTY_SET = originSet({ exact: [], patterns: [], regexps: [] });

export function compilePolicy(checked: ReadonlyMap<string, CheckedRoute>): CompiledPolicy {
  const table = new Map([...checked].map(([key, route]) => [key, compileRoute(key, route)]));
  const find = routeSelector(table);
  const ambiguous = ambiguousRule(false);
  const ambiguousAndBlocked = ambiguousRule(true);
  return Object.freeze({
    everywhere: table.size === 1 ? table.get("/") : undefined,
    select(path: string): CompiledRule | undefined {
      const selected = find(path);
      if (selected.kind === "route") return selected.route;
      if (selected.kind === "uncovered") return undefined;
      return selected.candidates.some((rule) => rule.blockRefused) ? ambiguousAndBlocked : ambiguous;
    },
  });
}

/** A rule that grants nothing, for the reason given. */
function refusing(refusal: DecisionReason, parts: Partial<CompiledRule>): CompiledRule {
  return Object.freeze({ ...compileRule(undefined, defaultRule()), refusal, ...parts });
}

/** What readers of a path could disagree about is granted to nobody, and caches must know that origins matter here. */
function ambiguousRule(blockRefused: boolean): CompiledRule {
  return refusing("ambiguous-path", { varies: true, blockRefused });
}

export function compileRoute(key: string | undefined, route: CheckedRoute): CompiledRule {
  return route === "passthrough"
    ? refusing("passthrough", { key, passthrough: true })
    : Object.freeze(compileRule(key, route));
}

// A rule that steps aside is asked for at each request, and must be the same one each time.
const asides = new WeakMap<CompiledRule, CompiledRule>();

/**
 * The rule as this layer applies it. What another layer owns, the edge passes through untouched; the service grants
 * nothing there, removes what its handlers grant, and goes on saying in Vary what the answer depends on: so nobody can
 * send the headers of two layers.
 */
export function ruleAt(layer: Layer, rule: CompiledRule): CompiledRule {
  const { key, owner, varies } = rule;
  if (owner === undefined || owner === layer) return rule;
  let aside = asides.get(rule);
  if (aside === undefined) {
    aside = refusing(
      "passthrough",
      layer === "edge"
        ? { key, owner, passthrough: true }
        : // Preflights, too, go on to the application: the edge has answered those of pages.
          { key, owner, varies, preflightContinue: true },
    );
    asides.set(rule, aside);
  }
  return aside;
}

/** Runs at each request where a source answers with plain options: no Set, no copy that can be avoided. */
export function compileRule(key: string | undefined, rule: CheckedRule): CompiledRule {
  const { origin, credentials, methods, allowedHeaders, exposedHeaders } = rule;
  // With credentials `*` is an ordinary name in every list, so what is open is answered by an echo.
  const echoMethod = methods === "*" && credentials;
  const names = allowedHeaders ?? NO_NAMES;
  const openHeaders = allowedHeaders === null || names === "*" || names.includes("*");
  const set = origin.kind === "list" ? originSet(origin) : EMPTY_SET;
  const echoHeaders = openHeaders && (credentials || allowedHeaders === null);
  return {
    key,
    passthrough: false,
    judge: origin.kind === "list" ? "set" : origin.kind,
    refusal: "cors-disabled",
    set,
    // Exact origins are trusted as they are; and a closure over the list would keep it.
    trusted: origin.kind === "list" && !credentials && !set.exactOnly ? trustedPart(origin, rule) : () => set,
    ask: origin.kind === "function" ? origin.ask : undefined,
    credentials,
    allowInsecure: rule.dangerouslyAllowInsecureOrigins,
    allowOpaque: rule.dangerouslyAllowOpaqueOrigins,
    allowPublicSuffixes: rule.dangerouslyAllowPublicSuffixes,
    // A rule that blocks answers by Origin even where it grants nothing.
    varies: origin.kind !== "any" && (origin.kind !== "none" || rule.blockRefused),
    methods,
    allowMethods: echoMethod ? undefined : joined(methods),
    echoMethod,
    allowedHeaders: allowedHeaders === "*" ? STAR : allowedHeaders,
    allowHeaders: echoHeaders ? undefined : joined(names),
    echoHeaders,
    exposeHeaders: joined(exposedHeaders),
    maxAge: rule.maxAge === 600 ? "600" : String(rule.maxAge),
    successStatus: rule.optionsSuccessStatus,
    preflightContinue: rule.preflightContinue,
    blockRefused: rule.blockRefused,
    allowOverride: rule.allowOverride,
    owner: rule.owner,
  };
}

/** Found out at first use: most rules without credentials guard no WebSocket. */
function trustedPart(origin: CheckedList, { dangerouslyAllowPublicSuffixes }: CheckedRule): () => OriginSet {
  let part: OriginSet | undefined;
  return () => {
    part ??= originSet(trustworthy(origin, dangerouslyAllowPublicSuffixes));
    return part;
  };
}

/** Without a space, as npm `cors` does; a list without entries sends no header. */
function joined(names: "*" | readonly string[]): string | undefined {
  if (names === DEFAULT_METHODS) return DEFAULT_METHODS_VALUE;
  if (typeof names === "string") return names;
  return names.length === 0 ? undefined : names.join(",");
}

/** The rule as plain data for `Policy.routes`, which `definePolicy` accepts again. */
export function routeData(route: CheckedRoute): RouteData {
  if (route === "passthrough") return route;
  const { origin } = route;
  const shown =
    origin.kind === "list"
      ? Object.freeze(
          origin.written.map((entry) => (typeof entry === "string" ? entry : Object.freeze(entry))),
        )
      : origin.kind === "any"
        ? "*"
        : origin.kind === "function"
          ? Object.freeze({ function: true } as const)
          : false;
  // `{ origin: false }` is `false`, unless it still says something about requests that are refused.
  const { owner, ...rest } = route;
  const says = route.blockRefused || route.preflightContinue || route.allowOverride || owner !== undefined;
  if (shown === false && !says) return false;
  return Object.freeze({
    ...rest,
    // Absent where there is none: the digest of a policy without owners does not depend on them.
    ...(owner === undefined ? {} : { owner }),
    origin: shown,
    methods: frozen(route.methods),
    allowedHeaders: route.allowedHeaders === null ? null : frozen(route.allowedHeaders),
    exposedHeaders: frozen(route.exposedHeaders),
  });
}

function frozen(names: "*" | readonly string[]): "*" | readonly string[] {
  return typeof names === "string" ? names : Object.freeze([...names]);
}
