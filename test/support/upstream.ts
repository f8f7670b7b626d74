// The application of test/support/java/Upstream.java once more, on Express 5: each request says how it behaves in X-App.
import express, { type NextFunction, type Request, type Response } from "express";
import { cors } from "../../src/index.ts";
import type { Filtered } from "./java.ts";
import { type RawRequest, type RawResponse, type RunningServer, serve } from "./raw-http.ts";

const OTHER = "https://other.example";

export interface ExpressUpstream {
  send(policy: number, request: Partial<RawRequest>): Promise<RawResponse>;
  reached(): ReadonlySet<string>;
  close(): Promise<void>;
}

/** `cors(policy)` in front of the application; X-Policy says which. */
export async function startExpress(policies: readonly Filtered[]): Promise<ExpressUpstream> {
  const reached = new Set<string>();
  const middlewares = policies.map(({ policy, layer }) => cors(policy, { layer }));
  const app = express()
    // Jetty and Tomcat say nothing of themselves either.
    .disable("x-powered-by")
    .disable("etag")
    .use((req, res, next) => middlewares[Number(req.headers["x-policy"])]?.(req, res, next))
    .use((req: Request, res: Response, next: NextFunction) => {
      reached.add(String(req.headers["x-id"]));
      const behave = BEHAVIOURS[String(req.headers["x-app"] ?? "plain")] as Behaviour;
      if (behave(req, res, next) !== ANSWERED) res.end("application");
    })
    .use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
      res.status(500).end("failed");
    });
  const server: RunningServer = await serve(app);
  return {
    send: (policy, { headers = [], ...request }) =>
      server.send({ ...request, headers: [["X-Policy", String(policy)], ...headers] }),
    reached: () => reached,
    close: server.close,
  };
}

const ANSWERED = Symbol("answered");

type Behaviour = (req: Request, res: Response, next: NextFunction) => typeof ANSWERED | void;

/** What an application does that should leave CORS alone. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  plain: () => {},
  "own-cors": (_, res) => ownCors(res),
  reflect: (req, res) => {
    res.setHeader("access-control-allow-origin", String(req.headers.origin ?? null));
    res.setHeader("ACCESS-CONTROL-ALLOW-CREDENTIALS", "true");
    res.setHeader("Vary", "Origin");
  },
  "add-cors": (_, res) => {
    res.appendHeader("Access-Control-Allow-Origin", OTHER);
    res.appendHeader("Access-Control-Allow-Origin", "*");
    res.appendHeader("Access-Control-Max-Age", "5");
    res.appendHeader("Access-Control-Allow-Headers", "Thu, 01 Jan 1970 00:00:00 GMT");
  },
  expose: (_, res) => {
    res.setHeader("Access-Control-Expose-Headers", "Content-Disposition, etag,, *, b ad");
  },
  "expose-twice": (_, res) => {
    res.appendHeader("Access-Control-Expose-Headers", "X-One");
    res.appendHeader("access-control-expose-headers", "X-Two, x-one");
  },
  vary: (_, res) => {
    res.setHeader("Vary", "Accept-Encoding");
  },
  "vary-add": (_, res) => {
    res.appendHeader("Vary", "Accept-Encoding");
    res.appendHeader("vary", "Accept, accept-encoding");
  },
  "vary-star": (_, res) => {
    res.setHeader("Vary", "*");
  },
  "vary-lower": (_, res) => {
    res.setHeader("Vary", "accept, origin");
  },
  "not-found": (_, res) => {
    ownCors(res);
    res.status(404).end("not found");
    return ANSWERED;
  },
  "send-500": (_, res) => {
    res.status(500).end("said");
    return ANSWERED;
  },
  throw: (_, res) => {
    ownCors(res);
    throw new Error("thrown on purpose");
  },
  "throw-servlet": (_req, _res, next) => {
    next(new Error("thrown on purpose"));
    return ANSWERED;
  },
  "error-page": (_, res) => {
    ownCors(res);
    res.status(418);
  },
  redirect: (_, res) => {
    ownCors(res);
    // redirect() looks at Accept, and says so in Vary.
    res.status(302).setHeader("Location", "/elsewhere").end();
    return ANSWERED;
  },
  reset: (_, res) => {
    ownCors(res);
    for (const name of res.getHeaderNames()) res.removeHeader(name);
  },
  flush: (_, res) => {
    res.flushHeaders();
  },
  large: (_, res) => {
    ownCors(res);
    res.write("a line of a larger body\n".repeat(2000));
  },
  "not-modified": (_, res) => {
    res.status(304);
  },
  forward: (_, res) => ownCors(res),
  async: (_, res) => {
    setImmediate(() => {
      ownCors(res);
      res.end("application");
    });
    return ANSWERED;
  },
  "async-dispatch": (_, res) => ownCors(res),
};

function ownCors(res: Response): void {
  res.setHeader("Access-Control-Allow-Origin", OTHER);
  res.setHeader("Access-Control-Allow-Credentials", "true");
  res.setHeader("Access-Control-Allow-Methods", "PURGE");
  res.setHeader("Access-Control-Allow-Headers", "X-Evil");
  res.setHeader("Access-Control-Max-Age", "5");
  res.setHeader("Access-Control-Allow-Private-Network", "true");
}
