// What a backtracking engine can be made to do with an automaton: exponential, polynomial or few steps?
// After Weber and Seidl, "On the degree of ambiguity of finite automata" (1991): its criteria EDA and IDA.
import { has, overlap, VISIBLE } from "./charset.ts";
import { type Automaton, buildAutomaton, type Position } from "./regexp-nfa.ts";
import { type Node, Unjudgeable } from "./regexp-syntax.ts";

type Component = ReadonlySet<Position>;

const MAX_LOOKS = 50_000;
const MAX_CONFIGURATIONS = 256;

/** One for everything that is asked about one RegExp: a hostile source must not hold up the start of the application. */
export class Budget {
  #left = MAX_LOOKS;

  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new Unjudgeable("is too complex to judge");
  }
}

/** The automaton's loops: strongly connected components with at least one edge inside, each before those that lead to it. */
export function loopsOf(automaton: Automaton): readonly Component[] {
  const loops: Set<Position>[] = [];
  const depth = new Map<Position, number>();
  const stack: Position[] = [];
  const open = new Set<Position>();
  const visit = (position: Position): number => {
    const index = depth.size;
    let lowest = index;
    depth.set(position, index);
    open.add(position);
    stack.push(position);
    for (const next of position.next.keys()) {
      const seen = depth.get(next);
      if (seen === undefined) lowest = Math.min(lowest, visit(next));
      else if (open.has(next)) lowest = Math.min(lowest, seen);
    }
    if (lowest !== index) return lowest;
    const component = new Set(stack.splice(stack.indexOf(position)));
    for (const member of component) open.delete(member);
    if (component.size > 1 || position.next.has(position)) loops.push(component);
    return lowest;
  };
  for (const position of automaton.first.keys()) if (!depth.has(position)) visit(position);
  return loops;
}

/**
 * Is there a loop that reads the same text in two ways (EDA)? Then the ways double with each turn: `(a+)+`. Two readers walk
 * the loop from one place on the same characters; they may part, and must not meet again.
 */
export function isExponential(loops: readonly Component[], budget: Budget): boolean {
  return loops.some((loop) => {
    const pairs = new Map<string, readonly [Position, Position]>();
    for (const position of loop) pairs.set(`${position.id}`, [position, position]);
    for (const [a, b] of pairs.values()) {
      for (const [nextA, ways] of a.next) {
        if (!loop.has(nextA)) continue;
        if (a === b && ways > 1) return true;
        for (const nextB of b.next.keys()) {
          budget.spend();
          if (!loop.has(nextB) || !overlap(nextA.members, nextB.members)) continue;
          if (nextA === nextB && a !== b) return true;
          if (nextA !== nextB) pairs.set(`${nextA.id} ${nextB.id}`, [nextA, nextB]);
        }
      }
    }
    return false;
  });
}

/**
 * The degree of the polynomial in the text's length that bounds the ways to read it, for automata that are not exponential.
 * One less than the number of unbounded quantifiers on one path between which text can be shifted: `.*a.*` has degree 1,
 * `\d+\.\d+\.\d+` has 0, since no digit is a dot. (Counting overlapping classes alone would refuse every IPv4 address.)
 */
export function overlapDegree(loops: readonly Component[], budget: Budget): number {
  const degrees = new Map<Component, number>();
  // Loops come before those that lead to them, so what follows is known.
  for (const loop of loops) {
    let degree = 0;
    const reached = reachableFrom(loop);
    for (const [later, laterDegree] of degrees) {
      if (![...later].some((position) => reached.has(position))) continue;
      degree = Math.max(degree, laterDegree + (canShift(loop, later, budget) ? 1 : 0));
    }
    degrees.set(loop, degree);
  }
  return Math.max(0, ...degrees.values());
}

/** IDA: is there a text that leads from `p` to `p`, from `p` to `q`, and from `q` to `q`? */
function canShift(loop: Component, later: Component, budget: Budget): boolean {
  return [...loop].some((p) => [...later].some((q) => shifts(loop, later, p, q, budget)));
}

function shifts(loop: Component, later: Component, p: Position, q: Position, budget: Budget): boolean {
  const triples = new Map([["", [p, p, q] as const]]);
  for (const [stays, moves, ends] of triples.values()) {
    for (const a of stays.next.keys()) {
      if (!loop.has(a)) continue;
      for (const c of ends.next.keys()) {
        budget.spend();
        if (!later.has(c) || !overlap(a.members, c.members)) continue;
        for (const b of moves.next.keys()) {
          budget.spend();
          if (!overlapAll(a, b, c)) continue;
          if (a === p && b === q && c === q) return true;
          triples.set(`${a.id} ${b.id} ${c.id}`, [a, b, c]);
        }
      }
    }
  }
  return false;
}

function overlapAll(a: Position, b: Position, c: Position): boolean {
  const [x, y, z] = a.members;
  return overlap([x & b.members[0], y & b.members[1], z & b.members[2]], c.members);
}

function reachableFrom(positions: Iterable<Position>): ReadonlySet<Position> {
  const reached = new Set(positions);
  for (const position of reached) for (const next of position.next.keys()) reached.add(next);
  return reached;
}

/** Can one of the two automata be done while the other has read the same text, so that both could go on? */
export function sharePrefix(a: Automaton, b: Automaton, budget: Budget): boolean {
  const pairs = new Map<string, readonly [Position, Position]>();
  const meet = (as: Iterable<Position>, bs: Iterable<Position>) => {
    const others = [...bs];
    for (const x of as) {
      for (const y of others) {
        budget.spend();
        if (overlap(x.members, y.members)) pairs.set(`${x.id} ${y.id}`, [x, y]);
      }
    }
  };
  meet(a.first.keys(), b.first.keys());
  for (const [x, y] of pairs.values()) {
    if (a.last.has(x) || b.last.has(y)) return true;
    meet(x.next.keys(), y.next.keys());
  }
  return false;
}

/**
 * An upper bound of a backtracking engine's steps per character of the text, on any text; Infinity if there is none below
 * `most`. It visits each way to read each beginning of the text at most once, so all combinations of (place, number of ways
 * to be there) are enumerated; each costs a look at each edge.
 */
function stepsPerCharacter(automaton: Automaton, most: number): number {
  const classes = distinctCharacters(automaton);
  const configurations = new Map<string, ReadonlyMap<Position, number>>();
  let steps = 1 + automaton.first.size;
  let looks = 0;
  const reach = (found: ReadonlyMap<Position, number>) => {
    let cost = 0;
    for (const [position, ways] of found) cost += ways * (1 + position.next.size);
    steps = Math.max(steps, cost);
    const key = [...found].map(([position, ways]) => `${position.id}:${ways}`).sort();
    configurations.set(key.join(), found);
  };
  for (const char of classes) reach(readers(automaton.first, char));
  for (const configuration of configurations.values()) {
    for (const char of classes) {
      if (steps > most || configurations.size > MAX_CONFIGURATIONS || looks > MAX_LOOKS) return Infinity;
      const found = new Map<Position, number>();
      for (const [position, ways] of configuration) {
        looks += position.next.size;
        for (const [next, more] of readers(position.next, char))
          found.set(next, (found.get(next) ?? 0) + ways * more);
      }
      reach(found);
    }
  }
  return steps;
}

function readers(edges: ReadonlyMap<Position, number>, char: string): Map<Position, number> {
  const found = new Map<Position, number>();
  for (const [position, ways] of edges) if (has(position.members, char)) found.set(position, ways);
  return found;
}

/** One character of each kind that the automaton tells apart. */
function distinctCharacters(automaton: Automaton): readonly string[] {
  const sets = new Map(automaton.positions.map(({ members }) => [members.join(), members]));
  const kinds = new Map<string, string>();
  for (const char of VISIBLE) {
    const kind = [...sets.values()].map((set) => (has(set, char) ? "1" : "0")).join("");
    if (!kinds.has(kind)) kinds.set(kind, char);
  }
  return [...kinds.values()];
}

/** An upper bound of a backtracking engine's steps on any text of up to `length` characters, or Infinity. Not exponential ones. */
export function backtrackingSteps(node: Node, length: number, most: number): number {
  const text = Math.min(length, widthOf(node).max);
  const perCharacter = stepsPerCharacter(buildAutomaton(node, "loops"), most / length);
  let steps = perCharacter * (text + 1);
  for (const { item, places } of looksIn(node, { min: 0, max: 0 })) {
    steps += perCharacter * Math.min(places, length) * backtrackingSteps(item, length, most);
  }
  return steps;
}

interface Width {
  readonly min: number;
  readonly max: number;
}

/** How many characters the node reads. */
function widthOf(node: Node): Width {
  switch (node.kind) {
    case "set":
      return { min: 1, max: 1 };
    case "sequence":
      return node.items.map(widthOf).reduce(after, { min: 0, max: 0 });
    case "choice":
      return node.options.map(widthOf).reduce(around);
    case "repeat": {
      const { min, max } = widthOf(node.item);
      return { min: min * node.min, max: max === 0 ? 0 : max * node.max };
    }
    default:
      return { min: 0, max: 0 };
  }
}

function after(a: Width, b: Width): Width {
  return { min: a.min + b.min, max: a.max + b.max };
}

function around(a: Width, b: Width): Width {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** The lookarounds of the node, and at how many places of one text each may be tried: after a fixed text at one only. */
function looksIn(node: Node, at: Width): readonly { readonly item: Node; readonly places: number }[] {
  switch (node.kind) {
    case "look":
      return [{ item: node.item, places: at.max - at.min + 1 }];
    case "sequence": {
      let here = at;
      return node.items.flatMap((item) => {
        const looks = looksIn(item, here);
        here = after(here, widthOf(item));
        return looks;
      });
    }
    case "choice":
      return node.options.flatMap((option) => looksIn(option, at));
    case "repeat":
      return looksIn(node.item, around(at, after(at, widthOf(node))));
    default:
      return [];
  }
}
