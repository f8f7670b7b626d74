// Cost added to one response, time and bytes: contenders in processes of their own, asked in turn.
import { ask, start, stop } from "./processes.mjs";

const KINDS = ["allowed", "refused", "none", "preflight"];
const LABELS = {
  allowed: "actual, allowed",
  refused: "actual, refused",
  none: "no Origin",
  preflight: "preflight",
};
const WANTED = { allowed: 0.6, refused: 0.4, none: 0.35, preflight: 0.2 };
const ALLOW_OVERRIDE_WANTED = 1.2;
const AFRESH_WANTED = 1;
const FLAT_WANTED = 1.5;
const BYTES_PER_ORIGIN_WANTED = 150;

// So that no collection falls into a counted round.
const BIG_NURSERY = ["--expose-gc", "--min-semi-space-size=128", "--max-semi-space-size=128"];

/** The four kinds of request, 10 origins, default options. */
export async function basic(scale, progress) {
  const rows = [];
  for (const kind of KINDS) {
    const contenders = ["npm cors", "floor", "boring-cors", "boring-cors, allowOverride"].map((contender) => {
      return { contender, kind, exact: 10 };
    });
    const [npm, floor, ours, open] = await compare(
      `${LABELS[kind]}, 10 origins`,
      contenders,
      scale,
      progress,
    );
    rows.push(row(LABELS[kind], npm, "npm cors"));
    rows.push(row(`${LABELS[kind]}: hand-written floor`, floor, "npm cors", npm));
    rows.push(row(LABELS[kind], ours, "npm cors", npm, WANTED[kind]));
    rows.push(row(`${LABELS[kind]}, allowOverride`, open, "floor", floor, ALLOW_OVERRIDE_WANTED));
  }
  return { title: "Cost added to a response, 10 origins, default options", rows };
}

/** The same inside Express 5, whose own cost is subtracted. */
export async function inExpress(scale, progress) {
  const rows = [];
  for (const kind of ["allowed", "refused", "none"]) {
    const contenders = ["npm cors", "floor", "boring-cors", "boring-cors, allowOverride"].map((contender) => {
      return { contender, kind, exact: 10, inExpress: true };
    });
    // Express takes ten times as long as a bare response.
    const slower = { ...scale, calls: Math.ceil(scale.calls / 4) };
    const [npm, ...others] = await compare(`${LABELS[kind]}, in Express 5`, contenders, slower, progress);
    rows.push(row(LABELS[kind], npm, "npm cors"));
    rows.push(...others.map((other) => row(LABELS[kind], other, "npm cors", npm)));
  }
  return { title: "Cost added to a response inside Express 5, 10 origins, default options", rows };
}

/** `{ origin: true, credentials: true }`, a new object for each request. */
export async function afresh(scale, progress) {
  const rows = [];
  for (const kind of ["allowed", "preflight"]) {
    const contenders = ["npm cors, made afresh", "boring-cors, made afresh"].map((contender) => ({
      contender,
      kind,
    }));
    const [npm, ours] = await compare(`${LABELS[kind]}, made afresh`, contenders, scale, progress);
    rows.push(row(LABELS[kind], npm, "npm cors"), row(LABELS[kind], ours, "npm cors", npm, AFRESH_WANTED));
  }
  return { title: "{ origin: true, credentials: true } made afresh for each request", rows };
}

/** From one origin to a million, and from one wildcard to a hundred thousand. */
export async function sizes(scale, progress) {
  const rows = [];
  const exact = scale.quick ? [1, 10, 100_000] : [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
  const wild = scale.quick ? [1, 10, 10_000] : [1, 10, 1000, 100_000];
  rows.push(...(await sizesOf("exact", exact, scale, progress)));
  rows.push(...(await sizesOf("wild", wild, scale, progress)));
  return { title: "Actual, allowed: by the length of the list", rows };
}

async function sizesOf(what, counts, scale, progress) {
  const noun = what === "exact" ? "origins" : "wildcards";
  const ours = counts.map((count) => ({ contender: "boring-cors", kind: "allowed", [what]: count }));
  // npm cors scans its list: beyond a thousand the ratio only grows.
  const small = counts.filter((count) => count <= 1000);
  const theirs = small.map((count) => ({ contender: "npm cors", kind: "allowed", [what]: count }));
  const turns = await compare(`1 to ${counts.at(-1)} ${noun}`, [...ours, ...theirs], scale, progress);
  const ten = turns[counts.indexOf(10)];
  const rows = [];
  counts.forEach((count, index) => {
    const label = `${count.toLocaleString("en")} ${noun}`;
    const npm = turns[counts.length + small.indexOf(count)];
    if (small.includes(count))
      rows.push(row(label, npm, `10 ${noun}`, turns[counts.length + small.indexOf(10)]));
    rows.push(row(label, turns[index], `10 ${noun}`, ten, count > 10 ? FLAT_WANTED : undefined));
  });
  return rows;
}

/** Bytes allocated per response, and kept per entry of the list. */
export async function memory(scale, progress) {
  const rows = [];
  for (const kind of KINDS) {
    progress(`bytes: ${LABELS[kind]}`);
    const found = {};
    for (const contender of ["npm cors", "floor", "boring-cors", "boring-cors, allowOverride"]) {
      const worker = await start("worker.mjs", { contender, kind, exact: 10, measure: "bytes" }, BIG_NURSERY);
      const { added } = await ask(worker, { rounds: scale.quick ? 9 : 31, calls: 4000 });
      await stop(worker);
      found[contender] = added;
      const ratio = contender === "npm cors" ? undefined : added / found["npm cors"];
      rows.push({ label: LABELS[kind], contender, value: added, unit: "B", ratio, base: "npm cors" });
    }
  }
  const count = scale.quick ? 100_000 : 1_000_000;
  for (const [what, n] of [
    ["exact", count],
    ["wild", count / 10],
  ]) {
    progress(`bytes per entry: ${n} ${what}`);
    const worker = await start(
      "worker.mjs",
      { contender: "boring-cors", kind: "allowed", [what]: n, measure: "memory" },
      BIG_NURSERY,
    );
    const { bytesPerEntry, built } = await ask(worker, {});
    await stop(worker);
    const label = `kept per ${what === "exact" ? "origin" : "wildcard"}, of ${n.toLocaleString("en")}, text included`;
    const wanted = what === "exact" ? BYTES_PER_ORIGIN_WANTED : undefined;
    rows.push({ label, contender: "boring-cors", value: bytesPerEntry, unit: "B", wanted });
    rows.push({
      label: `cors() with ${n.toLocaleString("en")} ${what}`,
      contender: "boring-cors",
      value: built,
      unit: "ms",
    });
  }
  return { title: "Bytes allocated per response, and kept per entry", rows };
}

/** One process per contender, alive together, measuring one after another; `turns` times. */
async function compare(name, contenders, { turns, rounds, calls }, progress) {
  const workers = [];
  for (const contender of contenders)
    workers.push(await start("worker.mjs", { ...contender, measure: "time" }));
  const results = contenders.map(({ contender }) => ({ contender, added: [] }));
  // The first turn is for the compiler.
  for (let turn = -1; turn < turns; turn++) {
    progress(`${name}: ${turn < 0 ? "warming up" : `turn ${turn + 1} of ${turns}`}`);
    for (const [index, worker] of workers.entries()) {
      const { added } = await ask(worker, { rounds: turn < 0 ? Math.max(10, rounds >> 2) : rounds, calls });
      if (turn >= 0) results[index].added.push(added);
    }
  }
  await Promise.all(workers.map(stop));
  return results;
}

function row(label, { contender, added }, base, against, wanted) {
  const line = { label, contender, value: median(added), unit: "ns" };
  if (against === undefined) return line;
  // Per turn, since what disturbs a turn disturbs its neighbours alike.
  const ratios = added.map((value, turn) => value / against.added[turn]);
  return { ...line, base, ratio: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios), wanted };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
