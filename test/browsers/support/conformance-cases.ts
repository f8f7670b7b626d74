// The engine's table as pages would put it: each policy and each request that a script can send.
import { definePolicy, type Policy } from "../../../src/index.ts";
import { page, type RequestOptions } from "../../../src/testing/index.ts";
import { type Row, TABLE } from "../../support/table.ts";

export interface PageRequest {
  readonly policy: Policy;
  /** Its number: the host is `case-N.example`. */
  readonly index: number;
  readonly origin: string;
  readonly path: string;
  readonly init: RequestOptions & { readonly headers: Readonly<Record<string, string>> };
  /** Of its own, so that nothing that is cached can stand in its place. */
  readonly url: string;
  readonly name: string;
}

export const hostOf = (index: number) => `case-${index}.example`;

/** Each request once, with the rule's own credentials setting and with the other one. */
export async function pageRequests(): Promise<PageRequest[]> {
  const found = new Map<string, PageRequest>();
  for (const [index, { name, options, rows }] of TABLE.entries()) {
    const policy = definePolicy(options as never);
    for (const row of rows) {
      for (const credentials of ["include", "omit"] as const) {
        const request = asPage(row, credentials);
        const key = JSON.stringify([index, request]);
        if (request === undefined || found.has(key) || !(await isSendable(request))) continue;
        const { origin, path, init } = request;
        const url = `https://${hostOf(index)}${path}?${found.size}`;
        const headers = Object.keys(init.headers).join(",");
        const line = `${name}: ${init.method} ${path} from ${origin}, ${credentials} ${headers}`;
        found.set(key, { ...request, policy, index, url, name: line });
      }
    }
  }
  return [...found.values()];
}

type Asked = Pick<PageRequest, "origin" | "path" | "init">;

/** `undefined`: no page is of that origin, or a browser would write the path in another way. */
function asPage(row: Row, credentials: "include" | "omit"): Asked | undefined {
  const { origin, path = "/", method = "GET", asks, headers = "" } = row;
  if (typeof origin !== "string" || !isPageOrigin(origin)) return undefined;
  // libsoup, WebKitGTK's, decodes what needs no encoding: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2
  if (/%(?:2[de]|5f|7e|3\d|[46][1-9a-f]|[57][0-9a])/i.test(path)) return undefined;
  if (!URL.canParse(path, "https://a.example") || new URL(path, "https://a.example").pathname !== path)
    return undefined;
  const names = [headers].flat().flatMap((line) => line.split(","));
  const written = names.map((name) => name.trim()).filter((name) => name !== "");
  const init = {
    method: method === "OPTIONS" && asks !== undefined && asks !== "" ? asks : method,
    headers: Object.fromEntries(written.map((name) => [name, "1"])),
    credentials,
  };
  return { origin, path, init };
}

function isPageOrigin(origin: string): boolean {
  return (
    origin === "null" ||
    (/^https?:(?!.*\.\.)[^*]+(?<!:0)$/.test(origin) &&
      URL.canParse(origin) &&
      new URL(origin).origin === origin &&
      origin.length < 200)
  );
}

/** What a browser throws, and what it drops, is not sent. */
async function isSendable({ init }: Asked): Promise<boolean> {
  const nowhere = page("https://page.example", () => ({ status: 200, headers: [] }));
  try {
    const { notes } = await nowhere.fetch("https://api.example", init);
    return notes.every(({ code }) => code !== "header-dropped");
  } catch {
    return false;
  }
}
