// What is answered, for nginx: the kind of request, the status of what ends here, and the value of each header.
import { AMBIGUOUS, AMBIGUOUS_BLOCKED, idOf } from "./nginx-paths.ts";
import { constant, exactly, type MapEntry, map, matching, matchingAnyCase } from "./nginx-text.ts";
import type { EdgeRoute, EdgeRule } from "./routes.ts";

/** The response headers of CORS, and the variable that holds the value of each. */
export const HEADER_VARIABLES = {
  "Access-Control-Allow-Origin": "allow_origin",
  "Access-Control-Allow-Credentials": "allow_credentials",
  "Access-Control-Expose-Headers": "expose_headers",
  "Access-Control-Allow-Methods": "allow_methods",
  "Access-Control-Allow-Headers": "allow_headers",
  "Access-Control-Max-Age": "max_age",
  "Access-Control-Allow-Private-Network": "allow_private_network",
} as const;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
// 4096 bytes, 256 names of 128 bytes, 16 empty elements: possessive, so that a hostile value costs one pass.
const NAMES = `(?=.{1,4096}$)(?:[\\t ]*+(?:${TOKEN}{1,128}+)?[\\t ]*+(?:,|$)){1,272}+$`;
const STAR_AMONG = "(?:^|,)[\\t ]*[*][\\t ]*(?:,|$)";

/** The headers that are added, each with its variable. */
export function addedHeaders(routes: readonly EdgeRoute[]): readonly (readonly [string, string])[] {
  const rules = routes.filter((route) => route.kind === "rule");
  const others = sendsOthers(passesSome(routes), rules);
  return Object.entries(HEADER_VARIABLES).filter(
    ([, variable]) => others || variable !== "allow_private_network",
  );
}

function passesSome(routes: readonly EdgeRoute[]): boolean {
  return routes.some(({ kind }) => kind === "passage") || routes.every(({ key }) => key !== "/");
}

/** The maps from route and origin to the answer. */
export function answerMaps(routes: readonly EdgeRoute[], prefix: string): string[] {
  const rules = routes.filter((route) => route.kind === "rule");
  const passages = routes.filter((route) => route.kind === "passage").map((route) => idOf(routes, route));
  const context: Context = {
    prefix,
    rules: rules.map((rule) => ({ rule, id: idOf(routes, rule) })),
    passage: passages.length === 0 ? "" : `(?:${passages.join("|")})?`,
    passes: passesSome(routes),
    ambiguous: routes.length > 1 || routes[0]?.key !== "/",
    blocks: routes.some(({ blocks }) => blocks),
  };
  return [
    ...kindMaps(prefix),
    ...(context.blocks ? ownSiteMaps(prefix) : []),
    statusMap(context),
    ...askedMaps(context),
    ...headerMaps(context),
    ...varyMaps(context),
  ];
}

interface Context {
  readonly prefix: string;
  readonly rules: readonly { readonly rule: EdgeRule; readonly id: string }[];
  /** A RegExp for routes that somebody behind owns, and for paths that no key covers. */
  readonly passage: string;
  /** Are there any? */
  readonly passes: boolean;
  /** Can a path be read in two ways? */
  readonly ambiguous: boolean;
  readonly blocks: boolean;
}

function kindMaps(prefix: string): string[] {
  return [
    map(
      "A preflight is OPTIONS with Origin and Access-Control-Request-Method.",
      "$http_origin",
      `$${prefix}has_origin`,
      [exactly("", "")],
      "from",
    ),
    map("", "$http_access_control_request_method", `$${prefix}asks`, [exactly("", "")], "asks"),
    map("", `$${prefix}has_origin$${prefix}asks$request_method`, `$${prefix}kind`, [
      matching("^fromasksOPTIONS$", "preflight"),
      matching("^from", "actual"),
    ]),
  ];
}

/** For `blockRefused`: the browser's word alone where it is given, else Origin's host must be the one that was asked. */
function ownSiteMaps(prefix: string): string[] {
  const sameHost = (scheme: string, port: string) =>
    matchingAnyCase(
      `^${scheme}://([^ ]+) (?:\\1(?::${port})?[|]|[^|]*[|][\\t ]*\\1(?::${port})?[\\t ]*(?:,|$))`,
      "",
    );
  return [
    map(
      "Refused origins are blocked, but not the service's own pages.",
      `$http_origin $http_host|$http_x_forwarded_host`,
      `$${prefix}other_host`,
      [sameHost("https", "443"), sameHost("http", "80")],
      "403",
    ),
    map(
      "",
      "$http_sec_fetch_site",
      `$${prefix}block`,
      [exactly("", `$${prefix}other_host`), matching("^(?:same-origin|none)$", "")],
      "403",
    ),
  ];
}

function statusMap({ prefix, rules, blocks, ambiguous }: Context): string {
  const entries = rules.flatMap(({ rule, id }): MapEntry[] => {
    const { preflightContinue, optionsSuccessStatus, blockRefused } = rule.data;
    return [
      ...(preflightContinue
        ? []
        : [
            matching(`^preflight[|]${id}[|].`, String(optionsSuccessStatus)),
            matching(`^preflight[|]${id}[|]$`, "403"),
          ]),
      ...(blockRefused ? [matching(`^actual[|]${id}[|]$`, `$${prefix}block`)] : []),
    ];
  });
  return map(
    "The status of what is answered here; everything else goes on.",
    `$${prefix}kind|$${prefix}route|$${prefix}origin`,
    `$${prefix}status`,
    [
      ...entries,
      ...(ambiguous ? [matching(`^preflight[|]${AMBIGUOUS}`, "403")] : []),
      ...(ambiguous && blocks ? [matching(`^actual[|]${AMBIGUOUS_BLOCKED}[|]`, `$${prefix}block`)] : []),
    ],
  );
}

/** What a preflight asks for, if it is a method and a list of names: nothing else is echoed. */
function askedMaps({ prefix, rules }: Context): string[] {
  const echoesMethod = rules.some(({ rule }) => rule.allowMethods === null);
  const echoesHeaders = rules.some(({ rule }) => rule.allowHeaders === null);
  return [
    ...(echoesMethod
      ? [
          map("", "$http_access_control_request_method", `$${prefix}asked_method`, [
            matching(`^(?![*]$)${TOKEN}+$`, "$http_access_control_request_method"),
          ]),
        ]
      : []),
    ...(echoesHeaders
      ? [
          map("", "$http_access_control_request_headers", `$${prefix}asked_headers`, [
            matching(STAR_AMONG, ""),
            matching(`^${NAMES}`, "$http_access_control_request_headers"),
          ]),
        ]
      : []),
  ];
}

function headerMaps(context: Context): string[] {
  const { prefix, rules } = context;
  const preflight = (write: (rule: EdgeRule) => string) =>
    rules.flatMap(({ rule, id }) => {
      const value = write(rule);
      return value === "" ? [] : [matching(`^preflight[|]${id}[|].`, value)];
    });
  return [
    headerMap(
      context,
      "Access-Control-Allow-Origin",
      // `*` goes to everybody, whoever asks.
      rules.map(({ id }) => matching(`^[^|]*[|]${id}[|]`, `$${prefix}origin`)),
    ),
    headerMap(
      context,
      "Access-Control-Allow-Credentials",
      rules.filter(({ rule }) => rule.data.credentials).map(({ id }) => matching(`[|]${id}[|].`, "true")),
    ),
    ...exposeMaps(context),
    headerMap(
      context,
      "Access-Control-Allow-Methods",
      preflight(({ allowMethods }) =>
        allowMethods === null ? `$${prefix}asked_method` : constant(allowMethods, prefix),
      ),
    ),
    headerMap(
      context,
      "Access-Control-Allow-Headers",
      preflight(({ allowHeaders }) =>
        allowHeaders === null ? `$${prefix}asked_headers` : constant(allowHeaders, prefix),
      ),
    ),
    headerMap(
      context,
      "Access-Control-Max-Age",
      preflight(({ data }) => String(data.maxAge)),
    ),
    ...(sendsOthers(
      context.passes,
      rules.map(({ rule }) => rule),
    )
      ? [headerMap(context, "Access-Control-Allow-Private-Network", [])]
      : []),
  ];
}

/** The value of one header; on a route that somebody behind owns, what it sends. */
function headerMap(
  { prefix, rules, passage, passes }: Context,
  header: keyof typeof HEADER_VARIABLES,
  entries: readonly MapEntry[],
): string {
  const upstream = upstreamOf(header);
  const variable = `$${prefix}${HEADER_VARIABLES[header]}`;
  const overridden = rules.filter(({ rule }) => rule.data.allowOverride).map(({ id }) => id);
  const passed = passes ? [matching(`^[^|]*[|]${passage}[|]`, upstream)] : [];
  const source = `$${prefix}kind|$${prefix}route|$${prefix}origin`;
  if (overridden.length === 0) return map(header, source, variable, [...passed, ...entries]);
  // What stands behind has the last word there, where it says something.
  const own = `$${prefix}own_${HEADER_VARIABLES[header]}`;
  return [
    map(header, source, own, [...passed, ...entries]),
    map(
      "",
      `$${prefix}route|${upstream}`,
      variable,
      [matching(`^(?:${overridden.join("|")})[|].`, upstream)],
      own,
    ),
  ].join("\n");
}

/** Does anything leave that the policy has no value for: of a route that somebody behind owns, or may overwrite? */
function sendsOthers(passes: boolean, rules: readonly EdgeRule[]): boolean {
  return passes || rules.some(({ data }) => data.allowOverride);
}

function upstreamOf(header: string): string {
  return `$upstream_http_${header.toLowerCase().replaceAll("-", "_")}`;
}

/** The policy's names, then those that the service itself exposes: it knows what it sends. */
function exposeMaps(context: Context): string[] {
  const { prefix, rules } = context;
  const used = new Map<string, string>();
  const entries = rules.map(({ rule, id }) => {
    const name = `${prefix}exposed_${rule.data.credentials ? "by_name" : "behind"}`;
    const upstream = upstreamOf("Access-Control-Expose-Headers");
    used.set(
      name,
      map("Names that the service itself exposes.", upstream, `$${name}`, namesBehind(rule, prefix)),
    );
    if (rule.exposeHeaders === "") return matching(`^(?:actual)?[|]${id}[|].`, `$${name}`);
    used.set(`${name}_too`, map("", `$${name}`, `$${name}_too`, [exactly("", "")], `,$${name}`));
    return matching(`^(?:actual)?[|]${id}[|].`, `${constant(rule.exposeHeaders, prefix)}$${name}_too`);
  });
  return [...used.values(), headerMap(context, "Access-Control-Expose-Headers", entries)];
}

/** With credentials `*` would be a header of that name, and expose nothing. */
function namesBehind({ data }: EdgeRule, prefix: string): MapEntry[] {
  const upstream = upstreamOf("Access-Control-Expose-Headers");
  if (!data.credentials) return [matching(`^${NAMES}`, upstream)];
  return [
    matching("^[\\t ,]*[*][\\t ,]*$", ""),
    matching(
      `^(?<${prefix}before>[^*]*)(?<=^|[\\t ,])[*](?=[\\t ,]|$)(?<${prefix}after>[^*]*)$`,
      `$${prefix}before$${prefix}after`,
    ),
    matching(STAR_AMONG, ""),
    matching(`^${NAMES}`, upstream),
  ];
}

function varyMaps({ prefix, rules, ambiguous }: Context): string[] {
  const full = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const unsure = ambiguous ? [AMBIGUOUS, AMBIGUOUS_BLOCKED] : [];
  const ids = [...rules.map(({ id }) => id), ...unsure];
  const varying = [...rules.filter(({ rule }) => rule.varies).map(({ id }) => id), ...unsure];
  // Not $upstream_http_vary: what the service said is not what is sent where proxy_intercept_errors, X-Accel-Redirect or
  // proxy_hide_header put something else in its place.
  const sent = "$sent_http_vary";
  return [
    map(
      "What the answer depends on, unless it says so already.",
      sent,
      `$${prefix}vary_origin`,
      [matchingAnyCase("(?:^|[, ])(?:origin|[*])(?:[, ]|$)", "")],
      "Origin",
    ),
    map("", sent, `$${prefix}vary_preflight`, [exactly("*", "")], full),
    map("", `$${prefix}kind|$${prefix}route`, `$${prefix}vary`, [
      matching(`^preflight[|](?:${ids.join("|")})$`, `$${prefix}vary_preflight`),
      matching(`[|](?:${varying.join("|")})$`, `$${prefix}vary_origin`),
    ]),
  ];
}
