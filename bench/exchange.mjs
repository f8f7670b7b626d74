// Requests and responses without a network: Node's own classes on a socket that swallows what is written.
import { IncomingMessage, ServerResponse } from "node:http";

// A keep-alive connection serves many requests on one socket, so one is enough. It has what a response asks of it, and
// keeps the last head for the check that contenders do their work. Write callbacks are not called: nobody waits.
const socket = {
  writable: true,
  readableHighWaterMark: 16384,
  _writableState: { corked: 0 },
  _httpMessage: null,
  written: "",
  on: () => socket,
  cork() {},
  uncork() {},
  write(data) {
    // Node ends with an empty write.
    if (data.length > 0) socket.written = data;
    return true;
  },
};

/** What the last response began with. */
export const lastHead = () => String(socket.written).split("\r\n\r\n", 1)[0];

/**
 * A function that makes a new request and response at each call, as the HTTP server does before it calls its listener:
 * headers already parsed (the server itself reads `expect`), and their values new strings, whose hashes are not known
 * yet. Interned strings would make every look-up by origin a pointer comparison, which no real request is.
 */
export function exchangeMaker(kind, origins) {
  const bytes = origins.map((origin) => Buffer.from(origin, "latin1"));
  const method = kind === "preflight" ? "OPTIONS" : "GET";
  let turn = 0;
  return () => {
    const origin = bytes[turn++ % bytes.length];
    const req = new IncomingMessage(socket);
    req.method = method;
    req.url = "/api/orders?page=2";
    const headers = { host: "api.example.com", accept: "*/*", "user-agent": "bench" };
    if (kind !== "none") headers.origin = origin.latin1Slice(0, origin.length);
    if (kind === "preflight") {
      headers["access-control-request-method"] = "PUT";
      headers["access-control-request-headers"] = "content-type,x-requested-with";
    }
    req.headers = headers;
    const res = new ServerResponse(req);
    socket._httpMessage = null;
    res.assignSocket(socket);
    return { req, res };
  };
}

export const endActual = (res) => res.end("ok");

/** What a response of this kind costs without any middleware. */
export function bare(kind) {
  if (kind !== "preflight") return (_req, _res, next) => next();
  return (_req, res) => {
    res.statusCode = 204;
    res.end();
  };
}
