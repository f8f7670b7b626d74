// Throughput of nginx with what toNginx writes, for few and many origins, against the same nginx without CORS.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, start, stop } from "./processes.mjs";

const SIZES = [1, 50, 1000, 10_000];
const ALONE = "nginx alone";
const LABELS = { preflight: "preflights", actual: "GET, allowed" };
const FIRST_PORT = 18_080;

export async function edge({ turns, loadMs }, progress) {
  if (spawnSync("nginx", ["-v"]).status !== 0)
    return { title: "nginx: SKIPPED, it is not installed (apt-get install nginx)", rows: [] };
  const { definePolicy } = await import("../dist/index.js");
  const { toNginx } = await import("../dist/edge.js");
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-bench-"));
  const generator = await start("http-load.mjs", {});
  const servers = [];
  try {
    const configurations = [
      { name: ALONE, http: "", server: "if ($request_method = OPTIONS) { return 204; }" },
      ...SIZES.map((size) => {
        const origin = Array.from({ length: size }, (_, index) => `https://app-${index || 5}.tenant.example`);
        const policy = definePolicy({ origin: [...new Set(origin)], credentials: true });
        const { files } = toNginx(policy);
        return {
          name: `${size.toLocaleString("en")} origin${size === 1 ? "" : "s"}`,
          http: files["cors-http.conf"],
          server: files["cors-server.conf"],
        };
      }),
    ];
    for (const [index, configuration] of configurations.entries())
      servers.push(await serve(folder, FIRST_PORT + index, configuration));
    return {
      title: "nginx, one worker",
      rows: await measure(servers, generator, { turns, loadMs }, progress),
    };
  } finally {
    for (const { nginx } of servers) nginx.kill();
    await stop(generator);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(servers, generator, { turns, loadMs }, progress) {
  const rows = [];
  for (const kind of ["preflight", "actual"]) {
    const rates = servers.map(() => []);
    for (let turn = -1; turn < turns; turn++) {
      progress(`nginx, ${LABELS[kind]}: ${turn < 0 ? "warming up" : `turn ${turn + 1} of ${turns}`}`);
      for (const [index, { port }] of servers.entries()) {
        const { count, ms } = await ask(generator, { port, kind, ms: loadMs });
        if (turn >= 0) rates[index].push((count / ms) * 1000);
      }
    }
    for (const [index, { name }] of servers.entries()) {
      const ratios = rates[index].map((rate, turn) => rate / rates[0][turn]);
      const compared =
        index === 0
          ? {}
          : { base: ALONE, ratio: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
      rows.push({
        label: LABELS[kind],
        contender: name,
        value: median(rates[index]),
        unit: "/s",
        ...compared,
      });
    }
  }
  return rows;
}

async function serve(folder, port, { name, http, server }) {
  const file = join(folder, `${port}.conf`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(" ");
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/${port}.pid; error_log stderr error;
events { worker_connections 512; }
http { access_log off; keepalive_requests 1000000; ${temporary}
${http}
server { listen 127.0.0.1:${port};
${server}
location / { return 200 "orders"; } } }
`,
  );
  const nginx = spawn("nginx", ["-p", folder, "-c", file, "-e", "stderr"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await listening(port, nginx);
  return { name, port, nginx };
}

function listening(port, nginx) {
  return new Promise((resolve, reject) => {
    nginx.once("exit", () => reject(new Error("nginx ended")));
    const attempt = () => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(socket.destroy()));
      socket.once("error", () => setTimeout(attempt, 20));
    };
    attempt();
  });
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
