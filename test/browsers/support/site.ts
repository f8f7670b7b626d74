// The servers behind every test host: one listener for http and https, hosts that answer raw bytes, and the proxy to all.
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { startProxy } from "./proxy.ts";
import { certificate } from "./tls.ts";

/** A request as it came, for hosts that answer by hand. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** In the case and order in which they were sent. */
  readonly headers: readonly (readonly [string, string])[];
  /** The request line and the header lines. */
  readonly head: string;
  readonly body: Buffer;
}

/** Writes any bytes as the answer; ends the socket, or says Content-Length and gets the connection's next request. */
export type RawHandler = (request: RawRequest, socket: Socket) => void;

export interface Site {
  /** For `launch`. */
  readonly proxyPort: number;
  /** What browsers asked for and is no test host, with the port: their own services too. */
  readonly refused: ReadonlySet<string>;
  /** What node:http could not parse. */
  readonly clientErrors: readonly string[];
  /** From now on this host's requests, http and https, go to the handler. */
  raw(host: string, handler: RawHandler): void;
  close(): Promise<void>;
}

/** `https://*.example.com`, `https://*.example`, localhost and 127.0.0.1, each on every port. */
const TEST_HOST = /^(?:(?:[a-z0-9_-]+\.)*example(?:\.com)?|(?:[a-z0-9_-]+\.)*localhost|127\.0\.0\.1|::1)$/;

export async function startSite(listener: RequestListener): Promise<Site> {
  const { key, cert } = certificate();
  const rawHandlers = new Map<string, RawHandler>();
  const clientErrors: string[] = [];
  const serveRaw = (socket: Socket) => readRequests(socket, (host) => rawHandlers.get(host));
  const plain = createHttpServer(listener);
  const encrypted = createHttpsServer({ key, cert }, listener);
  for (const server of [plain, encrypted]) {
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      clientErrors.push(error.code ?? error.message);
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
  }
  const servers = await Promise.all([
    listening(plain),
    listening(encrypted),
    listening(createTcpServer({ noDelay: true }, serveRaw)),
    listening(createTlsServer({ key, cert, noDelay: true }, serveRaw)),
  ]);
  const [plainPort, encryptedPort, rawPort, rawEncryptedPort] = servers.map(({ port }) => port);
  const proxy = await startProxy((host, isEncrypted) => {
    if (!TEST_HOST.test(host)) return undefined;
    if (rawHandlers.has(host)) return isEncrypted ? rawEncryptedPort : rawPort;
    return isEncrypted ? encryptedPort : plainPort;
  });
  return {
    proxyPort: proxy.port,
    refused: proxy.refused,
    clientErrors,
    raw: (host, handler) => void rawHandlers.set(host, handler),
    close: async () => {
      await Promise.all([proxy.close(), ...servers.map(({ close }) => close())]);
    },
  };
}

async function listening(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Hands over request by request. A browser sends its next one after the answer, so what is here is one at most. */
function readRequests(socket: Socket, handlerOf: (host: string) => RawHandler | undefined): void {
  let bytes = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = bytes.subarray(0, end).toString("latin1");
    const [requestLine = "", ...lines] = head.split("\r\n");
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    const field = (name: string) => headers.find(([other]) => other.toLowerCase() === name)?.[1];
    const next = end + 4 + Number(field("content-length") ?? 0);
    if (bytes.length < next) return;
    const body = bytes.subarray(end + 4, next);
    bytes = bytes.subarray(next);
    const [method = "", target = ""] = requestLine.split(" ");
    const handler = handlerOf((field("host") ?? "").replace(/:\d+$/, "").toLowerCase());
    if (handler === undefined) return void socket.destroy();
    handler({ method, target, headers, head, body }, socket);
  });
}
