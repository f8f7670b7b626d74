// A real nginx of the test's own: one server in a temporary folder, on a free port, stopped and removed afterwards.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** What stands in `http {}` and in `server {}`; `listen` and `server_name` are written here. */
export interface NginxSite {
  readonly http?: string;
  readonly server: string;
}

export interface Nginx {
  readonly url: string;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

// Debian keeps it where only root's path leads.
const program = ["nginx", "/usr/sbin/nginx"].find((name) => spawnSync(name, ["-v"]).status === 0);

/** Is there an nginx to test with? CI must have one; elsewhere the tests are left out, and say so. */
export const hasNginx = program !== undefined;
if (!hasNginx && !process.env.CI) {
  console.warn("SKIPPED: tests that need nginx. Get it: apt-get install nginx");
}

/** Resolves when it accepts connections. */
export async function startNginx(site: NginxSite): Promise<Nginx> {
  if (program === undefined) throw new Error("These tests need nginx: apt-get install nginx");
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-nginx-"));
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(site, folder, port));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const running = await startProcess(program, ["-p", folder, "-c", file, "-e", "stderr"], port);
    return {
      url: `http://127.0.0.1:${port}`,
      async stop() {
        await ended(running);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What nginx says of a configuration; `""` where it takes it without a word. */
export function testNginx(site: NginxSite): string {
  if (program === undefined) throw new Error("These tests need nginx: apt-get install nginx");
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-nginx-"));
  try {
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration(site, folder, 1));
    const { status, stderr } = spawnSync(program, ["-t", "-q", "-p", folder, "-c", file, "-e", "stderr"], {
      encoding: "utf8",
    });
    return status === 0 && stderr === "" ? "" : stderr || `ended with ${status}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the foreground, and with nothing outside its folder. */
function configuration({ http = "", server }: NginxSite, folder: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n  ");
  return `${process.getuid?.() === 0 ? "user root;\n" : ""}daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  ${temporary}
  proxy_cache_path ${folder}/cache keys_zone=pages:1m;
  ${http}
  server {
    listen 127.0.0.1:${port};
    server_name _;
    ${server}
  }
}
`;
}

function startProcess(name: string, args: readonly string[], port: number): Promise<ChildProcess> {
  const nginx = spawn(name, args, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  nginx.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk;
  });
  return new Promise((resolve, reject) => {
    let isOver = false;
    nginx.once("error", reject);
    nginx.once("close", () => {
      isOver = true;
      reject(new Error(`nginx ended:\n${log}`));
    });
    const attempt = () => {
      if (isOver) return;
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(nginx);
      });
      socket.once("error", () => setTimeout(attempt, 20));
    };
    attempt();
  });
}

async function ended(nginx: ChildProcess): Promise<void> {
  if (nginx.exitCode !== null) return;
  const closed = new Promise((resolve) => nginx.once("close", resolve));
  nginx.kill("SIGTERM");
  await closed;
}
