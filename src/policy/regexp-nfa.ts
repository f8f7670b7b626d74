// A RegExp as an automaton without empty moves (Glushkov's), and the simulation of it in linear time.
import { type CharSet, has, VISIBLE } from "./charset.ts";
import { type Node, type RepeatNode, Unjudgeable } from "./regexp-syntax.ts";

/** One place in the RegExp that reads one character. */
export interface Position {
  readonly id: number;
  readonly members: CharSet;
  /** Where the next character may be read, and in how many ways a backtracking engine gets there. */
  readonly next: Map<Position, number>;
  readonly before: Set<Position>;
}

export interface Automaton {
  readonly positions: readonly Position[];
  readonly first: ReadonlyMap<Position, number>;
  readonly last: ReadonlyMap<Position, number>;
  /** In how many ways nothing at all matches. */
  readonly empty: number;
}

const MAX_POSITIONS = 400;
const MAX_NODES = 4000;
const MAX_WAYS = 1e6;
const MAX_EDGES = 5000;

/** Above this many turns a counted quantifier costs what an unbounded one costs: DESIGN.md section 3. */
export const LARGE_COUNT = 10;

/**
 * The automaton of `node` on whole strings: `^` and `$` are taken to stand at the ends, and lookarounds and `\b` to hold, so that
 * it matches at least what the RegExp does. `exact` copies counted items; otherwise more than ten turns are any number: that
 * is smaller, and has at least the paths of the exact one.
 */
export function buildAutomaton(node: Node, form: "exact" | "loops"): Automaton {
  return new Builder(form === "exact" ? Infinity : LARGE_COUNT).automaton(node);
}

interface Fragment {
  readonly first: Map<Position, number>;
  readonly last: Map<Position, number>;
  readonly empty: number;
}

const EMPTY: Fragment = { first: new Map(), last: new Map(), empty: 1 };

class Builder {
  readonly #positions: Position[] = [];
  readonly #largest: number;
  #edges = 0;
  #nodes = 0;

  constructor(largest: number) {
    this.#largest = largest;
  }

  automaton(node: Node): Automaton {
    const { first, last, empty } = this.#build(node);
    return { positions: this.#positions, first, last, empty };
  }

  #build(node: Node): Fragment {
    this.#nodes += 1;
    // Counted groups multiply, with or without anything to read in them: `(?:(?:(?:){9}){9}){9}`.
    if (this.#nodes > MAX_NODES) throw new Unjudgeable("is too large to judge");
    switch (node.kind) {
      case "set":
        return this.#position(node.members);
      case "sequence":
        return node.items.reduce((read: Fragment, item) => this.#concat(read, this.#build(item)), EMPTY);
      case "choice":
        return node.options.map((option) => this.#build(option)).reduce(either);
      case "repeat":
        return this.#repeat(node);
      default:
        return EMPTY;
    }
  }

  #position(members: CharSet): Fragment {
    const position = { id: this.#positions.length, members, next: new Map(), before: new Set<Position>() };
    if (this.#positions.push(position) > MAX_POSITIONS) throw new Unjudgeable("is too large to judge");
    return { first: new Map([[position, 1]]), last: new Map([[position, 1]]), empty: 0 };
  }

  #concat(a: Fragment, b: Fragment): Fragment {
    this.#connect(a.last, b.first);
    return {
      first: sum(a.first, b.first, a.empty),
      last: sum(b.last, a.last, b.empty),
      empty: product(a.empty, b.empty),
    };
  }

  /** The optional turns nest, `(x(x)?)?`, as engines run them: there is one way to stop after each. */
  #repeat({ item, min, max }: RepeatNode): Fragment {
    const endless = max > this.#largest || max === Infinity;
    const copies = !endless ? max : this.#largest === Infinity ? Math.max(min, 1) : 1;
    let tail = EMPTY;
    for (let copy = copies; copy >= 1; copy -= 1) {
      const turn = this.#build(item);
      // Required turns may read nothing, so that it is open which of them read the text: `(a?){11,}` takes exponential time.
      const idle = endless && copy === copies && min > 0 ? turn.empty : 0;
      if (endless && copy === copies) this.#connect(turn.last, turn.first, min > 1 ? 1 + idle : 1);
      tail = this.#concat({ ...turn, first: sum(turn.first, turn.first, idle) }, tail);
      // A turn beyond the minimum that reads nothing is refused by every engine: ECMA-262, RepeatMatcher step 2.b.
      if (copy > min) tail = { ...tail, empty: 1 };
    }
    return tail;
  }

  #connect(from: ReadonlyMap<Position, number>, to: ReadonlyMap<Position, number>, times = 1): void {
    this.#edges += from.size * to.size;
    if (this.#edges > MAX_EDGES) throw new Unjudgeable("is too large to judge");
    for (const [position, ways] of from) {
      for (const [next, more] of to) {
        position.next.set(next, (position.next.get(next) ?? 0) + product(ways, more * times));
        next.before.add(position);
      }
    }
  }
}

function either(a: Fragment, b: Fragment): Fragment {
  return { first: sum(a.first, b.first, 1), last: sum(a.last, b.last, 1), empty: a.empty + b.empty };
}

function sum(
  a: ReadonlyMap<Position, number>,
  b: ReadonlyMap<Position, number>,
  times: number,
): Map<Position, number> {
  const total = new Map(a);
  if (times === 0) return total;
  for (const [position, ways] of b) total.set(position, (total.get(position) ?? 0) + product(ways, times));
  return total;
}

function product(a: number, b: number): number {
  return Math.min(a * b, MAX_WAYS);
}

/** What one character can cost the simulation at most: the moves from all positions that the one before can have led to. */
export function movesPerCharacter(automaton: Automaton): number {
  let most = automaton.first.size;
  for (const char of VISIBLE) {
    let moves = 0;
    for (const position of automaton.positions) if (has(position.members, char)) moves += position.next.size;
    most = Math.max(most, moves);
  }
  return most;
}

interface State {
  readonly reads: Uint8Array;
  readonly next: State[];
  readonly last: boolean;
  mark: number;
}

/** Does the automaton match all of `text`? Each character costs at most `movesPerCharacter`, whatever the text. */
export function simulate(automaton: Automaton): (text: string) => boolean {
  const states = new Map<Position, State>();
  for (const position of automaton.positions) {
    const reads = Uint8Array.from({ length: 128 }, () => 0);
    for (const char of VISIBLE) if (has(position.members, char)) reads[char.charCodeAt(0)] = 1;
    states.set(position, { reads, next: [], last: automaton.last.has(position), mark: -1 });
  }
  const statesOf = (positions: ReadonlyMap<Position, number>) =>
    [...states].filter(([position]) => positions.has(position)).map(([, state]) => state);
  for (const [position, state] of states) state.next.push(...statesOf(position.next));
  const start: State = {
    reads: new Uint8Array(),
    next: statesOf(automaton.first),
    last: automaton.empty > 0,
    mark: -1,
  };

  return (text) => {
    for (const state of states.values()) state.mark = -1;
    let live = [start];
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      const reached: State[] = [];
      for (const state of live) {
        for (const next of state.next) {
          if (next.mark === index || next.reads[code] !== 1) continue;
          next.mark = index;
          reached.push(next);
        }
      }
      if (reached.length === 0) return false;
      live = reached;
    }
    return live.some((state) => state.last);
  };
}
