// The middleware fits where frameworks take one. Checked by `npm run types`, never run.

import http from "node:http";
// The middleware fits where frameworks take one. Checked by `npm run types`, never run.
import http2, { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import connect from "connect";
import express from "express";
import express4 from "express4";
import cors, { type CorsMiddleware, definePolicy, type Next } from "../../src/index.ts";

const policy = definePolicy({ origin: "https://app.example.com" });
const mw: CorsMiddleware = cors(policy);
const ofRequest = cors((req: express.Request, callback) => callback(null, { origin: req.hostname }));
const ofRequest4 = cors((req: express4.Request, callback) => callback(null, { origin: req.hostname }));

const app = express();
app.use(mw);
app.use("/api", mw, ofRequest);
app.use(mw.onError);
app.get("/a", mw, (req, res) => void res.send(req.params));
app.get("/a/:id", ofRequest, (_req, res) => void res.send("a"));
app.options("/{*path}", mw);
app.route("/r").all(mw).get(ofRequest);
express.Router().use(mw).use(ofRequest).get("/", mw);
express.Router().use(mw.onError);

const app4 = express4();
app4.use(mw);
app4.use("/api", mw, ofRequest4);
app4.use(mw.onError);
app4.get("/a", mw, (req, res) => void res.send(req.params));
app4.get("/a/:id", ofRequest4, (_req, res) => void res.send("a"));
app4.options("*", mw);
app4.route("/r").all(mw).get(ofRequest4);
express4.Router().use(mw).use(ofRequest4).get("/", mw);

const connected = connect();
connected.use(mw);
connected.use("/api", mw);
connected.use(mw.onError);

http.createServer((req, res) => mw(req, res, () => res.end("plain")));
http.createServer(mw.wrap(app));
http.createServer(mw.wrap(app4));
http.createServer(mw.wrap(connected));
http.createServer(mw.wrap((_req, res) => void res.end()));
// The compatibility API of http2 has types of its own, which are no subtypes of http's.
http2.createServer((req, res) => mw(req as never, res as never, () => res.end()));

const next: Next = (error) => void error;
mw(new http.IncomingMessage(null as never), new http.ServerResponse({} as never), next);
// @ts-expect-error: a request is no response
mw(new http.IncomingMessage(null as never), new http.IncomingMessage(null as never), next);
// @ts-expect-error: a listener is a function
mw.wrap({});
// @ts-expect-error: middleware for Express's requests needs one
http.createServer((req, res) => ofRequest(req, res, next));
// @ts-expect-error: the middleware has no such thing
mw.unwrap;

// http2's compatibility API.
createSecureServer((req, res) => cors({ origin: "*" })(req, res, () => res.end()));
createSecureServer(
  cors({ origin: "*" }).wrap((_req: Http2ServerRequest, res: Http2ServerResponse) => res.end()),
);
createSecureServer(cors({ origin: "*" }).wrap(express()));
