// Functions among the options: parameters keep their types in every style. Checked by `npm run types`, never run.
import type { IncomingMessage, ServerResponse } from "node:http";
import type express from "express";
import cors, {
  type CorsOptionsDelegate,
  type CorsRequest,
  definePolicy,
  type OriginFunction,
  type SourceFunction,
} from "../../src/index.ts";

/** Fails to compile unless the two types are the same; `any` is the same as nothing but itself. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(..._: Same<A, B> extends true ? [] : ["the types differ"]) => {};
// @ts-expect-error: the test can fail
same<string, number>();
// @ts-expect-error: and any does not pass
same<ReturnType<typeof JSON.parse>, string>();

const known = async (origin: string) => origin === "https://app.example.com";

// Origin functions: plain, async, callback style, by expression and by statement.
cors({ origin: (origin) => origin.endsWith(".example.com") });
cors({
  origin: (origin) => (origin.length > 9 ? ["https://a.example", /^https:\/\/b$/] : false),
  credentials: true,
});
cors({ origin: async (origin) => known(origin) });
cors({
  origin: async (origin) => {
    same<typeof origin, string>();
    return (await known(origin)) && origin;
  },
});
cors({
  origin: (origin, callback) => {
    same<typeof origin, string>();
    known(origin).then(
      (allowed) => callback(null, allowed),
      (error: unknown) => callback(error),
    );
  },
  credentials: true,
});
cors({
  origin: (origin, callback) =>
    callback(null, origin === "https://a.example" ? origin : ["https://b.example"]),
});
cors({ origin: (_origin, callback) => callback(new Error("database away")) });
cors({
  origin: (origin, callback) => {
    if (origin === "") return false;
    callback(null, true);
    return undefined;
  },
});
definePolicy({ routes: { "/": { origin: (origin) => origin.startsWith("https:"), credentials: true } } });
definePolicy({ routes: { "/": { origin: (origin, callback) => callback(null, origin.length > 1) } } });
definePolicy({ routes: { "/": { origin: async (origin) => known(origin) }, "/x": { origin: "*" } } });

// Functions that were written for npm cors, whose origin may be undefined.
const old = (origin: string | undefined, callback: (error: Error | null, allow?: boolean) => void) => {
  callback(null, origin === undefined || origin.endsWith(".example.com"));
};
cors({ origin: old, credentials: true });
definePolicy({ routes: { "/": { origin: old } } });
const withLists = (
  _origin: string | undefined,
  callback: (error: Error | null, allow?: boolean | string | RegExp | (boolean | string | RegExp)[]) => void,
) => callback(null, ["https://a.example"]);
cors({ origin: withLists });
const typed: OriginFunction = (origin) => origin.length > 0;
cors({ origin: typed });

// Per-request sources.
cors((req, callback) => {
  same<typeof req, IncomingMessage>();
  callback(null, { origin: req.headers.origin === "https://a.example", credentials: false });
});
cors((req, callback) =>
  callback(null, { origin: true, credentials: true, maxAge: Number(req.headers["x-age"]) }),
);
cors((_req, callback) => callback(null, { origin: ["https://a.example"], credentials: true }));
cors((_req, callback) => callback(new Error("database away")));
cors(() => ({ origin: true, credentials: true }));
cors(async (req) => ({ origin: (await known(String(req.headers.origin))) ? ["https://a.example"] : false }));
cors(async () => definePolicy({ origin: "https://a.example" }));
cors(() => ({ routes: { "/": { origin: "https://a.example" }, "/x": false } }));
cors(() => false);
cors(() => []);
cors(() => "passthrough");
// @ts-expect-error: a source answers options, a policy, false, [] or "passthrough"
cors(() => 7);
// @ts-expect-error: a source's promise too
cors(async () => "pass");
// @ts-expect-error: a callback too
cors((_req, callback) => callback(null, 7));

// Of the framework's own request.
const own = cors((req: express.Request, callback) => {
  same<typeof req, express.Request>();
  callback(null, { origin: req.hostname === "a.example" ? "https://a.example" : false });
});
same<Parameters<typeof own>[0], express.Request>();
const tenant = cors(async (req: express.Request) => ({
  origin: `https://${req.params.tenant}.example.com`,
}));
same<Parameters<typeof tenant>[0], express.Request>();
same<Parameters<typeof tenant>[1], ServerResponse>();

// The names of @types/cors.
const delegate: CorsOptionsDelegate = (req, callback) => callback(null, { origin: req.url === "/open" });
cors(delegate);
const ofExpress: CorsOptionsDelegate<express.Request> = (req, callback) =>
  callback(null, { origin: req.hostname });
cors(ofExpress);
const viaName: cors.CorsOptionsDelegate<express.Request> = ofExpress;
cors(viaName);
const ofRequest: cors.CorsOptionsDelegate<cors.CorsRequest> = (req, callback) =>
  callback(null, { origin: req.headers.origin === "https://a.example" });
cors(ofRequest);
const request = (req: CorsRequest) => req.headers.origin;
void request;
const source: SourceFunction<express.Request> = (req) => ({ origin: req.hostname });
cors(source);

// The request's own origin, present or not: npm's idiom.
cors((req, callback) => callback(null, { origin: req.headers.origin, credentials: true }));
cors((req) => ({ origin: req.headers.origin }));
// @ts-expect-error: a misspelt option, in an answer too.
cors((req, callback) => callback(null, { origin: req.headers.origin, credential: true }));
