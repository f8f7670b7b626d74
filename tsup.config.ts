// The outputs: ESM, CommonJS, the types of both, what both load at first use, and what tests import.
import { copyFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Plugin } from "esbuild";
import { defineConfig, type Options } from "tsup";

const shared: Options = {
  outDir: "dist",
  target: "node20",
  platform: "node",
  splitting: false,
  // Half of what everybody would otherwise install, parse and compile at start-up; in lines, because Node prints the
  // whole line that threw above what nobody caught.
  minify: true,
  esbuildOptions(options) {
    options.lineLimit = 300;
  },
};

// Not bundled: heavy, or to be read as it is.
const APART = /\/(public-suffix-data|refuse)\.cjs$/;

// Only CommonJS can load in the middle of a synchronous call, and only a `require` of a literal survives bundlers: so
// both builds share one copy, as CommonJS, of what is loaded at first use.
const LAZY = ["src/policy/public-suffix-data.cjs", "src/policy/refuse.cjs", "src/adapters/lazy-vary.cjs"];

/** Puts dist/seldom.cjs and dist/report.cjs, loaded at first use, in the place of the sources of that name. */
const seldomLater = (external: boolean): Plugin => ({
  name: "seldom-later",
  setup(build) {
    build.onResolve({ filter: /\/(seldom|report)\.ts$/ }, () =>
      external ? { path: "./lazy-seldom.cjs", external } : { path: "lazy-seldom", namespace: "seldom" },
    );
    build.onLoad({ filter: /.*/, namespace: "seldom" }, () => ({
      contents: BUNDLED_SELDOM,
      resolveDir: ".",
    }));
    build.onResolve({ filter: /\/(seldom|report)\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
});

/** The command line takes its exports from dist/edge.cjs, which is there anyway. */
const exportsApart: Plugin = {
  name: "exports-apart",
  setup(build) {
    build.onResolve({ filter: /\/edge\/index\.ts$/ }, () => ({ path: "./edge.cjs", external: true }));
  },
};

// Named one by one, since Node finds the names that ESM may import from CommonJS by reading, not by running.
const SELDOM = [
  "adviseFunction",
  "adviseKey",
  "adviseOption",
  "adviseOrigin",
  "asError",
  "digestOf",
  "explain",
  "isOrCoversPublicSuffix",
  "judgeRegExp",
  "misused",
  "refuse",
  "runtimeWarning",
];
const forwarder = (target: string, file: string, name: string) =>
  `${target} = (...given) => require("${file}").${name}(...given);\n`;
const forwarders = (exported: (name: string) => string) =>
  [
    "// Loads at first use what a process needs seldom.",
    ...SELDOM.map((name) => forwarder(exported(name), "./seldom.cjs", name)),
    forwarder(exported("newReporter"), "./report.cjs", "newReporter"),
  ].join("\n");
// A file beside the ESM build; inside the CommonJS one a module of esbuild's, which then needs no interop for each importer.
const LAZY_SELDOM = forwarders((name) => `exports.${name}`);
const BUNDLED_SELDOM = forwarders((name) => `export const ${name}`);

// The declarations are written once, as CommonJS's, which ESM's may import and not the other way round: twice, they would
// be a tenth of what users install.
const ESM_TYPES = `// Types of import "boring-cors".
export * from "./types.cjs";
export { cors as default } from "./types.cjs";
`;

// What no service loads is built once, as CommonJS, since jest needs that; ESM gets its names from there.
const OTHER_ENTRIES: Readonly<Record<string, readonly string[]>> = {
  testing: ["page"],
  matchers: ["toBeBlocked", "toBeReadable"],
  edge: [
    "EdgeExportError",
    "toGatewayApi",
    "toIngressNginx",
    "toNginx",
    "toServletFilter",
    "toSpring",
    "toVectors",
  ],
};

async function writeOtherEntries(): Promise<void> {
  for (const [name, values] of Object.entries(OTHER_ENTRIES)) {
    const names = values.join(", ");
    await writeFile(
      `dist/${name}.js`,
      `import built from "./${name}.cjs";\nexport const { ${names} } = built;\n`,
    );
    await writeFile(`dist/${name}.d.ts`, `export * from "./${name}.cjs";\n`);
  }
}

export default defineConfig([
  {
    ...shared,
    entry: { index: "src/index.ts" },
    format: "esm",
    external: [/\.cjs$/],
    esbuildPlugins: [seldomLater(true)],
    onSuccess: async () => {
      for (const path of LAZY) await copyFile(path, `dist/${basename(path)}`);
      await writeFile("dist/lazy-seldom.cjs", LAZY_SELDOM);
      await writeFile("dist/index.d.ts", ESM_TYPES);
    },
  },
  {
    ...shared,
    entry: { index: "src/index.ts" },
    format: "cjs",
    external: [APART],
    esbuildPlugins: [seldomLater(false)],
    // require("boring-cors") is the middleware itself, with every named export as a property.
    footer: { js: "module.exports = Object.assign(module.exports.default, module.exports);" },
    // Hand-written, since no generator writes `export =`; the package test keeps it in step with the named exports.
    onSuccess: () => copyFile("src/index.d.cts", "dist/index.d.cts"),
  },
  { ...shared, entry: { seldom: "src/policy/seldom.ts" }, format: "cjs", external: [APART] },
  { ...shared, entry: { report: "src/adapters/report.ts" }, format: "cjs" },
  {
    ...shared,
    entry: {
      testing: "src/testing/index.ts",
      matchers: "src/testing/matchers.ts",
      edge: "src/edge/index.ts",
    },
    format: "cjs",
    external: [APART],
    // Needed by tests, or where configuration is written: no reason to make every service install them.
    noExternal: ["cookie", "js-yaml"],
    onSuccess: writeOtherEntries,
  },
  {
    ...shared,
    entry: { cli: "src/cli/bin.ts" },
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    external: [APART],
    // It finds the package's own package.json by import.meta.url.
    shims: true,
    // Needed on the command line alone: no reason to make every service install them.
    noExternal: ["commander", "cookie", "js-yaml"],
    esbuildPlugins: [exportsApart],
  },
  // One by one: together they would share a file with a hash in its name, and old ones would stay.
  ...Object.entries({
    types: "src/index.ts",
    testing: "src/testing/index.ts",
    matchers: "src/testing/matchers.ts",
    edge: "src/edge/index.ts",
  }).map(
    ([name, source]): Options => ({
      ...shared,
      entry: { [name]: source },
      format: "cjs",
      dts: { only: true },
    }),
  ),
]);
