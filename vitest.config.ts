import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/seed.ts"],
    // Warnings are asserted where they matter (the event fires all the same); printed, they would bury the results.
    execArgv: ["--no-warnings"],
    server: { deps: { external: [/src\/.*\.cjs$/] } },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // Types and re-exports hold nothing that could run; bin.ts runs in processes of its own, see cli-process.test.ts.
      exclude: [
        "src/cli/bin.ts",
        "src/**/*.d.ts",
        "src/index.ts",
        "src/policy/decision.ts",
        "src/policy/options.ts",
        "src/edge/index.ts",
        "src/policy/seldom.ts",
      ],
      reporter: ["text", "json-summary"],
      thresholds: {
        lines: 95,
        branches: 95,
        functions: 95,
        statements: 95,
        "src/policy/**": { lines: 100, branches: 100, functions: 100, statements: 100 },
      },
    },
  },
});
