// The WebSocket example: whom it lets open a socket, over real sockets.
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { type Asked, answersOf, expectedOf, ORIGIN, PREFLIGHT, withCookies } from "./support/answers.ts";
import { APP, EVIL, from, preflightFrom } from "./support/cases.ts";
import { startExample } from "./support/example.ts";

/** What a client that opens a socket and says "Hi" gets: an answer, or the status that refused it. */
async function greet(url: string, origin: string | undefined): Promise<string | number> {
  const socket = new WebSocket(url, origin === undefined ? {} : { headers: { Origin: origin } });
  const answer = await new Promise<string | number>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("open", () => socket.send("Hi"));
    socket.on("message", (message) => resolve(String(message)));
  });
  socket.on("error", () => {});
  socket.terminate();
  return answer;
}

describe("websocket", () => {
  const ADMIN = "https://admin.example.com";

  test("opens sockets to trusted origins, and to clients that are no browsers", async () => {
    const example = await startExample("websocket");
    const table: [string, string | undefined, string | number][] = [
      ["/chat", APP, "You said: Hi"],
      ["/chat", ADMIN, "You said: Hi"],
      ["/chat", undefined, "You said: Hi"],
      ["/chat", EVIL, 403],
      ["/chat", "null", 403],
      ["/chat", "http://app.example.com", 403],
      ["/admin", ADMIN, "You said: Hi"],
      ["/admin/log?from=1", ADMIN, "You said: Hi"],
      ["/admin", APP, 403],
      ["/Admin", APP, 403],
    ];
    const seen: typeof table = [];
    for (const [path, origin] of table) {
      seen.push([path, origin, await greet(`ws://127.0.0.1:${example.port}${path}`, origin)]);
    }
    expect(seen).toEqual(table);
  });

  test("the same policy answers its HTTP requests", async () => {
    const target = "/messages";
    const table: readonly Asked[] = [
      {
        name: "granted",
        request: { target, ...from(APP) },
        status: 200,
        cors: withCookies(APP),
        vary: ORIGIN,
      },
      { name: "refused", request: { target, ...from(EVIL) }, status: 200, cors: {}, vary: ORIGIN },
      {
        name: "preflight, refused",
        request: { target, ...preflightFrom(EVIL) },
        status: 403,
        cors: {},
        vary: PREFLIGHT,
      },
    ];
    const example = await startExample("websocket");
    expect(await answersOf(example.send, table)).toEqual(expectedOf(table));
  });
});
