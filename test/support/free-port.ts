// A port of this machine that nothing listens on, for programs that are told theirs.
import { createServer } from "node:net";

/** Below the ports that systems give to clients: it must still be free when a server comes back to it. */
export async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
  return free ? port : freePort();
}
