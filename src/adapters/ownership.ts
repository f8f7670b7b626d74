// Who has the last word on a response's CORS headers: the policy, at the moment the head is written.
import type { CompiledRule } from "../policy/compile.ts";
import { CORS_RESPONSE_HEADERS, isToken } from "../policy/fields.ts";
import { type OnceWarnings, publishOverride } from "./diagnostics.ts";
import { mergeVary, type Response } from "./response.ts";

// On the response, under a shared symbol: two copies of the package (import and require) must see one owner.
const CLAIM = Symbol.for("boring-cors.claim.1");

/** What the policy says of a response, kept on it until its head is written. */
export interface Claim {
  readonly rule: CompiledRule;
  readonly mount: { readonly warnings: OnceWarnings };
  /** Whose rule it is; `undefined` for plain options that a source answered. */
  readonly policy: { readonly digest: string } | undefined;
  /** The origin that is granted; `undefined` where nothing is granted by name. */
  granted: string | undefined;
  /** Names that Vary must have; `undefined` where the answer depends on none. */
  vary: string | undefined;
  /** The headers of a preflight that the application answers (`preflightContinue`). */
  continued: Readonly<Record<string, string>> | undefined;
  /** Are the CORS headers made sure of? Not under `allowOverride`, nor where a source left them to the application. */
  owns: boolean;
  /** The response's own, before ours. */
  writeHead: Response["writeHead"];
}

type Claimed = Response & { [CLAIM]?: Claim };

export function claimOn(res: Response): Claim | undefined {
  return (res as Claimed)[CLAIM];
}

/**
 * Puts the claim on the response, and our `writeHead` before the response's own: one shared function, its state on the
 * response, where a second mount finds it. A closure per request (what on-headers does) is the tempting way: it costs
 * more on a bare response, and hides its state. A response without `writeHead` cannot be made sure of.
 */
export function putClaim(res: Response, claim: Claim, earlier: Claim | undefined): void {
  (res as Claimed)[CLAIM] = claim;
  const original = earlier?.writeHead;
  if (original !== undefined) {
    claim.writeHead = original;
  } else if ((claim.owns || claim.vary !== undefined) && typeof res.writeHead === "function") {
    claim.writeHead = res.writeHead;
    res.writeHead = ownedWriteHead;
  }
}

/** Lets go of the response: it is answered, or the application has the last word. */
export function release(claim: Claim): void {
  claim.owns = false;
  claim.vary = undefined;
}

/** Removes whatever CORS headers an earlier layer has set; what the response cannot do is left alone. */
export function clearCors(res: Response): void {
  if (typeof res.removeHeader !== "function") return;
  for (const name of CORS_RESPONSE_HEADERS) res.removeHeader(name);
}

function ownedWriteHead(this: Response, statusCode: number, reason?: unknown, headers?: unknown): unknown {
  const owned = claimOn(this) as Claim;
  // An invalid status is the original's to refuse, before any header is touched.
  if ((!owned.owns && owned.vary === undefined) || !isFinalStatus(statusCode)) {
    return owned.writeHead?.call(this, statusCode, reason, headers);
  }
  // As Node reads them: writeHead(status[, reason][, headers]).
  const given = typeof reason === "string" ? headers : (headers ?? reason);
  if (typeof given === "object" && given !== null) takeHeaders(this, given);
  reassert(this, owned);
  return typeof reason === "string"
    ? owned.writeHead?.call(this, statusCode, reason)
    : owned.writeHead?.call(this, statusCode);
}

function isFinalStatus(statusCode: number): boolean {
  return statusCode >= 200 && statusCode <= 999;
}

/**
 * Moves the headers given to `writeHead` onto the response, where they can be re-asserted: an object, a flat array, or
 * pairs. A name that is repeated in an array is sent as often (Node 20 would keep only the last Set-Cookie once
 * anything was set before).
 */
function takeHeaders(res: Response, headers: object): void {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) if (name !== "") res.setHeader(name, value);
    return;
  }
  const flat: unknown[] = Array.isArray(headers[0]) ? headers.flat() : headers;
  const seen = new Set<string>();
  for (let index = 0; index < flat.length; index += 2) {
    const name = String(flat[index]);
    const value = flat[index + 1] as string;
    const repeated = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    if (repeated && typeof res.appendHeader === "function") res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}

const SHORTEST_OWNED_NAME = "access-control-max-age".length;

/**
 * Makes the response's headers what the policy says: others' are replaced or removed, missing ones set again.
 * One look at the names is cheaper than seven look-ups, most of which would find nothing.
 */
function reassert(res: Response, owned: Claim): void {
  const { rule, granted, vary } = owned;
  if (vary !== undefined) mergeVary(res, vary);
  if (!owned.owns) return;
  const named = hasGranted(owned);
  const origin = rule.judge === "any" ? "*" : granted;
  const exposed = rule.exposeHeaders;
  // A preflight that the application answers, and doubles that cannot list names, take the slow path.
  const names = owned.continued === undefined ? res.getHeaderNames?.() : undefined;
  let missing = named ? 1 + (rule.credentials ? 1 : 0) + (exposed === undefined ? 0 : 1) : 0;
  let touched = names === undefined;
  if (names !== undefined) {
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      if (name.length < SHORTEST_OWNED_NAME) continue;
      let right = false;
      if (name === "access-control-allow-origin") right = named && res.getHeader(name) === origin;
      else if (name === "access-control-allow-credentials")
        right = named && rule.credentials && res.getHeader(name) === "true";
      else if (name === "access-control-expose-headers") right = named && res.getHeader(name) === exposed;
      else if (!name.startsWith("access-control-")) continue;
      if (right) missing--;
      else touched = true;
    }
  }
  if (touched || missing !== 0) restore(res, owned);
}

/** Were CORS headers written for this claim? */
export function hasGranted(owned: Claim): boolean {
  return owned.rule.judge === "any" || owned.granted !== undefined;
}

function expectedValue(owned: Claim, name: string): string | undefined {
  const { rule, granted, continued } = owned;
  if (continued !== undefined) return continued[name];
  if (!hasGranted(owned)) return undefined;
  if (name === "access-control-allow-origin") return rule.judge === "any" ? "*" : granted;
  if (name === "access-control-allow-credentials") return rule.credentials ? "true" : undefined;
  return name === "access-control-expose-headers" ? rule.exposeHeaders : undefined;
}

/** The slow path: somebody wrote or removed a CORS header. */
function restore(res: Response, owned: Claim): void {
  for (const name of CORS_RESPONSE_HEADERS) {
    const written = res.getHeader(name);
    const exposed =
      name === "access-control-expose-headers" && hasGranted(owned) && owned.continued === undefined;
    const expected = exposed ? joinExposed(owned.rule, written) : expectedValue(owned, name);
    if (written === expected) continue;
    if (expected === undefined) res.removeHeader?.(name);
    else res.setHeader(name, expected);
    if (written !== undefined && !isSanctioned(owned, name, written, expected)) {
      tell(owned, name, Array.isArray(written) ? written.join(", ") : String(written), expected);
    }
  }
}

/** Exposing a header is the one thing a handler may do by itself; it cannot know whether the origin is granted. */
function isSanctioned(owned: Claim, name: string, written: unknown, sent: string | undefined): boolean {
  if (name !== "access-control-expose-headers") return false;
  const left = new Set(sent?.toLowerCase().split(","));
  return !hasGranted(owned) || exposedNames(written).every((exposed) => left.has(exposed.toLowerCase()));
}

/** The policy's names, then a handler's own (`Content-Disposition` on a download): it knows what it sends. */
function joinExposed(rule: CompiledRule, written: unknown): string | undefined {
  if (written === undefined || written === rule.exposeHeaders) return rule.exposeHeaders;
  const names = rule.exposeHeaders?.split(",") ?? [];
  const seen = new Set(names.map((name) => name.toLowerCase()));
  for (const name of exposedNames(written)) {
    const lower = name.toLowerCase();
    // With credentials `*` would be a header of that name, and expose nothing.
    if (seen.has(lower) || !isToken(name) || (name === "*" && rule.credentials)) continue;
    seen.add(lower);
    names.push(name);
  }
  return names.length === 0 ? undefined : names.join(",");
}

function exposedNames(written: unknown): string[] {
  return String(written)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function tell({ rule, mount }: Claim, header: string, written: string, sent: string | undefined): void {
  publishOverride({ route: rule.key, header, written, sent });
  mount.warnings.tell("CORS_OVERRIDE", `${rule.key} ${header}`, rule.key, header, written, sent);
}
