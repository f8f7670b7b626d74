// Every example runs as its reader would run it, and answers what its file says.
import { describe, expect, test } from "vitest";
import { APP, EVIL, from, preflightFrom } from "./support/cases.ts";
import { startExample } from "./support/example.ts";
import { corsHeaders, valuesOf } from "./support/raw-http.ts";

describe("allowlist-function", () => {
  test("grants who is on the list, and says Vary to everybody", async () => {
    const example = await startExample("allowlist-function");
    const granted = await example.send({ target: "/orders", ...from(APP) });
    expect(corsHeaders(granted)).toEqual({
      "access-control-allow-origin": APP,
      "access-control-allow-credentials": "true",
    });
    for (const response of [granted, await example.send({ target: "/orders", ...from(EVIL) })]) {
      expect(response.status).toBe(200);
      expect(valuesOf(response, "vary")).toEqual(["Origin"]);
    }
    expect((await example.send({ target: "/orders/1", ...preflightFrom(EVIL) })).status).toBe(403);
  });
});
