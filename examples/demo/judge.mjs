// Was it as expected? Shared by the page, which sees what a script sees, and by --check, which sees the wire as well.
import { OWN } from "./cases.mjs";

/**
 * @typedef {object} Seen What came of a request.
 * @property {"readable" | "blocked"} outcome
 * @property {number} [status] A script knows it only of what it may read.
 * @property {string[]} [readable] Lower-case names of the headers that the script can read.
 * @property {"preflight" | "response"} [at] Known to --check only, like `wire`.
 * @property {Record<string, string | undefined>} [wire]
 * @property {string} [why] Why it was blocked, in words.
 */

/**
 * @param {import("./cases.mjs").Expectation} expected
 * @param {Seen} seen
 * @param {string} origin Of the page that asked.
 * @returns {string[]} What differs; empty when all is as expected.
 */
export function judge(expected, seen, origin) {
  const differences = [];
  const compare = (what, wanted, got) => {
    if (wanted !== got) differences.push(`${what}: expected ${wanted ?? "none"}, got ${got ?? "none"}`);
  };
  compare("outcome", expected.outcome, seen.outcome);
  if (seen.status !== undefined) compare("status", expected.status, seen.status);
  if (seen.wire !== undefined) {
    compare("blocked at", expected.at, seen.at);
    for (const [name, value] of Object.entries(expected.wire)) {
      if (name === "vary") compareVary(value, seen.wire.vary, compare);
      else compare(name, value === OWN ? origin : (value ?? undefined), seen.wire[name]);
    }
  }
  for (const name of expected.exposes ?? []) {
    if (!seen.readable?.includes(name.toLowerCase())) differences.push(`${name} is not readable`);
  }
  for (const name of expected.hides ?? []) {
    if (seen.readable?.includes(name.toLowerCase())) differences.push(`${name} is readable`);
    // What is not sent proves nothing about what is readable.
    if (seen.wire !== undefined && seen.wire[name.toLowerCase()] === undefined) {
      differences.push(`${name} is not sent`);
    }
  }
  return differences;
}

function compareVary(wanted, got, compare) {
  const names = (got ?? "").split(",").map((name) => name.trim().toLowerCase());
  for (const name of wanted.split(", ")) {
    if (!names.includes(name.toLowerCase())) compare("vary", wanted, got);
  }
}

/** @param {import("./cases.mjs").Expectation | Seen} outcome */
export function inShort({ outcome, at, status }) {
  const where = at === undefined ? "" : ` at ${at}`;
  return status === undefined ? outcome : `${outcome}${where}, ${status}`;
}
