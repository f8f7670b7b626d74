// A JavaScript RegExp for PCRE: syntax that means the same in both is copied, all else is refused.

/** Thrown for what has no certain translation; `message` says what. */
export class Untranslatable extends Error {}

/**
 * The source for PCRE, without capturing groups: in nginx those would set variables of the user's. Its subjects are
 * serialized origins, visible ASCII alone; with that, classes such as `\s` and `\w` mean the same.
 *
 * @throws Untranslatable for lookbehind, backreferences, `\p{...}`, the flag `v`, and what is not ASCII.
 */
export function toPcre(
  source: string,
  flags: string,
): { readonly source: string; readonly ignoreCase: boolean } {
  if (flags.includes("v")) throw new Untranslatable("the flag v");
  const reader = new Reader(source);
  let written = "";
  while (!reader.atEnd()) written += reader.inClass ? reader.classPart() : reader.part();
  return { source: written, ignoreCase: flags.includes("i") };
}

const GROUP = /\(\?(?:<?[=!]|<[^>]*>|:)|\(/y;
const QUANTIFIER = /\{\d+(?:,\d*)?\}/y;
// A letter after a backslash that means itself in one language may mean a class in the other.
const SAME_ESCAPES = "dDwWsSbBtnrf";
const CLASS_ESCAPE = /^\\[dDwWsS]$/;

class Reader {
  inClass = false;
  #at = 0;

  constructor(private readonly source: string) {}

  atEnd(): boolean {
    return this.#at >= this.source.length;
  }

  part(): string {
    const { source } = this;
    const character = source.charAt(this.#at);
    if (character === "\\") return this.#escape();
    if (character === "(") return this.#group();
    if (character === "[") return this.#openClass();
    if (character === "{") return this.#quantifier() ?? this.#literal();
    if (character === "}" || character === "]") return this.#literal();
    this.#at++;
    return ascii(character);
  }

  /** One member, or two with a hyphen between them. */
  classPart(): string {
    if (this.source.charAt(this.#at) === "]") {
      this.inClass = false;
      this.#at++;
      return "]";
    }
    const from = this.#member();
    if (!/^-[^\]]/.test(this.source.slice(this.#at, this.#at + 2))) return from;
    this.#at++;
    const to = this.#member();
    // In `[\w-.]` and in `[\d-a-z]` each hyphen means itself; PCRE refuses the one, and reads a range in the other.
    return CLASS_ESCAPE.test(from) || CLASS_ESCAPE.test(to) ? `${from}\\-${to}` : `${from}-${to}`;
  }

  #member(): string {
    const character = this.source.charAt(this.#at);
    if (character === "\\") return this.#escape();
    // PCRE takes [:alpha:] for a class, and a hyphen for a range where JavaScript has read one already.
    if (character === "[" || character === "-") return this.#literal();
    this.#at++;
    return ascii(character);
  }

  #group(): string {
    const head = this.#match(GROUP) ?? "";
    if (head.startsWith("(?<=") || head.startsWith("(?<!")) throw new Untranslatable("lookbehind");
    if (head === "(" && this.source.charAt(this.#at) === "?") throw new Untranslatable("modifiers");
    return head === "(?=" || head === "(?!" ? head : "(?:";
  }

  #openClass(): string {
    const head = this.source.startsWith("[^", this.#at) ? "[^" : "[";
    this.#at += head.length;
    // `[]` matches nothing and `[^]` everything; PCRE takes the bracket for a member.
    if (this.source.charAt(this.#at) === "]") throw new Untranslatable(`${head}]`);
    this.inClass = true;
    return head;
  }

  #escape(): string {
    const { source } = this;
    const code = this.#match(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/y);
    if (code !== undefined) return byCode(Number.parseInt(code.replace(/[^0-9a-fA-F]/g, ""), 16), code);
    const letter = source.charAt(this.#at + 1);
    this.#at += 2;
    if (letter === "B" && this.inClass) throw new Untranslatable("\\B in a class");
    if (SAME_ESCAPES.includes(letter)) return `\\${letter}`;
    if (letter === "v") return "\\x0b";
    if (/[pPkcux]/.test(letter)) throw new Untranslatable(`\\${letter}`);
    if (/[0-9]/.test(letter)) throw new Untranslatable(`\\${letter}`);
    return /[A-Za-z_]/.test(letter) ? letter : `\\${ascii(letter)}`;
  }

  #quantifier(): string | undefined {
    const written = this.#match(QUANTIFIER);
    if (written?.match(/\d+/g)?.some((count) => Number(count) > 65_535))
      throw new Untranslatable(`${written}, beyond what PCRE counts`);
    return written;
  }

  #literal(): string {
    return `\\${this.source.charAt(this.#at++)}`;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

function byCode(code: number, written: string): string {
  if (code > 0x7f) throw new Untranslatable(written);
  return `\\x${code.toString(16).padStart(2, "0")}`;
}

function ascii(character: string): string {
  if (!/^[\x20-\x7e]$/.test(character)) throw new Untranslatable("a character that is not visible ASCII");
  return character;
}
