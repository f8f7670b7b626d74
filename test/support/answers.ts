// One answer as its reader sees it: status, every CORS header, every Vary line.
import type { RequestListener } from "node:http";
import { once } from "./cases.ts";
import { corsHeaders, type RawRequest, valuesOf } from "./raw-http.ts";

export interface Answer {
  readonly status: number;
  readonly cors: Record<string, string | string[]>;
  readonly vary: readonly string[];
}

export async function answer(listener: RequestListener, request: Partial<RawRequest>): Promise<Answer> {
  const response = await once(listener, request);
  return { status: response.status, cors: corsHeaders(response), vary: valuesOf(response, "vary") };
}

export const VARY = ["Origin"];
export const PREFLIGHT_VARY = ["Origin, Access-Control-Request-Method, Access-Control-Request-Headers"];

export const REFUSED: Answer = { status: 200, cors: {}, vary: VARY };
export const REFUSED_PREFLIGHT: Answer = { status: 403, cors: {}, vary: PREFLIGHT_VARY };

/** An actual request from this origin, granted. */
export const granted = (origin: string, more: Record<string, string> = {}, status = 200): Answer => ({
  status,
  cors: { "access-control-allow-origin": origin, ...more },
  vary: VARY,
});

/** A preflight from this origin, granted. */
export const grantedPreflight = (origin: string, more: Record<string, string> = {}): Answer => ({
  status: 204,
  cors: {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
    "access-control-max-age": "600",
    ...more,
  },
  vary: PREFLIGHT_VARY,
});

export const CREDENTIALS = { "access-control-allow-credentials": "true" };
