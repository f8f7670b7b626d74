// Three real browser engines behind one small interface: what a page reads is asked of the browsers themselves.
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Engine, EngineName } from "./engine.ts";
import { launchChromium, launchFirefox } from "./puppeteer.ts";
import { launchWebKit } from "./webkit.ts";

export type { Engine, EngineName, Tab } from "./engine.ts";

interface Installation {
  /** What must be there, each under one of these names: Debian's, then others'. */
  readonly programs: readonly (() => string | undefined)[];
  readonly packages: string;
  launch(programs: readonly string[], proxyPort: number): Promise<Engine>;
}

const INSTALLATIONS: Readonly<Record<EngineName, Installation>> = {
  Chromium: {
    programs: [() => onPath("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")],
    packages: "chromium",
    launch: ([program = ""], proxyPort) => launchChromium(program, proxyPort),
  },
  Firefox: {
    programs: [() => onPath("firefox-esr", "firefox")],
    packages: "firefox-esr",
    launch: ([program = ""], proxyPort) => launchFirefox(program, proxyPort),
  },
  WebKitGTK: {
    programs: [() => onPath("WebKitWebDriver"), miniBrowser, () => onPath("Xvfb")],
    packages: "webkit2gtk-driver xvfb",
    launch: ([driver = "", browser = "", display = ""], proxyPort) =>
      launchWebKit({ driver, browser, display }, proxyPort),
  },
};

const NAMES = Object.keys(INSTALLATIONS) as EngineName[];

/** Every host goes through the proxy; a launch that fails is tried once more. */
export async function launch(name: EngineName, proxyPort: number): Promise<Engine> {
  const installation = INSTALLATIONS[name];
  const programs = installation.programs.map((find) => find());
  if (!programs.every((program) => program !== undefined)) throw new Error(missing(name));
  try {
    return await installation.launch(programs, proxyPort);
  } catch (error) {
    console.warn(`${name} did not start, once more: ${error}`);
    return installation.launch(programs, proxyPort);
  }
}

/**
 * The engines to test with. In CI a missing one throws; elsewhere it is left out, and said so.
 * `BROWSERS=chromium,firefox` in the environment names the wanted ones.
 */
export function installedEngines(): EngineName[] {
  const wanted = wantedEngines();
  const absent = wanted.filter((name) => !INSTALLATIONS[name].programs.every((find) => find() !== undefined));
  for (const name of absent) {
    if (process.env.CI) throw new Error(missing(name));
    console.warn(`LEFT OUT: ${missing(name)}`);
  }
  if (absent.length === wanted.length) throw new Error("There is no browser to test with");
  return wanted.filter((name) => !absent.includes(name));
}

function wantedEngines(): EngineName[] {
  const list = process.env.BROWSERS;
  if (list === undefined || list === "") return NAMES;
  return list.split(",").map((written) => {
    const name = NAMES.find((known) => known.toLowerCase() === written.trim().toLowerCase());
    if (name === undefined) throw new Error(`BROWSERS: ${written} is none of ${NAMES.join(", ")}`);
    return name;
  });
}

function missing(name: EngineName): string {
  const { packages } = INSTALLATIONS[name];
  return `${name} is not installed: apt-get install -y --no-install-recommends ${packages}`;
}

function onPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** WebKitGTK's small browser is off the path, in a folder that names architecture and version of the interface. */
function miniBrowser(): string | undefined {
  for (const libraries of ["/usr/lib", "/usr/libexec", "/usr/lib64"]) {
    const inside = existsSync(libraries)
      ? readdirSync(libraries).filter((name) => name.includes("linux"))
      : [];
    for (const folder of [libraries, ...inside.map((name) => join(libraries, name))]) {
      for (const version of ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"]) {
        const program = join(folder, version, "MiniBrowser");
        if (isExecutable(program)) return program;
      }
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
