// A PostgreSQL server of the test's own: a new cluster in a temporary folder, on a free port, stopped and removed afterwards.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { freePort } from "./free-port.ts";

export const PASSWORD = "only-for-this-test";

export interface Postgres {
  readonly port: number;
  /** Makes a database and answers its URL; the server must be running. */
  createDatabase(name: string): Promise<string>;
  /** Resolves when the server accepts connections; does nothing where it runs. */
  start(): Promise<void>;
  /** Ends every connection, then the server. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

type Identity = { readonly uid?: number; readonly gid?: number };

/** Debian keeps the server's programs off the path, one folder for each version. */
function findPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL refuses to run as root: Debian's package makes a user for it. */
function identity(): Identity | undefined {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, "postgres"], { encoding: "utf8" }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

const programs = findPrograms();
const who = identity();

/** Is there a server to test with? CI must have one; elsewhere the tests are left out, and say so. */
export const hasPostgres = programs !== undefined && who !== undefined;
if (!hasPostgres && !process.env.CI) {
  console.warn("SKIPPED: tests that need a PostgreSQL server. Get one: apt-get install postgresql");
}

/** A cluster that is not running yet. */
export async function createCluster(): Promise<Postgres> {
  if (programs === undefined || who === undefined) {
    throw new Error("These tests need a PostgreSQL server: apt-get install postgresql");
  }
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-postgres-"));
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  if (who.uid !== undefined && who.gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, who.uid, who.gid);
  }
  const data = join(folder, "data");
  const made = spawnSync(
    join(programs, "initdb"),
    `-D data -U app -A scram-sha-256 --pwfile password -E UTF8 --locale C --no-sync`.split(" "),
    { ...who, cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`initdb failed: ${made.error ?? made.stderr}`);
  }

  const port = await freePort();
  const url = (name: string) => `postgres://app:${PASSWORD}@127.0.0.1:${port}/${name}`;
  let server: ChildProcess | undefined;

  const stop = async () => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("close", resolve));
    running.kill("SIGINT"); // "fast": does not wait for clients to leave
    await ended;
  };
  return {
    port,
    stop,
    start: async () => {
      server ??= await startServer(join(programs, "postgres"), folder, data, port);
    },
    createDatabase: async (name) => {
      await queryAt(url("postgres"), `CREATE DATABASE ${name}`);
      return url(name);
    },
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startServer(program: string, folder: string, data: string, port: number): Promise<ChildProcess> {
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
  const server = spawn(program, ["-D", data, "-p", String(port), ...settings.flatMap((one) => ["-c", one])], {
    ...who,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
      if (log.includes("ready to accept connections")) resolve(server);
    });
    server.once("error", reject);
    server.once("close", () => reject(new Error(`PostgreSQL ended:\n${log}`)));
  });
}

/** One query over a connection of its own. */
export async function queryAt(
  url: string,
  sql: string,
  values?: unknown[],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
