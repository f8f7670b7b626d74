// boring-cors check: verdicts, exit codes and what is printed, over real sockets.
import { expect, test } from "vitest";
import { cors } from "../src/index.ts";
import { APP, listening, run } from "./zoo/run.ts";

test("a healthy server is readable, and nothing fails", async () => {
  const policy = cors({ origin: [APP], credentials: true, methods: ["GET", "PUT"], maxAge: 600 });
  const url = await listening((req, res) => policy(req, res, () => res.end("hello")));
  const ran = await run([`${url}/orders`], { origin: APP, credentials: true, method: "PUT" });
  expect(ran.out).toContain("readable: The preflight passes; PUT was not sent");
  expect(ran.out).toContain("0 fail");
  expect(ran.code).toBe(0);
});
