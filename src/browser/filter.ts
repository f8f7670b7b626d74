// Filtered responses: what is left of an answer for the script that asked.
import { exposedNames } from "./checks.ts";
import { combined, type HeaderList } from "./header-list.ts";
import { isForbiddenResponseHeader, isSafelistedResponseHeader } from "./safelists.ts";
import type { CredentialsMode, FilteredResponse, WireResponse } from "./types.ts";

// https://fetch.spec.whatwg.org/#null-body-status
const NULL_BODY_STATUS = new Set([101, 103, 204, 205, 304]);

/** Where a response came from, and by which rules it is read. */
export interface FilterContext {
  readonly tainting: "basic" | "cors" | "opaque";
  readonly credentials: CredentialsMode;
  readonly method: string;
  readonly url: string;
  readonly redirected: boolean;
}

/** https://fetch.spec.whatwg.org/#concept-filtered-response, basic, CORS and opaque. */
export function filterResponse(response: WireResponse, context: FilterContext): FilteredResponse {
  const { tainting, url, redirected, method } = context;
  if (tainting === "opaque") return opaque("opaque");
  return {
    type: tainting,
    url,
    redirected,
    status: response.status,
    headers: readableHeaders(response.headers, context),
    body: method === "HEAD" || NULL_BODY_STATUS.has(response.status) ? undefined : response.body,
  };
}

/** https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect, for redirect mode "manual". */
export function opaqueRedirect(url: string, redirected: boolean): FilteredResponse {
  return { ...opaque("opaqueredirect"), url, redirected };
}

function opaque(type: "opaque" | "opaqueredirect"): FilteredResponse {
  return { type, url: "", redirected: false, status: 0, headers: [], body: undefined };
}

/** One entry a name, in lower case, its lines combined: what `response.headers` iterates over. */
function readableHeaders(headers: HeaderList, { tainting, credentials }: FilterContext): HeaderList {
  const exposed = new Set(tainting === "cors" ? exposedNames(credentials, headers) : []);
  const names = [...new Set(headers.map(([name]) => name.toLowerCase()))].sort();
  return names
    .filter((name) => !isForbiddenResponseHeader(name))
    .filter((name) => tainting === "basic" || isSafelistedResponseHeader(name) || exposed.has(name))
    .map((name) => [name, combined(headers, name) ?? ""]);
}
