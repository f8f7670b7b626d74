// path -> route: the longest key on segment boundaries; a path that two readers could read differently fails closed.
import { type IssueReport, show } from "./issues.ts";
import { adviseKey } from "./seldom.ts";

/** What a look-up says: a route, that no key covers the path, or that readers of the path would disagree. */
export type Selected<R> =
  | { readonly kind: "route"; readonly route: R }
  | { readonly kind: "uncovered" }
  /** `candidates`: the routes that one reader or another would choose. */
  | { readonly kind: "ambiguous"; readonly candidates: readonly R[] };

const UNCOVERED = Object.freeze({ kind: "uncovered" } as const);

export type RouteSelector<R> = (path: string) => Selected<R>;

/** Compiles a table: key -> route. */
export function routeSelector<R>(table: ReadonlyMap<string, R>): RouteSelector<R> {
  const root = table.get("/");
  if (root !== undefined && table.size === 1) {
    const selected = Object.freeze({ kind: "route", route: root } as const);
    return (path) => (path === "*" ? UNCOVERED : selected);
  }
  const raw = new PrefixTable(table);
  const folded = new PrefixTable(new Map([...table].map(([key, route]) => [fold(key), route])));
  const all = [...table.values()];
  // Upper case in a key makes every lower-case path a second reading of it.
  const plain = [...table.keys()].every((key) => key === fold(key)) ? PLAIN_PATH : NO_PATH;
  return (path) => {
    if (path === "*") return UNCOVERED;
    const selected = raw.find(path);
    if (!plain.test(path)) {
      const reading = mostGenerousReading(path);
      if (reading === undefined) return { kind: "ambiguous", candidates: all };
      // Who decodes first and then looks for the query (or for the end of a C string) reads less.
      for (const read of [reading, reading.replace(/[?#\0].*$/s, "")]) {
        const other = folded.find(read);
        if (other !== selected) return ambiguous(selected, other);
      }
    }
    return selected === undefined ? UNCOVERED : { kind: "route", route: selected };
  };
}

function ambiguous<R>(...candidates: readonly (R | undefined)[]): Selected<R> {
  return { kind: "ambiguous", candidates: candidates.filter((route) => route !== undefined) };
}

// Nothing in such a path can be read in two ways: no escapes, no upper case, no `//`, `\`, `;`, no dot segments.
const PLAIN_PATH = /^(?!.*(?:\/\/|\/\.{1,2}(?:\/|$)))\/[a-z0-9\-._~!$&'()*+,=:@/]*$/;
const NO_PATH = /(?!)/;

const MAX_DECODINGS = 8;
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * The path as the most generous reader would take it: percent-decoded until nothing is left to decode (proxies and
 * frameworks each decode once), `\` as `/` (browsers, IIS), `;...` dropped from each segment (Java), slashes merged
 * (nginx), case folded (Express mounts, Windows). `undefined`: no reading can be trusted, since a dot segment may lead
 * anywhere, a broken escape is repaired differently by everyone, some trim white space, and what begins with two
 * slashes is a host to every URL parser.
 */
function mostGenerousReading(path: string): string | undefined {
  if (/\s/.test(path) || /^[/\\]{2}/.test(path) || DOT_SEGMENT.test(path)) return undefined;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    const decoded = decodeFully(segment);
    if (decoded === undefined) return undefined;
    const semicolon = decoded.indexOf(";");
    const kept = semicolon < 0 ? decoded : decoded.slice(0, semicolon);
    // Who drops `;...` before decoding sees one segment here, who decodes first sees two.
    if (/[/\\]/.test(decoded.slice(kept.length))) return undefined;
    segments.push(kept.replaceAll("\\", "/"));
  }
  const read = segments.join("/").replace(/\/{2,}/g, "/");
  return DOT_SEGMENT.test(read) ? undefined : fold(read);
}

/** Each round is linear; a path that needs more of them was made to confuse. */
function decodeFully(segment: string): string | undefined {
  let decoded = segment;
  for (let round = 0; decoded.includes("%"); round++) {
    if (round === MAX_DECODINGS) return undefined;
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return undefined;
    }
  }
  return decoded;
}

/** Both ways, because the Kelvin sign has a lower-case twin in ASCII and the long s an upper-case one. */
function fold(text: string): string {
  return text.toUpperCase().toLowerCase();
}

/** Longest prefix on segment boundaries; looks at no more segments than the deepest key has. */
class PrefixTable<R> {
  readonly #routes: ReadonlyMap<string, R>;
  readonly #root: R | undefined;
  readonly #longest: number;

  constructor(routes: ReadonlyMap<string, R>) {
    this.#routes = routes;
    this.#root = routes.get("/");
    this.#longest = Math.max(...[...routes.keys()].map((key) => key.length));
  }

  find(path: string): R | undefined {
    if (!path.startsWith("/")) return undefined;
    let found = this.#root;
    let end = 0;
    // A prefix longer than the longest key is none: the walk ends there, however long the path is.
    while (end < path.length && end <= this.#longest) {
      const next = path.indexOf("/", end + 1);
      end = next < 0 ? path.length : next;
      if (end <= this.#longest) found = this.#routes.get(path.slice(0, end)) ?? found;
    }
    return found;
  }
}

/**
 * Reduces a request target to its path: the absolute form loses scheme and authority, and everything from the first
 * `?` or `#` on goes (https://www.rfc-editor.org/rfc/rfc9112#name-request-target). `*` stays what it is.
 */
export function pathOfTarget(target: string): string {
  const end = target.search(/[?#]/);
  const whole = end < 0 ? target : target.slice(0, end);
  if (whole.startsWith("/") || whole === "*") return whole;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/\\]*/i.exec(whole);
  if (authority === null) return whole === "" ? "/" : whole;
  return whole.slice(authority[0].length) || "/";
}

const KEY = /^(?:\/[A-Za-z0-9\-._~!$&'+,=@]+)+$/;

/** What keeps a key (or a `base`) from being a path prefix; `undefined` where nothing does. */
export function routeKeyProblem(key: string): string | undefined {
  if (key === "/" || (KEY.test(key) && !DOT_SEGMENT.test(key))) return undefined;
  return adviseKey(key);
}

export function checkRouteKeys(keys: readonly string[], report: IssueReport): void {
  if (keys.length === 0) {
    report.error("ROUTES_EMPTY", "routes", {}, `{} has no route; write at least { "/": { origin: [...] } }`);
  }
  const folded = new Map<string, string>();
  for (const key of keys) {
    const path = `routes[${JSON.stringify(key)}]`;
    const problem = routeKeyProblem(key);
    if (problem !== undefined) report.error("ROUTE_KEY", path, key, `${show(key)} ${problem}`);
    const twin = folded.get(fold(key));
    folded.set(fold(key), key);
    if (twin === undefined) continue;
    report.error(
      "ROUTE_DUPLICATE",
      path,
      key,
      `${show(key)} differs from ${show(twin)} by case alone; write one of them`,
    );
  }
}
