// Findings on how nginx's configuration compares origins: maps of $http_origin, and ifs.
import { show } from "../policy/issues.ts";
import { parseRegExp } from "../policy/regexp-syntax.ts";
import type { Found, Level } from "./lint-nginx.ts";
import { isSlow } from "./regexp-speed.ts";

export function judgePatterns(level: Level): Found[] {
  const ofMaps = level.directives
    .filter(({ name, words }) => name === "map" && words[0] === "$http_origin")
    .flatMap(({ block = [] }) => block)
    .filter(({ name }) => name.startsWith("~"))
    .flatMap(({ name, line }) => judge(name.replace(/^~\*?/, ""), name.startsWith("~*"), line));
  const ofIfs = level.directives.flatMap(({ name, words, line }) => {
    const condition = words.join(" ");
    const [, operator, pattern] = /^\(\s*"?\$http_origin"?\s+(~\*?)\s+(.*?)\s*\)$/.exec(condition) ?? [];
    return name === "if" && pattern !== undefined
      ? judge(pattern.replace(/^["']|["']$/g, ""), operator === "~*", line)
      : [];
  });
  return [...ofMaps, ...ofIfs];
}

/** What browsers send is compared with these: who else would get in? */
function judge(pattern: string, ignoreCase: boolean, line: number): Found[] {
  const regexp = compiled(pattern, ignoreCase);
  if (regexp === undefined) return [];
  const host = /(?:[a-z0-9-]+(?:\\?\.|\[\.\]))+[a-z]{2,}/i.exec(pattern)?.[0].replace(/\\|[[\]]/g, "");
  if (host === undefined) return [];
  const letIn = (origin: string) => regexp.test(origin);
  const strangers = [
    `https://${host}.evil.example`,
    `https://evil${host}`,
    `https://evil.example/${host}`,
    `https://${host.replace(".", "x")}`,
    // Where the pattern asks for a subdomain.
    `https://a.${host}.evil.example`,
    `https://a.${host.replace(".", "x")}`,
  ];
  const stranger = strangers.find(letIn);
  const found: Found[] = [];
  if (stranger !== undefined)
    found.push({
      severity: "error",
      code: "NGINX_ORIGIN_PATTERN",
      line,
      what: `${show(pattern)} lets ${stranger} in`,
      why: "Anybody can register that.",
      fix: `Anchor it at both ends, and escape the dots: "~^https://${host.replaceAll(".", "[.]")}$"; or list the origins.`,
    });
  if (/^\^?\(?(?:\?:)?https\?/.test(pattern))
    found.push({
      severity: "warning",
      code: "NGINX_ORIGIN_HTTP",
      line,
      what: `${show(pattern)} lets http in`,
      why: "Anyone on the network path can speak in the name of an http origin.",
      fix: "https: alone.",
    });
  return found;
}

/** Nobody writes longer ones by hand. */
const LONGEST = 500;

/** PCRE and JavaScript agree on what people write here; what they do not agree on, or could take forever, is left alone. */
function compiled(pattern: string, ignoreCase: boolean): RegExp | undefined {
  if (pattern.length > LONGEST) return undefined;
  const flags = ignoreCase ? "i" : "";
  try {
    const regexp = new RegExp(pattern, flags);
    return isSlow(parseRegExp(pattern, flags)) ? undefined : regexp;
  } catch {
    return undefined;
  }
}
