// The load, in a process of its own: raw keep-alive sockets, each with a fixed number of requests on their way.
import { connect } from "node:net";

const CONNECTIONS = 16;
const PIPELINED = 4;

process.on("message", async (order) => process.send(await load(order)));
process.send("ready");

/** Sends `kind` requests to `port` for `ms` milliseconds; answers how many came back, and in what time. */
async function load({ port, kind, ms }) {
  const request = Buffer.from(kind === "preflight" ? preflight() : actual());
  const expected = kind === "preflight" ? "HTTP/1.1 204 " : "HTTP/1.1 200 ";
  const begun = performance.now();
  const deadline = begun + ms;
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => drive(port, request, expected, deadline)),
  );
  return { count: counts.reduce((sum, count) => sum + count, 0), ms: performance.now() - begun };
}

function drive(port, request, expected, deadline) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const batch = Buffer.concat(Array.from({ length: PIPELINED }, () => request));
    let received = 0;
    let waiting = PIPELINED;
    let rest = "";
    socket.on("connect", () => socket.write(batch));
    socket.on("error", reject);
    socket.on("data", (data) => {
      // What may be the beginning of a status line stays for the next chunk.
      const text = rest + data.latin1Slice(0, data.length);
      let from = 0;
      for (let at = text.indexOf("HTTP/1.1 "); at >= 0 && at + expected.length <= text.length; ) {
        if (!text.startsWith(expected, at))
          return reject(new Error(`not ${expected}: ${text.slice(at, at + 40)}`));
        received++;
        waiting--;
        from = at + expected.length;
        at = text.indexOf("HTTP/1.1 ", from);
      }
      rest = text.slice(Math.max(from, text.length - expected.length + 1));
      if (waiting > 0) return;
      if (performance.now() >= deadline) {
        socket.destroy();
        resolve(received);
        return;
      }
      waiting = PIPELINED;
      socket.write(batch);
    });
  });
}

function actual() {
  return "GET /api/orders HTTP/1.1\r\nHost: a.example\r\nOrigin: https://app-5.tenant.example\r\n\r\n";
}

function preflight() {
  const lines = ["OPTIONS /api/orders HTTP/1.1", "Host: a.example", "Origin: https://app-5.tenant.example"];
  lines.push(
    "Access-Control-Request-Method: PUT",
    "Access-Control-Request-Headers: content-type,x-requested-with",
  );
  return `${lines.join("\r\n")}\r\n\r\n`;
}
