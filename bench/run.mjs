// The benchmarks: `npm run bench [-- --quick] [--json] [--only basic,express,afresh,sizes,memory,http,nginx]`.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { afresh, basic, inExpress, memory, sizes } from "./cost.mjs";
import { throughput } from "./http.mjs";
import { edge } from "./nginx.mjs";
import { progressLine, table } from "./report.mjs";

const SUITES = { basic, express: inExpress, afresh, sizes, memory, http: throughput, nginx: edge };

// A round is a few milliseconds: shorter than what disturbs it, so that the lower quartile is undisturbed.
const FULL = { quick: false, turns: 5, rounds: 150, calls: 500, loadMs: 1200 };
const QUICK = { quick: true, turns: 3, rounds: 24, calls: 250, loadMs: 250 };

const { values: options } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string" } },
});
const chosen = options.only?.split(",") ?? Object.keys(SUITES);
const unknown = chosen.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}; there are ${Object.keys(SUITES).join(", ")}`);
  process.exit(2);
}

build();
const progress = progressLine();
const results = [];
if (!options.json) {
  console.log(
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}; read the ratios, times depend on the machine.`,
  );
  console.log(
    "Ratios: median (min..max) over interleaved turns. Cost: what is added to a response that is then ended.\n",
  );
}
for (const name of chosen) {
  const result = await SUITES[name](options.quick ? QUICK : FULL, progress);
  results.push({ suite: name, ...result });
  progress("");
  if (!options.json) console.log(table(result));
}
if (options.json)
  console.log(JSON.stringify({ node: process.version, quick: options.quick === true, results }, null, 2));

/** Measures what is in src/, not what was there when dist/ was built. */
function build() {
  const repo = fileURLToPath(new URL("..", import.meta.url));
  const built = join(repo, "dist/index.js");
  if (existsSync(built) && statSync(built).mtimeMs > newest(join(repo, "src"))) return;
  const { status, stderr } = spawnSync("npm", ["run", "build"], {
    cwd: repo,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  console.error(stderr);
  process.exit(1);
}

function newest(folder) {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
  });
  return Math.max(...times);
}
