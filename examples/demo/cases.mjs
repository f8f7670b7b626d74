// Every request of the demo with what must come of it: one table for the page, for --check and for the decisions.

/**
 * @typedef {object} DemoRequest
 * @property {string} method
 * @property {"gateway" | "direct"} to The gateway, or the public API without it.
 * @property {string} path
 * @property {"omit" | "include"} credentials
 * @property {Record<string, string>} [headers] As the page gives them to fetch().
 * @property {string} [body]
 *
 * @typedef {object} Expectation
 * @property {"readable" | "blocked"} outcome
 * @property {"preflight" | "response"} [at] Where a browser blocks; no page can see it, --check can.
 * @property {number} status Of the last response on the wire.
 * @property {string[]} [exposes] Headers that the page's script must be able to read.
 * @property {string[]} [hides] Headers that are sent, but that the script must not be able to read.
 * @property {Record<string, string | null>} wire Headers of that last response: exact value, or `null` for absent;
 *   for Vary the names that must be in it. `OWN` stands for the page's origin.
 *
 * @typedef {{ id: string, group: string, title: string, teaches: string, request: DemoRequest,
 *   trusted: Expectation, evil: Expectation }} DemoCase
 */

/** Stands for the origin of the page that asks. */
export const OWN = "{origin}";

const ORIGIN = "access-control-allow-origin";
const CREDENTIALS = "access-control-allow-credentials";
const JSON_TYPE = { "Content-Type": "application/json" };

const NAMED = { [ORIGIN]: OWN, [CREDENTIALS]: "true", vary: "Origin" };
const REFUSED = { [ORIGIN]: null, [CREDENTIALS]: null, vary: "Origin" };
const PUBLIC = { [ORIGIN]: "*", [CREDENTIALS]: null };

/** @returns {DemoRequest} */
const ask = (method, path, more = {}) => ({ method, to: "gateway", path, credentials: "omit", ...more });
/** @returns {Expectation} */
const readable = (status, more = {}) => ({ outcome: "readable", status, wire: NAMED, ...more });
/** @returns {Expectation} */
const blocked = (at, status, wire = REFUSED) => ({ outcome: "blocked", at, status, wire });

const REFUSED_PREFLIGHT = blocked("preflight", 403);

/** @type {readonly DemoCase[]} */
export const CASES = [
  {
    id: "simple",
    group: "Requests",
    title: "Simple GET",
    teaches:
      "Sent at once, without a preflight. A refused page's request still runs; its script sees nothing of the answer.",
    request: ask("GET", "/orders"),
    trusted: readable(200),
    evil: blocked("response", 200),
  },
  {
    id: "simple-post",
    group: "Requests",
    title: "Simple POST",
    teaches:
      "Plain text needs no preflight either: the service does the work (201) for any page. CORS is no protection against writes.",
    request: ask("POST", "/feedback", { headers: { "Content-Type": "text/plain" }, body: "Fine, thanks." }),
    trusted: readable(201),
    evil: blocked("response", 201),
  },
  {
    id: "json-post",
    group: "Requests",
    title: "JSON POST",
    teaches: "The content type makes the browser ask first. Refused there, the POST is never sent.",
    request: ask("POST", "/orders", { headers: JSON_TYPE, body: '{"item":"Tea"}' }),
    trusted: readable(201, { exposes: ["Location"] }),
    evil: REFUSED_PREFLIGHT,
  },
  {
    id: "put",
    group: "Requests",
    title: "PUT",
    teaches: "Every method but GET, HEAD and POST must be in the route's methods.",
    request: ask("PUT", "/orders/7", { headers: JSON_TYPE, body: '{"quantity":2}' }),
    trusted: readable(200),
    evil: REFUSED_PREFLIGHT,
  },
  {
    id: "patch",
    group: "Requests",
    title: "PATCH, which no route lists",
    teaches:
      "The preflight answers 204 with the full lists all the same, so that the browser's console names exactly what is missing.",
    request: ask("PATCH", "/orders/7", { headers: JSON_TYPE, body: '{"quantity":2}' }),
    trusted: blocked("preflight", 204, NAMED),
    evil: REFUSED_PREFLIGHT,
  },
  {
    id: "custom-header",
    group: "Requests",
    title: "A request header that is not listed",
    teaches: "X-Debug is not among the route's allowedHeaders. The decision says so, and what to add.",
    request: ask("GET", "/orders", { headers: { "X-Debug": "1" } }),
    trusted: blocked("preflight", 204, NAMED),
    evil: REFUSED_PREFLIGHT,
  },
  {
    id: "authorization",
    group: "Requests",
    title: "Authorization",
    teaches:
      "A bearer token is a request header like any other to CORS: it has to be listed, and needs no credentials mode.",
    request: ask("GET", "/account", { headers: { Authorization: "Bearer demo-token" } }),
    trusted: readable(200),
    evil: REFUSED_PREFLIGHT,
  },
  {
    id: "login",
    group: "Cookies",
    title: "Log in with a cookie",
    teaches:
      "With credentials the answer must name the origin and say Allow-Credentials: true, or the browser gives the page nothing.",
    request: ask("POST", "/session/login", {
      credentials: "include",
      headers: JSON_TYPE,
      body: '{"user":"Ada"}',
    }),
    trusted: readable(200),
    evil: REFUSED_PREFLIGHT,
  },
  {
    id: "profile",
    group: "Cookies",
    title: "Read the profile",
    teaches:
      "The cookie goes along from the trusted page. From the evil one it stays at home (SameSite=Lax): its request reaches the service, which sees nobody and answers 401.",
    request: ask("GET", "/profile", { credentials: "include" }),
    trusted: readable(200),
    evil: blocked("response", 401),
  },
  {
    id: "me",
    group: "Cookies",
    title: "Read the session, where refused requests are blocked",
    teaches:
      "As above, on a route with blockRefused: the evil page's request is answered 403 before the service sees it.",
    request: ask("GET", "/session/me", { credentials: "include" }),
    trusted: readable(200),
    evil: blocked("response", 403),
  },
  {
    id: "exposed",
    group: "Response headers",
    title: "Exposed headers",
    teaches:
      "Scripts read seven response headers, and those that exposedHeaders lists. X-Served-By is sent, but not listed.",
    request: ask("GET", "/orders/7"),
    trusted: readable(200, { exposes: ["ETag", "X-Request-Id"], hides: ["X-Served-By"] }),
    evil: blocked("response", 200),
  },
  {
    id: "download",
    group: "Response headers",
    title: "Download",
    teaches:
      "The handler itself exposes Content-Disposition; its name joins the policy's list, for allowed origins only.",
    request: ask("GET", "/reports/orders.csv"),
    trusted: readable(200, { exposes: ["Content-Disposition", "X-Request-Id"] }),
    evil: blocked("response", 200, { ...REFUSED, "access-control-expose-headers": null }),
  },
  {
    id: "error",
    group: "Response headers",
    title: "An error response",
    teaches:
      "A 404 carries the headers too, so the front end can show what went wrong instead of a network error.",
    request: ask("GET", "/orders/404"),
    trusted: readable(404),
    evil: blocked("response", 404),
  },
  {
    id: "public",
    group: "Public and internal",
    title: "Public API",
    teaches: "Every website may read it: Allow-Origin is *, on every response, so caches need no Vary.",
    request: ask("GET", "/public/articles"),
    trusted: readable(200, { wire: PUBLIC, exposes: ["ETag", "Link", "RateLimit"] }),
    evil: readable(200, { wire: PUBLIC, exposes: ["ETag", "Link", "RateLimit"] }),
  },
  {
    id: "public-direct",
    group: "Public and internal",
    title: "Public API without the gateway",
    teaches: 'The Connect service on its own port, with the same table: cors(policy, { base: "/public" }).',
    request: ask("GET", "/articles", { to: "direct" }),
    trusted: readable(200, { wire: PUBLIC, exposes: ["ETag", "Link", "RateLimit"] }),
    evil: readable(200, { wire: PUBLIC, exposes: ["ETag", "Link", "RateLimit"] }),
  },
  {
    id: "public-credentials",
    group: "Public and internal",
    title: "Public API, asked with credentials",
    teaches:
      "* never covers a request with credentials, on the trusted page either: what is public is fetched without cookies.",
    request: ask("GET", "/public/articles", { credentials: "include" }),
    trusted: blocked("response", 200, PUBLIC),
    evil: blocked("response", 200, PUBLIC),
  },
  {
    id: "internal",
    group: "Public and internal",
    title: "Internal",
    teaches:
      "The route is false. The service behind it writes Allow-Origin: * by mistake; the gateway takes it away.",
    request: ask("GET", "/internal/metrics"),
    trusted: blocked("response", 200, { [ORIGIN]: null }),
    evil: blocked("response", 200, { [ORIGIN]: null }),
  },
  {
    id: "legacy-star",
    group: "Who owns CORS",
    title: "Legacy: * with credentials, owned by the gateway",
    teaches:
      "The service writes * and Allow-Credentials, and a Vary without Origin. The policy's answer is what leaves.",
    request: ask("GET", "/legacy/star", { credentials: "include" }),
    trusted: readable(200, { wire: { ...NAMED, vary: "Origin, Accept-Encoding" } }),
    evil: blocked("response", 200, { ...REFUSED, vary: "Origin, Accept-Encoding" }),
  },
  {
    id: "legacy-twice",
    group: "Who owns CORS",
    title: "Legacy: two Allow-Origin lines, owned by the gateway",
    teaches: "Two lines from upstream become the policy's one.",
    request: ask("GET", "/legacy/twice", { credentials: "include" }),
    trusted: readable(200),
    evil: blocked("response", 200),
  },
  {
    id: "own-star",
    group: "Who owns CORS",
    title: "Legacy: * with credentials, passed through",
    teaches:
      "The same answer on a passthrough route: no page can read it with cookies, the trusted one included.",
    request: ask("GET", "/legacy-own/star", { credentials: "include" }),
    trusted: blocked("response", 200, { [ORIGIN]: "*", [CREDENTIALS]: "true" }),
    evil: blocked("response", 200, { [ORIGIN]: "*", [CREDENTIALS]: "true" }),
  },
  {
    id: "own-twice",
    group: "Who owns CORS",
    title: "Legacy: two Allow-Origin lines, passed through",
    teaches: "Browsers accept exactly one line, so this is blocked everywhere, cookies or not.",
    request: ask("GET", "/legacy-own/twice"),
    trusted: blocked("response", 200, { [ORIGIN]: "http://old.example, *" }),
    evil: blocked("response", 200, { [ORIGIN]: "http://old.example, *" }),
  },
  {
    id: "own-open",
    group: "Who owns CORS",
    title: "Legacy: open to everyone, passed through",
    teaches:
      "Whoever owns the route decides: the service says *, so the evil page reads it too. The policy cannot help where it was told to keep out.",
    request: ask("GET", "/legacy-own/open"),
    trusted: readable(200, { wire: { [ORIGIN]: "*" } }),
    evil: readable(200, { wire: { [ORIGIN]: "*" } }),
  },
];
