// One way in which public services call npm `cors`, as data: what is written, who is meant, what becomes of it here.
import type { ConfigIssueCode } from "../../../src/index.ts";

/** A request with which npm `cors` shows why the configuration must not serve. */
export interface Proof {
  /** `admits`: an origin that was not named; `turns away`: one that was. */
  readonly shows: "admits" | "turns away";
  readonly origin: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  /** Why that is wrong, for the page. */
  readonly because: string;
}

export interface RealConfiguration {
  /** How public code writes it, in words. */
  readonly seen: string;
  /** The call. In scope: `app` (Express; `app.enableCors` as Nest has it), `cors`, `process`, `db`. */
  readonly call: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Only there, since Express 5 has no path `*`. */
  readonly express?: 4;
  readonly path?: string;
  /** Whom the author meant to let in; absent: nobody. */
  readonly allowed?: string;
  readonly foreign?: string;
  /** Do the author's pages send cookies? */
  readonly credentials?: true;
  /** What the pages ask for in preflights: POST with Content-Type unless said. */
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly verdict: "unchanged" | "warning" | "refused" | "refused in the request";
  readonly codes?: readonly ConfigIssueCode[];
  /** Every grant and every 5xx that is not npm `cors`'s, as the run words them. */
  readonly differs?: readonly string[];
  /** What the run cannot see, for those who migrate. */
  readonly note?: string;
  readonly proof?: Proof;
  /** What the advice comes to: starts without a warning, and does what was meant. */
  readonly instead?: string;
}

export const APP = "https://app.example.com";
export const ADMIN = "https://admin.example.com";
export const DEV = "http://localhost:5173";
export const EVIL = "https://evil.example";
