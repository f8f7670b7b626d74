// A small seeded generator: the same cases on every machine and every run.

/** Picks from lists, the same picks for the same seed (mulberry32). */
export class Picks {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#next() * choices.length)] as T;
  }

  /** `true` once in `n` times. */
  oneIn(n: number): boolean {
    return this.#next() * n < 1;
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}
