// The places in which a policy runs: the same request is put to each of them.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import connect from "connect";
import express from "express";
import express4 from "express4";
import { type CorsMiddleware, cors } from "../../src/index.ts";

export type App = (req: IncomingMessage, res: ServerResponse) => void;

/** Framework name -> a listener that runs the middleware, then the application. */
export const FRAMEWORKS: Readonly<Record<string, (middleware: CorsMiddleware, app: App) => RequestListener>> =
  {
    // Connect's routes match no "*", so the application is what runs when nothing else answers.
    connect: (middleware, app) => {
      const connected = connect().use(middleware);
      return (req, res) => connected(req, res, () => app(req, res));
    },
    "express 4": (middleware, app) => express4().use(middleware).use(app),
    "express 5": (middleware, app) => express().use(middleware).use(app),
    "plain http": (middleware, app) => (req, res) => middleware(req, res, () => app(req, res)),
    "wrap()": (middleware, app) => middleware.wrap(app),
  };

/** For policies that are data: tests decide what they hold. */
export function middlewareOf(options: unknown): CorsMiddleware {
  return cors(options as Parameters<typeof cors>[0]);
}
