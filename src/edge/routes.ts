// A policy as exports read it: its routes, who owns them at the edge, and the header values of their answers.
import type { CompleteRegExpData, Layer, RouteData, RuleData } from "../policy/options.ts";
import { type OriginPattern, parseOrigin, parsePattern } from "../policy/origin.ts";
import type { Policy } from "../policy/policy.ts";

/** Whom a rule lets in, sorted by the form in which targets can say it. */
export type EdgeOrigins =
  | { readonly kind: "any" }
  | { readonly kind: "none" }
  | { readonly kind: "function" }
  | {
      readonly kind: "list";
      readonly exact: readonly string[];
      /** As written, and parsed. */
      readonly patterns: readonly (OriginPattern & { readonly written: string })[];
      readonly regexps: readonly CompleteRegExpData[];
    };

/** A route that the target answers for. */
export interface EdgeRule {
  readonly key: string;
  readonly kind: "rule";
  readonly origins: EdgeOrigins;
  readonly data: RuleData;
  /** The static value of a preflight's Access-Control-Allow-Methods; `null`: echo what is asked, if it is a token. */
  readonly allowMethods: string | null;
  /** The static value of Access-Control-Allow-Headers, `""` for none; `null`: echo what is asked, if it is a list of names. */
  readonly allowHeaders: string | null;
  /** `""` for none. */
  readonly exposeHeaders: string;
  /** Do answers that are no preflights depend on Origin? */
  readonly varies: boolean;
  /** Does its owner block refused origins? See {@link EdgePassage.blocks}. */
  readonly blocks: boolean;
}

/** A route that somebody behind the target owns: hands off. */
export interface EdgePassage {
  readonly key: string;
  readonly kind: "passage";
  /** Does its owner block refused origins? Then so does whoever cannot be sure that a path is another's. */
  readonly blocks: boolean;
}

export type EdgeRoute = EdgeRule | EdgePassage;

/**
 * The routes, the longest key first: where prefixes are tried in order, the first that fits is the right one.
 * `layer`: where the target runs. What another layer owns is treated as `cors()` does, see `ruleAt`.
 */
export function edgeRoutes(policy: Policy, layer: Layer = "edge"): readonly EdgeRoute[] {
  return Object.entries(policy.routes)
    .sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1))
    .map(([key, data]) => edgeRoute(key, data, layer));
}

function edgeRoute(key: string, data: RouteData, layer: Layer): EdgeRoute {
  if (data === "passthrough") return { key, kind: "passage", blocks: false };
  const rule = data === false ? NOBODY : data;
  const isOwn = rule.owner === undefined || rule.owner === layer;
  if (isOwn) return edgeRule(key, rule);
  if (layer === "edge") return { key, kind: "passage", blocks: rule.blockRefused };
  // A service grants nothing on the edge's routes, and goes on saying in Vary what their answers depend on.
  const { varies, blocks } = edgeRule(key, rule);
  return { ...edgeRule(key, { ...NOBODY, preflightContinue: true }), varies, blocks };
}

function edgeRule(key: string, rule: RuleData): EdgeRule {
  const { credentials, methods, allowedHeaders, exposedHeaders } = rule;
  const origins = originsOf(rule.origin);
  const names = allowedHeaders === "*" ? ["*"] : (allowedHeaders ?? []);
  const openHeaders = allowedHeaders === null || (credentials && names.includes("*"));
  return {
    key,
    kind: "rule",
    origins,
    data: rule,
    allowMethods: methods === "*" && credentials ? null : joined(methods),
    allowHeaders: openHeaders ? null : joined(names),
    exposeHeaders: joined(exposedHeaders),
    varies: origins.kind !== "any" && (origins.kind !== "none" || rule.blockRefused),
    blocks: rule.blockRefused,
  };
}

const NOBODY: RuleData = {
  origin: false,
  credentials: false,
  methods: [],
  allowedHeaders: [],
  exposedHeaders: [],
  maxAge: 0,
  preflightContinue: false,
  optionsSuccessStatus: 204,
  blockRefused: false,
  allowOverride: false,
  dangerouslyAllowInsecureOrigins: false,
  dangerouslyAllowPublicSuffixes: false,
  dangerouslyAllowOpaqueOrigins: false,
};

/** Whom a rule lets in. */
export function originsOf(origin: RuleData["origin"]): EdgeOrigins {
  if (origin === "*") return { kind: "any" };
  if (origin === false) return { kind: "none" };
  if ("function" in origin) return { kind: "function" };
  const texts = origin.filter((entry) => typeof entry === "string");
  return {
    kind: "list",
    exact: texts.filter((entry) => !isPattern(entry)),
    patterns: texts.filter(isPattern).flatMap((written) => {
      const pattern = parsePattern(written);
      return pattern === undefined ? [] : [{ ...pattern, written }];
    }),
    regexps: origin.filter((entry) => typeof entry !== "string"),
  };
}

/** An opaque host may hold `*` as an ordinary character (`app://*`): only where it is no origin is it a pattern. */
function isPattern(entry: string): boolean {
  return entry !== "null" && entry !== "file://" && parseOrigin(entry) === undefined;
}

function joined(names: "*" | readonly string[]): string {
  return typeof names === "string" ? names : names.join(",");
}
