// Broken services, written by hand: preflights.
import { type Animal, PUT, right, unauthorized } from "./animal.ts";
import { application, chain, handWritten, isPreflight, PREFLIGHT, type Step, service } from "./service.ts";

const toLogin: Step = (_req, res) => {
  res.writeHead(302, { Location: "/login" }).end();
};

export const PREFLIGHTS: readonly Animal[] = [
  {
    name: "preflights redirected to a login",
    broken: chain(
      (req, res, next) => (req.method === "OPTIONS" ? toLogin(req, res, next) : next()),
      right as Step,
    ),
    fixed: right,
    options: PUT,
    fails: ["preflight-redirect"],
  },
  {
    name: "authentication before CORS",
    broken: chain(unauthorized, handWritten(), application),
    fixed: chain(handWritten(), unauthorized, application),
    options: { method: "GET", header: ["Authorization: Bearer 0123456789"] },
    fails: ["preflight-auth"],
  },
  {
    name: "a 403 for preflights alone",
    broken: chain((req, res, next) => (isPreflight(req) ? res.writeHead(403).end() : next()), right as Step),
    fixed: right,
    options: PUT,
    fails: ["preflight-auth"],
  },
  {
    name: "a 401 without CORS headers",
    broken: chain(unauthorized, handWritten(), application),
    fixed: chain(handWritten(), unauthorized, application),
    fails: ["answer-without-cors"],
  },
  {
    name: "nothing answers OPTIONS",
    broken: chain((req, res, next) => {
      if (req.method === "OPTIONS") res.writeHead(405, { Allow: "GET, PUT" }).end();
      else next();
    }, right as Step),
    fixed: right,
    options: PUT,
    fails: ["preflight-status"],
  },
  {
    name: "preflights answered with 500",
    broken: service({ preflightStatus: 500 }),
    fixed: right,
    options: PUT,
    fails: ["preflight-status"],
  },
  {
    name: "preflights that are forgotten at once",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Max-Age": "0" } }),
    fixed: right,
    options: PUT,
    warns: ["max-age"],
  },
  {
    name: "the method is missing",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Methods": "GET, POST" } }),
    fixed: right,
    options: PUT,
    fails: ["preflight-methods"],
  },
  {
    name: "the method in lower case",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Methods": "get, put" } }),
    fixed: right,
    options: PUT,
    fails: ["preflight-methods"],
  },
  {
    name: "methods separated by spaces",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Methods": "GET PUT" } }),
    fixed: right,
    options: PUT,
    fails: ["preflight-methods"],
  },
  {
    name: "the header is missing",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Headers": "Content-Type" } }),
    fixed: right,
    options: PUT,
    fails: ["preflight-headers"],
  },
  {
    name: "headers in quotes",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Headers": '"X-Own"' } }),
    fixed: right,
    options: PUT,
    fails: ["preflight-headers"],
  },
  {
    name: "* for headers, with cookies",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Headers": "*" } }),
    fixed: right,
    options: PUT,
    fails: ["preflight-headers"],
    warns: ["wildcard-lists"],
  },
  {
    name: "* for headers, without cookies",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Headers": "*" } }),
    fixed: right,
    options: { header: ["X-Own: 1"] },
    warns: ["wildcard-lists"],
  },
  {
    name: "Authorization under *",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Allow-Headers": "*" } }),
    fixed: right,
    options: { header: ["Authorization: Bearer 0123456789"] },
    fails: ["authorization-wildcard"],
  },
  {
    name: "no Max-Age",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Max-Age": "" } }),
    fixed: right,
    options: PUT,
    warns: ["max-age"],
  },
  {
    name: "a Max-Age with a unit",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Max-Age": "600s" } }),
    fixed: right,
    options: PUT,
    warns: ["max-age"],
  },
  {
    name: "a Max-Age above the caps",
    broken: service({ preflight: { ...PREFLIGHT, "Access-Control-Max-Age": "31536000" } }),
    fixed: right,
    options: PUT,
    warns: ["max-age"],
  },
  {
    name: "every OPTIONS taken for a preflight",
    broken: chain((req, res, next) => {
      if (req.method === "OPTIONS") res.writeHead(204, { "Access-Control-Allow-Methods": "GET, PUT" }).end();
      else next();
    }, right as Step),
    fixed: right,
    warns: ["options-swallowed"],
  },
];
