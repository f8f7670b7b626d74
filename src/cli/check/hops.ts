// --via: the same request put to each hop, and which of them added, changed or dropped what.
import { valuesOf } from "../../browser/header-list.ts";
import { WRITTEN_HEADERS } from "../../policy/fields.ts";
import type { Cleaner } from "./clean.ts";
import { ask, converse, type Exchange } from "./conversation.ts";
import { obstacleFor } from "./judgement.ts";
import type { CheckPlan } from "./options.ts";
import { asGet, type Seen } from "./probes.ts";
import type { Transport } from "./transport.ts";

/** The chain from the service outwards; the last is the public URL itself. */
export interface HopReport {
  readonly hops: readonly HopAnswers[];
  readonly changes: readonly HopChange[];
  /** The hop to look at first, and why; `null` where every hop lets the request through, or no other was reached. */
  readonly culprit: { readonly hop: string; readonly why: string } | null;
}

export interface HopAnswers {
  /** The URL as given. */
  readonly hop: string;
  /** May the page read what this hop answers? */
  readonly readable: boolean;
  readonly answers: readonly {
    readonly kind: string;
    readonly status: number | null;
    readonly lines: readonly string[];
    readonly error: string | null;
  }[];
  /** Server, Via, X-Cache and the like: who it may be. */
  readonly hints: readonly string[];
}

export interface HopChange {
  /** The hop that made the change. */
  readonly hop: string;
  readonly kind: string;
  readonly name: string;
  readonly change: "added" | "changed" | "dropped";
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What one hop said. */
interface Asked {
  /** As it is printed. */
  readonly hop: string;
  readonly readable: boolean;
  readonly exchanges: readonly Exchange[];
}

export async function walk(seen: Seen, transport: Transport, cleaner: Cleaner): Promise<HopReport> {
  const { plan } = seen;
  const asked: Asked[] = [];
  // One after the other: what the first fills, a cache hands to the next.
  for (const via of plan.via) asked.push(await askHop(plan, via, seen, transport, cleaner));
  asked.push(publicHop(seen, cleaner));
  // What was not reached from here, or not any more, changes nothing and blocks nobody.
  const reached = asked.filter(({ exchanges }) => exchanges.some(({ response }) => response !== null));
  const steps = reached
    .slice(1)
    .map((after, index) => changesBetween(reached[index] as Asked, after, cleaner));
  return {
    hops: asked.map((one) => answersOf(one, cleaner)),
    changes: steps.flat(),
    culprit: culpritOf(reached, steps),
  };
}

/** What changes something is not sent once more for each hop. */
async function askHop(
  plan: CheckPlan,
  via: URL,
  seen: Seen,
  transport: Transport,
  cleaner: Cleaner,
): Promise<Asked> {
  const { result, exchanges, keptBack } = await converse({ ...plan, send: false }, transport, via);
  const actual = exchanges.filter(({ label }) => label === "actual").at(-1);
  const got = actual ?? (await ask(transport, "stand-in", asGet(seen), via));
  const passed = keptBack === undefined ? result.blocked === null : obstacleFor(plan, got) === null;
  const preflight = exchanges.filter(({ label }) => label === "preflight").at(-1);
  return {
    hop: cleaner.text(via.href.replace(/\/$/, "")),
    readable: passed,
    exchanges: [...(preflight ? [preflight] : []), got],
  };
}

function publicHop({ plan, conversation, preflight, own }: Seen, cleaner: Cleaner): Asked {
  const { result, keptBack } = conversation;
  const readable = keptBack === undefined ? result.blocked === null : obstacleFor(plan, own) === null;
  return {
    hop: cleaner.text(plan.url.origin),
    readable,
    exchanges: [preflight, own].filter((one): one is Exchange => one !== undefined),
  };
}

const FOLLOWED = [...WRITTEN_HEADERS, "vary"];
const HINTS = ["server", "via", "x-cache", "x-served-by", "age", "cf-cache-status", "x-powered-by"];

function answersOf({ hop, readable, exchanges }: Asked, cleaner: Cleaner): HopAnswers {
  const linesUnder = (names: readonly string[], { response }: Exchange) =>
    names.flatMap((name) =>
      valuesOf(response?.headers ?? [], name).map((value) => cleaner.line(name, value)),
    );
  return {
    hop,
    readable,
    answers: exchanges.map((one) => ({
      kind: one.label === "preflight" ? "preflight" : "actual",
      status: one.response?.status ?? null,
      lines: linesUnder(FOLLOWED, one),
      error: one.error === undefined ? null : cleaner.text(one.error),
    })),
    hints: [...new Set(exchanges.flatMap((one) => linesUnder(HINTS, one)))],
  };
}

function changesBetween(inner: Asked, outer: Asked, cleaner: Cleaner): HopChange[] {
  return ["preflight", "actual"].flatMap((kind) => {
    const [before, after] = [inner, outer].map((one) => ofKind(one, kind));
    if (!before?.response || !after?.response) return [];
    return [...linesOf(before)].flatMap(([name, was]): HopChange[] => {
      const is = linesOf(after).get(name) ?? [];
      // With --send the public URL has another method than the GET that stands in for it.
      if (name === "status" && before.method !== after.method) return [];
      if (was.join("\n") === is.join("\n")) return [];
      return [
        {
          hop: outer.hop,
          kind,
          name,
          change: was.length === 0 ? "added" : is.length === 0 ? "dropped" : "changed",
          before: was.map((value) => cleaner.text(value)),
          after: is.map((value) => cleaner.text(value)),
        },
      ];
    });
  });
}

/** The status and the headers that are followed, by name. */
function linesOf({ response }: Exchange): ReadonlyMap<string, readonly string[]> {
  const headers = FOLLOWED.map((name) => [name, valuesOf(response?.headers ?? [], name)] as const);
  return new Map([["status", [String(response?.status)]], ...headers]);
}

function ofKind({ exchanges }: Asked, kind: string): Exchange | undefined {
  return exchanges.find(({ label }) => (label === "preflight") === (kind === "preflight"));
}

/** The first hop outwards behind which it no longer gets through; the innermost where it never did. */
function culpritOf(asked: readonly Asked[], steps: readonly HopChange[][]): HopReport["culprit"] {
  if (asked.length < 2 || asked.at(-1)?.readable !== false) return null;
  const last = asked.findLastIndex(({ readable }) => readable);
  const [inner, outer] = [asked[last], asked[last + 1] as Asked];
  if (inner === undefined)
    return { hop: outer.hop, why: "even there, nearest to the service, the page is blocked" };
  const made = (steps[last] ?? []).map(({ change, name, kind }) => `${change} ${name} (${kind})`);
  const what = made.length === 0 ? "answers differently" : made.join(", ");
  return { hop: outer.hop, why: `${inner.hop} lets the page through, and this hop ${what}` };
}
