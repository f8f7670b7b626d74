// Follows a table for as long as the process lives: LISTEN, read, wait for a notification, read; a new connection when one is lost.
import { setTimeout as sleep } from "node:timers/promises";

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5_000;
/** Notifications that come together are answered by one read. */
const PAUSE = 50;

/**
 * `read(query)` is called whenever the table may have changed, never twice at a time: an older read cannot overtake a
 * newer one. `lost(error, delay)` is called for each failed attempt and each lost connection.
 */
export function follow(database, { schema, channel, reread, read, lost }) {
  let connection;

  async function connected() {
    await connection.query(schema);
    let ring;
    await connection.listen(channel, (error) => ring?.(error));
    // The table is read now and then without being asked to. It is the only thing that notices a server that vanished
    // without a word (the read times out), a pooler that swallows notifications, a trigger that somebody dropped. TCP
    // keepalive would notice the first of these alone, and not if a proxy answers in the server's place.
    const clock = setInterval(() => ring?.(), reread);
    try {
      for (;;) {
        // Before the read: what is committed while it runs rings again. And after LISTEN, so that what was committed
        // while nobody listened is read too.
        const rung = new Promise((resolve) => {
          ring = resolve;
        });
        await read(connection.query);
        attempts = 0;
        const error = await rung;
        if (error) throw error;
        await sleep(PAUSE);
      }
    } finally {
      clearInterval(clock);
    }
  }

  let attempts = 0;
  async function forever() {
    for (;;) {
      let failure;
      try {
        connection = await database.connect();
        await connected();
      } catch (error) {
        failure = error;
      }
      connection?.close();
      connection = undefined;
      // Up to half as long again, so that the instances of a service do not all come back in the same moment.
      const delay = Math.min(FIRST_DELAY * 2 ** attempts++, LONGEST_DELAY) * (1 + Math.random() / 2);
      lost(failure, delay);
      await sleep(delay);
    }
  }
  void forever();

  return {
    get connected() {
      return connection !== undefined;
    },
    /** Rejects at once while there is no connection. */
    async query(sql, values) {
      if (connection === undefined) throw new Error("the database is away");
      return connection.query(sql, values);
    },
  };
}
