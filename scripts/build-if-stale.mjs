// Builds the package where dist/ is missing or older than its sources, so that examples can import it by name.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);

/** @throws {Error} if the build fails. */
export function buildIfStale() {
  if (!isStale()) return;
  console.error("Building boring-cors first (dist/ is missing or older than src/) ...");
  // A shell, since npm is a .cmd file on Windows. The build's output goes to stderr: stdout is the caller's.
  const { status } = spawnSync("npm run --silent build -- --silent", {
    cwd: fileURLToPath(ROOT),
    shell: true,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error("The build failed; see above.");
}

function isStale() {
  // The file that `import "boring-cors"` resolves to.
  const built = modified(new URL("dist/index.js", ROOT));
  const sources = readdirSync(new URL("src/", ROOT), { recursive: true }).map((name) => `src/${name}`);
  return ["tsup.config.ts", ...sources].some((name) => modified(new URL(name, ROOT)) > built);
}

/** Milliseconds; 0 for what does not exist. */
function modified(url) {
  return statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
