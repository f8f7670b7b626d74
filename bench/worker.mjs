// One contender in a process of its own, so that no other shapes its inline caches. Speaks with run.mjs over IPC.
import express from "express";
import { CONTENDERS, makeOrigins, makeWildcards } from "./contenders.mjs";
import { bare, endActual, exchangeMaker, lastHead } from "./exchange.mjs";

// Requests come from so many different origins, wherever the list is longer.
const POOL = 1000;

const { contender, kind, exact = 0, wild = 0, measure, inExpress = false } = JSON.parse(process.argv[2]);

const before = heapUsed();
const begun = performance.now();
const middleware = CONTENDERS[contender]({ origins: makeOrigins(exact), wildcards: makeWildcards(wild) });
const built = performance.now() - begun;
// The list that was given is garbage by now, its strings are not.
const kept = heapUsed() - before;

const exchange = exchangeMaker(kind, kind === "refused" ? makeRefused() : makeAllowed());
const handler = inExpress ? application(middleware) : middleware;
const nothing = inExpress ? application() : bare(kind);
check();

const MEASURES = { time, bytes, memory: () => ({ bytesPerEntry: kept / (exact + wild), built }) };
process.on("message", (settings) => process.send(MEASURES[measure](settings)));
process.send("ready");

function heapUsed() {
  if (globalThis.gc === undefined) return 0;
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Express replaces the prototype of every response, after which some versions of V8 treat it quite differently. */
function application(mounted) {
  const app = express();
  if (mounted !== undefined) app.use(mounted);
  app.use((_req, res) => endActual(res));
  return app;
}

function makeRefused() {
  return Array.from({ length: 10 }, (_, index) => `https://other-${index}.tenant.example`);
}

function makeAllowed() {
  const count = Math.max(exact + wild, 1);
  const step = Math.max(1, count / POOL);
  const names = [];
  for (let index = 0; index < count; index += step) {
    const number = Math.floor(index);
    names.push(wild > 0 ? `https://pr-7.tenant-${number}.example` : `https://app-${number}.tenant.example`);
  }
  // Far from each other in memory, as requests are.
  return names.map((name, index) => names[(index * 7919) % names.length] ?? name);
}

/** A contender that does not do its work would be the fastest. */
function check() {
  round(handler, 1);
  const head = lastHead().toLowerCase();
  const granted = head.includes("\r\naccess-control-allow-origin: https://");
  const status = kind === "preflight" ? " 204 " : " 200 ";
  const wanted = kind === "allowed" || kind === "preflight";
  if (granted !== wanted || !head.includes(status) || !head.includes("\r\nvary: ")) {
    throw new Error(`${contender}, ${kind}: wrong response\n${head}`);
  }
}

/** Nanoseconds that the middleware adds to a response which is then ended: its own, less those of the bare response. */
function time({ rounds, calls }) {
  const ours = [];
  const theirs = [];
  for (let index = 0; index < rounds; index++) {
    theirs.push(timed(nothing, calls));
    ours.push(timed(handler, calls));
  }
  const [bareCost, cost] = [lowerQuartile(theirs), lowerQuartile(ours)];
  return { added: cost - bareCost, bare: bareCost };
}

function timed(listener, calls) {
  const start = performance.now();
  round(listener, calls);
  return ((performance.now() - start) / calls) * 1e6;
}

function round(listener, calls) {
  for (let call = 0; call < calls; call++) {
    const { req, res } = exchange();
    listener(req, res, () => endActual(res));
  }
}

/** Bytes allocated per response, less those of the bare one. A collection in between would show as a drop: hence the median. */
function bytes({ rounds, calls }) {
  const allocated = (listener) => {
    globalThis.gc();
    const start = process.memoryUsage().heapUsed;
    round(listener, calls);
    return (process.memoryUsage().heapUsed - start) / calls;
  };
  round(handler, 20_000);
  round(nothing, 20_000);
  const ours = [];
  const theirs = [];
  for (let index = 0; index < rounds; index++) {
    theirs.push(allocated(nothing));
    ours.push(allocated(handler));
  }
  return { added: quantile(ours, 0.5) - quantile(theirs, 0.5) };
}

function lowerQuartile(values) {
  return quantile(values, 0.25);
}

function quantile(values, part) {
  return values.sort((a, b) => a - b)[Math.floor(values.length * part)];
}
