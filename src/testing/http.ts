// Requests over real sockets, with their lines as they are: what `fetch` of Node would add, change or hide.
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { HeaderList } from "../browser/header-list.ts";
import type { WireRequest, WireResponse } from "../browser/types.ts";
import { soon, startTimer, stopTimer } from "./timers.ts";

/** Where a request is sent, whatever its URL says. */
export interface Destination {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
  /** Put before the path. */
  readonly prefix?: string | undefined;
  /** Is any certificate good enough? For servers of the test's own. */
  readonly insecure?: boolean | undefined;
}

/** The server that a URL names. */
export function destinationOf({ protocol, hostname, port }: URL): Destination {
  const isTls = protocol === "https:";
  return {
    protocol: isTls ? "https:" : "http:",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (isTls ? 443 : 80)),
  };
}

/** An application that speaks HTTP and is reached by https stands behind something that ends TLS and says so. */
export function forwarded(request: WireRequest, protocol: "http:" | "https:"): WireRequest {
  if (protocol === "https:" || !request.url.startsWith("https:")) return request;
  return { ...request, headers: [...request.headers, ["x-forwarded-proto", "https"]] };
}

// Browsers take far longer heads than Node's default of 16 KiB.
export const MOST_HEAD_BYTES = 256 * 1024;
const MOST_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Sends one request; resolves with the head of the response, and reads the body on.
 *
 * @param timeout Until the body's end, in milliseconds.
 * @param explain What is known of a request that failed, by the port it came from.
 */
export function sendOverHttp(
  request: WireRequest,
  destination: Destination,
  timeout: number,
  explain: (port: number | undefined) => unknown = () => undefined,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const sent = (destination.protocol === "https:" ? httpsRequest : httpRequest)(
      optionsOf(request.url, destination),
    );
    const timer = startTimer(() => sent.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    let localPort: number | undefined;
    sent.on("socket", (socket) =>
      socket.once("connect", () => {
        localPort = socket.localPort;
      }),
    );
    sent.on("error", (error) => {
      stopTimer(timer);
      // The listener may have said why a moment later than the socket.
      soon(() => reject(explain(localPort) ?? error));
    });
    sent.on("response", (response) => {
      const whole = bodyOf(response).finally(() => stopTimer(timer));
      // Nobody may ever read it.
      whole.catch(() => {});
      resolve({ status: response.statusCode ?? 0, headers: linesOf(response), body: () => whole });
    });
    sent.on("upgrade", (_response, socket) => {
      stopTimer(timer);
      socket.destroy();
      reject(new Error("the answer is 101 Switching Protocols"));
    });
    try {
      writeRequest(sent, request);
    } catch (error) {
      // Node sends no control characters. The connection is under way by now.
      sent.destroy(error as Error);
    }
  });
}

/** Writes a request as it is, in one go. */
export function writeRequest(sent: ClientRequest, { method, headers, body }: WireRequest): void {
  // Node's client would write `patch` in upper case; browsers do not, and servers must be seen to refuse it.
  sent.method = method;
  for (const [name, value] of headers) sent.setHeader(name, value);
  const length = contentLength({ method, body });
  if (length !== undefined) sent.setHeader("content-length", length);
  sent.end(body);
}

/** https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, step 8.5: POST and PUT have one even when empty. */
export function contentLength({ method, body }: Pick<WireRequest, "method" | "body">): number | undefined {
  return body === undefined && method !== "POST" && method !== "PUT" ? undefined : (body?.length ?? 0);
}

function optionsOf(
  url: string,
  { protocol, host, port, prefix = "", insecure }: Destination,
): RequestOptions {
  return {
    host,
    port,
    path: targetOf(url, prefix),
    headers: { host: new URL(url).host },
    agent: false,
    maxHeaderSize: MOST_HEAD_BYTES,
    ...(protocol === "https:" ? { servername: nameForTls(host), rejectUnauthorized: insecure !== true } : {}),
  };
}

/** The target of a request, as it stands in its first line. */
export function targetOf(url: string, prefix: string): string {
  const { pathname, search } = new URL(url);
  return `${prefix}${pathname}${search}`;
}

/** RFC 6066 3: no addresses. */
export function nameForTls(hostname: string): string {
  return /^[\d.]+$|:/.test(hostname) ? "" : hostname;
}

/** The header lines of an answer, each by itself. */
export function linesOf({ rawHeaders }: IncomingMessage): HeaderList {
  const lines: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    lines.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
  return lines;
}

async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw new Error(`a body of more than ${MOST_BODY_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}
