// What to write instead, for calls that no option check sees: told when they are made.
import { show } from "./issues.ts";
import { parseOrigin } from "./origin.ts";

const MISUSES = {
  decide:
    "decide() takes the values of a request, not the request itself; write policy.decide({ method: req.method, " +
    'path: req.originalUrl, origin: req.headers.origin, requestMethod: req.headers["access-control-request-method"], ' +
    'requestHeaders: req.headers["access-control-request-headers"] })',
  wrap:
    "wrap() takes the application and stands in front of it: http.createServer(cors(policy).wrap(app)).listen(3000); " +
    "inside the application write app.use(cors(policy))",
  next:
    "the CORS middleware was called without next; write app.use(cors(policy)), or without a framework " +
    "http.createServer(cors(policy).wrap(listener))",
} as const;

/** The error for a call that cannot do what its author meant. */
export function misused(what: keyof typeof MISUSES): TypeError {
  return new TypeError(MISUSES[what]);
}

/** A function of three parameters, whether asked for an origin or for options, is a middleware that got lost. */
export function adviseFunction(value: unknown, where: "origin" | "source"): string {
  const { wrap, onError } = value as { wrap?: unknown; onError?: unknown };
  if (typeof wrap === "function" && typeof onError === "function") {
    return "is what cors() returned, a middleware; mount it as it is, or write the options here";
  }
  return where === "origin"
    ? "takes three parameters, as a middleware does; write (origin, callback) => callback(null, true or false)"
    : "takes three parameters, as a middleware does; write (req, callback) => callback(null, { origin: [...] })";
}

/**
 * What a function failed with, as an error that `next` can take: Express gives the strings "route" and "router" a
 * meaning of their own. `alone`: called back without an answer. If it is an answer itself, the error was forgotten.
 */
export function asError(error: unknown, what: string, alone: boolean): Error | object {
  if (alone && isAnswer(error)) {
    return new TypeError(
      `${what} called back ${show(error)} as its error; the error comes first: callback(null, ${show(error)})`,
    );
  }
  if (typeof error === "object" && error !== null) return error;
  return new Error(`${what} failed: ${typeof error === "string" ? error : show(error)}`);
}

function isAnswer(error: unknown): boolean {
  if (error === true || error === "*" || Array.isArray(error)) return true;
  if (typeof error === "string") return parseOrigin(error) !== undefined;
  if (Object.prototype.toString.call(error) !== "[object Object]") return false;
  const names = Object.keys(error as object);
  // { status: 401, origin } is an error after all.
  return (
    names.some((name) => /^(?:origin|routes)$/.test(name)) &&
    !names.some((name) => /^(?:status|statusCode|code|message)$/.test(name))
  );
}
