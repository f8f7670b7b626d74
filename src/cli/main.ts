// The command line: which commands there are, and what becomes of their errors.
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { registerCheck } from "./check/command.ts";
import { registerDiff } from "./diff/command.ts";
import { registerExplain } from "./explain/command.ts";
import { registerExport } from "./export/command.ts";
import { EXIT, type Io, Misuse } from "./io.ts";
import { registerLint } from "./lint/command.ts";
import { loadPolicy } from "./policy-file.ts";
import { plain } from "./text.ts";

/** Runs one command to its end. Never throws for what a user got wrong, and never ends the process. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.ok;
  const finish = (result: number) => {
    code = result;
  };
  const program = newProgram(io);
  registerCheck(program, io, loadPolicy, finish);
  registerExplain(program, io, finish);
  registerLint(program, io, finish);
  registerDiff(program, io, finish);
  registerExport(program, io, finish);
  for (const command of program.commands) {
    command.showHelpAfterError(`Write boring-cors ${command.name()} --help for its options and examples.`);
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof Misuse) {
      io.err(`boring-cors: ${error.message}\n`);
      return EXIT.misuse;
    }
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed it: the help and the version that were asked for, or what is wrong.
    return ASKED_FOR.has(error.code) ? EXIT.ok : EXIT.misuse;
  }
}

const ASKED_FOR: ReadonlySet<string> = new Set(["commander.helpDisplayed", "commander.version"]);

function newProgram(io: Io): Command {
  // Settings are inherited by the commands that are added later.
  return new Command("boring-cors")
    .description("Says what a browser concludes about a live URL, and what a CORS policy does.")
    .version(version(), "--version", "print the version")
    .helpCommand(false)
    .helpOption("--help", "print this help")
    .exitOverride()
    .showHelpAfterError("Write boring-cors --help for the commands that there are.")
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      // Commander repeats what was typed.
      outputError: (message, write) =>
        write(
          `boring-cors: ${plain(
            message
              .replace(/^error: /, "")
              .trim()
              .replaceAll("\n", " "),
          )}\n`,
        ),
      getOutHasColors: () => io.colour,
      getErrHasColors: () => false,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .addHelpText("after", `\n${EXIT_CODES}`);
}

const EXIT_CODES = `Exit codes: 0 as it should be, 1 something was found, 2 misuse.
`;

/** By the package's own name, which leads there from src/cli/ and from dist/ alike. */
function version(): string {
  return createRequire(import.meta.url)("boring-cors/package.json").version;
}
