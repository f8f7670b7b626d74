// Header lists as the Fetch standard sees them: names and values, how they combine, what is valid.

/**
 * https://fetch.spec.whatwg.org/#concept-header-list: names and values as written, in order; a name may stand twice.
 *
 * @example const headers: HeaderList = [["vary", "Origin"], ["vary", "Accept-Encoding"]];
 */
export type HeaderList = readonly (readonly [name: string, value: string])[];

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 5.6.2: the grammar of methods and field names. */
export function isToken(value: string): boolean {
  return TOKEN.test(value);
}

/** https://fetch.spec.whatwg.org/#concept-header-value-normalize. Neither `trim()`, which takes more than HTTP's white space, nor a RegExp, which would be quadratic. */
export function normalizeValue(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isHttpWhitespace(value.charCodeAt(start))) start++;
  while (end > start && isHttpWhitespace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isHttpWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** https://fetch.spec.whatwg.org/#header-value: bytes, without NUL, CR and LF. */
export function isHeaderValue(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === 0 || code === 0x0a || code === 0x0d || code > 0xff) return false;
  }
  return true;
}

/** The values of a name, each normalized. */
export function valuesOf(headers: HeaderList, name: string): string[] {
  const lower = name.toLowerCase();
  return headers.filter(([other]) => other.toLowerCase() === lower).map(([, value]) => normalizeValue(value));
}

/** https://fetch.spec.whatwg.org/#concept-header-list-get: the lines combined, or `null`. */
export function combined(headers: HeaderList, name: string): string | null {
  const values = valuesOf(headers, name);
  return values.length === 0 ? null : values.join(", ");
}

/**
 * https://fetch.spec.whatwg.org/#extract-header-list-values for the headers whose grammar is a list of tokens:
 * `null` without the header, `"failure"` if one member of one line is no token. Empty members count for nothing
 * (RFC 9110 5.6.1.2).
 */
export function tokensOf(headers: HeaderList, name: string): readonly string[] | null | "failure" {
  const lines = valuesOf(headers, name);
  if (lines.length === 0) return null;
  const tokens = lines
    .flatMap((line) => line.split(","))
    .map(normalizeValue)
    .filter((member) => member !== "");
  return tokens.every(isToken) ? tokens : "failure";
}

/** https://fetch.spec.whatwg.org/#convert-header-names-to-a-sorted-lowercase-set */
export function sortedLowerCase(names: Iterable<string>): string[] {
  return [...new Set([...names].map((name) => name.toLowerCase()))].sort();
}
