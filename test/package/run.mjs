// The package test: what `npm install boring-cors` gives is built, packed, installed elsewhere, and used as users do.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fiveMinutes } from "./five-minutes.mjs";
import { bin, fails, npm, passes, repo, run, summary, test } from "./harness.mjs";
import { compareImportTimes } from "./import-time.mjs";
import { declaredNames, exportedNames, OTHER_ENTRIES, TYPES, VALUES } from "./names.mjs";

// What a service may load; what its tests import; what writes configuration; and the command line: one file, in which the
// parser of its arguments, that of YAML and the whole policy engine are bundled, so that nobody installs them.
const FOOTPRINT_LIMITS = {
  "a service": 340_000,
  tests: 80_000,
  exports: 200_000,
  "the command line": 340_000,
  editors: 20_000,
};
const FILES_OF = {
  tests: /^(testing|matchers)\.(cjs|js|d\.cts|d\.ts)$/,
  exports: /^edge\.(cjs|js|d\.cts|d\.ts)$/,
  "the command line": /^cli\.cjs$/,
  editors: /^schema\.json$/,
};
const IMPORT_RATIO_LIMIT = 2;

// 7 has no node10 any more, and 6 warns of it.
const COMPILERS = [
  { name: "TypeScript 5.9", path: "typescript/bin/tsc", modes: ["nodenext", "node16", "bundler", "node10"] },
  {
    name: "TypeScript 6",
    path: "typescript-6/bin/tsc",
    modes: ["nodenext", "node16", "bundler", "node10"],
    node10: ["--ignoreDeprecations", "6.0"],
  },
  { name: "TypeScript 7", path: "typescript-7/bin/tsc", modes: ["nodenext", "node16", "bundler"] },
];

const MODES = {
  nodenext: ["-p", "tsconfig.json"],
  node16: ["-p", "tsconfig.json", "--module", "node16", "--moduleResolution", "node16"],
  bundler: ["-p", "tsconfig.json", "--module", "preserve", "--moduleResolution", "bundler"],
  node10: ["-p", "tsconfig.node10.json"],
};

const temporary = await mkdtemp(join(tmpdir(), "boring-cors-package-"));
try {
  await main();
} finally {
  await rm(temporary, { recursive: true, force: true });
}
process.exitCode = summary() ? 0 : 1;

async function main() {
  const tarball = await packAndInstall();
  if (tarball === undefined) return;
  await runtimeConsumers();
  await commandLine();
  await test("docs/five-minutes.md is what happens", () => fiveMinutes(tarball, temporary));
  await typeConsumers();
  await test("publint", () => passes(bin("publint"), [tarball, "--strict"]));
  await test("are the types wrong?", () => passes(bin("@arethetypeswrong/cli"), [tarball, "--no-emoji"]));
  await names();
  await test("installed footprint", footprint);
  for (const way of ["require", "import"]) {
    await test(`${way} takes less than ${IMPORT_RATIO_LIMIT} times what npm cors takes`, () =>
      compareImportTimes(way, temporary, IMPORT_RATIO_LIMIT));
  }
}

/** Returns the tarball's path; `undefined` where there is nothing to go on with. */
async function packAndInstall() {
  let tarball;
  await test("build", () => passes(...npm("run", "build"), { cwd: repo }));
  await test("pack", async () => {
    const packed = await run(...npm("pack", "--ignore-scripts", "--json", "--pack-destination", temporary), {
      cwd: repo,
    });
    if (packed.code !== 0) throw new Error(packed.output);
    const [{ filename, files }] = JSON.parse(packed.stdout);
    const strays = files
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^(dist\/|(README|CHANGELOG|SECURITY|docs\/errors)\.md$|LICENSE$|(package|schema)\.json$)/.test(
            path,
          ),
      );
    if (strays.length > 0) throw new Error(`packed by accident: ${strays.join(", ")}`);
    tarball = join(temporary, filename);
  });
  if (tarball === undefined) return undefined;
  const installed = await test("install the tarball", async () => {
    await cp(join(repo, "test/package/consumers"), temporary, { recursive: true });
    await writeFile(join(temporary, "package.json"), JSON.stringify({ name: "consumer", private: true }));
    await passes(
      ...npm("install", tarball, "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"),
      { cwd: temporary },
    );
    // After the installation, which would prune them: what consumers use beside us, from the repository's own.
    await mkdir(join(temporary, "node_modules/@types"), { recursive: true });
    for (const name of ["express", "cors", "@types/node", "@types/express"]) {
      await symlink(join(repo, "node_modules", name), join(temporary, "node_modules", name), "junction");
    }
  });
  return installed ? tarball : undefined;
}

async function runtimeConsumers() {
  const folder = join(temporary, "runtime");
  const consumers = (await readdir(folder)).filter((name) => /^use-.*\.[cm]js$/.test(name)).sort();
  if (consumers.length < 6) throw new Error("the runtime consumers are gone");
  for (const name of consumers) {
    await test(`runtime: ${name}`, () =>
      passes(process.execPath, ["--throw-deprecation", name], { cwd: folder }));
  }
  // The harness of the consumers must be able to fail as well.
  await test("runtime: a middleware without headers fails the consumers", () =>
    fails(process.execPath, ["broken.cjs"], { cwd: folder }));
}

/** As a consumer runs it: by the name that npm installed. */
async function commandLine() {
  const { version } = JSON.parse(await readFile(join(repo, "package.json"), "utf8"));
  const folder = join(temporary, "runtime");
  const expected = [
    [["--version"], 0, version],
    [["explain", "old.policy.cjs", "--origin", "https://app.example.com"], 0, "readable: "],
    [["explain", "old.policy.cjs", "--origin", "https://other.example.com"], 1, "blocked at "],
    [["lint", "old.policy.cjs"], 0, '"old.policy.cjs": 0 errors'],
    [["diff", "old.policy.cjs", "new.policy.yaml"], 1, "+ opens / to https://other.example.com"],
    [["lint", "no.policy.cjs"], 2, "does not exist"],
  ];
  for (const [args, code, text] of expected) {
    await test(`npx boring-cors ${args.join(" ")}`, async () => {
      const ran = await run(...npm("exec", "--offline", "--", "boring-cors", ...args), { cwd: folder });
      if (ran.code !== code || !ran.output.includes(text)) throw new Error(`exit ${ran.code}\n${ran.output}`);
    });
  }
}

async function typeConsumers() {
  const folder = join(temporary, "types");
  for (const { name, path, modes, ...extra } of COMPILERS) {
    for (const mode of modes) {
      const compile = [join(repo, "node_modules", path), ...MODES[mode], ...(extra[mode] ?? [])];
      await test(`types: ${name}, ${mode}`, () => passes(process.execPath, compile, { cwd: folder }));
    }
  }
  await test("types: a wrong consumer does not compile", () =>
    fails(
      process.execPath,
      [join(repo, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.broken.json"],
      { cwd: folder },
      /TS2353/,
    ));
}

async function names() {
  const installed = join(temporary, "node_modules/boring-cors/dist");
  for (const way of ["require", "import"]) {
    await test(`names exported by ${way}`, async () => same(await exportedNames(way, temporary), VALUES));
  }
  for (const file of ["index.d.ts", "index.d.cts"]) {
    await test(`names declared in ${file}`, () => {
      const declared = declaredNames(join(installed, file));
      same(declared.values, VALUES);
      same(declared.types, TYPES);
    });
  }
  for (const { entry, file, values, types } of OTHER_ENTRIES) {
    for (const way of ["require", "import"]) {
      await test(`names exported by ${way} of ${entry}`, async () =>
        same(await exportedNames(way, temporary, entry), values));
    }
    for (const kind of ["ts", "cts"]) {
      await test(`names declared in ${file}.d.${kind}`, () => {
        const declared = declaredNames(join(installed, `${file}.d.${kind}`));
        same(declared.values, values);
        same(declared.types, types);
      });
    }
  }
}

function same(actual, pinned) {
  const extra = actual.filter((name) => !pinned.includes(name));
  const missing = pinned.filter((name) => !actual.includes(name));
  if (extra.length + missing.length > 0)
    throw new Error(`not pinned: ${extra.join(", ")}\nmissing: ${missing.join(", ")}`);
}

async function footprint() {
  const dependencies = JSON.parse(await readFile(join(repo, "package.json"), "utf8")).dependencies;
  if (Object.keys(dependencies).join() !== "vary")
    throw new Error("dependencies have changed: count them here");
  const modules = join(temporary, "node_modules");
  const all = (await sizeOf(join(modules, "boring-cors"))) + (await sizeOf(join(modules, "vary")));
  const sizes = { "a service": all };
  for (const [user, files] of Object.entries(FILES_OF)) {
    sizes[user] = await sizeOf(join(modules, "boring-cors"), (name) => files.test(name));
    sizes["a service"] -= sizes[user];
  }
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const line = Object.entries(sizes)
    .map(([user, size]) => `${kilobytes(size)} for ${user} (of ${kilobytes(FOOTPRINT_LIMITS[user])})`)
    .join(", ");
  const tooLarge = Object.entries(sizes).some(([user, size]) => size === 0 || size >= FOOTPRINT_LIMITS[user]);
  if (tooLarge) throw new Error(line);
  return line;
}

async function sizeOf(folder, counts = () => true) {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += await sizeOf(path, counts);
    else if (counts(entry.name)) total += (await stat(path)).size;
  }
  return total;
}
