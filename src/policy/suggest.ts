// "Did you mean": from a misspelt option name to the right one, and whether anything is lost without it.

import { show } from "./issues.ts";

const CLOSED = "no header grants private network access any more, browsers ask the user instead; remove it";

// Names that people write and no edit distance leads from: other libraries' options, and the headers themselves.
const ALIASES: Readonly<Record<string, string>> = {
  headers: "allowedHeaders",
  requestheaders: "allowedHeaders",
  responseheaders: "exposedHeaders",
  expose: "exposedHeaders",
  exposeheaders: "exposedHeaders",
  allowheaders: "allowedHeaders",
  origins: "origin",
  alloworigin: "origin",
  alloworigins: "origin",
  allowedorigin: "origin",
  allowedorigins: "origin",
  whitelist: "origin",
  allowlist: "origin",
  allowmethods: "methods",
  allowedmethods: "methods",
  supportscredentials: "credentials",
  allowcredentials: "credentials",
  withcredentials: "credentials",
  preflightmaxage: "maxAge",
  route: "routes",
  paths: "routes",
  path: "routes",
  successstatus: "optionsSuccessStatus",
  "access-control-allow-origin": "origin",
  "access-control-allow-credentials": "credentials",
  "access-control-allow-methods": "methods",
  "access-control-allow-headers": "allowedHeaders",
  "access-control-expose-headers": "exposedHeaders",
  "access-control-max-age": "maxAge",
};

const PRIVATE_NETWORK = new Set([
  "privatenetwork",
  "allowprivatenetwork",
  "access-control-allow-private-network",
]);

// Options that let nobody in and keep nobody out, however they are spelt.
const WITHOUT_ACCESS: ReadonlySet<string> = new Set(["maxAge", "optionsSuccessStatus", "preflightContinue"]);

// What copied lists hold and npm `cors` never looked at: attributes of cookies, and options of Fastify's plugin.
const ELSEWHERE: Readonly<Record<string, string>> = {
  samesite: "an attribute of cookies",
  secure: "an attribute of cookies",
  httponly: "an attribute of cookies",
  strictpreflight: "an option of @fastify/cors",
};

const FARTHEST = 3;

export interface OptionAdvice {
  /** What was meant, or which options there are. */
  readonly message: string;
  /** Would dropping it neither let anybody in nor keep anybody out? */
  readonly harmless: boolean;
}

/** About an unknown option of `options`, where what was meant may stand as well. */
export function adviseOption(
  name: string,
  options: Readonly<Record<string, unknown>>,
  known: readonly string[],
): OptionAdvice {
  const refused = (what: string): OptionAdvice => ({ message: `unknown option; ${what}`, harmless: false });
  const dropped = (message: string): OptionAdvice => ({ message, harmless: true });
  const lower = name.toLowerCase();
  if (lower === "routes") return refused('routes do not nest: give "/parent/child" a key of its own');
  if (PRIVATE_NETWORK.has(lower)) return refused(CLOSED);
  if (lower === "preflight")
    return refused("preflights are always answered here; remove it, or write preflightContinue");
  const useless = Object.hasOwn(ELSEWHERE, lower) ? ELSEWHERE[lower] : undefined;
  if (useless !== undefined) return dropped(`unknown option (${useless}), and was dropped; remove it`);
  const plain = lower.replace(/[-_]/g, "");
  const exact = aliasOf(lower) ?? aliasOf(plain) ?? known.find((option) => option.toLowerCase() === plain);
  const elsewhere = exact === undefined ? belongsElsewhere(name, lower) : undefined;
  if (elsewhere !== undefined) return refused(elsewhere);
  const meant = exact ?? nearest(plain, known);
  if (meant === undefined) return refused(`the options are ${known.join(", ")}`);
  const right = JSON.stringify(meant);
  if (Object.is(options[meant], options[name]))
    return dropped(`unknown option (${right} says the same), and was dropped; remove it`);
  if (WITHOUT_ACCESS.has(meant))
    return dropped(`unknown option, and was dropped; write ${right} if that was meant`);
  return refused(`did you mean ${right}?`);
}

function aliasOf(lower: string): string | undefined {
  return Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined;
}

const METHOD = /^(?:get|head|post|put|patch|delete|options)$/;

/** What is no misspelt option, but has its place. */
function belongsElsewhere(name: string, lower: string): string | undefined {
  if (name.startsWith("/")) return `a path belongs into the table: { routes: { ${show(name)}: { ... } } }`;
  if (lower === "base" || lower === "mode")
    return `write it as the second argument: cors(policy, { ${lower} })`;
  if (/^(?:debug|log|logger|verbose)$/.test(lower))
    return "start the process with NODE_DEBUG=boring-cors, which prints why an origin was refused";
  if (METHOD.test(lower))
    return `a rule holds for all its methods: { methods: [${show(name.toUpperCase())}] }`;
  if (/^(?:authorization|[a-z0-9]+(?:-[a-z0-9]+)+)$/.test(lower) && !lower.startsWith("access-control-"))
    return `a header that pages may send is written { allowedHeaders: [${show(name)}] }`;
  return undefined;
}

function nearest(lower: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = FARTHEST + 1;
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance && distance < candidate.length / 2) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's, row by row. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > FARTHEST) return FARTHEST + 1;
  let above = [...to].map((_, column) => column + 1);
  let distance = to.length;
  [...from].forEach((character, row) => {
    let diagonal = row;
    distance = row + 1;
    above = above.map((up, column) => {
      const substituted = diagonal + (character === to[column] ? 0 : 1);
      diagonal = up;
      distance = Math.min(substituted, up + 1, distance + 1);
      return distance;
    });
  });
  return distance;
}
