// Follows a table for as long as the process lives: LISTEN, read, wait, read; over a new connection when one is lost.
import { setTimeout as sleep } from "node:timers/promises";

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5_000;
/** Notifications that come together are answered by one read. */
const PAUSE = 50;

/**
 * `read(query)` is called whenever the table may have changed, never twice at a time: an older read cannot overtake a
 * newer one. `failed(error, delay)` is called for each failed attempt and each lost connection.
 */
export function follow(database, { schema, channel, reread, read, failed }) {
  let connection;
  let failures = 0;

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

  async function forever() {
    for (;;) {
      let failure;
      try {
        connection = await database.connect();
        await untilLost();
      } catch (error) {
        failure = error;
      }
      connection?.close();
      connection = undefined;
      // Up to half as long again, so that the instances of a service do not all come back in the same moment.
      const delay = Math.min(FIRST_DELAY * 2 ** failures++, LONGEST_DELAY) * (1 + Math.random() / 2);
      failed(failure, delay);
      await sleep(delay);
    }
  }

  async function untilLost() {
    await connection.query(schema);
    let ring;
    await connection.listen(channel, (error) => ring?.(error));
    // The table is read now and then without being asked to. Nothing else notices a server that vanished without a word
    // (the read times out), a pooler that swallows notifications, a trigger that somebody dropped. TCP keepalive would
    // notice the first of these alone, and not where a proxy answers in the server's place.
    const clock = setInterval(() => ring?.(), reread);
    try {
      for (;;) {
        // After LISTEN, for what was committed while nobody listened; and the bell is set before the read, so that what
        // is committed while it runs rings again.
        const rung = new Promise((resolve) => {
          ring = resolve;
        });
        await read(connection.query);
        failures = 0;
        const error = await rung;
        if (error) throw error;
        await sleep(PAUSE);
      }
    } finally {
      clearInterval(clock);
    }
  }
}
