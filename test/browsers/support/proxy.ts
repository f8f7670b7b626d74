// A SOCKS5 proxy (RFC 1928) on loopback: the browsers name a host, the proxy alone decides which local server that is.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

// SOCKS5 and no HTTP proxy: the bytes of http requests pass as they are, in origin-form, and connections stay open as
// they do without a proxy; an HTTP proxy gets absolute-form, which would have to be rewritten.

/** The local port that answers for a host, or undefined: then the connection is refused, nothing leaves the machine. */
export type Route = (host: string, encrypted: boolean, port: number) => number | undefined;

export interface Proxy {
  readonly port: number;
  /** Hosts, with the port, that browsers asked for and did not get. */
  readonly refused: ReadonlySet<string>;
  close(): Promise<void>;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const CONNECT = 1;
const REPLY = { succeeded: 0, failed: 1, notAllowed: 2, commandNotSupported: 7 } as const;
const ADDRESS_TYPE = { ipv4: 1, name: 3, ipv6: 4 } as const;
const EVENTS = ["readable", "end", "close"];
/** The first byte of a TLS connection: a handshake record (RFC 8446 5.1). */
const TLS_HANDSHAKE = 0x16;

export async function startProxy(route: Route): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const refused = new Set<string>();
  const server = createServer({ noDelay: true }, (client) => {
    keep(client);
    serve(client, route, refused, keep).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function serve(
  client: Socket,
  route: Route,
  refused: Set<string>,
  keep: (socket: Socket) => void,
): Promise<void> {
  const read = reader(client);
  const [version, methods = 0] = await read(2);
  if (version !== VERSION) return void client.destroy();
  await read(methods);
  client.write(Buffer.from([VERSION, NO_AUTHENTICATION]));

  const [, command, , type] = await read(4);
  const host = await readHost(read, type);
  const port = (await read(2)).readUInt16BE();
  if (command !== CONNECT) return void client.end(reply(REPLY.commandNotSupported));
  if (route(host, false, port) === undefined) {
    refused.add(`${host}:${port}`);
    return void client.end(reply(REPLY.notAllowed));
  }
  // Which of the two servers it is shows in the first byte, so that https works on every port as http does.
  client.write(reply(REPLY.succeeded));
  const first = await read(1);
  const target = route(host, first[0] === TLS_HANDSHAKE, port);
  if (target === undefined) return void client.destroy();
  client.unshift(first);
  const upstream = connect({ port: target, host: "127.0.0.1", noDelay: true });
  keep(upstream);
  client.pipe(upstream).pipe(client);
  // A browser that leaves is to be seen by the server, and a server that breaks off by the browser.
  client.once("close", () => upstream.destroy());
  upstream.once("close", () => client.destroySoon());
}

async function readHost(
  read: (length: number) => Promise<Buffer>,
  type: number | undefined,
): Promise<string> {
  if (type === ADDRESS_TYPE.name) {
    const [length = 0] = await read(1);
    return (await read(length)).toString("latin1").toLowerCase();
  }
  if (type === ADDRESS_TYPE.ipv4) return [...(await read(4))].join(".");
  if (type === ADDRESS_TYPE.ipv6) {
    const bytes = await read(16);
    const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
    // The one address of this form that tests use is loopback; others are refused whatever they look like.
    return groups.join(":").replace("0:0:0:0:0:0:0:1", "::1");
  }
  throw new Error("not a SOCKS5 address type");
}

/** The bound address in a reply means nothing to a browser. */
function reply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, ADDRESS_TYPE.ipv4, 0, 0, 0, 0, 0, 0]);
}

/** Exactly so many bytes from a paused socket; fails when it ends before. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes: Buffer | null = socket.read(length);
      if (bytes !== null && bytes.length === length) return bytes;
      if (socket.readableEnded || socket.destroyed) throw new Error("ended early");
      await new Promise<void>((resolve) => {
        const wake = () => {
          for (const event of EVENTS) socket.off(event, wake);
          resolve();
        };
        for (const event of EVENTS) socket.on(event, wake);
      });
    }
  };
}
