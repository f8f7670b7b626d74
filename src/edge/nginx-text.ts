// nginx's configuration as text: quoted words, and maps.

/** A word of nginx's configuration, in quotes: its reader takes `\\` and `\"` for what they stand for, and `\t` for a tab. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** Text in a RegExp of PCRE that stands for itself. */
export function literal(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}

/**
 * Text in the value of a map, where `$` begins a variable and nothing escapes it: the sign comes out of a variable that
 * `dollar` defines, since values of `geo` are taken as they are.
 */
export function constant(text: string, prefix: string): string {
  return text.replaceAll("$", `\${${prefix}dollar}`);
}

/** To be written once, where some value has the sign. */
export function dollar(prefix: string): string {
  return `# A dollar sign, which no value of a map can hold.\ngeo $${prefix}dollar {\n    default "$";\n}`;
}

/** A key of a map: text is compared without regard to case, and looked up by hash; a RegExp is tried in turn. */
export type MapKey = { readonly text: string } | { readonly regexp: string; readonly ignoreCase?: boolean };

export interface MapEntry {
  readonly key: MapKey;
  /** Written as it is: variables in it are replaced by nginx. */
  readonly value: string;
}

/** Shorthands for entries. */
export const exactly = (text: string, value: string): MapEntry => ({ key: { text }, value });
export const matching = (regexp: string, value: string): MapEntry => ({ key: { regexp }, value });
export const matchingAnyCase = (regexp: string, value: string): MapEntry => ({
  key: { regexp, ignoreCase: true },
  value,
});

/**
 * One `map`: texts first, as nginx looks at them, then RegExps in their order.
 *
 * @param comment What it says, for whoever reads the file; `""` where the map above says it, too.
 */
export function map(
  comment: string,
  source: string,
  variable: string,
  entries: readonly MapEntry[],
  fallback = "",
): string {
  const lines = entries.map(({ key, value }) => `    ${keyText(key)} ${quoted(value)};`);
  return [
    ...(comment === "" ? [] : [`# ${comment}`]),
    `map ${quoted(source)} ${variable} {`,
    `    default ${quoted(fallback)};`,
    ...lines,
    "}",
  ].join("\n");
}

function keyText(key: MapKey): string {
  if ("text" in key) return quoted(key.text);
  return quoted(`~${key.ignoreCase ? "*" : ""}${key.regexp}`);
}
