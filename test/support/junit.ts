// Real JUnit 5 on a real JVM: compiles one test class and runs it, with Debian's packages of the libraries.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const JARS = [
  ...["api", "engine", "params"].map((part) => `junit-jupiter-${part}`),
  ...["commons", "engine", "launcher", "console", "reporting"].map((part) => `junit-platform-${part}`),
  ...[
    "opentest4j",
    "opentest4j-reporting-events",
    "opentest4j-reporting-schema",
    "apiguardian-api",
    "picocli",
  ],
  ...["core", "annotations", "databind"].map((part) => `jackson-${part}`),
].map((name) => `/usr/share/java/${name}.jar`);

/** Debian's packages of all that. */
export const JUNIT_PACKAGES = "default-jdk-headless junit5 libjackson2-databind-java";

/** Is there a JUnit to test with? CI must have one; elsewhere the tests are left out, and say so. */
export const hasJUnit =
  spawnSync("javac", ["-version"]).status === 0 &&
  JARS.filter((jar) => !/reporting/.test(jar)).every((jar) => existsSync(jar));
if (!hasJUnit && !process.env.CI) {
  console.warn(`SKIPPED: tests that need JUnit 5. Get it: apt-get install ${JUNIT_PACKAGES}`);
}

export interface JUnitRun {
  readonly succeeded: number;
  readonly failed: number;
  readonly output: string;
}

const run = promisify(execFile);

/** Compiles a class into the folder. */
export async function compileJUnit(folder: string, name: string, source: string): Promise<void> {
  if (!hasJUnit) throw new Error(`These tests need JUnit 5: apt-get install ${JUNIT_PACKAGES}`);
  writeFileSync(join(folder, `${name}.java`), source);
  await run("javac", ["-Xlint:all,-path", "-Werror", "-cp", JARS.join(":"), `${name}.java`], { cwd: folder });
}

/** Runs what was compiled there. */
export async function runJUnit(
  folder: string,
  name: string,
  properties: Readonly<Record<string, string>>,
): Promise<JUnitRun> {
  const defined = Object.entries(properties).map(([key, value]) => `-D${key}=${value}`);
  const args = [...defined, "-cp", [".", ...JARS].join(":"), "org.junit.platform.console.ConsoleLauncher"];
  const options = [
    "--select-class",
    name,
    "--disable-banner",
    "--disable-ansi-colors",
    "--details",
    "summary",
  ];
  const { stdout, stderr } = await run("java", [...args, ...options], {
    cwd: folder,
    maxBuffer: 1 << 26,
  }).catch((error: { stdout: string; stderr: string }) => error);
  const output = stdout + stderr;
  const count = (what: string) => Number(new RegExp(`(\\d+) tests ${what}`).exec(output)?.[1] ?? Number.NaN);
  return { succeeded: count("successful"), failed: count("failed"), output };
}
