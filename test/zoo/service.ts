// A hand-written service with correct CORS, of which each animal of the zoo changes one thing.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { APP } from "./run.ts";

export type Step = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

/** One after the other, until one answers. */
export function chain(...steps: readonly Step[]): RequestListener {
  return (req, res) => {
    const run = (index: number): void => steps[index]?.(req, res, () => run(index + 1));
    run(0);
  };
}

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && "origin" in headers && "access-control-request-method" in headers;
}

export interface Rules {
  /** What Access-Control-Allow-Origin says to an Origin. */
  readonly allow?: (origin: string) => string | readonly string[] | undefined;
  readonly credentials?: string | undefined;
  /** `false`: never; "allowed": to allowed origins only. */
  readonly vary?: "always" | "allowed" | "with origin" | false;
  readonly preflight?: Readonly<Record<string, string>>;
  readonly preflightStatus?: number;
  readonly expose?: string;
}

export const PREFLIGHT = {
  "Access-Control-Allow-Methods": "GET, PUT",
  "Access-Control-Allow-Headers": "X-Own, Content-Type, Authorization",
  "Access-Control-Max-Age": "600",
};

/** Hand-written CORS; without rules it is correct. */
export function handWritten(rules: Rules = {}): Step {
  const { allow = only(APP), vary = "always", preflight = PREFLIGHT, preflightStatus = 204, expose } = rules;
  const credentials = "credentials" in rules ? rules.credentials : "true";
  return (req, res, next) => {
    const { origin } = req.headers;
    const allowed = origin === undefined ? undefined : allow(origin);
    if (
      vary === "always" ||
      (vary === "allowed" && allowed !== undefined) ||
      (vary === "with origin" && origin)
    )
      res.appendHeader("Vary", "Origin");
    if (allowed !== undefined) {
      res.setHeader("Access-Control-Allow-Origin", allowed);
      if (credentials !== undefined) res.setHeader("Access-Control-Allow-Credentials", credentials);
      if (expose !== undefined) res.setHeader("Access-Control-Expose-Headers", expose);
    }
    if (!isPreflight(req)) return next();
    if (allowed !== undefined)
      for (const [name, value] of Object.entries(preflight)) res.setHeader(name, value);
    res.writeHead(preflightStatus).end();
  };
}

export function only(...origins: readonly string[]): (origin: string) => string | undefined {
  return (origin) => (origins.includes(origin) ? origin : undefined);
}

export function matching(pattern: RegExp): (origin: string) => string | undefined {
  return (origin) => (pattern.test(origin) ? origin : undefined);
}

/** Answers at /orders, and with 404 elsewhere. */
export const application: Step = (req, res) => {
  const path = req.url?.split("?", 1)[0];
  if (path !== "/orders") res.writeHead(404).end("nothing here");
  else if (req.method === "OPTIONS") res.writeHead(204, { Allow: "GET, PUT, OPTIONS" }).end();
  else res.end("orders");
};

export function service(rules?: Rules): RequestListener {
  return chain(handWritten(rules), application);
}

/** A header that the application sets. */
export function setting(name: string, value: string | readonly string[]): Step {
  return (_req, res, next) => {
    res.setHeader(name, value);
    next();
  };
}
