// Which route a request belongs to, for nginx: by the raw path, where no other reading of it leads elsewhere.
import { exactly, literal, type MapEntry, map, matching, matchingAnyCase } from "./nginx-text.ts";
import type { EdgeRoute } from "./routes.ts";

/** How routes are called in the maps: `r0`, `r1`, ..., the longest key first. */
export function idOf(routes: readonly EdgeRoute[], route: EdgeRoute): string {
  return `r${routes.indexOf(route)}`;
}

/** What `$..._route` is for a path that can be read in two ways. */
export const AMBIGUOUS = "ambiguous";
/** The same, where one of the routes that it may be blocks refused origins. */
export const AMBIGUOUS_BLOCKED = `${AMBIGUOUS}-blocked`;

// Who ends a path at a decoded `?` or `#` reads less of it; a `\` is a slash to some, `;...` is dropped by others.
const END_OF_READ = "(?:;[^/\\\\]*)?(?:[/\\\\?#]|$)";
const SLASH = "[/\\\\]+";

/** Dot segments of the path, however written; and what begins with two slashes, which is a host to every URL parser. */
const ODD_RAW = "^(?:[^?]*(?:[/\\\\]|%2f|%5c))?(?:[.]|%2e){1,2}(?:;|%3b|[/\\\\?#]|%2f|%5c|$)";
const TWO_SLASHES = "^[/\\\\]{2}";
// Who drops `;...` before decoding sees one segment, who decodes first sees two.
const SLASH_IN_PARAMETERS = "^[^?]*(?:;|%3b)[^/?#]*(?:%2f|%5c|\\\\)";
/** Decoded once, it is still escaped, or no text at all. */
const ODD_READ = "%";
const NO_UTF_8 =
  "^(?!(?:[\\x00-\\x7f]|[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}" +
  "|\\xed[\\x80-\\x9f][\\x80-\\xbf]|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2})*$)";

/**
 * The characters beyond ASCII that become ASCII when case is folded (the Kelvin sign, the long s, ligatures), as bytes, and
 * the letters that they become: nginx folds none of them, and some reader behind it may.
 */
export const FOLDED = "\\xc3\\x9f|\\xc4\\xb1|\\xc5\\xbf|\\xe2\\x84\\xaa|\\xef\\xac[\\x80-\\x86]";
const FOLDED_TO = "fiklst";

/** The maps that lead to `$..._route`; none where "/" is the only key. */
export function pathMaps(routes: readonly EdgeRoute[], prefix: string): string[] {
  const [only] = routes;
  if (routes.length === 1 && only?.key === "/") {
    return [map("Every path has the one route.", "$request_method", `$${prefix}route`, [], "r0")];
  }
  const byKey = (keyed: (key: string) => MapEntry["key"]) =>
    routes.map((route) => ({ key: keyed(route.key), value: idOf(routes, route) }));
  const agreed = routes.map((route) =>
    exactly(`:${idOf(routes, route)}:${idOf(routes, route)}`, idOf(routes, route)),
  );
  const blocking = routes.filter(({ blocks }) => blocks).map((route) => idOf(routes, route));
  return [
    map(
      "Which key covers the path as it came? The longest is tried first.",
      "$request_uri",
      `$${prefix}raw`,
      byKey((key) => ({ regexp: `^${key === "/" ? "/" : `${literal(key)}(?:[/?#]|$)`}` })),
    ),
    map(
      "And as the most generous reader would take it: decoded, case folded, slashes merged, `;...` dropped?",
      "$uri",
      `$${prefix}read`,
      byKey((key) => ({ regexp: generous(key), ignoreCase: true })),
    ),
    map("Paths that nobody can be sure of.", "$request_uri", `$${prefix}odd_raw`, [
      matching(TWO_SLASHES, "odd"),
      matchingAnyCase(ODD_RAW, "odd"),
      matchingAnyCase(SLASH_IN_PARAMETERS, "odd"),
    ]),
    map(
      "",
      "$uri",
      `$${prefix}odd`,
      [matching(ODD_READ, "odd"), matching(NO_UTF_8, "odd")],
      `$${prefix}odd_raw`,
    ),
    map(
      "The route where both readings agree; empty where no key covers the path.",
      `$${prefix}odd:$${prefix}raw:$${prefix}read`,
      `$${prefix}route`,
      [
        exactly("::", ""),
        ...agreed,
        ...(blocking.length === 0
          ? []
          : [matching(`^odd|[:](?:${blocking.join("|")})(?:[:]|$)`, AMBIGUOUS_BLOCKED)]),
      ],
      AMBIGUOUS,
    ),
  ];
}

function generous(key: string): string {
  if (key === "/") return "^[/\\\\]";
  const segments = key.slice(1).split("/").map(anyReading);
  const path = `${SLASH}${segments.join(`(?:;[^/\\\\]*)?${SLASH}`)}${END_OF_READ}`;
  // Written once, called by number: a word of nginx's configuration has 4095 bytes at most.
  return path.includes("(?1)") ? `^(${FOLDED}){0}${path}` : `^${path}`;
}

/** The segment, or what could be folded to it: which ligature stands for which letters is not looked at. */
function anyReading(segment: string): string {
  return literal(segment).replace(new RegExp(`[${FOLDED_TO}]+`, "gi"), (run) => {
    const most = run.length;
    return `(?:${run}|(?=[${FOLDED_TO}]{0,${most}}(?1))(?:[${FOLDED_TO}]|(?1)){1,${most}})`;
  });
}
