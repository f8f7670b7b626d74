// How long it takes to load the package, against npm cors: fresh processes in turn, `node:http` loaded before.
import { join } from "node:path";
import { run } from "./harness.mjs";

const ROUNDS = 15;
const ATTEMPTS = 8;

const LOADERS = {
  require: { extension: "cjs", load: (name) => `require(${name})` },
  import: { extension: "mjs", load: (name) => `await import(${name})` },
};

/** Throws unless our median is less than `limit` times that of npm cors; a noisy machine gets another attempt. */
export async function compareImportTimes(way, folder, limit) {
  let line = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ours = [];
    const theirs = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timeOf(way, folder, "boring-cors"));
      theirs.push(await timeOf(way, folder, "cors"));
    }
    const ratio = median(ours) / median(theirs);
    line = `${median(ours).toFixed(2)} ms, npm cors ${median(theirs).toFixed(2)} ms, ratio ${ratio.toFixed(2)}`;
    if (ratio < limit) return line;
  }
  throw new Error(line);
}

async function timeOf(way, folder, name) {
  const { load, extension } = LOADERS[way];
  // Both loaders are warm: what is measured is the package, not Node's first use of a module system.
  const warm = way === "import" ? `await import("node:http");` : `require("node:http");`;
  const code = `${warm} const begun = performance.now(); ${load(JSON.stringify(name))}; console.log(performance.now() - begun);`;
  const type = extension === "mjs" ? "module" : "commonjs";
  const {
    code: status,
    stdout,
    output,
  } = await run(process.execPath, [`--input-type=${type}`, "-e", code], {
    cwd: join(folder, "runtime"),
  });
  if (status !== 0) throw new Error(output);
  return Number(stdout);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
