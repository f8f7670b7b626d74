// What a script can read of an answer.
import type { FilteredResponse, WireResponse } from "../browser/types.ts";
import { bytesOf } from "./checked-send.ts";

/**
 * What a script can read of an answer: as `Response` in a browser, without what the page may not see.
 *
 * @example expect(got.response?.headers.get("etag")).toBe('"1"');
 */
export class ScriptResponse {
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
  readonly #body: WireResponse["body"];

  /** @internal */
  constructor(response: FilteredResponse) {
    this.type = response.type;
    this.url = response.url;
    this.redirected = response.redirected;
    this.status = response.status;
    this.ok = response.status >= 200 && response.status <= 299;
    this.headers = new Headers(response.headers.map(([name, value]) => [name, value]));
    this.#body = response.body;
  }

  /**
   * The body, as bytes; it can be read more than once.
   *
   * @throws what the network said where the body broke off, as a rejection.
   */
  async bytes(): Promise<Uint8Array> {
    const body = typeof this.#body === "function" ? await this.#body() : this.#body;
    return bytesOf(body ?? "");
  }

  /** The body, as text in UTF-8. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /**
   * The body, as JSON.
   *
   * @throws {SyntaxError} as a rejection, for what is no JSON.
   */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}
