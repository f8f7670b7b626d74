// Generated filters in real containers: one javac, one JVM with Tomcat 10 (jakarta) and Jetty 9 (javax), on free ports.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { toServletFilter } from "../../src/edge/to-servlet-filter.ts";
import { toSpring } from "../../src/edge/to-spring.ts";
import type { Layer, Policy } from "../../src/index.ts";
import { type RawRequest, type RawResponse, sendTo } from "./raw-http.ts";

const JARS = "/usr/share/java";
const PACKAGES =
  "default-jdk-headless libtomcat10-embed-java libjakarta-annotation-api-java libjetty9-java libservlet-api-java libspring-web-java";
const NEEDED = [
  "tomcat10-embed-core",
  "jakarta-annotation-api",
  "servlet-api",
  ...["server", "servlet", "util", "http", "io", "security"].map((part) => `jetty9-${part}`),
  ...["web", "core", "beans", "context"].map((part) => `spring3-${part}`),
  "commons-logging",
].map((name) => join(JARS, `${name}.jar`));

/** Is there a JDK with both containers? CI must have them; elsewhere the tests are left out, and say so. */
export const hasJava =
  spawnSync("javac", ["-version"]).status === 0 && NEEDED.every((file) => existsSync(file));
if (!hasJava && !process.env.CI) {
  console.warn(`SKIPPED: tests that need Java. Get it: apt-get install ${PACKAGES}`);
}

/** A policy and the layer in which its filter runs. */
export interface Filtered {
  readonly policy: Policy;
  readonly layer?: Layer;
}

export type ContainerName = "Tomcat 10" | "Jetty 9";

export interface Container {
  /** To the filter of the policy with this index, in front of the application. */
  send(policy: number, request: Partial<RawRequest>): Promise<RawResponse>;
  /** Which requests with an X-Id has the application seen? */
  reached(): Promise<ReadonlySet<string>>;
  /** Which of the texts does the pattern match from its start? For each block of lines: a pattern, then texts. */
  match(blocks: readonly (readonly string[])[]): Promise<string>;
}

export interface JavaServers {
  readonly containers: Readonly<Record<ContainerName, Container>>;
  /** What a policy's filter consists of, as it was compiled. */
  stop(): Promise<void>;
}

/** Compiles everything in one go, without a warning, and resolves when both containers listen. */
export async function startJava(
  policies: readonly Filtered[],
  springPolicies: readonly Policy[],
): Promise<JavaServers> {
  if (!hasJava) throw new Error(`These tests need Java: apt-get install ${PACKAGES}`);
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-java-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    writeSources(join(folder, "src"), policies, springPolicies);
    const classPath = NEEDED.join(":");
    compile(join(folder, "src"), join(folder, "classes"), classPath);
    const jvm = spawn(
      "java",
      [
        ...["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"],
        ...[
          `${join(folder, "classes")}:${classPath}`,
          "Server",
          join(folder, "base"),
          ...[policies, springPolicies].map(({ length }) => String(length)),
        ],
      ],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const [tomcat, jetty] = await portsOf(jvm);
    return {
      containers: { "Tomcat 10": container(tomcat), "Jetty 9": container(jetty) },
      async stop() {
        await ended(jvm);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The same application for both: the two servlet APIs differ in their packages' names alone. */
function writeSources(
  folder: string,
  policies: readonly Filtered[],
  springPolicies: readonly Policy[],
): void {
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const own = join(import.meta.dirname, "java");
  for (const name of readdirSync(own, { recursive: true, encoding: "utf8" }).filter((one) =>
    one.endsWith(".java"),
  ))
    put(name, readFileSync(join(own, name), "utf8"));
  const upstream = readFileSync(join(own, "Upstream.java"), "utf8");
  put(
    "upstreamjavax/Upstream.java",
    upstream
      .replaceAll("jakarta.servlet", "javax.servlet")
      .replace(/^package upstream;/m, "package upstreamjavax;"),
  );
  for (const [index, { policy, layer }] of policies.entries()) {
    for (const servlet of ["jakarta", "javax"] as const) {
      const { files } = toServletFilter(policy, { package: `${servlet}${index}`, servlet, layer });
      for (const [name, text] of Object.entries(files)) put(`${servlet}${index}/${name}`, text);
    }
  }
  for (const [index, policy] of springPolicies.entries()) {
    const { files } = toSpring(policy, {
      package: `spring${index}`,
      servlet: "javax",
      acceptDifferences: true,
    });
    for (const [name, text] of Object.entries(files)) put(`spring${index}/${name}`, text);
  }
}

function compile(sources: string, classes: string, classPath: string): void {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".java"),
  );
  const list = join(sources, "files.txt");
  writeFileSync(list, files.map((name) => `"${join(sources, name)}"`).join("\n"));
  // Debian's jars name others that are not installed, hence -path.
  const { status, stdout, stderr } = spawnSync(
    "javac",
    [
      "-J-XX:TieredStopAtLevel=1",
      "-Xlint:all,-path,-classfile",
      "-Werror",
      "-cp",
      classPath,
      "-d",
      classes,
      `@${list}`,
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`javac:\n${stdout}${stderr}`);
}

async function portsOf(jvm: ChildProcess): Promise<readonly [number, number]> {
  if (jvm.stdout === null) throw new Error("the JVM has no output");
  for await (const line of createInterface({ input: jvm.stdout })) {
    const [, tomcat, jetty] = /^(\d+) (\d+)$/.exec(line) ?? [];
    if (tomcat !== undefined) return [Number(tomcat), Number(jetty)];
  }
  throw new Error("the JVM ended before it listened");
}

function container(port: number): Container {
  const control = (name: string, body = "") =>
    sendTo(port, { method: "POST", target: "/", headers: [["X-Control", name]], body });
  return {
    send: (policy, { headers = [], ...request }) =>
      sendTo(port, { ...request, headers: [["X-Policy", String(policy)], ...headers] }),
    reached: async () => new Set((await control("reached")).body.split(" ")),
    match: async (blocks) =>
      (await control("match", blocks.map((lines) => lines.join("\n")).join("\n\n"))).body,
  };
}

async function ended(jvm: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => jvm.once("close", resolve));
  // It ends with its input.
  jvm.stdin?.end();
  await closed;
}
