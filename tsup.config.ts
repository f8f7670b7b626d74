// Two builds, one per module system: facts about `export =` and callable require() force them apart.
import { copyFile } from "node:fs/promises";
import { defineConfig } from "tsup";

const shared = {
  entry: { index: "src/index.ts" },
  outDir: "dist",
  target: "node20",
  platform: "node",
  splitting: false,
  treeshake: true,
  // One copy of the suffix data serves both builds; it is decoded at first use.
  external: [/public-suffix-data\.cjs$/],
} as const;

export default defineConfig([
  {
    ...shared,
    format: "esm",
    dts: true,
    onSuccess: async () => {
      await copyFile("src/policy/public-suffix-data.cjs", "dist/public-suffix-data.cjs");
    },
  },
  {
    ...shared,
    format: "cjs",
    // require("boring-cors") is the middleware itself, with every named export as a property.
    footer: { js: "module.exports = Object.assign(module.exports.default, module.exports);" },
    onSuccess: async () => {
      // Hand-written, because no generator writes `export =`; a package test keeps it in step with index.d.ts.
      await copyFile("src/index.d.cts", "dist/index.d.cts");
    },
  },
]);
