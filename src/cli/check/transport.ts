// Sends single requests over real sockets: a budget, four at a time, a time limit for each. It follows nothing.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { WireRequest, WireResponse } from "../../browser/types.ts";
import {
  destinationOf,
  forwarded,
  linesOf,
  MOST_HEAD_BYTES,
  nameForTls,
  targetOf,
  writeRequest,
} from "../../testing/http.ts";
import type { Io } from "../io.ts";
import { type Http2Sessions, http2Sessions } from "./http2.ts";

export const MOST_REQUESTS = 40;
const MOST_AT_ONCE = 4;
// Nothing is said about bodies; what is short is read while others are asked, so that few servers see an abort.
const MOST_BODY_BYTES = 64 * 1024;

/** An answer's head, and where it came from. */
export interface Answered extends WireResponse {
  /** The address that answered: `10.0.0.1`. */
  readonly address: string | undefined;
  readonly protocol: "HTTP/1.1" | "HTTP/2";
}

/** Where a request goes, whatever its URL says. */
export interface Hop {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
  /** Put before the path. */
  readonly prefix: string;
  /** For TLS: the public name, also where an address is asked. */
  readonly servername: string;
  readonly insecure: boolean;
}

export interface TransportOptions {
  readonly timeout: number;
  readonly insecure: boolean;
  readonly io: Pick<Io, "err" | "progress">;
}

/** All that one command sends. */
export class Transport {
  #sent = 0;
  #atOnce = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #sessions: Http2Sessions;
  /** Whose bodies are still on their way: a stream of events never ends. */
  readonly #open = new Set<ClientRequest>();

  constructor(private readonly options: TransportOptions) {
    this.#sessions = http2Sessions(options.timeout);
  }

  /** How many went out. */
  get sent(): number {
    return this.#sent;
  }

  /** @param via Another hop to ask, under the URL's own Host. */
  async send(request: WireRequest, via?: URL): Promise<Answered> {
    if (this.#sent >= MOST_REQUESTS) throw new Error(`the budget of ${MOST_REQUESTS} requests is spent`);
    this.#sent++;
    await this.#turn();
    this.#progress(request);
    try {
      const hop = hopOf(new URL(request.url), via, this.options.insecure);
      const session = await this.#sessions.sessionFor(hop);
      return await (session === undefined
        ? sendOverHttp1(forwarded(request, hop.protocol), hop, this.options.timeout, this.#open)
        : session.send(request, hop.prefix));
    } finally {
      this.#atOnce--;
      this.#waiting.shift()?.();
    }
  }

  /** Ends what is open; clears the line of progress. */
  close(): void {
    this.#sessions.close();
    for (const sent of this.#open) sent.destroy();
    if (this.options.io.progress && this.#sent > 0) this.options.io.err("\r\x1b[K");
  }

  async #turn(): Promise<void> {
    if (this.#atOnce >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#atOnce++;
  }

  #progress({ method }: WireRequest): void {
    if (this.options.io.progress) this.options.io.err(`\r\x1b[K${this.#sent} requests, ${method} ...`);
  }
}

function hopOf(url: URL, via: URL | undefined, insecure: boolean): Hop {
  return {
    ...destinationOf(via ?? url),
    prefix: via === undefined ? "" : via.pathname.replace(/\/$/, ""),
    servername: nameForTls(url.hostname),
    insecure,
  };
}

function sendOverHttp1(
  request: WireRequest,
  hop: Hop,
  timeout: number,
  open: Set<ClientRequest>,
): Promise<Answered> {
  const { protocol, host, port, servername, insecure } = hop;
  return new Promise((resolve, reject) => {
    const sent = (protocol === "https:" ? httpsRequest : httpRequest)({
      host,
      port,
      path: targetOf(request.url, hop.prefix),
      headers: { host: new URL(request.url).host },
      agent: false,
      maxHeaderSize: MOST_HEAD_BYTES,
      ...(protocol === "https:" ? { servername, rejectUnauthorized: !insecure } : {}),
    });
    // Node would drop all headers after the first 2000; browsers limit their size alone.
    sent.maxHeadersCount = 0;
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    open.add(sent);
    sent.on("close", () => {
      clearTimeout(timer);
      open.delete(sent);
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      resolve({
        status: response.statusCode ?? 0,
        headers: linesOf(response),
        address: response.socket?.remoteAddress,
        protocol: "HTTP/1.1",
      });
      drain(response, () => sent.destroy());
    });
    sent.on("upgrade", (_response, socket) => {
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

/** Reads on for a little; a stream of events never ends. */
function drain(response: IncomingMessage, done: () => void): void {
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) done();
  });
  response.on("error", done);
  response.on("close", done);
}
