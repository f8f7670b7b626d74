// Who is compared: middlewares by name, each made for a list of origins.
import boring from "boring-cors";
import npmCors from "cors";

export const CONTENDERS = {
  floor: ({ origins }) => floor(new Set(origins)),
  "npm cors": ({ origins, wildcards }) => npmCors({ origin: [...origins, ...wildcards.map(asRegExp)] }),
  "boring-cors": ({ origins, wildcards }) => boring({ origin: [...origins, ...wildcards] }),
  "boring-cors, allowOverride": ({ origins, wildcards }) =>
    boring({ origin: [...origins, ...wildcards], allowOverride: true }),
  "npm cors, made afresh": () =>
    npmCors((_req, callback) => callback(null, { origin: true, credentials: true })),
  "boring-cors, made afresh": () =>
    boring((_req, callback) => callback(null, { origin: true, credentials: true })),
};

const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";

/** The least hand-written code that writes the same headers: everything known beforehand, nothing checked or defended. */
function floor(allowed) {
  return (req, res, next) => {
    const { headers } = req;
    const { origin } = headers;
    if (
      req.method === "OPTIONS" &&
      origin !== undefined &&
      headers["access-control-request-method"] !== undefined
    ) {
      if (!allowed.has(origin))
        return res.writeHead(403, ["vary", PREFLIGHT_VARY, "content-length", "0"]).end();
      const requested = headers["access-control-request-headers"];
      const head = [
        "vary",
        PREFLIGHT_VARY,
        "access-control-allow-origin",
        origin,
        "access-control-allow-methods",
        METHODS,
        "access-control-allow-headers",
        requested,
        "access-control-max-age",
        "600",
      ];
      return res.writeHead(204, head).end();
    }
    res.setHeader("vary", "Origin");
    if (origin !== undefined && allowed.has(origin)) res.setHeader("access-control-allow-origin", origin);
    next();
  };
}

/** npm cors has no wildcards: this is what its users write. */
function asRegExp(wildcard) {
  const [scheme, base] = wildcard.split("*.");
  return new RegExp(`^${scheme}(?:[a-z0-9-]+\\.)+${base.replaceAll(".", "\\.")}$`);
}

export const makeOrigins = (count) =>
  Array.from({ length: count }, (_, index) => `https://app-${index}.tenant.example`);
export const makeWildcards = (count) =>
  Array.from({ length: count }, (_, index) => `https://*.tenant-${index}.example`);
