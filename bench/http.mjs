// Throughput of whole servers over loopback: each in its own process, the load in another, measured in turn.
import { ask, start, stop } from "./processes.mjs";

const CONTENDERS = [
  "npm cors in Express 5",
  "boring-cors in Express 5",
  "boring-cors wrapped around Express 5",
];
const LABELS = { preflight: "preflights", actual: "GET, allowed" };
const WRAPPED_WANTED = 4;

export async function throughput({ turns, loadMs }, progress) {
  const generator = await start("http-load.mjs", {});
  const servers = [];
  for (const contender of CONTENDERS) servers.push(await start("http-server.mjs", { contender }));
  const rows = [];
  for (const kind of ["preflight", "actual"]) {
    const results = CONTENDERS.map(() => ({ rate: [], cpu: [] }));
    for (let turn = -1; turn < turns; turn++) {
      progress(`HTTP, ${LABELS[kind]}: ${turn < 0 ? "warming up" : `turn ${turn + 1} of ${turns}`}`);
      for (const [index, server] of servers.entries()) {
        const before = await ask(server, {});
        const { count, ms } = await ask(generator, { port: server.hello.port, kind, ms: loadMs });
        const after = await ask(server, {});
        if (turn < 0) continue;
        results[index].rate.push((count / ms) * 1000);
        results[index].cpu.push((after.cpu - before.cpu) / count);
      }
    }
    rows.push(...results.flatMap((result, index) => rowsOf(kind, index, result, results[0])));
  }
  await Promise.all([generator, ...servers].map(stop));
  return { title: "Whole servers over loopback, 10 origins", rows };
}

function rowsOf(kind, index, { rate, cpu }, npm) {
  const contender = CONTENDERS[index];
  const faster = index === 0 ? {} : compared(rate, npm.rate);
  const goal = kind === "preflight" && index === 2 ? { atLeast: WRAPPED_WANTED } : {};
  return [
    { label: LABELS[kind], contender, value: median(rate), unit: "/s", ...faster, ...goal },
    {
      label: `${LABELS[kind]}: processor time`,
      contender,
      value: median(cpu),
      unit: "us",
      ...(index === 0 ? {} : compared(cpu, npm.cpu)),
    },
  ];
}

function compared(values, others) {
  const ratios = values.map((value, turn) => value / others[turn]);
  return { base: "npm cors", ratio: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
