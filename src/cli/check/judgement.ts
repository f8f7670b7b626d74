// What an item of the checklist says, and the words that the items share.
import { type CheckFailure, corsCheck } from "../../browser/checks.ts";
import { combined, type HeaderList, valuesOf } from "../../browser/header-list.ts";
import type { Exchange } from "./conversation.ts";
import type { CheckPlan } from "./options.ts";
import type { Seen } from "./probes.ts";

/** `skip`: there was nothing to judge. */
export type Severity = "pass" | "warn" | "fail" | "skip";

/** One line that came over the wire; `value` is `null` where the line is missing. */
export interface Evidence {
  /** The request whose answer it stands in. */
  readonly from: string;
  readonly name: string;
  readonly value: string | null;
}

export interface Judgement {
  readonly severity: Severity;
  /** One sentence. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** What to write, and where; `""` where there is nothing to do. */
  readonly fix: string;
}

/** An item of the checklist. */
export interface Item {
  /** Stable: what scripts compare. */
  readonly code: string;
  /** What passes. */
  readonly title: string;
  /** Is it about this very request getting through? Then `--expect blocked` expects it. */
  readonly decidesVerdict?: true;
  judge(seen: Seen): Judgement;
}

export const SKIP: Judgement = { severity: "skip", message: "", evidence: [], fix: "" };

export function pass(evidence: readonly Evidence[] = []): Judgement {
  return { severity: "pass", message: "", evidence, fix: "" };
}

export function warn(message: string, evidence: readonly Evidence[], fix: string): Judgement {
  return { severity: "warn", message, evidence, fix };
}

export function fail(message: string, evidence: readonly Evidence[], fix: string): Judgement {
  return { severity: "fail", message, evidence, fix };
}

/** The lines of an answer under these names; one that is missing is a line, too. */
export function lines(exchange: Exchange | undefined, ...names: string[]): Evidence[] {
  if (exchange?.response == null) return [];
  const { label, response } = exchange;
  return names.flatMap((name): Evidence[] => {
    const values = valuesOf(response.headers, name);
    return values.length === 0
      ? [{ from: label, name, value: null }]
      : values.map((value) => ({ from: label, name, value }));
  });
}

/** The status line of an answer. */
export function statusLine(exchange: Exchange | undefined): Evidence[] {
  return exchange?.response == null
    ? []
    : [{ from: exchange.label, name: "status", value: String(exchange.response.status) }];
}

export const ALLOW_ORIGIN = "access-control-allow-origin";
export const ALLOW_CREDENTIALS = "access-control-allow-credentials";
export const ALLOW_METHODS = "access-control-allow-methods";
export const ALLOW_HEADERS = "access-control-allow-headers";
export const EXPOSE_HEADERS = "access-control-expose-headers";
export const MAX_AGE = "access-control-max-age";

/** None without an answer. */
export function headersIn(exchange: Exchange | undefined): HeaderList {
  return exchange?.response?.headers ?? [];
}

/** 0 without an answer. */
export function statusIn(exchange: Exchange | undefined): number {
  return exchange?.response?.status ?? 0;
}

/** The lines of a name combined; `null` without the header, or without an answer. */
export function valueIn(exchange: Exchange | undefined, name: string): string | null {
  return combined(headersIn(exchange), name);
}

/** What Vary names, in lower case. Caches are not as strict as browsers: one name that is none voids no list. */
export function varyNames(exchange: Exchange | undefined): string[] {
  const names = (valueIn(exchange, "vary") ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

/** What keeps the page itself from reading it, cookies included; `null` where nothing does. */
export function obstacleFor({ origin, credentials }: CheckPlan, exchange: Exchange): CheckFailure | null {
  if (exchange.response !== null && new URL(exchange.url).origin === origin) return null;
  const asked = combined(exchange.headers, "origin") ?? origin;
  return corsCheck(asked, credentials ? "include" : "same-origin", headersIn(exchange));
}

/** May any page of this origin read it, cookies aside? */
export function isReadableBy(exchange: Exchange | undefined, origin: string): boolean {
  return corsCheck(origin, "same-origin", headersIn(exchange)) === null;
}

/** Does it name this origin, `*` not counting? */
export function names(exchange: Exchange | undefined, origin: string): boolean {
  return valueIn(exchange, ALLOW_ORIGIN) === origin;
}

export function allowsCredentials(exchange: Exchange | undefined): boolean {
  return valueIn(exchange, ALLOW_CREDENTIALS) === "true";
}

/** Is this an answer of the service, and not of a rate limit or a breakdown? */
export function isTelling(exchange: Exchange | undefined): exchange is Exchange & { response: object } {
  const status = exchange?.response?.status;
  return status !== undefined && status !== 429 && status < 500;
}

/** The origin as the last request of the conversation carried it: `null` after some redirects. */
export function ownOrigin({ own, plan }: Seen): string {
  return combined(own.headers, "origin") ?? plan.origin;
}

/** Same origin: CORS has no say. */
export function isSameOrigin({ own, plan }: Seen): boolean {
  return new URL(own.url).origin === plan.origin;
}
