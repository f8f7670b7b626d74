// Findings on what one block of nginx's configuration adds, and on what it loses of the blocks around it.
import { show } from "../policy/issues.ts";
import type { Found, Level } from "./lint-nginx.ts";
import type { Directive } from "./nginx-conf.ts";
import { ignoresOrigin, includesUnknown, reflectsAnybody } from "./nginx-variables.ts";

/** One `add_header`. */
interface Added {
  /** In lower case. */
  readonly name: string;
  readonly written: string;
  readonly value: string;
  readonly always: boolean;
  readonly line: number;
}

export function judgeLevel(level: Level): Found[] {
  const added = addedIn(level.directives);
  const cors = added.filter(({ name }) => name.startsWith("access-control-"));
  // These are sent beside what add_header adds, and errors have them.
  const set = setIn(level.directives);
  const unsure = (found: Found[]) => (includesUnknown(level) ? found.map(ifIncludedDoesNot) : found);
  return [
    ...unsure([...notInherited(level, added, cors), ...preflights(level, added)]),
    ...noAlways(cors),
    ...origins(level, [...cors, ...set]),
    ...unsure(vary(level, [...added, ...set])),
    ...twoLayers(level, added),
  ];
}

/** What is included is not read, and is where people keep these headers. */
function ifIncludedDoesNot(found: Found): Found {
  if (found.severity !== "error") return found;
  return { ...found, severity: "note", what: `${found.what}, unless a file that is included here adds them` };
}

function addedIn(directives: readonly Directive[]): Added[] {
  return directives
    .filter(({ name }) => name === "add_header")
    .map(({ words: [name = "", value = "", always], line }) => ({
      name: name.toLowerCase(),
      written: name,
      value,
      always: always === "always",
      line,
    }));
}

/** `more_set_headers "Name: value"`, of the module headers-more. */
function setIn(directives: readonly Directive[]): Added[] {
  return directives
    .filter(({ name }) => name === "more_set_headers")
    .flatMap(({ words, line }) =>
      words.flatMap((word) => {
        const [, written = "", value = ""] = /^([\w-]+)\s*:\s*(.*)$/.exec(word) ?? [];
        return written === "" ? [] : [{ name: written.toLowerCase(), written, value, always: true, line }];
      }),
    );
}

/** The nearest level around that adds headers: what would be inherited, if this one added none. */
function inherited({ outer }: Level): Added[] {
  const nearest = outer.findLast(({ directives }) => addedIn(directives).length > 0);
  return nearest === undefined ? [] : addedIn(nearest.directives);
}

function isAllowOrigin({ name }: Added): boolean {
  return name === "access-control-allow-origin";
}

function notInherited(level: Level, added: readonly Added[], cors: readonly Added[]): Found[] {
  const [first] = added;
  const merges = [level, ...level.outer].some(({ directives }) =>
    directives.some(({ name, words }) => name === "add_header_inherit" && words[0] === "merge"),
  );
  const lost = inherited(level).filter(({ name }) => name.startsWith("access-control-"));
  // A block that answers by itself is looked at as a preflight.
  if (first === undefined || cors.some(isAllowOrigin) || merges || lost.length === 0 || returnsIn(level))
    return [];
  return [
    {
      severity: "error",
      code: "NGINX_NOT_INHERITED",
      line: first.line,
      what: `add_header ${first.written} here, and Access-Control headers around it`,
      why: "A block with an add_header of its own inherits none: answers from here have no CORS headers.",
      fix: "Repeat them here, from one file: include cors-server.conf; (nginx 1.29.3 and later: add_header_inherit merge).",
    },
  ];
}

function returnsIn({ directives }: Level): Directive | undefined {
  return directives.find(({ name }) => name === "return");
}

function preflights(level: Level, added: readonly Added[]): Found[] {
  const isIf = level.name.startsWith("if ");
  const answer = returnsIn(level);
  const isPreflight = isIf && /OPTIONS/i.test(level.name) && !/!=|!~/.test(level.name);
  const sent = [
    ...(added.length > 0 ? added : inherited(level)),
    ...[level, ...level.outer].flatMap(({ directives }) => setIn(directives)),
  ];
  const found: Found[] = [];
  if (
    isPreflight &&
    answer !== undefined &&
    /^2\d\d$/.test(answer.words[0] ?? "") &&
    !sent.some(isAllowOrigin)
  )
    found.push({
      severity: "error",
      code: "NGINX_PREFLIGHT_WITHOUT_HEADERS",
      line: answer.line,
      what: `return ${answer.words[0]} for OPTIONS, without Access-Control-Allow-Origin`,
      why: "Browsers check the headers of the preflight's own answer.",
      fix: "Add all Access-Control headers in this block; or answer preflights in server {}, where they are inherited.",
    });
  const isInLocation = level.outer.at(-1)?.name.startsWith("location") === true;
  if (
    isIf &&
    isInLocation &&
    answer === undefined &&
    added.some(({ name }) => name.startsWith("access-control-"))
  )
    found.push({
      severity: "warning",
      code: "NGINX_IF_IN_LOCATION",
      line: added[0]?.line ?? 1,
      what: "add_header in an if in a location",
      why: "Of several ifs that hold, the last one wins alone, and proxy_pass and try_files may not be where they were: the block is a location of its own.",
      fix: "Use a map: an add_header whose value is empty sends nothing.",
    });
  return found;
}

function noAlways(cors: readonly Added[]): Found[] {
  const [first] = cors.filter(({ always, value }) => !always && value !== "");
  if (first === undefined) return [];
  return [
    {
      severity: "warning",
      code: "NGINX_NO_ALWAYS",
      line: first.line,
      what: `add_header ${first.written} without always`,
      why: "Errors (401, 404, 429, 500, 502) go out without it, and pages see a network error instead.",
      fix: `add_header ${first.written} ... always;`,
    },
  ];
}

function origins(level: Level, cors: readonly Added[]): Found[] {
  const credentials = cors.find(({ name }) => name === "access-control-allow-credentials");
  const found: Found[] = [];
  if (credentials !== undefined && !/^true$|^\$|^false$/.test(credentials.value))
    found.push({
      severity: "error",
      code: "NGINX_CREDENTIALS_VALUE",
      line: credentials.line,
      what: `Access-Control-Allow-Credentials: ${show(credentials.value)}`,
      why: "Browsers take true, in lower case, and nothing else.",
      fix: "add_header Access-Control-Allow-Credentials true always;",
    });
  const [, second] = cors.filter((one) => isAllowOrigin(one) && /^[^$]+$/.test(one.value));
  if (second !== undefined)
    found.push({
      severity: "error",
      code: "NGINX_ORIGIN_LIST",
      line: second.line,
      what: "Access-Control-Allow-Origin twice",
      why: "Both lines are sent, and browsers refuse the answer.",
      fix: "Look the origin up in a map, and send what the map says.",
    });
  const withCredentials = credentials !== undefined && credentials.value !== "false";
  for (const { value, line } of cors.filter(isAllowOrigin)) {
    if (reflectsAnybody(value, level))
      found.push({
        severity: withCredentials ? "error" : "warning",
        code: "NGINX_ORIGIN_REFLECTED",
        line,
        what: `whoever asks is let in${withCredentials ? ", with credentials" : ""}`,
        why: withCredentials
          ? "Every website reads what your users may read."
          : "That is *, but different for each origin: caches mix it up.",
        fix: withCredentials
          ? "Look the origin up in a map, and send what the map says."
          : "Send *, always; or look the origin up in a map.",
      });
    if (value === "*" && withCredentials)
      found.push({
        severity: "error",
        code: "NGINX_ORIGIN_ANY_WITH_CREDENTIALS",
        line,
        what: "* beside Access-Control-Allow-Credentials",
        why: "Browsers refuse it to pages that send cookies.",
        fix: "Look the origin up in a map; or drop Access-Control-Allow-Credentials.",
      });
    if (/[\s,]/.test(value.trim()) || /^https?:\/\/[^/$]*(\/|\*)/.test(value))
      found.push({
        severity: "error",
        code: "NGINX_ORIGIN_LIST",
        line,
        what: `Access-Control-Allow-Origin: ${show(value)}`,
        why: "It takes one origin, byte for byte, or *: no list, no path, no pattern.",
        fix: "Look the origin up in a map, and send what the map says.",
      });
  }
  return found;
}

function vary(level: Level, added: readonly Added[]): Found[] {
  const origin = added.find(
    (one) => isAllowOrigin(one) && one.value.startsWith("$") && !ignoresOrigin(one.value, level),
  );
  const varies = added.some(
    ({ name, value }) => name === "vary" && /(^|[\s,])origin([\s,]|$)|^\$/i.test(value),
  );
  const hidden = level.directives.find(
    ({ name, words }) => name.endsWith("_hide_header") && words[0]?.toLowerCase() === "vary",
  );
  return [
    ...(origin === undefined || varies
      ? []
      : [
          {
            severity: "error",
            code: "NGINX_NO_VARY",
            line: origin.line,
            what: `Access-Control-Allow-Origin is ${origin.value}, and Vary does not say so`,
            why: "Caches hand one page the answer to another.",
            fix: "add_header Vary Origin always; (beside it, in the same block)",
          } as const,
        ]),
    ...(hidden === undefined
      ? []
      : [
          {
            severity: "warning",
            code: "NGINX_VARY_HIDDEN",
            line: hidden.line,
            what: "the service's Vary is taken out",
            why: "Origin is not all that answers depend on: Accept-Encoding and Accept-Language get lost.",
            fix: "Leave it, and add Vary: Origin beside it.",
          } as const,
        ]),
  ];
}

function twoLayers(level: Level, added: readonly Added[]): Found[] {
  const pass = level.directives.find(({ name }) => /^(proxy|fastcgi|uwsgi|scgi|grpc)_pass$/.test(name));
  if (pass === undefined) return [];
  const sent = added.length > 0 ? added : inherited(level);
  const hides = [level, ...level.outer].some(({ directives }) =>
    directives.some(
      ({ name, words }) =>
        (name.endsWith("_hide_header") && words[0]?.toLowerCase() === "access-control-allow-origin") ||
        name === "include",
    ),
  );
  if (!sent.some(isAllowOrigin) || hides) return [];
  return [
    {
      severity: "warning",
      code: "NGINX_TWO_LAYERS",
      line: pass.line,
      what: `${pass.name} to a service whose own Access-Control-Allow-Origin would stand beside this one`,
      why: "Two lines, and browsers refuse the answer.",
      fix: `${pass.name.replace(/_pass$/, "")}_hide_header Access-Control-Allow-Origin; and the other Access-Control headers, too.`,
    },
  ];
}
