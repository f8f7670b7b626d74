// toNginx: a policy as configuration of open source nginx, with maps alone.
import type { Policy } from "../policy/policy.ts";
import { addedHeaders, answerMaps, HEADER_VARIABLES } from "./nginx-answers.ts";
import { originMaps } from "./nginx-origins.ts";
import { idOf, pathMaps } from "./nginx-paths.ts";
import { constant, dollar } from "./nginx-text.ts";
import { type EdgeExport, type EdgeOptions, Notes } from "./notes.ts";
import { type EdgeRoute, type EdgeRule, edgeRoutes } from "./routes.ts";

/**
 * The modules of nginx that hand requests on.
 *
 * @example const upstreams: NginxUpstream[] = ["proxy", "fastcgi"];
 */
export type NginxUpstream = "proxy" | "fastcgi" | "uwsgi" | "scgi" | "grpc";

/**
 * Options of {@link toNginx}.
 *
 * @example toNginx(policy, { prefix: "shop_cors_" });
 */
export interface NginxOptions extends EdgeOptions {
  /**
   * What the names of variables begin with: two policies in one nginx need two.
   *
   * @defaultValue `"cors_"`
   */
  readonly prefix?: string | undefined;
  /**
   * For which modules the service's own Access-Control-* headers are hidden; a module that is not built in is an error of
   * nginx's.
   *
   * @defaultValue all five
   */
  readonly upstreams?: readonly NginxUpstream[] | undefined;
}

const UPSTREAMS: readonly NginxUpstream[] = ["proxy", "fastcgi", "uwsgi", "scgi", "grpc"];

/**
 * Writes a policy as two files for nginx 1.18 and later: `cors-http.conf`, to be included in `http {}`, and
 * `cors-server.conf`, to be included in `server {}` and once more in every location that has an `add_header` or a
 * `..._hide_header` of its own. Preflights are answered before locations are chosen; locations stay as they are.
 *
 * @param policy What the edge is to answer.
 * @param options `prefix`, `upstreams`, `acceptDifferences`.
 * @returns The files, and a note for each route.
 * @throws {EdgeExportError} for origin functions, and RegExps beyond the dialect.
 * @throws {TypeError} for options that are none.
 * @example toNginx(definePolicy({ origin: ["https://app.example.com"] })).files["cors-http.conf"];
 * @see https://nginx.org/en/docs/http/ngx_http_map_module.html
 */
export function toNginx(policy: Policy, options: NginxOptions = {}): EdgeExport {
  const { prefix, upstreams } = checked(options);
  const notes = new Notes();
  const routes = edgeRoutes(policy).map((route) =>
    route.kind === "rule" ? short(route, prefix, notes) : route,
  );
  const origins = originMaps(routes, prefix, notes);
  noteRoutes(routes, notes);
  const answers = answerMaps(routes, prefix);
  const http = [
    heading(policy, routes, prefix, "cors-http.conf: include it in http {}, once."),
    // A second map of one name replaces the first without a word, and servers would answer by another's policy; a second
    // log_format of one name is an error.
    `# Never used: it makes nginx refuse a second policy with this prefix (--prefix), whose maps would replace these.\nlog_format ${prefix}policy "${policy.digest}";`,
    ...(origins.hash.length === 0
      ? []
      : [
          `# Large tables: include this file before every other map. If your configuration sets these already, keep the larger value.\n${origins.hash.join("\n")}`,
        ]),
    ...pathMaps(routes, prefix),
    ...origins.maps,
    ...(answers.some((text) => text.includes(`{${prefix}dollar}`)) ? [dollar(prefix)] : []),
    ...answers,
  ];
  return {
    files: {
      "cors-http.conf": `${http.join("\n\n")}\n`,
      "cors-server.conf": serverFile(policy, routes, prefix, upstreams),
    },
    notes: notes.settle("nginx", options),
  };
}

/** What is read from the request and the answer by name. */
const NGINX_OWN = /^(?:http|sent_http|sent_trailer|upstream|upstream_http|upstream_trailer|arg|cookie)_$/;

function checked({ prefix = "cors_", upstreams = UPSTREAMS }: NginxOptions) {
  if (!/^[a-z][a-z0-9_]*$/.test(prefix))
    throw new TypeError(
      `prefix ${JSON.stringify(prefix)} cannot begin the name of a variable; write lower-case letters, digits and _: "cors_".`,
    );
  if (NGINX_OWN.test(prefix))
    throw new TypeError(
      `prefix ${JSON.stringify(prefix)} begins names of nginx's own variables, which it would replace: $http_origin; write another: "cors_".`,
    );
  const unknown = upstreams.find((name) => !UPSTREAMS.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `upstreams: ${JSON.stringify(unknown)} is no module; write some of ${UPSTREAMS.map((name) => JSON.stringify(name)).join(", ")}.`,
    );
  return { prefix, upstreams };
}

/** nginx's reader has a buffer of 4096 bytes: a longer word is an error. Some room is left for variables in it. */
const LONGEST_VALUE = 3900;

function short(rule: EdgeRule, prefix: string, notes: Notes): EdgeRule {
  const shortened = (option: string, value: string | null) => {
    if (value === null || constant(value, prefix).length <= LONGEST_VALUE) return value;
    notes.refuse(
      "HEADERS",
      rule.key,
      option,
      `its names are ${value.length} bytes, and a word of nginx's configuration has 4095 at most`,
      "list fewer names",
    );
    return "";
  };
  return {
    ...rule,
    allowMethods: shortened("methods", rule.allowMethods),
    allowHeaders: shortened("allowedHeaders", rule.allowHeaders),
    exposeHeaders: shortened("exposedHeaders", rule.exposeHeaders) ?? "",
  };
}

function noteRoutes(routes: readonly EdgeRoute[], notes: Notes): void {
  for (const route of routes) {
    if (notes.differs(route.key)) continue;
    if (route.kind === "rule" && route.data.allowOverride)
      notes.add(
        "same-verdict",
        "VARY",
        route.key,
        "what the service writes stands, and Vary keeps Origin beside it",
      );
    else if (route.kind === "rule") notes.add("exact", "EXACT", route.key, "answers as the policy does");
    else notes.add("exact", "EXACT", route.key, "is left to what stands behind: its own headers pass");
  }
}

function heading(policy: Policy, routes: readonly EdgeRoute[], prefix: string, use: string): string {
  const widest = Math.max(...routes.map((route) => idOf(routes, route).length));
  const table = routes.map(
    (route) =>
      `#   ${idOf(routes, route).padEnd(widest)}  ${route.key}${route.kind === "passage" ? "  (owned behind)" : ""}`,
  );
  return [
    `# CORS policy ${policy.digest}, written by boring-cors: change the policy, not this file.`,
    `# ${use}`,
    `# Routes ($${prefix}route), the longest key first:`,
    ...table,
  ].join("\n");
}

function serverFile(
  policy: Policy,
  routes: readonly EdgeRoute[],
  prefix: string,
  upstreams: readonly NginxUpstream[],
): string {
  const statuses = new Set(
    routes.flatMap((route) =>
      route.kind === "rule" && !route.data.preflightContinue ? [route.data.optionsSuccessStatus] : [],
    ),
  );
  const status = `$${prefix}status`;
  const answers = [
    ...[...statuses]
      .sort()
      .map((code) => `if (${status} = ${code}) { return ${code}${code === 204 ? "" : ' ""'}; }`),
    `if (${status} = 403) { return 403 ""; }`,
  ];
  const add = [
    ...addedHeaders(routes).map(([name, variable]) => `add_header ${name} $${prefix}${variable} always;`),
    `add_header Vary $${prefix}vary always;`,
  ];
  const hide = upstreams.flatMap((module) =>
    Object.keys(HEADER_VARIABLES).map((name) => `${module}_hide_header ${name};`),
  );
  const use =
    "cors-server.conf: include it in server {}, and again in every location with an add_header or ..._hide_header of its own.";
  const blocks = [
    [
      heading(policy, routes, prefix, use),
      // Nothing brings them back: whatever compares origins byte for byte is a RegExp.
      "# What it asks overwrites $1, $2 and so on of server_name, if and location: capture by name there, (?<site>.+).",
    ],
    ["# Preflights end here, before authentication, limits and locations.", ...answers],
    ["# An empty value sends nothing. `always`: errors, too.", ...add],
    ["# One owner: what the service sends is taken out, and put back where the route is its own.", ...hide],
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
