// The heart of the example in a few lines; the files beside it add what an outage and a bad row's owner need.
import { livePolicy } from "boring-cors";

const nobody = () => false; // Not `false`: Vary must be there before the first tenant is.
export const live = livePolicy({ origin: nobody, credentials: true });

/** Takes a connected pg.Client and rejects when its connection is lost: call it again with a new one. */
export async function follow(client) {
  let ring;
  client.on("notification", () => ring?.());
  client.on("error", (error) => ring?.(error));
  await client.query("LISTEN tenant_origins");
  for (;;) {
    const rung = new Promise((resolve) => {
      ring = resolve; // Before the read: what changes while it runs rings again.
    });
    const { rows } = await client.query("SELECT origin FROM tenant_origins");
    try {
      live.replace({ origin: rows.length > 0 ? rows.map((row) => row.origin) : nobody, credentials: true });
    } catch (error) {
      console.error(error.message); // A bad row: the old policy serves on until a notification says that it is mended.
    }
    const error = await rung;
    if (error) throw error;
  }
}
