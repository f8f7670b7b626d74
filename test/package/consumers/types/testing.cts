// import { page } from "boring-cors/testing", in a CommonJS module
import http from "node:http";
import cors, { definePolicy, livePolicy } from "boring-cors";
import { type Blocked, type FetchResult, page, type WireResponse } from "boring-cors/testing";
import { toBeBlocked } from "boring-cors/testing/matchers";
import express from "express";

const policy = definePolicy({ origin: ["https://app.example.com"] });
const answer: WireResponse = { status: 200, headers: [["vary", "Origin"]], body: "hello" };
for (const target of [
  express(),
  http.createServer(),
  "http://127.0.0.1:3000",
  new URL("http://127.0.0.1:3000"),
  policy,
  livePolicy(policy),
  cors(policy),
  cors(policy).wrap(express()),
  (req: http.IncomingMessage, res: http.ServerResponse) => void res.end(req.url),
  () => answer,
  async ({ url }: { url: string }) => ({ ...answer, body: url }),
  { "https://api.example.com": express(), "https://login.example.com": policy },
]) {
  page("https://app.example.com", target, { timeout: 1000 });
}
export const fetched: Promise<FetchResult> = page("https://app.example.com").fetch(
  "https://api.example.com",
  {
    method: "PUT",
    headers: { authorization: "Bearer x" },
    credentials: "include",
    body: JSON.stringify({}),
  },
);
export const judge = (got: FetchResult) => toBeBlocked(got, "preflight-method");
export const blockedOf = (got: FetchResult): Blocked | null => got.blocked;

// @ts-expect-error: no such code
toBeBlocked({}, "preflight");
// @ts-expect-error: an unknown option
page("https://app.example.com", policy, { time: 1 });
// @ts-expect-error: no target
page("https://app.example.com", 7);
