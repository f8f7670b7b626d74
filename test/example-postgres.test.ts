// The example tenants-postgres: with the PostgreSQL inside its process, and with a server that comes and goes.

import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
// @ts-expect-error -- plain JavaScript without declarations
import { follow, live } from "../examples/tenants-postgres/recipe.mjs";
import { answerOf } from "./support/answers.ts";
import { from, preflightFrom } from "./support/cases.ts";
import { type RunningExample, spawnExample, startExample } from "./support/example.ts";
import { createCluster, hasPostgres, PASSWORD, type Postgres, queryAt } from "./support/postgres.ts";

const ACME = "https://acme.example";
const BETA = "https://beta.example";
const PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const PATIENCE = { timeout: 40_000, interval: 20 };

const start = (more: Record<string, string>) =>
  startExample("tenants-postgres", { ADMIN_TOKEN: "token", ...more });

const ask = async (example: RunningExample, origin: string) =>
  answerOf(await example.send({ target: "/orders", ...from(origin) }));
const askFirst = async (example: RunningExample, origin: string) =>
  answerOf(await example.send({ target: "/orders", ...preflightFrom(origin) }));

const NAMED = (origin: string) => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
});
const GRANTED = (origin: string) => ({ status: 200, vary: ["Origin"], cors: NAMED(origin) });
const REFUSED = { status: 200, vary: ["Origin"], cors: {} };

/** Polls until the origin is granted or refused; answers the milliseconds that it took. */
async function follows(example: RunningExample, origin: string, granted = true): Promise<number> {
  const asked = performance.now();
  await expect.poll(() => ask(example, origin), PATIENCE).toEqual(granted ? GRANTED(origin) : REFUSED);
  return performance.now() - asked;
}

function administer(example: RunningExample, method: string, origin: string, token = "token") {
  return example.send({
    method,
    target: "/tenants",
    headers: [
      ["Authorization", `Bearer ${token}`],
      ["Content-Type", "application/json"],
    ],
    body: JSON.stringify({ tenant: "acme", origin }),
  });
}

const SCHEMA = readFileSync(new URL("../examples/tenants-postgres/schema.sql", import.meta.url), "utf8");
const TERMINATE_OTHERS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
const INSERT = "INSERT INTO tenant_origins VALUES ($1, $2)";
const cannotRead = (more: string, times = 1) =>
  new RegExp(
    String.raw`(?:^Cannot read tenants from PostgreSQL at 127\.0\.0\.1:\d+: ${more}){${times}}`,
    "m",
  );
const HEALTHY = /^Policy \w+ from .*: \d+ origins\.$/m;

describe("embedded", () => {
  test("a tenant comes, breaks its row, mends it, goes", { timeout: 90_000 }, async () => {
    const example = await start({ DATABASE_URL: "" });
    // Nobody is granted yet, but the service serves, and says Vary.
    expect(await ask(example, ACME)).toEqual(REFUSED);
    await example.printed(/^Policy \w+ from the PostgreSQL inside this process: 0 origins\.$/m, 60_000);
    expect(await ask(example, ACME)).toEqual(REFUSED);

    expect((await administer(example, "POST", ACME, "guess")).status).toBe(401);
    expect((await administer(example, "POST", ACME)).status).toBe(204);
    expect(await follows(example, ACME)).toBeLessThan(1_000);
    expect(await askFirst(example, ACME)).toEqual({
      status: 204,
      vary: [PREFLIGHT_VARY],
      cors: {
        ...NAMED(ACME),
        "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
        "access-control-max-age": "600",
      },
    });
    expect(await askFirst(example, BETA)).toEqual({ status: 403, vary: [PREFLIGHT_VARY], cors: {} });

    // A page of a tenant cannot administer.
    const byPage = await example.send({ target: "/tenants", ...preflightFrom(ACME, "POST") });
    expect(answerOf(byPage)).toEqual({ status: 403, vary: [PREFLIGHT_VARY], cors: {} });

    await administer(example, "POST", `${BETA}/`);
    await example.printed(
      /^ {2}tenant "acme", origin "https:\/\/beta\.example\/": .* remove the trailing slash: "https:\/\/beta\.example"\.$/m,
    );
    await administer(example, "POST", BETA);
    await administer(example, "POST", "*");
    await example.printed(/^ {2}tenant "acme", origin "\*": .*covers every origin/m);
    // Every notification was answered by now; the old policy serves on.
    expect(await ask(example, ACME)).toEqual(GRANTED(ACME));
    expect(await ask(example, BETA)).toEqual(REFUSED);

    await administer(example, "DELETE", "*");
    await administer(example, "DELETE", `${BETA}/`);
    expect(await follows(example, BETA)).toBeLessThan(1_000);

    for (const origin of [ACME, BETA]) {
      await administer(example, "DELETE", origin);
      expect(await follows(example, origin, false)).toBeLessThan(1_000);
    }
    // The last one gone, `*` alone: the message is about `credentials` and still names the row.
    await administer(example, "POST", "*");
    await example.printed(/^ {2}tenant "acme", origin "\*": true cannot stand beside origin/m);
    expect(await ask(example, ACME)).toEqual(REFUSED);
  });
});

describe("DATABASE_URL", () => {
  test.each([
    ["no URL", `app:${PASSWORD}@127.0.0.1/tenants`],
    ["another scheme", `mysql://app:${PASSWORD}@127.0.0.1/tenants`],
    ["a port that is none", `postgres://app:${PASSWORD}@127.0.0.1:port/tenants`],
    ["an unescaped character in the password", `postgres://app:12#${PASSWORD}@127.0.0.1/tenants`],
  ])("%s: the process ends and says so, without the password", async (_name, url) => {
    const example = spawnExample("tenants-postgres", { DATABASE_URL: url });
    await example.printed(/DATABASE_URL is no postgres:\/\/ URL/);
    await expect.poll(() => example.child.exitCode, PATIENCE).toBe(1);
    expect(example.output()).not.toContain(PASSWORD);
  });
});

// In CI a missing server is a failure: createCluster says what to install.
describe.skipIf(!hasPostgres && !process.env.CI)("a server", { timeout: 120_000 }, () => {
  let postgres: Postgres;
  let databases = 0;
  const createDatabase = () => postgres.createDatabase(`tenants_${++databases}`);

  beforeAll(async () => {
    postgres = await createCluster();
  }, 60_000);
  // A test that failed may have left it stopped.
  beforeEach(() => postgres.start(), 60_000);
  afterAll(() => postgres?.remove(), 60_000);

  test("two instances follow within a second", async () => {
    const url = await createDatabase();
    const instances = await Promise.all([start({ DATABASE_URL: url }), start({ DATABASE_URL: url })]);
    for (const instance of instances) await instance.printed(HEALTHY);
    const measured: number[] = [];
    const bothFollow = async (change: () => Promise<unknown>, origins: string[], granted?: boolean) => {
      const before = performance.now();
      await change();
      for (const origin of origins) {
        await Promise.all(
          instances.map(async (instance) => {
            await follows(instance, origin, granted);
            measured.push(performance.now() - before);
          }),
        );
      }
    };
    for (const index of [1, 2, 3, 4, 5]) {
      const origin = `https://tenant-${index}.example`;
      await bothFollow(() => queryAt(url, INSERT, ["acme", origin]), [origin]);
    }
    await bothFollow(() => administer(instances[0], "POST", ACME), [ACME]);
    // Many at once through one instance, each in a transaction of its own; then nobody is left.
    const many = Array.from({ length: 10 }, (_, index) => `https://many-${index}.example`);
    await bothFollow(() => Promise.all(many.map((origin) => administer(instances[0], "POST", origin))), many);
    await bothFollow(() => queryAt(url, "TRUNCATE tenant_origins"), [ACME, ...many], false);
    console.log(
      `followed within ${measured
        .map(Math.round)
        .sort((a, b) => a - b)
        .join(", ")} ms of the statement's start`,
    );
    expect(Math.max(...measured)).toBeLessThan(1_000);
    for (const instance of instances) {
      expect(instance.output()).not.toContain(PASSWORD);
      expect(instance.output()).not.toContain("Warning");
    }
  });

  test("the recipe follows, survives a bad row, and rejects when the connection is lost", async () => {
    const url = await createDatabase();
    await queryAt(url, SCHEMA);
    const complaints = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => complaints.mockRestore());
    const grants = (origin: string) => live.decide({ method: "GET", origin }).allowed;
    const connected = async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      onTestFinished(() => client.end());
      return client;
    };

    const following = follow(await connected());
    await queryAt(url, INSERT, ["acme", ACME]);
    await expect.poll(() => grants(ACME), PATIENCE).toBe(true);
    await queryAt(url, INSERT, ["beta", `${BETA}/`]);
    await expect.poll(() => complaints.mock.calls.join(), PATIENCE).toContain("remove the trailing slash");
    expect(grants(ACME)).toBe(true);
    await queryAt(url, "UPDATE tenant_origins SET origin = $1 WHERE tenant = 'beta'", [BETA]);
    await expect.poll(() => grants(BETA), PATIENCE).toBe(true);

    const lost = expect(following).rejects.toThrow("terminating connection");
    await queryAt(url, TERMINATE_OTHERS);
    await lost;
    await queryAt(url, "TRUNCATE tenant_origins");
    expect(grants(BETA)).toBe(true);
    const again = follow(await connected());
    await expect.poll(() => grants(BETA), PATIENCE).toBe(false);
    expect(live.decide({ method: "GET", origin: BETA }).vary).toEqual(["Origin"]);
    const lostAgain = expect(again).rejects.toThrow("terminating connection");
    await queryAt(url, TERMINATE_OTHERS);
    await lostAgain;
  });

  test("instances that start together do not fail over each other's schema", async () => {
    const url = await createDatabase();
    await Promise.all(Array.from({ length: 10 }, () => queryAt(url, SCHEMA)));
  });

  test("notifications during a read: one more read, the last state wins", async () => {
    const url = await createDatabase();
    const example = await start({ DATABASE_URL: url });
    await example.printed(HEALTHY);
    // From now on a view that takes a second to read, and counts its readers.
    await queryAt(
      url,
      `ALTER TABLE tenant_origins RENAME TO rows;
       CREATE SEQUENCE reads START 1;
       CREATE VIEW tenant_origins AS SELECT tenant, origin FROM rows, (SELECT nextval('reads'), pg_sleep(1)) AS slow`,
    );
    const reads = async () => {
      const [row] = await queryAt(
        url,
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM reads",
      );
      return Number(row?.n);
    };
    const insert = (origin: string) =>
      queryAt(
        url,
        `INSERT INTO rows VALUES ('acme', '${origin}'); -- whose trigger notifies, too
         SELECT pg_notify('tenant_origins', n::text) FROM generate_series(1, 10) AS n`,
      );
    await insert(ACME);
    await expect.poll(reads, PATIENCE).toBe(1);
    // The read has begun, and cannot see this any more.
    await insert(BETA);
    await follows(example, ACME);
    // Not by the periodic read, which comes after 30 s.
    expect(await follows(example, BETA)).toBeLessThan(10_000);
    expect(await reads()).toBe(2);
  });

  test("away at the start: serves, grants nobody, follows when it comes", async () => {
    const url = await createDatabase();
    await postgres.stop();
    const example = await start({ DATABASE_URL: url });
    const attempt = String.raw`.*ECONNREFUSED.*\. No origin is granted until it answers; next attempt in \d\.\d s\.\n`;
    const [lines] = await example.printed(cannotRead(attempt, 3));
    const delays = [...lines.matchAll(/attempt in (\d\.\d)/g)].map(([, seconds]) => Number(seconds));
    expect(delays[1]).toBeGreaterThan(delays[0] as number);
    expect(delays[2]).toBeGreaterThan(delays[1] as number);
    expect(await ask(example, ACME)).toEqual(REFUSED);
    expect(await askFirst(example, ACME)).toEqual({ status: 403, vary: [PREFLIGHT_VARY], cors: {} });
    expect((await example.send({ target: "/health" })).status).toBe(200);
    expect((await administer(example, "POST", ACME)).status).toBe(503);

    await postgres.start();
    await example.printed(HEALTHY);
    expect((await administer(example, "POST", ACME)).status).toBe(204);
    expect(await follows(example, ACME)).toBeLessThan(1_000);
    expect(example.output()).not.toContain(PASSWORD);
  });

  test("a password that is refused is said without it, and retried", async () => {
    const url = (await createDatabase()).replace(PASSWORD, `not-${PASSWORD}`);
    const example = await start({ DATABASE_URL: url });
    await example.printed(
      cannotRead(String.raw`password authentication failed for user "app"\. No origin is granted .*\n`, 2),
    );
    expect(example.output()).not.toContain(PASSWORD);
  });

  test("restarted in between: the old policy serves on, and what changed meanwhile is read", async () => {
    const url = await createDatabase();
    const example = await start({ DATABASE_URL: url });
    await example.printed(HEALTHY);
    await queryAt(url, INSERT, ["acme", ACME]);
    await follows(example, ACME);

    await postgres.stop();
    await example.printed(cannotRead(String.raw`.*\. The last policy serves on; next attempt`));
    expect(await ask(example, ACME)).toEqual(GRANTED(ACME));
    expect((await administer(example, "POST", BETA)).status).toBe(503);

    // The first thing that happens to the new server, most likely before the example is back: nobody hears it.
    await postgres.start();
    await queryAt(url, "UPDATE tenant_origins SET origin = $1", [BETA]);
    await follows(example, BETA);
    expect(await ask(example, ACME)).toEqual(REFUSED);
    await queryAt(url, INSERT, ["acme", ACME]);
    expect(await follows(example, ACME)).toBeLessThan(1_000);
  });

  test("a change while nobody listens is read after LISTEN", async () => {
    const url = await createDatabase();
    const line = await createLine(postgres.port);
    const example = await start({ DATABASE_URL: url.replace(`:${postgres.port}/`, `:${line.port}/`) });
    await example.printed(HEALTHY);
    line.cut();
    await example.printed(cannotRead(String.raw`.*\. The last policy serves on; next attempt`));
    await queryAt(url, INSERT, ["acme", ACME]);
    expect(await ask(example, ACME)).toEqual(REFUSED);
    line.mend();
    await follows(example, ACME);
  });

  test("a backend that was terminated is replaced", async () => {
    const url = await createDatabase();
    const example = await start({ DATABASE_URL: url });
    await example.printed(HEALTHY);
    await queryAt(url, TERMINATE_OTHERS);
    await example.printed(
      cannotRead(String.raw`terminating connection due to administrator command\. The last policy`),
    );
    await queryAt(url, INSERT, ["acme", ACME]);
    await follows(example, ACME);
  });

  test("a server that accepts and says nothing does not hold anything up", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const example = await start({ DATABASE_URL: `postgres://app:${PASSWORD}@127.0.0.1:${port}/tenants` });
    await example.printed(cannotRead(String.raw`timeout expired\. No origin`));
    expect(await ask(example, ACME)).toEqual(REFUSED);
  });

  test("a server that vanished without a word is noticed by the periodic read", async () => {
    const url = await createDatabase();
    const line = await createLine(postgres.port);
    const example = await start({
      DATABASE_URL: url.replace(`:${postgres.port}/`, `:${line.port}/`),
      REREAD_SECONDS: "0.5",
    });
    await example.printed(HEALTHY);
    line.freeze();
    await queryAt(url, INSERT, ["acme", ACME]);
    await example.printed(cannotRead(String.raw`Query read timeout\. The last policy serves on`));
    await follows(example, ACME);
  });
});

/** A line to the server that can be cut, and frozen: what is connected then stays so, and nothing passes any more. */
async function createLine(to: number) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one
        .on("error", () => other.destroy())
        .on("close", () => other.destroy())
        .pipe(other);
    }
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) =>
      server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
    );
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const port = await listen(0);
  onTestFinished(cut);
  return {
    port,
    cut,
    mend: () => listen(port),
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
