import { defineConfig } from "vitest/config";

// Tests in real browsers: `npm run test:browsers`. Apart from `npm test`, since not every machine has them.
export default defineConfig({
  test: {
    include: ["test/browsers/**/*.browser.ts"],
    // Launches included, on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 150_000,
    // One file at a time: the browsers have the processors to themselves.
    fileParallelism: false,
    execArgv: ["--no-warnings"],
  },
});
