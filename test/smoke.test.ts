import http from "node:http";
import express from "express";
import request from "supertest";
import { expect, test } from "vitest";
import cors, { definePolicy } from "../src/index.ts";

test("smoke", async () => {
  const app = express();
  app.use(cors({ origin: ["https://a.example", "https://*.b.example"], credentials: true, exposedHeaders: ["ETag"] }));
  app.get("/", (_q, s) => { s.set("Access-Control-Allow-Origin", "*"); s.set("Vary", "Accept"); s.send("x"); });
  const r = await request(app).get("/").set("Origin", "https://x.b.example");
  console.log(r.headers);
  const p = await request(app).options("/").set("Origin", "https://x.b.example").set("Access-Control-Request-Method", "PUT").set("Access-Control-Request-Headers", "a, b");
  console.log(p.status, p.headers);
  const f = await request(http.createServer(cors({ origin: ["https://a.example"] }).wrap(app))).options("/").set("Origin", "https://a.example").set("Access-Control-Request-Method", "PUT");
  console.log(f.status, f.headers);
  console.log(definePolicy({ routes: { "/": { origin: ["https://a.example"] }, "/p": { origin: "*" }, "/i": false } }).decide({ method: "GET", path: "/P/x", origin: "https://a.example" }));
  try { definePolicy({ origin: ["https://a.example/", "https://B.example:443/x", "a.com", "*.foo.com", "https://a,https://b"], credentialss: true } as never); } catch (e) { console.log(e.message) }
  expect(1).toBe(1);
});
