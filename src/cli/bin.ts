// The program boring-cors: the process as the commands see it, and how it ends.
import { EXIT, type Io } from "./io.ts";
import { textOf } from "./load-failure.ts";
import { run } from "./main.ts";
import { plain } from "./text.ts";

const { stdout, stderr, env } = process;

/** https://no-color.org, https://force-color.org */
function takesColour(): boolean {
  if ((env.NO_COLOR ?? "") !== "") return false;
  if ((env.FORCE_COLOR ?? "") !== "") return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stdout.isTTY === true && env.TERM !== "dumb";
}

// What a policy file prints, while it loads or where its functions are asked, must not stand between the data.
const write = stdout.write.bind(stdout);
stdout.write = stderr.write.bind(stderr);

const io: Io = {
  out: (text) => void write(text),
  err: (text) => void stderr.write(text),
  colour: takesColour(),
  progress: stderr.isTTY === true,
  cwd: process.cwd(),
};

// Who reads the output may have seen enough: `boring-cors lint policy.mjs | head -1`.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    // A full disk under `> cors.conf`: half a file must not look like a whole one.
    process.exitCode = EXIT.misuse;
    if (stream === stdout) io.err(`boring-cors: the output cannot be written: ${plain(error.message)}\n`);
  });
}

// A policy file that ends the process must not look like one without findings.
let ended = false;
process.once("exit", () => {
  if (ended) return;
  io.err("boring-cors: the policy file ended the process (process.exit?) before there was an answer.\n");
  process.exitCode = EXIT.misuse;
});

// What a policy file leaves behind may fail later, for nobody to catch, and more than once.
process.on("uncaughtException", fail);

run(process.argv.slice(2), io).then(end, fail);

function fail(error: unknown): void {
  if (ended) return;
  io.err(`boring-cors failed: ${plain(textOf(error))}\n`);
  end(EXIT.misuse);
}

/** Once all is written: a policy file may have opened what would keep the process running, such as a database. */
function end(code: number): void {
  ended = true;
  process.exitCode = code;
  const flushed = [write, stderr.write.bind(stderr)].map(
    (last) => new Promise((resolve) => last("", resolve)),
  );
  Promise.all(flushed).then(() => process.exit());
}
