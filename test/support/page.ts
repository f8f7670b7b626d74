// What a page may do with an answer: the client side of the Fetch standard, as far as response headers decide.
import { type RawResponse, valuesOf } from "./raw-http.ts";

export interface PageRequest {
  readonly origin: string;
  /** Does the page send cookies (`credentials: "include"`)? */
  readonly credentials: boolean;
  readonly method: string;
  /** Names of request headers that are not safelisted, in lower case. */
  readonly headers: readonly string[];
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** https://fetch.spec.whatwg.org/#concept-cors-check */
export function mayRead(response: RawResponse, { origin, credentials }: PageRequest): boolean {
  // Two lines arrive as one joined value, which equals no origin.
  const allowed = valuesOf(response, "access-control-allow-origin").join(", ");
  if (allowed === "*" && !credentials) return true;
  if (allowed !== origin) return false;
  return !credentials || valuesOf(response, "access-control-allow-credentials").join(", ") === "true";
}

/** https://fetch.spec.whatwg.org/#cors-preflight-fetch, from the point where the response is there. */
export function passesPreflight(response: RawResponse, request: PageRequest): boolean {
  if (!mayRead(response, request) || response.status < 200 || response.status > 299) return false;
  const methods = namesOf(response, "access-control-allow-methods");
  const headers = namesOf(response, "access-control-allow-headers");
  if (methods === undefined || headers === undefined) return false;
  const any = (names: readonly string[]) => names.includes("*") && !request.credentials;
  const { method } = request;
  if (!["GET", "HEAD", "POST"].includes(method) && !methods.includes(method) && !any(methods)) return false;
  const listed = headers.map((name) => name.toLowerCase());
  return request.headers.every((name) => listed.includes(name) || (name !== "authorization" && any(headers)));
}

/** The elements of a list of tokens; `undefined` where one is none, which fails the whole preflight. */
function namesOf(response: RawResponse, header: string): string[] | undefined {
  const names = valuesOf(response, header)
    .join(",")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.every((name) => TOKEN.test(name)) ? names : undefined;
}
