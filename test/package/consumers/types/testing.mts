// import { page } from "boring-cors/testing", in an ES module
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
const got: FetchResult = await page("https://app.example.com").fetch("https://api.example.com", {
  method: "PUT",
  headers: { authorization: "Bearer x" },
  credentials: "include",
  body: JSON.stringify({}),
});
// A function that answers needs no annotations.
page("https://app.example.com", ({ url }) => ({ status: 200, headers: [["x-url", url]] }));
page("https://app.example.com", async () => ({ status: 200, headers: [] }));
page("https://app.example.com", cors(policy), { timeout: 500 });
const status: number = got.blocked === null ? got.response.status : 0;
void status;
const blocked: Blocked | null = got.blocked;
const text: string | undefined = await got.response?.text();
const etag: string | null | undefined = got.response?.headers.get("etag");
toBeBlocked(got, "preflight-method");
void [blocked, text, etag];

// @ts-expect-error: no such code
toBeBlocked(got, "preflight");
// @ts-expect-error: an unknown option
page("https://app.example.com", policy, { time: 1 });
// @ts-expect-error: no target
page("https://app.example.com", 7);
