// CorsConfigError, ConfigIssue, and the one table of codes.

/** Every code, each with the advice that holds whatever the value was. */
export const ISSUE_CODES = {
  OPTIONS_TYPE: 'Pass an options object: cors({ origin: ["https://app.example.com"] }).',
  NOT_CALLED: "Call it: app.use(cors({ origin: [...] })), not app.use(cors).",
  UNKNOWN_OPTION: "Use the option names of the README; nothing else has an effect.",
  OPTION_TYPE: 'Give the option the type that the message names; strings such as "true" are not converted.',
  ROUTES_MIXED: "Put every option into a route: the table is the whole policy.",
  ROUTES_EMPTY: 'Write at least one route; "/" covers every path.',
  ROUTE_KEY: 'A key is a path prefix on segment boundaries: "/public". It has no pattern characters.',
  ROUTE_DUPLICATE: "Keys must differ by more than case: frameworks match mounts without regard to it.",
  ROUTE_VALUE: 'A route is rule options, false or "passthrough".',
  ORIGIN_REQUIRED: "Name the origins; if they come from the environment, use originsFromEnv(name).",
  ORIGIN_TYPE: "Use strings, RegExps, an array of these, a boolean or a function.",
  ORIGIN_LIST: "Write one origin per array entry.",
  ORIGIN_WHITESPACE: "Remove the white space; browsers compare byte by byte.",
  ORIGIN_OPAQUE: "Give the page a real origin, or set dangerouslyAllowOpaqueOrigins: true.",
  ORIGIN_WILDCARD:
    'A "*" may stand for whole labels (https://*.example.com) and for the port (http://localhost:*).',
  ORIGIN_SCHEME: "An origin starts with its scheme: https://app.example.com.",
  ORIGIN_PATH: "An origin ends after the host or the port: no slash, path, query or fragment.",
  ORIGIN_USERINFO: "An origin has no user name or password.",
  ORIGIN_UNICODE: "Browsers send the Punycode form of a host.",
  ORIGIN_CASE: "Browsers send scheme and host in lower case.",
  ORIGIN_DEFAULT_PORT: "Browsers leave the default port out.",
  ORIGIN_IP: "Browsers send the shortest decimal or compressed form of an address.",
  ORIGIN_GRAMMAR: "A serialized origin is scheme://host or scheme://host:port, at most 326 bytes.",
  ORIGIN_WILDCARD_MIXED: '"*" stands alone: every other entry would have no effect.',
  CREDENTIALS_WILDCARD: "List the origins, or leave credentials out.",
  CREDENTIALS_EXPOSED_WILDCARD: 'Name the exposed headers: with credentials "*" is a header of that name.',
  CREDENTIALS_INSECURE: "Use https, or set dangerouslyAllowInsecureOrigins: true.",
  CREDENTIALS_PUBLIC_SUFFIX: "Use a domain of your own, or set dangerouslyAllowPublicSuffixes: true.",
  REGEXP_SYNTAX: "The source and the flags must make a RegExp.",
  REGEXP_ANCHOR: "Anchor every alternative at both ends: /^...$/.",
  REGEXP_DOT: "Escape the dot: \\. stands for itself, a bare . for any character.",
  REGEXP_BACKREFERENCE: "Write the RegExp without backreferences.",
  REGEXP_NESTED_QUANTIFIER: "Do not repeat what already repeats: such RegExps can take exponential time.",
  REGEXP_OVERLAP: "Use at most three unbounded quantifiers over overlapping classes.",
  REGEXP_TOO_WIDE: "Separate the host from what stands before it: (.+\\.)?example\\.com.",
  REGEXP_PUBLIC_SUFFIX: "Use a domain of your own, or set dangerouslyAllowPublicSuffixes: true.",
  REGEXP_UNSUPPORTED: "Write the RegExp with ordinary syntax, or list the origins.",
  METHOD_TOKEN: 'A method is a token: letters, as in "PATCH".',
  METHOD_CASE:
    "Methods are case-sensitive; browsers upper-case only DELETE, GET, HEAD, OPTIONS, POST and PUT.",
  HEADER_TOKEN: 'A header name is a token: letters, digits and hyphens, as in "X-Request-Id".',
  MAX_AGE: "maxAge is a whole number of seconds, 0 or more.",
  OPTIONS_SUCCESS_STATUS: "Browsers accept any status from 200 to 299; 204 is the usual one.",
  BASE: 'base is a path prefix such as "/billing".',
  MODE: 'mode is "enforce" or "report".',
  LAYER: 'layer is "edge" or "service".',
  ENV_UNSET: "Set the variable, or give a fallback.",
  ENV_ORIGIN: "List origins, separated by commas or spaces.",
  // Warnings: legal, but without effect or doubtful.
  ORIGIN_EMPTY_ENTRY: "Remove the empty entry; a trailing comma often makes one.",
  ORIGIN_COVERED: "Remove the entry: another one already covers it.",
  ORIGIN_NEVER_SENT: "Write the page's origin, https:// or http://: WebSocket handshakes carry it too.",
  MAX_AGE_CAPPED: "No browser keeps a preflight longer than a day; Chromium two hours, Safari ten minutes.",
  METHOD_NEVER_SENT: "Remove the method: browsers refuse to send it.",
  METHOD_COVERED: 'Remove the name: "*" or an equal entry already covers it.',
  NAME_EMPTY_ENTRY: "Remove the empty entry; a trailing comma often makes one.",
  HEADER_IS_METHOD: 'Methods belong into "methods".',
  HEADER_FORBIDDEN: "Remove the name: scripts cannot set this request header.",
  HEADER_RESPONSE_ONLY: "Stop sending this header from the front end: it belongs to responses.",
  HEADER_COVERED: "Remove the name: an equal entry already covers it.",
  EXPOSED_FORBIDDEN: "Remove the name: no script can read it.",
  EXPOSED_NOT_RESPONSE: "Remove the name: it is no response header.",
  EXPOSED_COVERED: 'Remove the name: "*" or an equal entry already covers it.',
} satisfies Record<string, string>;

/**
 * The code of a configuration issue; stable across minor versions. The message says what is wrong.
 *
 * @useDeclaredType
 * @example const unset: ConfigIssueCode = "ENV_UNSET";
 */
export type ConfigIssueCode = keyof typeof ISSUE_CODES;

/**
 * One problem of a configuration, as data.
 *
 * @example policy.warnings.map(({ path, code }: ConfigIssue) => path + code); // []
 */
export interface ConfigIssue {
  /** Which problem: what a program matches. */
  readonly code: ConfigIssueCode;
  /** Where: `"credentials"`, `routes["/public"].origin[1]`; `""` for the options as a whole. */
  readonly path: string;
  /** What stands there. */
  readonly value: unknown;
  /** What is wrong, and what to write instead. */
  readonly message: string;
  /** A value that can stand at `path` and does what was meant; absent where nobody can know. */
  readonly fix?: unknown;
}

const SHOWN_ISSUES = 20;
const SHOWN_CHARACTERS = 120;

/**
 * A configuration that must not serve: thrown by `definePolicy`, `cors`, `livePolicy` and `originsFromEnv` with every
 * problem at once. Programs that load the package twice match `error.name`, never `instanceof`.
 *
 * @example
 * try {
 *   definePolicy(options);
 * } catch (error) {
 *   if (!(error instanceof CorsConfigError)) throw error;
 *   for (const { path, code, fix } of error.issues) console.error(path, code, fix);
 * }
 */
export class CorsConfigError extends TypeError {
  /** Every problem, in the order found. Not enumerable: the message says it all, and Node would print it twice. */
  declare readonly issues: readonly ConfigIssue[];
  /** What to match instead of the class. */
  declare readonly name: "CorsConfigError";

  /**
   * Made by this package.
   *
   * @param issues Every problem; the message lists them, one a line.
   * @param subject The message's first line. Default `"Invalid CORS policy"`.
   */
  constructor(issues: readonly ConfigIssue[], subject = "Invalid CORS policy") {
    const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
    const hidden = issues.length - SHOWN_ISSUES;
    const shown = issues.slice(0, SHOWN_ISSUES);
    const lines = shown.map((issue) => `  ${formatIssue(issue)}`);
    if (hidden > 0) lines.push(`  ... and ${hidden} more, see error.issues.`);
    lines.push(whereExplained(shown.map(({ code }) => code)));
    super(`${subject} (${count}):\n${lines.join("\n")}`);
    Object.defineProperty(this, "name", { value: "CorsConfigError" });
    Object.defineProperty(this, "issues", { value: Object.freeze([...issues]) });
  }
}

// The built class has a short name of its own, which Node would print beside this one.
Object.defineProperty(CorsConfigError, "name", { value: "CorsConfigError" });

/** One line: `<path>: <given> <what is wrong>; <what to write>. [CODE]`. */
export function formatIssue({ code, path, message }: ConfigIssue): string {
  return `${path === "" ? "options" : showPath(path)}: ${message}${/[.?]$/.test(message) ? "" : "."} [${code}]`;
}

/** The entries of the page on errors, which the package holds: it is there offline, and of the version that spoke. */
export function whereExplained(codes: readonly string[]): string {
  const entries = [...new Set(codes)].map((code) => `docs/errors.md#${code.toLowerCase()}`);
  return `See ${entries.join(", ")} in node_modules/boring-cors.`;
}

/** A key may be as long as a request made it; what it ends with says most. */
function showPath(path: string): string {
  const shown = printable(path);
  if (shown.length <= SHOWN_CHARACTERS) return shown;
  return `${shown.slice(0, SHOWN_CHARACTERS / 2)}...${shown.slice(-SHOWN_CHARACTERS / 2)}`;
}

/** Shows a value of any kind, quoted and cut: it may come from a database or from the wire. Throws for none. */
export function show(value: unknown): string {
  try {
    return cut(describe(value));
  } catch {
    return "an object"; // a proxy or a getter of its own threw
  }
}

/** Shows a RegExp as code would. */
export function showRegExp(source: string, flags: string): string {
  return cut(printable(`/${source}/${flags}`));
}

function describe(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "function") return `the function ${quote(String(value.name))}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return printable(String(value));
  const kind = printable(Object.prototype.toString.call(value).slice(8, -1));
  if (kind === "RegExp") return printable(String(RegExp.prototype.toString.call(value)));
  // Names of classes with U say "you": a URL, a Uint8Array.
  const some = `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
  if (kind !== "Object" && kind !== "Array") return some;
  try {
    return printable(JSON.stringify(value, atMost(SHOWN_CHARACTERS)) ?? some);
  } catch {
    return some; // circular, or holding a bigint
  }
}

/**
 * A replacer that goes no deeper after so many values: lists that hold one another several times over, as the aliases of
 * YAML write them, would be billions. A value takes a character or more, so that nothing is missing from what is shown.
 */
function atMost(count: number): (key: string, value: unknown) => unknown {
  let left = count;
  return (_key, value) => (left-- > 0 ? value : undefined);
}

function quote(text: string): string {
  return printable(JSON.stringify(text.slice(0, SHOWN_CHARACTERS + 1)));
}

/** JSON leaves C1 controls and bidirectional marks alone; a terminal does not. */
function printable(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}

/** Collects issues while options are checked; costs two empty arrays when there are none. */
export class IssueReport {
  readonly errors: ConfigIssue[] = [];
  readonly warnings: ConfigIssue[] = [];
  /** Put before every path: `routes["/public"].`, or `""`. */
  prefix = "";

  /** Not an exception: the application must not start, but the author wants to see the other problems too. */
  error(code: ConfigIssueCode, path: string, value: unknown, message: string, fix?: unknown): void {
    this.errors.push(this.issue(code, path, value, message, fix));
  }

  warn(code: ConfigIssueCode, path: string, value: unknown, message: string, fix?: unknown): void {
    this.warnings.push(this.issue(code, path, value, message, fix));
  }

  private issue(
    code: ConfigIssueCode,
    path: string,
    value: unknown,
    message: string,
    fix: unknown,
  ): ConfigIssue {
    const issue = { code, path: join(this.prefix, path), value, message };
    return Object.freeze(fix === undefined ? issue : { ...issue, fix });
  }
}

function join(prefix: string, path: string): string {
  // A whole route has the path `routes["/public"]`, without the dot that leads to its options.
  return path === "" && prefix.endsWith(".") ? prefix.slice(0, -1) : prefix + path;
}
