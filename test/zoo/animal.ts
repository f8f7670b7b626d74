// What an animal of the zoo is: a broken service, what is found, and the service put right.
import type { RequestListener } from "node:http";
import type { CheckOptions } from "../../src/cli/check/options.ts";
import { type Step, service } from "./service.ts";

export interface Animal {
  readonly name: string;
  readonly broken: RequestListener;
  readonly fixed: RequestListener;
  readonly options?: CheckOptions;
  /** Found with severity fail. */
  readonly fails?: readonly string[];
  /** Found with severity warn. */
  readonly warns?: readonly string[];
}

/** A page that asks for what needs a preflight, with cookies. */
export const PUT: CheckOptions = { method: "PUT", header: ["X-Own: 1"], credentials: true };
export const COOKIES: CheckOptions = { credentials: true };
export const right = service();

export const unauthorized: Step = (req, res, next) => {
  if (req.headers.authorization !== undefined) return next();
  res.writeHead(401, { "WWW-Authenticate": "Bearer" }).end();
};

/** Takes the CORS headers out of answers of this status. */
export function withoutOn(status: number): Step {
  return (_req, res, next) => {
    const { writeHead } = res;
    res.writeHead = ((code: number, ...rest: never[]) => {
      if (code === status)
        for (const name of res.getHeaderNames()) if (/^access/.test(name)) res.removeHeader(name);
      return writeHead.call(res, code, ...rest);
    }) as typeof writeHead;
    next();
  };
}
