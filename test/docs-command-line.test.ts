// docs/command-line.md, and the session of the README: the outputs are real, the tables complete.
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { expect, onTestFinished, test } from "vitest";
import { TARGETS } from "../src/cli/export/targets.ts";
import { NOTE_CODES } from "../src/cli/lint/notes.ts";
import { cors } from "../src/index.ts";
import { folderWith, runIn } from "./support/cli.ts";
import { blocks, readDocument, run, section } from "./support/markdown.ts";
import { reportOn } from "./zoo/run.ts";

const PAGE = readDocument("docs/command-line.md");

/** The port that a page names, and the one that its server has got here. */
type Ports = ReadonlyMap<string, string>;

/** On all addresses of this machine, as `app.listen(3000)` does it. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

function withPorts(text: string, ports: Ports, back = false): string {
  return [...ports].reduce((replaced, [written, real]) => {
    const [from, to] = back ? [real, written] : [written, real];
    return replaced.replaceAll(`localhost:${from}`, `localhost:${to}`);
  }, text);
}

/** The page with what its commands print now; UPDATE_DOCS writes it so. */
async function expectSessions(path: string, count: number, folder: string, ports: Ports): Promise<void> {
  const page = readDocument(path);
  let expected = page;
  const sessions = blocks(page, "console");
  for (const session of sessions) {
    const [line = ""] = session.split("\n");
    const { out, err } = await runIn(folder, withPorts(line, ports).split(" ").slice(2));
    expect(err).toBe("");
    expected = expected.replace(session, () => `${line}\n${withPorts(out, ports, true)}`);
  }
  expect(sessions.length).toBe(count);
  if (process.env.UPDATE_DOCS !== undefined) {
    writeFileSync(join(import.meta.dirname, "..", path), expected);
  } else expect(page).toBe(expected);
}

test("docs/command-line.md prints what the commands print", async () => {
  const files = [...blocks(PAGE, "js"), ...blocks(PAGE, "nginx")].map(
    (text) => [/^(?:\/\/|#) (\S+)\n/.exec(text)?.[1] ?? "", text] as const,
  );
  const server = files.find(([name]) => name === "server.mjs")?.[1] ?? "";
  const port = await serving((await run(server, { result: "app" })) as RequestListener);
  const folder = folderWith(Object.fromEntries(files));
  await expectSessions("docs/command-line.md", 5, folder, new Map([["3000", port]]));
});

test("the README prints what check prints", async () => {
  const service = express()
    .use(cors({ origin: ["http://localhost:5173"], credentials: true }))
    .get("/orders", (_req, res) => void res.json([]));
  const port = await serving(service);
  const gateway = createProxyMiddleware({
    target: `http://127.0.0.1:${port}`,
    on: {
      proxyRes({ headers }) {
        const name = "access-control-allow-origin";
        Object.assign(headers, { [name]: [headers[name] ?? [], "*"].flat() });
      },
    },
  });
  const ports = new Map([
    ["3000", port],
    ["8080", await serving((req, res) => void gateway(req, res))],
  ]);
  await expectSessions("README.md", 1, folderWith({}), ports);
});

test("lists every note", () => {
  const listed = [...section(PAGE, "lint").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed).toEqual([...NOTE_CODES]);
});

test("lists the fields of the JSON", async () => {
  const folder = folderWith({ "a.json": '{ "origin": "*" }', "b.json": '{ "origin": false }' });
  const fields = async (...argv: string[]) =>
    Object.keys(JSON.parse((await runIn(folder, [...argv, "--json"])).out));
  const explained = await fields("explain", "a.json", "--origin", "https://a.example");
  const table = [...section(PAGE, "explain").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(table).toEqual(explained);
  expect(section(PAGE, "export")).toContain(
    `{ ${(await fields("export", "vectors", "a.json")).join(", ")} }`,
  );
  const targets = [...section(PAGE, "export").matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(targets).toEqual(Object.keys(TARGETS));
  const checked = Object.keys(
    await reportOn(`http://127.0.0.1:${await serving((_req, res) => void res.end())}`),
  );
  const rows = [...section(PAGE, "check").matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].map(
    ([, names = ""]) => names,
  );
  expect(rows.join(", ").replaceAll("`", "").split(", ")).toEqual(checked);
  expect(section(PAGE, "lint")).toContain(`{ ${(await fields("lint", "a.json")).join(", ")} }`);
  expect(section(PAGE, "diff")).toContain(`{ ${(await fields("diff", "a.json", "b.json")).join(", ")} }`);
});
