// Replays docs/five-minutes.md: its service, its edits and its commands, against the packed tarball.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { repo, run } from "./harness.mjs";

const PAGE = join(repo, "docs/five-minutes.md");
const BLOCK = /^```(js|diff|console)\n([\s\S]*?)^```$/gm;

/** Throws where the page is not what happens; with `UPDATE_DOCS=1` the outputs on the page become what happens. */
export async function fiveMinutes(tarball, temporary) {
  const page = await readFile(PAGE, "utf8");
  const folder = join(temporary, "orders-api");
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{ "name": "orders-api", "private": true }');
  await copyFile(tarball, join(folder, basename(tarball)));
  const shell = new Shell(folder, await freePort());
  let happened = "";
  let end = 0;
  try {
    for (const { 0: block, 1: language, 2: body, index } of page.matchAll(BLOCK)) {
      happened += page.slice(end, index);
      end = index + block.length;
      if (language === "js") await writeFile(join(folder, "server.js"), body);
      if (language === "diff") await edit(join(folder, "server.js"), body);
      happened += language === "console" ? `\`\`\`console\n${await replay(shell, body)}\`\`\`` : block;
    }
  } finally {
    await shell.stop();
  }
  happened += page.slice(end);
  if (process.env.UPDATE_DOCS) await writeFile(PAGE, happened);
  else if (page !== happened) throw new Error(`what happens (UPDATE_DOCS=1 writes it):\n${happened}`);
}

/** Lines that begin with `$ ` are commands, all else is what they print. */
async function replay(shell, body) {
  let text = "";
  for (const line of body.split("\n").filter((line) => line.startsWith("$ "))) {
    text += `${line}\n${await shell.run(line.slice(2))}`;
  }
  return text;
}

async function edit(file, diff) {
  let text = await readFile(file, "utf8");
  // Each run of `-` lines becomes the run of `+` lines that follows it.
  for (const [, removed, added = ""] of diff.matchAll(/((?:^-.*\n)+)((?:^\+.*\n)*)/gm)) {
    const [before, after] = [removed, added].map((lines) => lines.replace(/^[-+]/gm, ""));
    if (text.split(before).length !== 2) throw new Error(`server.js does not hold this once:\n${before}`);
    text = text.replace(before, () => after);
  }
  await writeFile(file, text);
}

class Shell {
  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
  }

  async run(command) {
    if (command.endsWith(" &")) return this.start(command.slice(0, -2));
    const { output } = await run(
      "bash",
      ["-c", command.replaceAll("localhost:3000", `localhost:${this.port}`)],
      {
        cwd: this.folder,
        env: this.env(),
      },
    );
    // Of a stack the line that is the reader's own; the rest is Node's, and differs between its versions.
    const told = /^CorsConfigError[\s\S]*?server\.js:\d+:\d+\)\n/m.exec(output)?.[0] ?? output;
    return told.replaceAll("\r", "").replaceAll(this.folder, ".");
  }

  /** Until the service says that it listens; another one that runs is stopped before. */
  async start(command) {
    await this.stop();
    const [file, ...parameters] = command.split(" ");
    this.server = spawn(file === "node" ? process.execPath : file, parameters, {
      cwd: this.folder,
      env: { ...this.env(), NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await Promise.race([
      once(this.server.stdout.setEncoding("utf8"), "data"),
      once(this.server, "exit").then(() => Promise.reject(new Error(`${command} ended`))),
    ]);
    return line;
  }

  async stop() {
    if (this.server === undefined || this.server.exitCode !== null) return;
    this.server.kill();
    await once(this.server, "exit");
  }

  env() {
    return {
      ...process.env,
      PORT: String(this.port),
      npm_config_prefer_offline: "true",
      npm_config_loglevel: "silent",
    };
  }
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
