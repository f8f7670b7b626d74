// What a page may be put before: an application, a server, a URL, a policy, or a function; each becomes a `send`.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { valuesOf } from "../browser/header-list.ts";
import { quote } from "../browser/request.ts";
import type { Send, WireRequest, WireResponse } from "../browser/types.ts";
import { destinationOf, forwarded, sendOverHttp } from "./http.ts";

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

// Not imported from the policy, so that the types of this entry stand alone.
/**
 * The part of a `Policy`, live or not, that is asked here.
 *
 * @example const asked: DecidingPolicy = policy;
 */
export interface DecidingPolicy {
  /** As `Policy.decideAsync`. */
  decideAsync(request: {
    method: string;
    path: string;
    origin: string | undefined;
    requestMethod: string | undefined;
    requestHeaders: string | undefined;
    sameOrigin: boolean;
  }): Promise<PolicyAnswer>;
}

/**
 * The part of a `Decision` that is sent.
 *
 * @example const answer: PolicyAnswer = policy.decide({ method: "GET", origin: "https://app.example.com" });
 */
export interface PolicyAnswer {
  /** `undefined` where the application answers. */
  readonly status: number | undefined;
  /** By lower-case name, without Vary. */
  readonly headers: Readonly<Record<string, string>>;
  /** What Vary is to name. */
  readonly vary: readonly string[];
}

/**
 * What answers all requests of a page, whatever host they name.
 *
 * @example const target: SingleTarget = "http://127.0.0.1:3000";
 */
export type SingleTarget = RequestListener | Middleware | Server | string | URL | DecidingPolicy | Send;

/**
 * What answers a page's requests: an Express or Connect application, a request listener, a middleware, an `http.Server`,
 * a base URL, a policy, a function `(request) => response`, or one of these for each origin.
 *
 * @example const target: Target = { "https://api.example.com": server, "https://public.example.com": policy };
 */
export type Target = SingleTarget | Readonly<Record<string, SingleTarget>>;

/** @param timeout For one answer, in milliseconds. */
export function sendTo(target: Target | null, timeout: number): Send {
  const single = singleOf(target, timeout);
  if (single !== undefined) return single;
  if (!isByOrigin(target)) throw new TypeError(`target: ${describeTarget(target)}; ${TARGETS}`);
  const sends = new Map(
    Object.entries(target).map(([origin, one]) => [origin, requireSingle(origin, one, timeout)]),
  );
  return (request) => {
    const send = sends.get(new URL(request.url).origin);
    if (send === undefined)
      throw new Error(`the page's targets have none for ${new URL(request.url).origin}`);
    return send(request);
  };
}

const TARGETS =
  "write an application, a request listener, an http.Server, a base URL, a policy, a function (request) => response, or a record of these by origin.";

/** What was given in the place of a target, and what may have been meant. */
function describeTarget(target: unknown): string {
  if (typeof target !== "object" || target === null) return `${String(target)} is none`;
  if (typeof (target as { then?: unknown }).then === "function") return "a promise is none, await it";
  const key = Object.keys(target).find((one) => !URL.canParse(one) || new URL(one).origin !== one);
  if (key === undefined) return "an object without entries is none";
  const origin = URL.canParse(key) ? new URL(key).origin : "null";
  return `its key ${quote(key)} is no origin${origin === "null" ? "" : `, write ${quote(origin)}`}`;
}

function isByOrigin(target: unknown): target is Record<string, SingleTarget> {
  if (typeof target !== "object" || target === null) return false;
  const keys = Object.keys(target);
  return keys.length > 0 && keys.every((key) => URL.canParse(key) && new URL(key).origin === key);
}

function requireSingle(origin: string, target: SingleTarget, timeout: number): Send {
  const send = target === null ? undefined : singleOf(target, timeout);
  if (send === undefined)
    throw new TypeError(`target[${quote(origin)}]: ${describeTarget(target)}; ${TARGETS}`);
  return send;
}

function singleOf(target: unknown, timeout: number): Send | undefined {
  if (target === null) return toTheUrlItself(timeout);
  if (typeof target === "string" || target instanceof URL) return toBase(String(target), timeout);
  if (typeof target === "function") return ofFunction(target as RequestListener | Send, timeout);
  if (isPolicy(target)) return (request) => askPolicy(target, request);
  return isServer(target) ? toServer(target, timeout) : undefined;
}

function toTheUrlItself(timeout: number): Send {
  return (request) => sendOverHttp(request, destinationOf(new URL(request.url)), timeout);
}

function toBase(written: string, timeout: number): Send {
  if (!/^https?:\/\//i.test(written) || !URL.canParse(written))
    throw new TypeError(
      `target: ${quote(written)} is no base URL; write one such as "http://127.0.0.1:3000".`,
    );
  const base = new URL(written);
  const destination = { ...destinationOf(base), prefix: base.pathname.replace(/\/$/, "") };
  return (request) => sendOverHttp(forwarded(request, destination.protocol), destination, timeout);
}

function isPolicy(target: unknown): target is DecidingPolicy {
  return typeof (target as { decideAsync?: unknown } | null)?.decideAsync === "function";
}

/** What an application behind the policy's middleware would send that answers every request with 200. */
async function askPolicy(policy: DecidingPolicy, request: WireRequest): Promise<WireResponse> {
  const field = (name: string) => valuesOf(request.headers, name)[0];
  const { status, headers, vary } = await policy.decideAsync({
    method: request.method,
    path: new URL(request.url).pathname,
    origin: field("origin"),
    requestMethod: field("access-control-request-method"),
    requestHeaders: field("access-control-request-headers"),
    sameOrigin: field("sec-fetch-site") === "same-origin",
  });
  const varyLine = vary.length === 0 ? [] : [["vary", vary.join(", ")] as const];
  return { status: status ?? 200, headers: [...Object.entries(headers), ...varyLine] };
}

function isServer(target: unknown): target is Server {
  const { listen, listeners } = Object(target) as Partial<Server>;
  return typeof listen === "function" && typeof listeners === "function";
}

/** A server that listens is asked where it listens; another one's request listeners are called. */
function toServer(server: Server, timeout: number): Send {
  // Called one by one and not emitted, so that a rejection is seen.
  const ask: RequestListener = (req, res) =>
    Promise.all(server.listeners("request").map((listener) => listener.call(server, req, res)));
  const forward = ofListener(ask, server, timeout);
  return (request) => {
    const address = server.address() as AddressInfo | string | null;
    if (address === null || typeof address === "string") return forward(request);
    const protocol = "setSecureContext" in server ? "https:" : "http:";
    const destination = { protocol, host: reachable(address), port: address.port, insecure: true } as const;
    return sendOverHttp(forwarded(request, protocol), destination, timeout);
  };
}

/** All addresses of a machine are reached at one of them. */
function reachable({ address }: AddressInfo): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

/** By the number of parameters, as Express tells its middleware apart; an application is one that can listen. */
function ofFunction(target: RequestListener | Middleware | Send, timeout: number): Send {
  const isApplication = "handle" in target && "listen" in target;
  if (!isApplication && target.length < 2) return target as Send;
  if (isApplication || target.length === 2) return ofListener(target as RequestListener, target, timeout);
  return ofListener(
    // What a router has no route for is not there; behind any other middleware stands an application.
    (req, res) =>
      (target as Middleware)(req, res, (error) => finish(res, error, "stack" in target ? 404 : 200)),
    target,
    timeout,
  );
}

/** What stands behind a middleware that is tested alone. */
function finish(res: ServerResponse, error: unknown, status: number): void {
  if (!res.headersSent && (error !== undefined || status !== 200))
    res.statusCode = error === undefined ? status : 500;
  res.end();
}

interface Serving {
  readonly port: Promise<number>;
  /** What a listener threw, by the port that the request came from. */
  readonly thrown: Map<number, unknown>;
}

// One server for each application, however many pages there are; it keeps no process alive.
const serving = new WeakMap<object, Serving>();

function ofListener(listener: RequestListener, identity: object, timeout: number): Send {
  return async (request) => {
    const { port, thrown } = serving.get(identity) ?? serve(listener, identity);
    const destination = { protocol: "http:", host: "127.0.0.1", port: await port } as const;
    return sendOverHttp(forwarded(request, "http:"), destination, timeout, (from) => thrown.get(from ?? 0));
  };
}

function serve(listener: RequestListener, identity: object): Serving {
  const thrown = new Map<number, unknown>();
  const server = createServer(async (req, res) => {
    try {
      await (listener(req, res) as unknown);
    } catch (error) {
      // Of the process it would be the end; the test is to see it.
      thrown.set(req.socket.remotePort ?? 0, error);
      res.destroy();
    }
  });
  // A port may come back, with another connection behind it.
  server.on("connection", ({ remotePort }) => thrown.delete(remotePort ?? 0));
  const port = new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  server.unref();
  const started = { port, thrown };
  serving.set(identity, started);
  return started;
}
