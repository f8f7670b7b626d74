// Tables of requests, each with its status, its complete CORS headers and every Vary line.
import type { RequestListener } from "node:http";
import { once } from "./cases.ts";
import { corsHeaders, type RawRequest, type RawResponse, valuesOf } from "./raw-http.ts";

export interface Answer {
  readonly status: number;
  /** All of them: what is not here must be absent. */
  readonly cors: Readonly<Record<string, string | string[]>>;
  readonly vary: readonly string[];
}

export interface Asked extends Answer {
  readonly name: string;
  readonly request: Partial<RawRequest>;
}

/** A response as its reader sees it: status, every CORS header, every Vary line. */
export function answerOf(response: RawResponse): Answer {
  return { status: response.status, cors: corsHeaders(response), vary: valuesOf(response, "vary") };
}

type Send = (request: Partial<RawRequest>) => Promise<RawResponse>;

/** What came, by name; one after the other, since some answers depend on what was asked before. */
export async function answersOf(send: Send, table: readonly Asked[]): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  for (const { name, request } of table) {
    answers[name] = answerOf(await send(request));
  }
  return answers;
}

/** What must come, in the same form. */
export function expectedOf(table: readonly Asked[]): Record<string, Answer> {
  return Object.fromEntries(table.map(({ name, status, cors, vary }) => [name, { status, cors, vary }]));
}

export const ORIGIN = ["Origin"];
export const PREFLIGHT = ["Origin, Access-Control-Request-Method, Access-Control-Request-Headers"];

/** Granted by name, with cookies. */
export const withCookies = (origin: string, more: Record<string, string> = {}): Answer["cors"] => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
  ...more,
});

/** What a preflight is answered under the default methods, when it asks for no header. */
export const LISTS = {
  "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
  "access-control-max-age": "600",
};

export async function answer(listener: RequestListener, request: Partial<RawRequest>): Promise<Answer> {
  return answerOf(await once(listener, request));
}

export const REFUSED: Answer = { status: 200, cors: {}, vary: ORIGIN };
export const REFUSED_PREFLIGHT: Answer = { status: 403, cors: {}, vary: PREFLIGHT };

/** An actual request from this origin, granted. */
export const granted = (origin: string, more: Record<string, string> = {}, status = 200): Answer => ({
  status,
  cors: { "access-control-allow-origin": origin, ...more },
  vary: ORIGIN,
});

/** A preflight from this origin, granted. */
export const grantedPreflight = (origin: string, more: Record<string, string> = {}): Answer => ({
  status: 204,
  cors: {
    "access-control-allow-origin": origin,
    ...LISTS,
    ...more,
  },
  vary: PREFLIGHT,
});

export const CREDENTIALS = { "access-control-allow-credentials": "true" };
