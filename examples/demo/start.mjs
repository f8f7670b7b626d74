// `npm run demo`: builds if need be, starts every server, prints where to look; `-- --check` asks without a browser.
import { buildIfStale } from "../../scripts/build-if-stale.mjs";

const CHECK = "--check";
const unknown = process.argv.slice(2).filter((argument) => argument !== CHECK);
if (unknown.length > 0) {
  console.error(`Unknown argument: ${unknown.join(" ")}. The demo takes ${CHECK}, or nothing.`);
  process.exit(2);
}

buildIfStale();
// Only now: these modules import boring-cors.
const { ANY_PORTS, startDemo, USUAL_PORTS } = await import("./demo.mjs");

// The library warns once for each header that it had to replace. Here that is part of the show: one line each,
// without the process id and the hint that Node adds.
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => console.error(`${name}: ${message}`));

if (process.argv.includes(CHECK)) await runCheck();
else await run();

async function runCheck() {
  const { check } = await import("./check.mjs");
  const { addresses, close } = await startDemo(ANY_PORTS);
  try {
    const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
    if (!(await check(addresses, { colour }))) process.exitCode = 1;
  } finally {
    await close();
  }
}

async function run() {
  const { addresses, close } = await startDemo(USUAL_PORTS, (wanted, got) => {
    console.log(`Port ${wanted} is taken; using ${got}.`);
  });
  const width = Math.max(...Object.values(addresses).map((address) => address.length));
  const line = (address, text) => `  ${address.padEnd(width)}  ${text}`;
  console.log(`
Open the first page, it explains itself; then the second:
${line(addresses.trusted, "the trusted front end: the policy lists its origin")}
${line(addresses.evil, "the evil front end: the same page and requests, another origin")}

Both talk to:
${line(addresses.gateway, "the gateway: Express 5 and one route table, three services behind it")}
${line(addresses.direct, "the public API, a Connect service, directly and under the same table")}

Ctrl-C stops. What follows are the library's warnings: what a service wrote, and the policy replaced.
`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, close);
}
