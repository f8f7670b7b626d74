// WebKitGTK: plain WebDriver calls to WebKitWebDriver, which starts MiniBrowser on a virtual display.
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { freePort } from "../../support/free-port.ts";
import {
  type Engine,
  expressionOf,
  LAUNCH_TIMEOUT,
  RUN_TIMEOUT,
  resultOf,
  STEP_TIMEOUT,
  type Tab,
} from "./engine.ts";
import { delay, removeFolder, start, stop, temporaryFolder, within } from "./processes.ts";

interface Programs {
  readonly driver: string;
  readonly browser: string;
  readonly display: string;
}

/** One WebDriver command; the path is below the session's. */
type Command = (method: string, path: string, body?: object, timeout?: number) => Promise<unknown>;

export async function launchWebKit(programs: Programs, proxyPort: number): Promise<Engine> {
  const folder = temporaryFolder("webkitgtk");
  const processes: ChildProcess[] = [];
  let endSession = async () => {};
  const close = async () => {
    await endSession();
    for (const child of processes.reverse()) await stop(child);
    removeFolder(folder);
  };
  try {
    const display = start(
      programs.display,
      ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
      { stdio: ["ignore", "ignore", "ignore", "pipe"] },
      // It then removes its lock in the folder for temporary files.
      "SIGTERM",
    );
    processes.push(display);
    const number = await within(LAUNCH_TIMEOUT, "Xvfb starts", firstLine(display.stdio[3] as Readable));
    const port = await freePort();
    const driver = start(programs.driver, [`--port=${port}`], {
      stdio: "ignore",
      env: environment(folder, number),
    });
    processes.push(driver);
    const server = `http://127.0.0.1:${port}`;
    await answers(server, driver);
    const session = await openSession(server, proxyPort, programs.browser);
    const command: Command = (method, path, body, timeout) =>
      call(`${session.url}${path}`, method, body, timeout);
    endSession = async () => {
      await command("DELETE", "", undefined, 10_000).catch(() => {});
    };
    await command("POST", "/timeouts", { script: RUN_TIMEOUT, pageLoad: STEP_TIMEOUT });
    return { name: "WebKitGTK", version: session.version, tab: await tabs(command), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function environment(folder: string, display: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: "en_US.UTF-8",
    DISPLAY: `:${display}`,
    HOME: folder,
    TMPDIR: folder,
    XDG_RUNTIME_DIR: folder,
    GSETTINGS_BACKEND: "memory",
    NO_AT_BRIDGE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
  };
}

async function answers(server: string, driver: ChildProcess): Promise<void> {
  const deadline = Date.now() + LAUNCH_TIMEOUT;
  for (;;) {
    try {
      await call(`${server}/status`, "GET", undefined, 1000);
      return;
    } catch (error) {
      const ended = driver.pid === undefined || driver.exitCode !== null || driver.signalCode !== null;
      if (ended || Date.now() > deadline) throw new Error(`WebKitWebDriver does not answer: ${error}`);
      await delay(50);
    }
  }
}

async function openSession(
  server: string,
  proxyPort: number,
  binary: string,
): Promise<{ url: string; version: string }> {
  const alwaysMatch = {
    acceptInsecureCerts: true,
    "webkitgtk:browserOptions": {
      binary,
      args: [
        "--automation",
        // Otherwise a third party's cookies are only taken from sites that the tab has visited.
        "--cookies-policy=always",
        // The capability `proxy` will not do: `socksProxy` has no effect, for `sslProxy` it speaks TLS to the proxy.
        `--proxy=socks5://127.0.0.1:${proxyPort}`,
      ],
    },
  };
  const answer = (await call(
    `${server}/session`,
    "POST",
    { capabilities: { alwaysMatch } },
    LAUNCH_TIMEOUT,
  )) as { sessionId: string; capabilities: { browserVersion: string } };
  return { url: `${server}/session/${answer.sessionId}`, version: answer.capabilities.browserVersion };
}

/** A session has one current window: commands to its tabs run one after another. */
async function tabs(command: Command): Promise<() => Promise<Tab>> {
  let last: Promise<unknown> = Promise.resolve();
  // It stays open: a new window can only be had from one that is there.
  const first = String(await command("GET", "/window"));
  let current = first;
  const select = async (handle: string) => {
    if (current !== handle) await command("POST", "/window", { handle });
    current = handle;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return () =>
    inTurn(async () => {
      await select(first);
      // Not a tab of the same window: the picture of one that does not show never comes.
      const { handle } = (await command("POST", "/window/new", { type: "window" })) as { handle: string };
      const here: Command = (...request) =>
        inTurn(async () => {
          await select(handle);
          return command(...request);
        });
      const click = async (selector: string) => {
        const found = await here("POST", "/element", { using: "css selector", value: selector });
        const [id] = Object.values(found as Record<string, string>);
        await here("POST", `/element/${id}/click`, {});
      };
      return {
        goto: async (url) => void (await here("POST", "/url", { url })),
        run: (source, argument) => run(here, source, argument),
        // WebDriver has no console, and an automated session is private: it writes none to standard output either.
        console: async () => [],
        click,
        // Every command waits for a page that is loading.
        follow: async (selector) => {
          await click(selector);
          await here("GET", "/title");
        },
        screenshot: async (path) => {
          writeFileSync(path, Buffer.from(String(await here("GET", "/screenshot")), "base64"));
        },
        close: async () => void (await here("DELETE", "/window")),
      };
    });
}

async function run<T>(command: Command, source: string, argument: unknown): Promise<T> {
  const script = `const done = arguments[0];
    ${expressionOf(source, argument)}.then((json) => done({ json }), (error) => done({ error: String(error) }));`;
  const answer = await command("POST", "/execute/async", { script, args: [] }, RUN_TIMEOUT + 5000);
  const { json, error } = answer as { json?: string; error?: string };
  if (error !== undefined) throw new Error(error);
  return resultOf(json);
}

async function call(url: string, method: string, body?: object, timeout = STEP_TIMEOUT): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
    signal: AbortSignal.timeout(timeout),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`WebDriver: ${error}: ${message}`);
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.on("data", (chunk) => {
      text += String(chunk);
      if (text.includes("\n")) resolve(text.trim());
    });
    stream.once("close", () => reject(new Error("it ended without a word")));
  });
}
