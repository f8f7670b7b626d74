// `npm run example` lists the examples, `npm run example -- NAME` builds the package if need be and runs one.
import { readdirSync, readFileSync } from "node:fs";
import { buildIfStale } from "../scripts/build-if-stale.mjs";

const EXAMPLES = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".mjs") && file !== "run.mjs")
  .map((file) => file.replace(".mjs", ""));

const [name, ...others] = process.argv.slice(2);
if (name === undefined) list();
else if (!EXAMPLES.includes(name) || others.length > 0) {
  console.error(`No example is called ${JSON.stringify([name, ...others].join(" "))}. There are:\n`);
  list(console.error);
  process.exitCode = 2;
} else {
  buildIfStale();
  await import(`./${name}.mjs`);
}

/** Each with the line that its file opens with. */
function list(print = console.log) {
  const width = Math.max(...EXAMPLES.map(({ length }) => length));
  for (const example of EXAMPLES) {
    const [line = ""] = readFileSync(`${import.meta.dirname}/${example}.mjs`, "utf8").split("\n");
    print(`${example.padEnd(width)}  ${line.replace(/^\/\/ /, "")}`);
  }
}
