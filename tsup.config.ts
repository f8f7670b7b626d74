// Three outputs: ESM with its types, CommonJS, and CommonJS's types under a name of their own.
import { copyFile } from "node:fs/promises";
import { defineConfig, type Options } from "tsup";

const shared: Options = {
  outDir: "dist",
  target: "node20",
  platform: "node",
  splitting: false,
  // Comments and indentation would triple what everybody installs; names stay, for stack traces.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
  },
  // One copy of the suffix data serves both builds; it is decoded at first use.
  external: [/public-suffix-data\.cjs$/],
};

export default defineConfig([
  {
    ...shared,
    entry: { index: "src/index.ts" },
    format: "esm",
    dts: true,
    onSuccess: () => copyFile("src/policy/public-suffix-data.cjs", "dist/public-suffix-data.cjs"),
  },
  {
    ...shared,
    entry: { index: "src/index.ts" },
    format: "cjs",
    // require("boring-cors") is the middleware itself, with every named export as a property.
    footer: { js: "module.exports = Object.assign(module.exports.default, module.exports);" },
    // Hand-written, since no generator writes `export =`; the package test keeps it in step with the named exports.
    onSuccess: () => copyFile("src/index.d.cts", "dist/index.d.cts"),
  },
  { ...shared, entry: { types: "src/index.ts" }, format: "cjs", dts: { only: true } },
]);
