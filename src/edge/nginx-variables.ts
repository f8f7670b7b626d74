// What linted configuration says of variables and conditions: whose origin a header would name, and who may ask.
import type { Level } from "./lint-nginx.ts";
import type { Directive } from "./nginx-conf.ts";

/** Does the variable hold the origin of whoever asks, and does nothing around ask who that is? */
export function reflectsAnybody(value: string, level: Level): boolean {
  return !isGuarded(level) && holdsAnyOrigin(plainName(value), level);
}

/** Is it known that the variable does not depend on Origin? A map of another variable, to constants. */
export function ignoresOrigin(value: string, level: Level): boolean {
  const maps = mapsTo(plainName(value), level);
  const words = maps.flatMap(({ words: [source = ""], block = [] }) => [
    source,
    ...block.flatMap((entry) => entry.words),
  ]);
  return maps.length > 0 && !words.some((word) => /origin|cors/i.test(word));
}

/** Files that add no headers; what is in others is not known. */
const WITHOUT_HEADERS = /(^|\/)(mime\.types|(fastcgi|uwsgi|scgi|proxy)_params|fastcgi\.conf)$/;

/** Might a file that is included in this block add headers? */
export function includesUnknown({ directives }: Level): boolean {
  return directives.some(({ name, words }) => name === "include" && !WITHOUT_HEADERS.test(words[0] ?? ""));
}

function scope({ directives, outer }: Level): readonly Directive[] {
  return [...directives, ...outer.flatMap((around) => around.directives)];
}

function plainName(value: string): string {
  return value.replace(/^\$\{(\w+)\}$/, "$$$1");
}

function mapsTo(variable: string, level: Level): Directive[] {
  return scope(level).filter(({ name, words }) => name === "map" && words[1] === variable);
}

function holdsAnyOrigin(variable: string, level: Level): boolean {
  if (variable === "$http_origin") return true;
  const isOrigin = (word = "") => plainName(word) === "$http_origin";
  // A set in an if is asked for by its condition.
  const set = scope(level).some(
    ({ name, words }) => name === "set" && words[0] === variable && isOrigin(words[1]),
  );
  const mapped = mapsTo(variable, level).flatMap(({ block = [] }) => block);
  return (
    set ||
    mapped.some(
      ({ name, words }) =>
        isOrigin(words[0]) &&
        (name === "default" || /^~\*?\^?(\(?\.[*+]\)?|https\?:\/\/\.[*+])?\$?$/.test(name)),
    )
  );
}

/** Does a condition ask who it is? Of a variable that some other condition sets, its name must tell. */
function isGuarded(level: Level): boolean {
  const around = [level, ...level.outer];
  return (
    around.some(({ name }) => /^if .*(?:origin|cors|allow)/i.test(name)) ||
    around.some(({ directives }) =>
      directives.some(
        ({ name, words, block = [] }) =>
          name === "if" &&
          /^\(\s*\$http_origin\s+!/.test(words.join(" ")) &&
          block.some((inner) => inner.name === "return" || inner.name === "set"),
      ),
    )
  );
}
