// boring-cors export: the policy as configuration of the layers that people already run.
import type { Command } from "commander";
import { type EdgeExport, EdgeExportError, type EdgeNote } from "../../edge/index.ts";
import { show } from "../../policy/issues.ts";
import { EXIT, type Io, Misuse } from "../io.ts";
import { loadPolicy } from "../policy-file.ts";
import { type Colour, columns, counted, json, type Paint, painter, plain } from "../text.ts";
import { writeFiles } from "./files.ts";
import { type ExportOptions, TARGETS, targetOf } from "./targets.ts";

const WIDEST = Math.max(...Object.keys(TARGETS).map((name) => name.length));
const EXAMPLES = `
Targets:
${Object.entries(TARGETS)
  .map(([name, { writes }]) => `  ${name.padEnd(WIDEST)}  ${writes}`)
  .join("\n")}

Examples:
  boring-cors export nginx cors.policy.mjs --out /etc/nginx/cors
  boring-cors export gateway-api cors.policy.mjs --name orders --gateway public --backend orders:8080
  boring-cors export servlet-filter cors.policy.mjs --package com.example.web --out src/main/java/com/example/web
  boring-cors export vectors cors.policy.mjs --out test

Exit codes: 0 exported, 1 the target cannot say all that the policy says, 2 misuse.
`;

export function registerExport(program: Command, io: Io, finish: (code: number) => void): void {
  program
    .command("export")
    .summary("a policy as configuration of nginx, Kubernetes, Java")
    .description(
      "Writes the policy as configuration that answers the same. What a target cannot say is refused, with a way out.",
    )
    .argument("<target>", "see below")
    .argument("<policy-file>", "default export: a policy or options (.js, .mjs, .cjs, .ts, .json, .yaml)")
    .option("--out <folder>", "write the files there, instead of printing them")
    .option(
      "--accept-differences",
      "leave out what the target cannot say: narrower than the policy, never wider",
    )
    .option("--prefix <prefix>", "nginx: what names of variables begin with")
    .option("--name <name>", "gateway-api, ingress-nginx: the name of the object, and of the file")
    .option("--namespace <namespace>", "gateway-api, ingress-nginx: its namespace")
    .option(
      "--host <host>",
      "gateway-api, ingress-nginx: a host that it answers for; may be repeated",
      collect,
    )
    .option("--gateway <name>", "gateway-api: a Gateway that it belongs to; may be repeated", collect)
    .option("--backend <service:port>", "gateway-api, ingress-nginx: where requests go on to")
    .option("--package <name>", "servlet-filter, spring: the Java package")
    .option("--class-name <name>", "servlet-filter, spring: the name of the class")
    .option("--servlet <api>", "servlet-filter, spring: jakarta (default) or javax")
    .option("--layer <layer>", "servlet-filter: service (default) or edge, where routes have owners")
    .option("--json", "print files and notes as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (name: string, file: string, options: ExportOptions) => {
      const target = targetOf(name, options);
      const policy = await loadPolicy(file, io);
      const about = { name, file, digest: policy.digest };
      const exported = exportedBy(() => target.export(policy, options), name);
      if (exported instanceof EdgeExportError) {
        refuse(exported, about, options, io);
        return finish(EXIT.found);
      }
      if (options.out !== undefined) await writeFiles(options.out, io.cwd, exported.files);
      print(exported, about, options, io);
      finish(EXIT.ok);
    });
}

/** What was exported, or what the target cannot say. */
function exportedBy(make: () => EdgeExport, name: string): EdgeExport | EdgeExportError {
  try {
    return make();
  } catch (error) {
    if (error instanceof EdgeExportError) return error;
    if (!(error instanceof TypeError)) throw error;
    throw new Misuse(`export ${name}: ${plain(error.message, 900)}`);
  }
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

interface About {
  readonly name: string;
  readonly file: string;
  readonly digest: string;
}

/** The files on standard output, what is to be known of them on the other: so that one can be redirected. */
function print(
  { files, notes }: EdgeExport,
  about: About,
  { out, json: asJson }: ExportOptions,
  io: Io,
): void {
  if (asJson) return io.out(jsonOf(about, files, notes));
  const names = Object.keys(files);
  if (out === undefined)
    io.out(
      names
        .map((name) => (names.length === 1 ? files[name] : `# ---- ${name} ----\n${files[name]}`))
        .join("\n"),
    );
  else io.out(names.map((name) => `${show(out)}: ${name} is written.\n`).join(""));
  // Standard error may be a terminal where standard output is none.
  io.err(notesText(notes, painter({ colour: io.colour && io.progress })));
}

function refuse(error: EdgeExportError, about: About, { json: asJson }: ExportOptions, io: Io): void {
  if (asJson) io.out(jsonOf(about, {}, error.notes));
  else
    io.err(
      `${notesText(error.notes, painter({ colour: io.colour && io.progress }))}\n${about.name} cannot say all that ${show(about.file)} says; nothing is written. --accept-differences leaves it out.\n`,
    );
}

function jsonOf(
  { name, file, digest }: About,
  files: EdgeExport["files"],
  notes: readonly EdgeNote[],
): string {
  return json({ version: 1, command: "export", target: name, file, digest, files, notes });
}

const COLOURS: Readonly<Record<EdgeNote["severity"], Colour>> = {
  exact: "green",
  "same-verdict": "yellow",
  differs: "red",
};

function notesText(notes: readonly EdgeNote[], paint: Paint): string {
  const blocks = notes.map(({ severity, code, route, option, message, instead }) => {
    const where = `${route === "" ? "everything" : route}${option === "" ? "" : ` ${option}`}`;
    const head = `${paint(COLOURS[severity], severity.padEnd(12))}  ${paint("bold", plain(where))}  [${code}]`;
    const rows = [
      ["what", plain(message, 900)],
      ["fix", plain(instead, 900)],
    ] as const;
    return [
      head,
      ...columns(
        rows.filter(([, text]) => text !== ""),
        paint,
      ).map((line) => `  ${line}`),
    ].join("\n");
  });
  const differing = notes.filter(({ severity }) => severity === "differs").length;
  return `${blocks.join("\n")}\n${counted(notes.length, "note")}, ${counted(differing, "difference")}.\n`;
}
