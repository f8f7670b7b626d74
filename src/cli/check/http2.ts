// HTTP/2, where a server offers it by ALPN: one session for each hop, as browsers have.
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { WireRequest } from "../../browser/types.ts";
import { contentLength, MOST_HEAD_BYTES, targetOf } from "../../testing/http.ts";
import type { Answered, Hop } from "./transport.ts";

/** A hop that speaks HTTP/2. */
export interface Http2Session {
  send(request: WireRequest, prefix: string): Promise<Answered>;
}

/** The sessions of one command. */
export interface Http2Sessions {
  /** `undefined` for a hop that speaks HTTP/1.1. */
  sessionFor(hop: Hop): Promise<Http2Session | undefined>;
  close(): void;
}

export function http2Sessions(timeout: number): Http2Sessions {
  const offered = new Map<string, Promise<TLSSocket | undefined>>();
  const sessions = new Map<string, ClientHttp2Session>();
  return {
    async sessionFor(hop) {
      if (hop.protocol === "http:") return undefined;
      const key = `${hop.host} ${hop.port} ${hop.servername}`;
      const negotiated = offered.get(key) ?? negotiate(hop, timeout);
      offered.set(key, negotiated);
      const socket = await negotiated;
      if (socket === undefined) return undefined;
      const open = sessions.get(key);
      const session =
        open === undefined || open.closed || open.destroyed ? openSession(hop, open, socket) : open;
      sessions.set(key, session);
      return {
        send: (request, prefix) => sendOver(session, request, prefix, socket.remoteAddress, timeout),
      };
    },
    close() {
      for (const session of sessions.values()) session.destroy();
    },
  };
}

/** The connected socket where the server chooses h2. What else goes wrong, HTTP/1.1 meets again and reports. */
function negotiate(hop: Hop, timeout: number): Promise<TLSSocket | undefined> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...tlsOf(hop), timeout });
    const give = (found: TLSSocket | undefined) => {
      if (found === undefined) socket.destroy();
      resolve(found);
    };
    socket.on("error", () => give(undefined));
    socket.on("timeout", () => give(undefined));
    socket.once("secureConnect", () => {
      socket.setTimeout(0);
      give(socket.alpnProtocol === "h2" ? socket : undefined);
    });
  });
}

function tlsOf({ host, port, servername, insecure }: Hop) {
  return { host, port, servername, rejectUnauthorized: !insecure, ALPNProtocols: ["h2", "http/1.1"] };
}

/** The first takes the socket that was negotiated; after a GOAWAY there is another. */
function openSession(
  hop: Hop,
  earlier: ClientHttp2Session | undefined,
  socket: TLSSocket,
): ClientHttp2Session {
  const session = connectHttp2(`https://${hop.servername || "localhost"}`, {
    createConnection: () => (earlier === undefined ? socket : connectTls(tlsOf(hop))),
    // Their size is limited; Node would limit their number, too, to 128.
    maxHeaderListPairs: MOST_HEAD_BYTES,
    settings: { maxHeaderListSize: MOST_HEAD_BYTES, enablePush: false },
  });
  // Each request reports it for itself.
  session.on("error", () => {});
  return session;
}

function sendOver(
  session: ClientHttp2Session,
  request: WireRequest,
  prefix: string,
  address: string | undefined,
  timeout: number,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = contentLength(request);
    const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_AUTHORITY, HTTP2_HEADER_SCHEME } = constants;
    const stream = session.request(
      {
        [HTTP2_HEADER_METHOD]: request.method,
        [HTTP2_HEADER_PATH]: targetOf(request.url, prefix),
        [HTTP2_HEADER_AUTHORITY]: new URL(request.url).host,
        [HTTP2_HEADER_SCHEME]: "https",
        ...Object.fromEntries(request.headers),
        ...(length === undefined ? {} : { "content-length": length }),
      },
      { endStream: !length },
    );
    if (length) stream.end(request.body);
    const timer = setTimeout(() => stream.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    stream.on("error", reject);
    stream.on("close", () => {
      clearTimeout(timer);
      reject(new Error("the stream was closed without an answer"));
    });
    stream.on("response", (_headers, _flags, rawHeaders?: string[]) => {
      const { status, headers } = linesOf(rawHeaders ?? []);
      resolve({ status, headers, address, protocol: "HTTP/2" });
      // Nothing is said about bodies.
      stream.close(constants.NGHTTP2_CANCEL);
    });
  });
}

function linesOf(raw: readonly string[]): { status: number; headers: [string, string][] } {
  const headers: [string, string][] = [];
  let status = 0;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name, value] = [raw[index] as string, raw[index + 1] as string];
    if (name === ":status") status = Number(value);
    else if (!name.startsWith(":")) headers.push([name, value]);
  }
  return { status, headers };
}
