// A raw HTTP/1.1 client: sends exactly the lines it is given, and shows every line that comes back.
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect as connectTcp } from "node:net";

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** Sent as they are, in this order; a name may stand twice. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
}

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** Names in the case in which they were sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Every value of a header, in order. */
export function valuesOf(response: RawResponse, name: string): string[] {
  return response.headers
    .filter(([other]) => other.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

/** The CORS lines of a response as a record; a line that stands twice shows as an array. */
export function corsHeaders(response: RawResponse): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const [written] of response.headers) {
    const name = written.toLowerCase();
    if (!name.startsWith("access-control-")) continue;
    const values = valuesOf(response, name);
    found[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return found;
}

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  send(request: Partial<RawRequest>): Promise<RawResponse>;
  close(): Promise<void>;
}

export async function serve(listener: RequestListener): Promise<RunningServer> {
  return running(createServer(listener));
}

export async function running(server: Server): Promise<RunningServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    send: (request) => sendTo(port, request),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends one request to a port of this machine. */
export function sendTo(
  port: number,
  { method = "GET", target = "/", headers = [], body = "" }: Partial<RawRequest>,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(parse(Buffer.concat(chunks).toString("latin1"))));
    const lines = [`${method} ${target} HTTP/1.1`, "Host: 127.0.0.1", "Connection: close"];
    for (const [name, value] of headers) lines.push(`${name}: ${value}`);
    if (body !== "") lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
  });
}

function parse(text: string): RawResponse {
  // Interim (1xx) heads come first; the last head is the response's.
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  if (/^HTTP\/1\.1 1\d\d/.test(head)) return parse(text.slice(end + 4));
  const [statusLine = "", ...lines] = head.split("\r\n");
  const [, status = "0", reason = ""] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), reason, headers, body: end < 0 ? "" : text.slice(end + 4) };
}
