// The TypeScript of docs/migrating-from-cors.md. Checked by `npm run types`, never run.
import type { Request } from "express";
import cors, { type CorsOptions, type CorsOptionsDelegate } from "../../src/index.ts";

// `origin` is required: a part of the options is a Partial.
const shared: Partial<CorsOptions> = { credentials: true, maxAge: 600 };
const options: CorsOptions = { ...shared, origin: ["https://app.example.com"] };
cors(options);

// Before: cors<Request>(delegate), and cors<Request>((req, callback) => ...).
const delegate: CorsOptionsDelegate<Request> = (req, callback) =>
  callback(null, { origin: req.hostname === "a.example" });
cors(delegate);
cors((req: Request, callback) => callback(null, { origin: req.hostname === "a.example" }));

// A function that was written for @types/cors fits. Its origin is never undefined here.
const old = (origin: string | undefined, callback: (error: Error | null, allow?: boolean) => void) =>
  callback(null, origin === "https://app.example.com");
cors({ origin: old });

// @ts-expect-error: `true` or "*" beside credentials
cors({ origin: "*", credentials: true });
// @ts-expect-error: an unknown option
cors({ origin: "*", headers: ["X-Tenant"] });

// What the page says of names: reached through the function too.
const named: cors.CorsOptions = options;
const asked: cors.CorsOptionsDelegate<cors.CorsRequest> = (_req, callback) => callback(null, named);
cors(asked);
