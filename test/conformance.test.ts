// One table against `decide`, Connect, Express 4, Express 5, plain http and wrap(): the complete CORS answer, each time.
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { definePolicy, type Policy } from "../src/index.ts";
import { corsHeaders, type RunningServer, serve, valuesOf } from "./support/raw-http.ts";
import { type Case, type Row, requestOf, TABLE } from "./support/table.ts";
import { FRAMEWORKS, middlewareOf } from "./support/targets.ts";

const joined = (value: string | readonly string[] | undefined) =>
  value === undefined || typeof value === "string" ? value : value.join(", ");

describe.each(TABLE)("decide: $name", ({ options, rows }: Case) => {
  const policy = definePolicy(options as never);

  test.each(rows)("$name", (row: Row) => {
    const decision = decideRow(policy, row);
    const { kind, detail, ...rest } = decision;
    expect(rest).toEqual({
      allowed: row.reason === null,
      reason: row.reason,
      headers: row.cors,
      vary: row.vary,
      status: row.status,
      route: row.route,
    });
    expect(kind).toBe(kindOfRow(row));
    expect(detail === "").toBe(row.reason === null);
    expect(
      Object.isFrozen(decision) && Object.isFrozen(decision.headers) && Object.isFrozen(decision.vary),
    ).toBe(true);
  });

  test("survives JSON: the policy's own data decides alike", () => {
    const again = definePolicy({ routes: JSON.parse(JSON.stringify(policy.routes)) });
    for (const row of rows) expect(decideRow(again, row)).toEqual(decideRow(policy, row));
    expect(again.digest).toBe(policy.digest);
  });
});

function decideRow(policy: Policy, row: Row) {
  return policy.decide({
    method: row.method ?? "GET",
    path: row.path,
    origin: joined(row.origin),
    requestMethod: row.asks,
    requestHeaders: joined(row.headers),
    sameOrigin: row.sameOrigin,
  });
}

function kindOfRow({ method, origin, asks }: Row): string {
  if (origin === undefined || origin === "") return "non-cors";
  return method === "OPTIONS" && asks !== undefined && asks !== "" ? "preflight" : "actual";
}

describe.each(Object.keys(FRAMEWORKS))("%s", (framework) => {
  describe.each(TABLE)("$name", ({ options, rows }: Case) => {
    let server: RunningServer;

    beforeAll(async () => {
      const listener = FRAMEWORKS[framework]?.(middlewareOf(options), application);
      server = await serve(listener as NonNullable<typeof listener>);
    });
    afterAll(() => server.close());

    test.each(rows)("$name", async (row: Row) => {
      const response = await server.send(requestOf(row));
      expect(response.status).toBe(row.status ?? 200);
      expect(response.body).toBe(row.status === undefined ? "application" : "");
      expect(corsHeaders(response)).toEqual(row.cors);
      expect(valuesOf(response, "vary")).toEqual(row.vary.length === 0 ? [] : [row.vary.join(", ")]);
      if (row.status === 204) expect(valuesOf(response, "content-length")).toEqual([]);
    });
  });
});

function application(_req: IncomingMessage, res: ServerResponse): void {
  res.end("application");
}
