// A request as a policy sees it, what is known of its origin, and the names that its answer varies by.
import type { DecisionReason, DecisionRequest } from "./decision.ts";
import { misused } from "./seldom.ts";

/** A request of which every field is known to be a string, or absent. */
export interface CleanRequest {
  readonly method: string;
  readonly path: string;
  readonly origin: string | undefined;
  readonly requestMethod: string | undefined;
  readonly requestHeaders: string | undefined;
  readonly sameOrigin: boolean;
}

/** What is known of the origin: `null` or why it is refused, and where a function said so, in which words. */
export interface OriginVerdict {
  readonly refused: DecisionReason | null;
  readonly because?: (() => string) | undefined;
  /** Did a function allow the origin, and is it refused all the same? What would let it in. */
  readonly overruled?: "dangerouslyAllowInsecureOrigins" | "dangerouslyAllowOpaqueOrigins" | undefined;
  /** Did a function answer what can allow no origin at all? */
  readonly invalid?: boolean | undefined;
  /** Does the answer depend on Origin although the rule does not: a per-request source may have looked at it? */
  readonly varies?: boolean | undefined;
}

export const GRANTED: OriginVerdict = Object.freeze({ refused: null });

export const PREFLIGHT_VARY: readonly string[] = Object.freeze([
  "Origin",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
]);
export const ORIGIN_VARY: readonly string[] = Object.freeze(["Origin"]);
export const NO_VARY: readonly string[] = Object.freeze([]);

/**
 * Whatever a caller passes becomes a request: fields that are no strings count as absent. But for a request of Node's or
 * of Fetch: it has a method and no `origin`, so that every policy would seem to allow it.
 */
export function cleanRequest(request: DecisionRequest): CleanRequest {
  const { method, path, origin, requestMethod, requestHeaders, sameOrigin, headers, url }: MaybeRequest =
    Object(request);
  if (headers !== undefined || url !== undefined) throw misused("decide");
  return {
    method: text(method) ?? "",
    path: text(path) ?? "/",
    origin: text(origin) || undefined,
    requestMethod: text(requestMethod) || undefined,
    requestHeaders: text(requestHeaders),
    sameOrigin: sameOrigin === true,
  };
}

type MaybeRequest = Partial<Omit<DecisionRequest, "headers" | "url">> & {
  readonly headers?: unknown;
  readonly url?: unknown;
};

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
