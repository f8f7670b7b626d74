// What a check found, as data: printed by --json as it is, and by text.ts in words.
import type { HeaderList } from "../../browser/header-list.ts";
import type { Finding } from "./checklist.ts";
import { type Cleaner, printable } from "./clean.ts";
import type { Exchange } from "./conversation.ts";
import type { Drift } from "./drift.ts";
import type { HopReport } from "./hops.ts";
import type { CheckPlan } from "./options.ts";
import type { Seen } from "./probes.ts";
import type { Verdict } from "./verdict.ts";

/**
 * The schema of `--json`. Stable: fields are added, none is renamed or removed while `schema` stays the same. Everything
 * that came over the wire is cut, without control characters, and without secrets.
 */
export interface CheckReport {
  readonly schema: "boring-cors/check/1";
  readonly url: string;
  readonly origin: string;
  readonly method: string;
  readonly credentials: boolean;
  readonly verdict: {
    readonly outcome: "readable" | "blocked" | "unknown";
    /** `false` where a method that changes something was not sent, and a GET stands in for it. */
    readonly certain: boolean;
    /** `request`, `preflight`, `response`, `redirect`; `null` where nothing is blocked. */
    readonly step: string | null;
    /** A `BlockedCode` of boring-cors/testing; `null` where nothing is blocked. */
    readonly code: string | null;
    readonly message: string;
    readonly send: string;
    readonly policy: string;
  };
  /** Of `--expect`; `null` without it. */
  readonly expected: "allowed" | "blocked" | null;
  readonly asExpected: boolean;
  readonly conversation: readonly ExchangeReport[];
  readonly findings: readonly FindingReport[];
  /** With `--policy`: where the live answers differ from the policy's; `null` without it. */
  readonly drift: readonly Drift[] | null;
  /** With `--via`; `null` without it. */
  readonly hops: HopReport | null;
  /** With `--curl`: commands for sh; `null` without it. */
  readonly curl: string | null;
  /** How many went out, of at most 40. */
  readonly requests: number;
  readonly exitCode: 0 | 1;
}

export interface ExchangeReport {
  readonly kind: string;
  readonly method: string;
  readonly url: string;
  /** `name: value`, those of interest only. */
  readonly request: readonly string[];
  /** `null` where nothing came back. */
  readonly status: number | null;
  readonly protocol: "HTTP/1.1" | "HTTP/2" | null;
  readonly response: readonly string[];
  /** Why nothing came back. */
  readonly error: string | null;
}

export interface FindingReport {
  readonly code: string;
  readonly severity: "pass" | "warn" | "fail";
  readonly message: string;
  /** `request: name: value`; a line that is missing reads `request: no name`. */
  readonly evidence: readonly string[];
  readonly fix: string;
}

/** What the parts found. */
export interface Found {
  readonly seen: Seen;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly drift: readonly Drift[] | null;
  readonly hops: HopReport | null;
  readonly curl: string | null;
  readonly requests: number;
}

export function reportOf(found: Found, cleaner: Cleaner): CheckReport {
  const { seen, verdict, findings, drift, hops, curl, requests } = found;
  const { plan, conversation } = seen;
  const { outcome, certain, step = null, code = null } = verdict;
  const asExpected = isAsExpected(plan, outcome);
  const failed = findings.some(({ severity }) => severity === "fail") || (drift ?? []).length > 0;
  const shownExchanges = seen.standIn ? [...conversation.exchanges, seen.own] : conversation.exchanges;
  return {
    schema: "boring-cors/check/1",
    url: cleaner.text(plan.url.href),
    origin: plan.origin,
    method: plan.method,
    credentials: plan.credentials,
    verdict: {
      outcome,
      certain,
      step,
      code,
      message: cleaner.text(verdict.message),
      send: cleaner.text(verdict.send),
      policy: cleaner.text(verdict.policy),
    },
    expected: plan.expect ?? null,
    asExpected,
    conversation: shownExchanges.map((exchange) => exchangeReport(exchange, plan, cleaner)),
    findings: findings.map((finding) => findingReport(finding, cleaner)),
    drift,
    hops,
    curl,
    requests,
    exitCode: failed || !asExpected ? 1 : 0,
  };
}

/** Without `--expect`, what is blocked is what somebody wants to be allowed. What is unknown is not blocked so far. */
function isAsExpected({ expect = "allowed" }: CheckPlan, outcome: Verdict["outcome"]): boolean {
  return (outcome !== "blocked") === (expect === "allowed");
}

const OF_INTEREST =
  /^(access-control-.*|age|allow|cache-control|cf-cache-status|cross-origin-resource-policy|location|server|set-cookie|vary|via|www-authenticate|x-cache.*|x-served-by)$/i;

function exchangeReport(exchange: Exchange, plan: CheckPlan, cleaner: Cleaner): ExchangeReport {
  const { label, method, url, headers, response, error } = exchange;
  const own = new Set(plan.headers.map(([name]) => name.toLowerCase()));
  const asked = headers.filter(([name]) => /^(origin|cookie|access-control-.*)$/.test(name) || own.has(name));
  const answered = (response?.headers ?? []).filter(([name]) => OF_INTEREST.test(name));
  const print = (list: HeaderList) => list.map(([name, value]) => cleaner.line(name.toLowerCase(), value));
  return {
    kind: label,
    method: printable(method),
    url: cleaner.text(url),
    request: print(asked),
    status: response?.status ?? null,
    protocol: response?.protocol ?? null,
    response: print(answered),
    error: error === undefined ? null : cleaner.text(error),
  };
}

function findingReport({ code, severity, message, evidence, fix }: Finding, cleaner: Cleaner): FindingReport {
  return {
    code,
    severity: severity as FindingReport["severity"],
    message: cleaner.text(message),
    evidence: evidence.map(({ from, name, value }) =>
      value === null ? `${from}: no ${name}` : `${from}: ${cleaner.line(name, value)}`,
    ),
    fix: cleaner.text(fix),
  };
}
