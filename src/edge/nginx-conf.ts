// Reads configuration of nginx: directives with their words, blocks and lines. Nothing is included or interpreted.

/** One directive: `add_header Vary Origin always;`, or with a block. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  /** Counted from 1. */
  readonly line: number;
  /** `undefined` for a directive that ends with a semicolon. */
  readonly block: readonly Directive[] | undefined;
}

/** Thrown for what nginx would not read, either. */
export class NginxSyntaxError extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(`line ${line}: ${reason}`);
  }
}

/** @throws NginxSyntaxError with the line, where the text is no configuration. */
export function parseNginx(text: string): readonly Directive[] {
  const reader = new Reader(text);
  const directives = reader.directives(0);
  if (!reader.atEnd()) throw new NginxSyntaxError(reader.line, 'unexpected "}"');
  return directives;
}

interface Word {
  readonly text: string;
  readonly line: number;
}

const MOST_NESTED = 50;

class Reader {
  line = 1;
  #at = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.#at >= this.text.length;
  }

  /** Up to the end of the block, or of the text. */
  directives(depth: number): Directive[] {
    if (depth > MOST_NESTED)
      throw new NginxSyntaxError(this.line, `blocks are nested more than ${MOST_NESTED} deep`);
    const found: Directive[] = [];
    for (;;) {
      this.#skip();
      if (this.atEnd() || this.text.charAt(this.#at) === "}") return found;
      found.push(this.#directive(depth));
    }
  }

  #directive(depth: number): Directive {
    const first = this.#word();
    const words: string[] = [];
    for (;;) {
      this.#skip();
      const next = this.text.charAt(this.#at);
      if (next === ";") {
        this.#at++;
        return { name: first.text, words, line: first.line, block: undefined };
      }
      if (next === "{") {
        this.#at++;
        return { name: first.text, words, line: first.line, block: this.#block(first, depth) };
      }
      if (next === "" || next === "}")
        throw new NginxSyntaxError(
          first.line,
          `${JSON.stringify(first.text.slice(0, 60))} has no ";" at its end`,
        );
      words.push(this.#word().text);
    }
  }

  #block(first: Word, depth: number): readonly Directive[] {
    // What stands in there is another language.
    if (first.text.endsWith("_by_lua_block")) return this.#foreign(first);
    const directives = this.directives(depth + 1);
    if (this.atEnd())
      throw new NginxSyntaxError(
        first.line,
        `the block of ${JSON.stringify(first.text.slice(0, 60))} has no "}"`,
      );
    this.#at++;
    return directives;
  }

  #foreign(first: Word): readonly Directive[] {
    for (let depth = 1; depth > 0; this.#at++) {
      const character = this.text.charAt(this.#at);
      if (character === "") throw new NginxSyntaxError(first.line, `the block of ${first.text} has no "}"`);
      if (character === "\n") this.line++;
      // A brace in a string of Lua's is none.
      if (character === '"' || character === "'") this.#at += this.#stringAhead(character);
      if (character === "{") depth++;
      if (character === "}") depth--;
    }
    return [];
  }

  /** How many characters to its closing quote, on the same line; 0 where there is none. */
  #stringAhead(quote: string): number {
    const rest = this.text.slice(this.#at + 1, this.#endOfLine());
    return new RegExp(`^(?:\\\\.|[^${quote}\\\\])*${quote}`).exec(rest)?.[0].length ?? 0;
  }

  /** White space and comments. */
  #skip(): void {
    for (;;) {
      const character = this.text.charAt(this.#at);
      if (character === "\n") this.line++;
      if (/\s/.test(character)) this.#at++;
      else if (character === "#") this.#at = this.#endOfLine();
      else return;
    }
  }

  #endOfLine(): number {
    const end = this.text.indexOf("\n", this.#at);
    return end < 0 ? this.text.length : end;
  }

  #word(): Word {
    const { line } = this;
    const quote = this.text.charAt(this.#at);
    if (quote === '"' || quote === "'") return { text: this.#quoted(quote), line };
    let text = "";
    for (;;) {
      const character = this.text.charAt(this.#at);
      if (character === "" || /[\s;]/.test(character)) break;
      // `${name}` is one word; every other brace opens a block.
      if (character === "{" && !text.endsWith("$")) break;
      text += character;
      this.#at++;
      if (character === "\\") text += this.text.charAt(this.#at++);
    }
    if (text === "")
      throw new NginxSyntaxError(line, `unexpected ${JSON.stringify(this.text.charAt(this.#at))}`);
    return { text, line };
  }

  #quoted(quote: string): string {
    const { line } = this;
    let text = "";
    for (this.#at++; ; this.#at++) {
      let character = this.text.charAt(this.#at);
      if (character === "") throw new NginxSyntaxError(line, "a quoted word does not end");
      if (character === quote) break;
      if (character === "\n") this.line++;
      const next = this.text.charAt(this.#at + 1);
      if (character === "\\" && (next === quote || next === "\\")) {
        character = next;
        this.#at++;
      }
      text += character;
    }
    this.#at++;
    return text;
  }
}
