// What was written on the command line, checked: every mistake is a Misuse that says what to write.
import { type HeaderList, isHeaderValue, isToken, normalizeValue } from "../../browser/header-list.ts";
import { constructRequest } from "../../browser/request.ts";
import { parseOrigin } from "../../policy/origin.ts";
import { adviseOrigin } from "../../policy/origin-advice.ts";
import { Misuse } from "../io.ts";
import { printable, shown } from "./clean.ts";

/** As commander hands them over; nothing is checked yet. */
export interface CheckOptions {
  readonly origin?: string | undefined;
  readonly method?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly credentials?: boolean | undefined;
  readonly send?: boolean | undefined;
  readonly data?: string | undefined;
  readonly expect?: string | undefined;
  readonly policy?: string | undefined;
  readonly via?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
  readonly curl?: boolean | undefined;
  readonly insecure?: boolean | undefined;
  readonly timeout?: string | undefined;
}

/** What is to be checked. */
export interface CheckPlan {
  readonly url: URL;
  readonly origin: string;
  readonly method: string;
  /** Without Cookie and all else that scripts cannot set. */
  readonly headers: HeaderList;
  /** What the user is logged in with: `sid=1; theme=dark`. */
  readonly cookie: string | undefined;
  readonly credentials: boolean;
  /** May a method that changes something be sent? */
  readonly send: boolean;
  /** The body that goes along. */
  readonly data: string | undefined;
  readonly expect: "allowed" | "blocked" | undefined;
  readonly via: readonly URL[];
  readonly insecure: boolean;
  /** For one answer, in milliseconds. */
  readonly timeout: number;
}

const DEFAULT_TIMEOUT = 5000;
const EXAMPLE = "boring-cors check https://api.example.com/orders --origin https://app.example.com";

export function planOf(args: readonly string[], options: CheckOptions): CheckPlan {
  const [written, ...more] = args;
  if (written === undefined) throw new Misuse(`URL: none is given; write ${EXAMPLE}`);
  if (more.length > 0)
    throw new Misuse(
      `URL: one at a time; ${shown(more[0] ?? "")} is too many. Several headers: --header A --header B`,
    );
  const url = urlOf(written, "URL");
  const { headers, cookie } = headersOf(options.header ?? []);
  const credentials = options.credentials ?? false;
  if (cookie !== undefined && !credentials)
    throw new Misuse("--header Cookie: cookies go along with credentials only; write --credentials, too.");
  const plan = {
    url,
    origin: originOf(options.origin),
    method: options.method ?? "GET",
    headers,
    cookie,
    credentials,
    send: options.send ?? false,
    data: options.data,
    expect: expectOf(options.expect),
    via: (options.via ?? []).map((via) => urlOf(via, "--via")),
    insecure: options.insecure ?? false,
    timeout: timeoutOf(options.timeout),
  };
  const checked = { ...plan, ...asScriptsMayAsk(plan) };
  if (checked.data !== undefined && (checked.method === "GET" || checked.method === "HEAD"))
    throw new Misuse(`--data: ${checked.method} has no body; write --method POST, too.`);
  return checked;
}

function urlOf(written: string, where: string): URL {
  if (!/^https?:\/\//i.test(written)) {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(written)?.[1];
    const wrong =
      scheme === undefined ? "has no scheme" : `has the scheme ${scheme}, which pages cannot fetch`;
    const bare = written.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/^\/+/, "");
    const meant = `${/^(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/.test(bare) ? "http" : "https"}://${bare}`;
    throw new Misuse(`${where}: ${shown(written)} ${wrong}; write ${shown(meant)}.`);
  }
  if (!URL.canParse(written))
    throw new Misuse(
      `${where}: ${shown(written)} is no URL; write one such as "https://api.example.com/orders".`,
    );
  const url = new URL(written);
  if (url.username !== "" || url.password !== "")
    throw new Misuse(
      `${where}: browsers fetch no URL with a user name or password in it; write --header "Authorization: Basic ..." instead.`,
    );
  url.hash = "";
  return url;
}

function originOf(written: string | undefined): string {
  if (written === undefined)
    throw new Misuse(`--origin: none is given; write the origin of the page that asks: ${EXAMPLE}`);
  if (written === "null" || parseOrigin(written) !== undefined) return written;
  if (written.includes("*"))
    throw new Misuse(
      `--origin: ${shown(written)} is a pattern, and pages have one origin; write "https://app.example.com".`,
    );
  const { message, fix } = adviseOrigin(written);
  const meant = typeof fix === "string" ? ` Write --origin ${shown(fix)}.` : "";
  throw new Misuse(printable(`--origin: ${shown(written)} ${message}.${meant}`, 1000));
}

function headersOf(written: readonly string[]): { headers: HeaderList; cookie: string | undefined } {
  const all = written.map(headerOf);
  const cookies = all.filter(([name]) => name.toLowerCase() === "cookie").map(([, value]) => value);
  return {
    headers: all.filter(([name]) => name.toLowerCase() !== "cookie"),
    cookie: cookies.length === 0 ? undefined : cookies.join("; "),
  };
}

function headerOf(written: string): readonly [string, string] {
  const colon = written.indexOf(":");
  const name = (colon < 0 ? written : written.slice(0, colon)).trim();
  const value = colon < 0 ? standIn(name) : normalizeValue(written.slice(colon + 1));
  // Never the value in a message: it may be a token.
  if (/[\r\n\0]/.test(written))
    throw new Misuse(
      `--header: ${shown(name.split(/[\r\n\0]/, 1)[0] ?? "")} has a line break or NUL in it; write each header by itself: --header "X-A: 1" --header "X-B: 2".`,
    );
  if (colon < 0 && !isToken(name))
    throw new Misuse(
      `--header: there is no colon after ${shown(name.split(/[\s=]/, 1)[0] ?? "")}; write --header "X-Request-Id: 1".`,
    );
  if (!isToken(name))
    throw new Misuse(`--header: ${shown(name)} is no header name; write --header "X-Request-Id: 1".`);
  if (!isHeaderValue(value))
    throw new Misuse(
      `--header: the value of ${name} has characters that no header can have; write it in ASCII.`,
    );
  return [name, value];
}

/** For `--header X-Own`, where the value is of no interest. */
function standIn(name: string): string {
  return name.toLowerCase() === "content-type" ? "application/json" : "1";
}

function expectOf(written: string | undefined): CheckPlan["expect"] {
  if (written === undefined || written === "allowed" || written === "blocked") return written;
  throw new Misuse(`--expect: ${shown(written)} is neither; write --expect allowed or --expect blocked.`);
}

function timeoutOf(written: string | undefined): number {
  const timeout = written === undefined ? DEFAULT_TIMEOUT : Number(written);
  if (written !== undefined && (!/^\d+$/.test(written) || timeout < 1 || timeout > 600_000))
    throw new Misuse(
      `--timeout: ${shown(written)} is no number of milliseconds from 1 to 600000; write --timeout 5000.`,
    );
  return timeout;
}

/** As the browser takes it: `put` becomes PUT, lines of one header are combined, and Host and the like are dropped. */
function asScriptsMayAsk({ url, method, headers }: Pick<CheckPlan, "url" | "method" | "headers">) {
  try {
    const { request } = constructRequest(url, "null", { method, headers }, undefined);
    return { method: request.method, headers: request.headers };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Misuse(`--method: ${error.message} Write one such as --method PUT.`);
  }
}
