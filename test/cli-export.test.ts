// boring-cors export: files and notes, where they go, and what is refused.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TARGETS } from "../src/cli/export/targets.ts";
import { toNginx, toVectors } from "../src/edge/index.ts";
import { definePolicy } from "../src/index.ts";
import { folderWith, runIn, runWith } from "./support/cli.ts";

const LIST = '{ "origin": ["https://app.example.com"], "allowedHeaders": ["Content-Type"] }';
const POLICY = definePolicy(JSON.parse(LIST));
const FILES = {
  "a.json": LIST,
  "fn.mjs": 'export default { routes: { "/": { origin: () => true }, "/b": { origin: "*" } } };',
  "routes.json": '{ "routes": { "/": { "origin": ["https://a.example"] }, "/b": { "origin": "*" } } }',
};

describe("on standard output", () => {
  test("one after the other, and the notes beside", async () => {
    const { out, err, code } = await runWith(FILES, ["export", "nginx", "a.json"]);
    const { files } = toNginx(POLICY);
    expect(out).toBe(
      `# ---- cors-http.conf ----\n${files["cors-http.conf"]}\n# ---- cors-server.conf ----\n${files["cors-server.conf"]}`,
    );
    expect(err).toBe(
      "exact         /  [EXACT]\n  what  answers as the policy does\n1 note, 0 differences.\n",
    );
    expect(code).toBe(0);
  });

  test("a single file as it is", async () => {
    const { out } = await runWith(FILES, ["export", "vectors", "a.json"]);
    expect(out).toBe(toVectors(POLICY).files["cors-vectors.json"]);
  });

  test("--json", async () => {
    const { out, err, code } = await runWith(FILES, [
      "export",
      "nginx",
      "a.json",
      "--prefix",
      "x_",
      "--json",
    ]);
    const { files, notes } = toNginx(POLICY, { prefix: "x_" });
    expect(JSON.parse(out)).toEqual({
      version: 1,
      command: "export",
      target: "nginx",
      file: "a.json",
      digest: POLICY.digest,
      files,
      notes,
    });
    expect({ err, code }).toEqual({ err: "", code: 0 });
  });
});

describe("--out", () => {
  test("writes its own files, and leaves all others", async () => {
    const folder = folderWith(FILES);
    mkdirSync(join(folder, "conf"));
    writeFileSync(join(folder, "conf/other.conf"), "theirs");
    writeFileSync(join(folder, "conf/cors-http.conf"), "old");
    const { out, code } = await runIn(folder, ["export", "nginx", "a.json", "--out", "conf"]);
    expect(out).toBe('"conf": cors-http.conf is written.\n"conf": cors-server.conf is written.\n');
    expect(code).toBe(0);
    expect(readdirSync(join(folder, "conf")).sort()).toEqual([
      "cors-http.conf",
      "cors-server.conf",
      "other.conf",
    ]);
    expect(readFileSync(join(folder, "conf/cors-http.conf"), "utf8")).toBe(
      toNginx(POLICY).files["cors-http.conf"],
    );
    expect(readFileSync(join(folder, "conf/other.conf"), "utf8")).toBe("theirs");
  });

  test("makes the folder, but none around it", async () => {
    const folder = folderWith(FILES);
    expect((await runIn(folder, ["export", "nginx", "a.json", "--out", "new"])).code).toBe(0);
    const { code, err, out } = await runIn(folder, ["export", "nginx", "a.json", "--out", "no/where"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      'boring-cors: --out: "no/where" is in a folder that does not exist (ENOENT); name another folder.\n',
    );
  });

  test("where something cannot be put in place, all stays as it was, and nothing is left over", async () => {
    const folder = folderWith(FILES);
    mkdirSync(join(folder, "conf/cors-http.conf"), { recursive: true });
    const { code, err, out } = await runIn(folder, ["export", "nginx", "a.json", "--out", "conf"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(
      /^boring-cors: --out: "conf" has a folder of that name \(\w+\); name another folder\.\n$/,
    );
    expect(readdirSync(join(folder, "conf"))).toEqual(["cors-http.conf"]);
  });

  test("an empty name is no folder", async () => {
    const { code, err } = await runWith(FILES, ["export", "nginx", "a.json", "--out", ""]);
    expect(code).toBe(2);
    expect(err).toContain('--out: "" names no folder; write --out .');
  });

  test("a file is no folder", async () => {
    const { code, err } = await runWith(FILES, ["export", "nginx", "a.json", "--out", "routes.json"]);
    expect(code).toBe(2);
    expect(err).toMatch(/"routes\.json" is no folder \(\w+\); name another folder\.\n$/);
  });
});

describe("what a target cannot say", () => {
  test("is refused, exit code 1, and nothing is written", async () => {
    const folder = folderWith(FILES);
    const { code, err, out } = await runIn(folder, ["export", "nginx", "fn.mjs", "--out", "conf"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("differs       / origin  [ORIGIN_FUNCTION]\n  what  a function decides");
    expect(err).toContain("--accept-differences leaves it out.\n");
    expect(readdirSync(folder)).not.toContain("conf");
  });

  test("is left out where that is accepted", async () => {
    const { code, out } = await runWith(FILES, [
      "export",
      "nginx",
      "fn.mjs",
      "--accept-differences",
      "--json",
    ]);
    const { files, notes } = JSON.parse(out);
    expect(code).toBe(0);
    expect(files["cors-http.conf"]).toContain("cors_listed");
    expect(notes.map(({ severity, route }: Record<string, string>) => `${route} ${severity}`)).toEqual([
      "/ differs",
      "/b exact",
    ]);
  });

  test("--json has the notes", async () => {
    const { code, out } = await runWith(FILES, ["export", "nginx", "fn.mjs", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ files: {}, notes: [{ code: "ORIGIN_FUNCTION", route: "/" }] });
  });
});

const KUBERNETES = ["--name", "orders", "--backend", "orders:8080"];

test.each([
  ["gateway-api", [...KUBERNETES, "--gateway", "public", "--host", "a.example", "--namespace", "shop"]],
  ["ingress-nginx", [...KUBERNETES, "--host", "a.example", "--accept-differences"]],
])("%s has options of its own", async (target, options) => {
  const { code, out } = await runWith(FILES, ["export", target, "a.json", ...options]);
  expect(code).toBe(0);
  expect(out).toContain("a.example");
  expect(out).toContain("8080");
});

describe("misuse", () => {
  test.each<[argv: string[], message: string]>([
    [["nginxx", "a.json"], `export: "nginxx" is no target; write one of ${Object.keys(TARGETS).join(", ")}.`],
    [
      ["constructor", "a.json"],
      `export: "constructor" is no target; write one of ${Object.keys(TARGETS).join(", ")}.`,
    ],
    [
      ["vectors", "a.json", "--prefix", "x"],
      "export vectors: --prefix is for other targets; it takes none of its own.",
    ],
    [["nginx", "a.json", "--name", "x"], "export nginx: --name is for other targets; it takes --prefix."],
    [
      ["nginx", "a.json", "--prefix", "X;"],
      'export nginx: prefix "X;" cannot begin the name of a variable; write lower-case letters, digits and _: "cors_".',
    ],
    [["gateway-api", "a.json"], "export: --name is missing; write --name orders."],
    [
      ["gateway-api", "a.json", "--name", "x", "--gateway", "y", "--backend", "z"],
      'export: --backend "z" is no Service and port; write --backend orders:8080.',
    ],
    [
      ["nginx", "none.json"],
      'Policy file "none.json" does not exist; name a .js, .mjs, .cjs, .ts, .mts, .cts, .json, .yaml or .yml file.',
    ],
  ])("%j", async (argv, message) => {
    expect(await runWith(FILES, ["export", ...argv])).toEqual({
      code: 2,
      out: "",
      err: `boring-cors: ${message}\n`,
    });
  });
});
