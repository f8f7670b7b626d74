// What a script can read of an answer.
import type { FilteredResponse, WireResponse } from "../browser/types.ts";
import { bytesOf } from "./checked-send.ts";

/**
 * What a script can read of an answer: as `Response` in a browser, without what the page may not see.
 *
 * @example expect(got.response?.headers.get("etag")).toBe('"1"');
 */
export interface ScriptResponse {
  /** `"cors"`, `"basic"` (same origin), `"opaque"` (mode "no-cors"), or `"opaqueredirect"` (redirect "manual"). */
  readonly type: FilteredResponse["type"];
  /** The URL that answered at last; `""` where it is opaque. */
  readonly url: string;
  /** Was there a redirect on the way? */
  readonly redirected: boolean;
  /** The status code; 0 where it is opaque. */
  readonly status: number;
  /** Is the status 200 to 299? */
  readonly ok: boolean;
  /** Those that the page may read. */
  readonly headers: Headers;
  /**
   * The body; it can be read more than once. Rejects with what the network said where it broke off.
   */
  bytes(): Promise<Uint8Array>;
  /** The body, as text in UTF-8. */
  text(): Promise<string>;
  /** The body, as JSON. Rejects with a `SyntaxError` for what is none. */
  json(): Promise<unknown>;
}

/** The filtered response, as a script sees it. */
export function scriptResponse({ headers, body, ...response }: FilteredResponse): ScriptResponse {
  const bytes = () => read(body);
  const text = async () => new TextDecoder().decode(await bytes());
  return {
    ...response,
    ok: response.status >= 200 && response.status <= 299,
    headers: new Headers(headers.map(([name, value]) => [name, value])),
    bytes,
    text,
    json: async () => JSON.parse(await text()),
  };
}

async function read(body: WireResponse["body"]): Promise<Uint8Array> {
  return bytesOf((typeof body === "function" ? await body() : body) ?? "");
}
