// Is a RegExp slow on some origin, in an engine that backtracks? By the policy's own measure of cost.
import { MAX_ORIGIN_BYTES } from "../policy/origin.ts";
import { Budget, backtrackingSteps, loopsOf, overlapDegree } from "../policy/regexp-cost.ts";
import { buildAutomaton } from "../policy/regexp-nfa.ts";
import { nodesIn } from "../policy/regexp-shape.ts";
import type { Node } from "../policy/regexp-syntax.ts";

/** Some milliseconds, for the longest origin that an attacker can send. */
const MAX_STEPS = 1_000_000;

/** The policy's own engine simulates what would backtrack; most others have no such way. */
export function isSlow(tree: Node): boolean {
  const budget = new Budget();
  const parts = [tree, ...nodesIn(tree, true).flatMap((node) => (node.kind === "look" ? [node.item] : []))];
  const degree = Math.max(
    ...parts.map((part) => overlapDegree(loopsOf(buildAutomaton(part, "loops")), budget)),
  );
  return backtrackingSteps(tree, MAX_ORIGIN_BYTES, MAX_STEPS) * MAX_ORIGIN_BYTES ** degree > MAX_STEPS;
}
