// A PostgreSQL server at DATABASE_URL, or one inside this process, behind the same three functions.
import pg from "pg";

const PATIENCE = 5_000;

/**
 * What `connect()` resolves to:
 * - `query(sql, values?)`: the rows; several statements where there are no values;
 * - `listen(channel, ring)`: calls `ring()` for each notification and `ring(error)` when the connection is lost;
 * - `close()`: at once, whatever state the connection is in.
 */
export function databaseAt(url) {
  return url ? server(url) : embedded();
}

function server(connectionString) {
  // pg takes any text for a URL ("me:secret@host/db" becomes a database called "ecret@host/db"), and its error for one
  // that does not parse carries the text. So what looks odd is refused here, and only the host is ever printed.
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined;
  const rest = url && url.pathname + url.search + url.hash;
  if (!/^postgres(ql)?:$/.test(url?.protocol) || rest.includes("@")) {
    throw new Error(
      "DATABASE_URL is no postgres:// URL (it is not shown, it may hold a password); write postgres://user:password@host:5432/database, with % escapes for what is special in a URL.",
    );
  }
  return {
    name: `PostgreSQL at ${url.host || "a local socket"}`,
    async connect() {
      // One connection of its own, straight to the server: behind a pooler in transaction mode LISTEN hears nothing.
      const client = new pg.Client({
        connectionString,
        connectionTimeoutMillis: PATIENCE, // without it, a host that swallows packets would hang the start for minutes
        query_timeout: PATIENCE,
      });
      let ring = () => {};
      // pg throws what it cannot tell anybody: without this listener a lost connection would end the process.
      client.on("error", (error) => ring(error));
      client.on("end", () => ring(new Error("the connection was closed")));
      // Not awaited: on a dead connection nobody answers. After a timeout pg destroys the socket.
      const close = () => void client.end().catch(() => {});
      try {
        await client.connect();
      } catch (error) {
        close();
        throw error;
      }
      // In turns: pg has come to frown on a client that is asked while it answers, and its next version refuses.
      let turn = Promise.resolve();
      const query = (sql, values) => {
        const rows = turn.then(async () => (await client.query(sql, values)).rows);
        turn = rows.catch(() => {});
        return rows;
      };
      return {
        query,
        listen: async (channel, listener) => {
          ring = listener;
          client.on("notification", () => ring());
          await query(`LISTEN ${channel}`);
        },
        close,
      };
    },
  };
}

/** PostgreSQL compiled to WebAssembly: in memory, empty at each start, never lost. Its start blocks the process for seconds. */
function embedded() {
  let db;
  return {
    name: "the PostgreSQL inside this process",
    async connect() {
      const { PGlite } = await import("@electric-sql/pglite");
      db ??= await PGlite.create();
      let close = () => {};
      return {
        query: async (sql, values) =>
          values === undefined ? (await db.exec(sql)).at(-1)?.rows : (await db.query(sql, values)).rows,
        listen: async (channel, ring) => {
          const unlisten = await db.listen(channel, () => ring());
          close = () => void unlisten().catch(() => {});
        },
        close: () => close(),
      };
    },
  };
}
