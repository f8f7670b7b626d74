// Which RegExps are safe to trust with an origin, and safe to run on one?
import { show, showRegExp } from "./issues.ts";
import { isOrCoversPublicSuffix } from "./public-suffix.ts";
import {
  Budget,
  backtrackingSteps,
  isExponential,
  loopsOf,
  overlapDegree,
  sharePrefix,
} from "./regexp-cost.ts";
import { buildAutomaton, LARGE_COUNT, movesPerCharacter, simulate } from "./regexp-nfa.ts";
import { foreignMatch, variableSuffix } from "./regexp-reach.ts";
import { anchorsOf, bareDots, escapeDots, nodesIn, repairsOf, suffixOnly } from "./regexp-shape.ts";
import { type Node, parseRegExp, Unjudgeable } from "./regexp-syntax.ts";

export type RegExpCode =
  | "REGEXP_ANCHOR"
  | "REGEXP_DOT"
  | "REGEXP_BACKREFERENCE"
  | "REGEXP_NESTED_QUANTIFIER"
  | "REGEXP_OVERLAP"
  | "REGEXP_TOO_WIDE"
  | "REGEXP_PUBLIC_SUFFIX"
  | "REGEXP_UNSUPPORTED";

export interface RegExpProblem {
  readonly code: RegExpCode;
  /** Follows the RegExp in an error: what is wrong; what to write. */
  readonly message: string;
  /** Could replace the RegExp: it is accepted under the same rule, and does what was meant. */
  readonly fix?: string | RegExp;
}

export interface RegExpVerdict {
  readonly problems: readonly RegExpProblem[];
  /** Only for origins that parsed strictly. A RegExp with problems matches nothing. */
  readonly test: (origin: string) => boolean;
}

/** The part of a rule that decides how much a RegExp may let in. */
export interface RegExpRule {
  readonly credentials: boolean;
  readonly allowPublicSuffixes: boolean;
}

const MAX_SOURCE = 1000;
const LONGEST_ORIGIN = 326;

/** What an engine does in a part of a millisecond even when it interprets the RegExp, as V8 does the first time. */
const MAX_STEPS = 40_000;

/** Moves that one character can cost the simulation: the longest origin then takes some 0.5 ms. */
const MAX_MOVES = 300;

/** Four unbounded quantifiers, between each of which text can be shifted. */
const REFUSED_DEGREE = 3;
const AMBIGUOUS = Infinity;

const LIST_THEM = 'list the origins, or use a pattern such as "https://*.example.com"';

/** `source` and `flags` were read from the user's RegExp, possibly one of another realm, or from JSON. */
export function judgeRegExp(source: string, flags: string, rule: RegExpRule): RegExpVerdict {
  const kept = flags.replace(/[gym]/g, "");
  try {
    const { findings, tree, test } = inspect(source, kept, rule);
    if (findings.length === 0) return { problems: [], test };
    const fix = repairsOf(source, kept, tree).find((candidate) => isAccepted(candidate, rule));
    return { problems: findings.map((finding) => problem(finding, fix)), test: matchesNothing };
  } catch (error) {
    const wrong = error instanceof Unjudgeable ? error.message : "is no RegExp that this engine can compile";
    return {
      problems: [problem({ code: "REGEXP_UNSUPPORTED", wrong, write: LIST_THEM })],
      test: matchesNothing,
    };
  }
}

const matchesNothing = () => false;

interface Finding {
  readonly code: RegExpCode;
  readonly wrong: string;
  readonly write: string;
}

function problem({ code, wrong, write }: Finding, fix?: string | RegExp): RegExpProblem {
  if (fix === undefined) return { code, message: `${wrong}; ${write}` };
  return {
    code,
    message: `${wrong}; write ${typeof fix === "string" ? show(fix) : showRegExp(fix.source, fix.flags)}`,
    fix,
  };
}

function isAccepted(fix: string | RegExp, rule: RegExpRule): boolean {
  if (typeof fix !== "string") return inspect(fix.source, fix.flags, rule).findings.length === 0;
  const base = fix.slice("https://*.".length);
  return !rule.credentials || rule.allowPublicSuffixes || isOrCoversPublicSuffix(base) === undefined;
}

interface Inspection {
  readonly findings: readonly Finding[];
  readonly tree: Node;
  readonly test: (origin: string) => boolean;
}

/** Throws for what cannot be judged. */
function inspect(source: string, flags: string, rule: RegExpRule): Inspection {
  if (source.length > MAX_SOURCE) throw new Unjudgeable(`is longer than ${MAX_SOURCE} characters`);
  const tree = parseRegExp(source, flags);
  const native = new RegExp(source, flags);
  const degree = degreeOf(tree);
  const test = runnerOf(tree, native, degree);
  const findings = [...shapeFindings(source, tree), ...costFindings(tree, degree, test)];
  if (rule.credentials) {
    // Missing anchors and bare dots are reported already; what they let in beside is not reported again.
    const meant = escapeDots(source, tree);
    const meantTree = parseRegExp(meant, flags);
    const meantTest = runnerOf(meantTree, new RegExp(`^(?:${meant})$`, flags), degree);
    findings.push(...reachFindings(meantTree, rule, meantTest), ...suffixFindings(suffixOnly(source), rule));
  }
  return { findings, tree, test: test ?? matchesNothing };
}

function shapeFindings(source: string, tree: Node): readonly Finding[] {
  const findings: Finding[] = [];
  const anchors = anchorsOf(tree);
  if (anchors === "open") {
    findings.push({
      code: "REGEXP_ANCHOR",
      wrong: "is not anchored at both ends in every alternative, so longer origins, of others, match too",
      write: "write ^ at the start and $ at the end, with a group around alternatives: /^(?:...|...)$/",
    });
  }
  if (anchors === "inside") {
    findings.push({
      code: "REGEXP_UNSUPPORTED",
      wrong: "has ^ or $ in the middle, where they can never match",
      write: "keep one ^ at the start and one $ at the end",
    });
  }
  const [dot] = bareDots(tree);
  if (dot !== undefined) {
    const around = show(source.slice(Math.max(0, dot - 8), dot + 9));
    findings.push({
      code: "REGEXP_DOT",
      wrong: `has an unescaped dot (in ${around}), which matches any character, so that hosts of others match`,
      write: "write \\. for a dot",
    });
  }
  const backreference = nodesIn(tree, true).find((node) => node.kind === "backreference");
  if (backreference !== undefined) {
    findings.push({
      code: "REGEXP_BACKREFERENCE",
      wrong: `has the backreference ${backreference.text}, whose running time cannot be bounded`,
      write: LIST_THEM,
    });
  }
  return findings;
}

function costFindings(tree: Node, degree: number, test: Test | undefined): readonly Finding[] {
  if (degree === AMBIGUOUS) {
    return [
      {
        code: "REGEXP_NESTED_QUANTIFIER",
        wrong:
          "repeats a group that can match the same text in several ways, so that one request could hold up the process",
        write: "end each turn with a literal that the rest of the group cannot match, as in ([a-z0-9-]+\\.)*",
      },
    ];
  }
  const unbounded = test === undefined && !nodesIn(tree, true).some(({ kind }) => kind === "backreference");
  if (degree < REFUSED_DEGREE && !unbounded) return [];
  return [
    {
      code: "REGEXP_OVERLAP",
      wrong:
        "has too many quantifiers that can match the same text, so that one request could hold up the process",
      write: "separate them by literals that their classes cannot match, as in [a-z]+-[a-z]+",
    },
  ];
}

function reachFindings(tree: Node, rule: RegExpRule, test: Test | undefined): readonly Finding[] {
  const foreign = test && foreignMatch(tree, test);
  if (foreign !== undefined) {
    return [
      {
        code: "REGEXP_TOO_WIDE",
        wrong: `also matches ${show(foreign)}, a site of others that could then read your users' data`,
        write: `write out the host, and \\. before it where anything may come first, or ${LIST_THEM}`,
      },
    ];
  }
  const suffix = rule.allowPublicSuffixes ? undefined : variableSuffix(buildAutomaton(tree, "loops"));
  return suffix === undefined ? [] : [publicSuffix(suffix)];
}

/** `/\.vercel\.app$/` matches no origin once it is anchored, so its reach is told from what was meant. */
function suffixFindings(host: string | undefined, rule: RegExpRule): readonly Finding[] {
  const suffix = host === undefined || rule.allowPublicSuffixes ? undefined : isOrCoversPublicSuffix(host);
  return suffix === undefined ? [] : [publicSuffix(suffix)];
}

function publicSuffix(suffix: string): Finding {
  return {
    code: "REGEXP_PUBLIC_SUFFIX",
    wrong: `matches names that anyone can register below the public suffix ${show(suffix)}`,
    write:
      'list the origins, use a preview domain of your own such as "https://*.preview.example.com", or set dangerouslyAllowPublicSuffixes: true',
  };
}

type Test = (origin: string) => boolean;

/** The tree and the insides of its lookarounds: each is run on its own. */
function lookedThrough(tree: Node): readonly Node[] {
  return [tree, ...nodesIn(tree, true).flatMap((node) => (node.kind === "look" ? [node.item] : []))];
}

/** See `overlapDegree`; AMBIGUOUS where no polynomial bounds the ways, or where the turns of a group overlap. */
function degreeOf(tree: Node): number {
  const budget = new Budget();
  const loops = lookedThrough(tree).map((node) => loopsOf(buildAutomaton(node, "loops")));
  const overlapping = nodesIn(tree, true).some(
    (node) => node.kind === "repeat" && node.max > LARGE_COUNT && hasOverlappingTurns(node.item, budget),
  );
  return overlapping || loops.some((each) => isExponential(each, budget))
    ? AMBIGUOUS
    : Math.max(...loops.map((each) => overlapDegree(each, budget)));
}

/** `(a|ab)*`: a turn can be over where another goes on. (`(?:(?:app|apply)\.)*` is not meant: the turn ends with the dot.) */
function hasOverlappingTurns(turn: Node, budget: Budget): boolean {
  if (turn.kind === "sequence") {
    const last = turn.items.at(-1);
    return last !== undefined && hasOverlappingTurns(last, budget);
  }
  if (turn.kind !== "choice") return false;
  const options = turn.options.map((option) => buildAutomaton(option, "loops"));
  return options.some((option, index) =>
    options.slice(index + 1).some((other) => sharePrefix(option, other, budget)),
  );
}

/**
 * The engine where backtracking is cheap on every origin, since its semantics are the user's; otherwise the simulation, which is
 * linear but knows no lookarounds; `undefined` where neither will do.
 */
function runnerOf(tree: Node, native: RegExp, degree: number): Test | undefined {
  const kinds = new Set(nodesIn(tree, true).map(({ kind }) => kind));
  if (kinds.has("backreference")) return undefined;
  if (degree === 0 && backtrackingSteps(tree, LONGEST_ORIGIN, MAX_STEPS) <= MAX_STEPS) {
    return (origin) => native.test(origin);
  }
  if (kinds.has("look") || kinds.has("boundary")) return undefined;
  // What is ambiguous is refused, and only probed: the small automaton will do.
  const automaton = buildAutomaton(tree, degree === AMBIGUOUS ? "loops" : "exact");
  return movesPerCharacter(automaton) <= MAX_MOVES ? simulate(automaton) : undefined;
}
