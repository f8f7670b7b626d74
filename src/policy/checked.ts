// Options after validation: complete, typed, and no longer what a user wrote. Only validate.ts makes them.
import type { CompleteRegExpData, Layer, OriginFunction } from "./options.ts";
import type { OriginPattern } from "./origin.ts";

export interface CheckedRegExp {
  readonly data: CompleteRegExpData;
  readonly test: (origin: string) => boolean;
}

export interface CheckedList {
  readonly kind: "list";
  readonly exact: string[];
  readonly patterns: OriginPattern[];
  readonly regexps: CheckedRegExp[];
  /** The entries in the order in which they were written, for `Policy.routes`. */
  readonly written: (string | CompleteRegExpData)[];
  /** Where in the user's array each of them stood. */
  readonly positions: number[];
}

export type CheckedOrigin =
  | { readonly kind: "any" }
  | { readonly kind: "none" }
  /** The origin of the request at hand: only a per-request source can say that. */
  | { readonly kind: "request" }
  | { readonly kind: "function"; readonly ask: OriginFunction }
  | CheckedList;

export interface CheckedRule {
  origin: CheckedOrigin;
  credentials: boolean;
  methods: "*" | readonly string[];
  allowedHeaders: "*" | readonly string[] | null;
  exposedHeaders: "*" | readonly string[];
  maxAge: number;
  preflightContinue: boolean;
  optionsSuccessStatus: number;
  blockRefused: boolean;
  allowOverride: boolean;
  owner: Layer | undefined;
  dangerouslyAllowInsecureOrigins: boolean;
  dangerouslyAllowPublicSuffixes: boolean;
  dangerouslyAllowOpaqueOrigins: boolean;
}

export type CheckedRoute = CheckedRule | "passthrough";

export const DEFAULT_METHODS: readonly string[] = Object.freeze([
  "GET",
  "HEAD",
  "PUT",
  "PATCH",
  "POST",
  "DELETE",
]);

/** The defaults, as one object literal, so that every rule has the same shape. */
export function defaultRule(): CheckedRule {
  return {
    origin: { kind: "none" },
    credentials: false,
    methods: DEFAULT_METHODS,
    allowedHeaders: null,
    exposedHeaders: NO_NAMES,
    maxAge: 600,
    preflightContinue: false,
    optionsSuccessStatus: 204,
    blockRefused: false,
    allowOverride: false,
    owner: undefined,
    dangerouslyAllowInsecureOrigins: false,
    dangerouslyAllowPublicSuffixes: false,
    dangerouslyAllowOpaqueOrigins: false,
  };
}

const NO_NAMES: readonly string[] = Object.freeze([]);
