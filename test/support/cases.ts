// Shared by the adapter tests: one request against one middleware and one handler, over a real socket.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import type { CorsMiddleware } from "../../src/index.ts";
import { type RawRequest, type RawResponse, type RunningServer, serve } from "./raw-http.ts";

export const APP = "https://app.example.com";
export const EVIL = "https://evil.example";

export type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** A server that lives as long as the test. */
export async function started(listener: RequestListener): Promise<RunningServer> {
  const server = await serve(listener);
  onTestFinished(() => server.close());
  return server;
}

/** Middleware and handler on plain http. */
export function mounted(middleware: CorsMiddleware, handler: Handler): RequestListener {
  return (req, res) =>
    middleware(req, res, (error) => (error === undefined ? handler(req, res) : fail(error, res)));
}

function fail(error: unknown, res: ServerResponse): void {
  res.statusCode = 500;
  res.end(`failed: ${String(error)}`);
}

export async function once(listener: RequestListener, request: Partial<RawRequest>): Promise<RawResponse> {
  const server = await started(listener);
  return server.send(request);
}

export const from = (
  origin: string | undefined,
  more: readonly (readonly [string, string])[] = [],
): Partial<RawRequest> => ({
  headers: origin === undefined ? more : [["Origin", origin], ...more],
});

export const preflightFrom = (origin: string, asks = "PUT"): Partial<RawRequest> => ({
  method: "OPTIONS",
  headers: [
    ["Origin", origin],
    ["Access-Control-Request-Method", asks],
  ],
});

/** The process warnings of this package that are emitted until the test ends. */
export function collectWarnings(): (Error & { code?: string })[] {
  const seen: (Error & { code?: string })[] = [];
  const listener = (warning: Error) => seen.push(warning);
  process.on("warning", listener);
  onTestFinished(() => {
    process.off("warning", listener);
  });
  return seen;
}

/** Warnings are emitted in a later tick. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
