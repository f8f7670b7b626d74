// Sets of ASCII characters as three 32-bit words: U+0020 to U+007F, all that a serialized origin can hold.

export type CharSet = readonly [number, number, number];

/** Visible ASCII: what the judge knows of the world. Origins hold nothing else. */
export const VISIBLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");

export function charSet(chars: Iterable<string>): CharSet {
  const words: [number, number, number] = [0, 0, 0];
  for (const char of chars) {
    const code = char.charCodeAt(0);
    words[wordOf(code)] |= 1 << (code & 31);
  }
  return words;
}

export function has(set: CharSet, char: string): boolean {
  const code = char.charCodeAt(0);
  return (set[wordOf(code)] & (1 << (code & 31))) !== 0;
}

export function overlap(a: CharSet, b: CharSet): boolean {
  return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2])) !== 0;
}

/** The characters of `set`, in order. */
export function charsOf(set: CharSet): string {
  let chars = "";
  for (const char of VISIBLE) if (has(set, char)) chars += char;
  return chars;
}

/** What `set` says of a host or port: the lower-case reading of a letter that it holds in either or both cases. */
export function lowerCharsOf(set: CharSet): string {
  return [...new Set(charsOf(set).toLowerCase())].join("");
}

function wordOf(code: number): 0 | 1 | 2 {
  return code < 0x40 ? 0 : code < 0x60 ? 1 : 2;
}
