// Chromium over CDP and Firefox over WebDriver BiDi, both through puppeteer-core.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type LaunchOptions, launch as launchBrowser, type Page } from "puppeteer-core";
import {
  type Engine,
  type EngineName,
  expressionOf,
  LAUNCH_TIMEOUT,
  RUN_TIMEOUT,
  resultOf,
  STEP_TIMEOUT,
  type Tab,
} from "./engine.ts";
import { delay, removeFolder, stop, temporaryFolder, track, within } from "./processes.ts";
import { certificate } from "./tls.ts";

export function launchChromium(executablePath: string, proxyPort: number): Promise<Engine> {
  return start("Chromium", (profile) => {
    // Debian's build blocks third-party cookies otherwise.
    mkdirSync(join(profile, "Default"), { recursive: true });
    writeFileSync(
      join(profile, "Default", "Preferences"),
      JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }),
    );
    return {
      browser: "chrome",
      executablePath,
      pipe: true,
      // Puppeteer's own switch features off; the browser is to be as users have it.
      ignoreDefaultArgs: true,
      args: [
        ..."--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync".split(" "),
        ..."--disable-background-networking --disable-component-update --disable-default-apps".split(" "),
        ..."--password-store=basic --use-mock-keychain --hide-scrollbars".split(" "),
        // A page that is not in front must not be slowed down.
        ..."--disable-background-timer-throttling --disable-renderer-backgrounding".split(" "),
        // Otherwise http pages are tried as https first, and the test hosts answer both; and a sandboxed frame has a
        // process of its own, whose console is not the tab's.
        "--window-size=900,1100",
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,IsolateSandboxedIframes",
        `--user-data-dir=${profile}`,
        `--proxy-server=socks5://127.0.0.1:${proxyPort}`,
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        `--ignore-certificate-errors-spki-list=${certificate().spki}`,
        "about:blank",
      ],
    };
  });
}

export function launchFirefox(executablePath: string, proxyPort: number): Promise<Engine> {
  return start("Firefox", (profile) => ({
    browser: "firefox",
    executablePath,
    headless: true,
    userDataDir: profile,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      "network.proxy.type": 1,
      "network.proxy.socks": "127.0.0.1",
      "network.proxy.socks_port": proxyPort,
      "network.proxy.socks_version": 5,
      "network.proxy.socks_remote_dns": true,
      "network.proxy.socks5_remote_dns": true,
      "network.proxy.no_proxies_on": "",
      "network.proxy.allow_hijacking_localhost": true,
      // No resolver over https, and nothing else that the browser asks for on its own.
      "network.trr.mode": 5,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "dom.security.https_first": false,
      // Otherwise a third party has another cookie jar for each site that embeds it (5, the default).
      "network.cookie.cookieBehavior": 0,
    },
  }));
}

async function start(name: EngineName, optionsFor: (profile: string) => LaunchOptions): Promise<Engine> {
  const profile = temporaryFolder(name.toLowerCase());
  let browser: Browser | undefined;
  const close = async () => {
    const process = browser?.process();
    try {
      if (browser !== undefined) await within(10_000, `${name} closes`, browser.close());
    } catch {
      // It is ended below, however it is.
    }
    if (process) await stop(process);
    removeFolder(profile);
  };
  try {
    browser = await launchBrowser({
      ...optionsFor(profile),
      timeout: LAUNCH_TIMEOUT,
      protocolTimeout: RUN_TIMEOUT,
      // What the browser writes outside its profile goes with it.
      env: { ...process.env, HOME: profile, TMPDIR: profile },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      defaultViewport: null,
    });
    const child = browser.process();
    if (child) track(child);
    const running = browser;
    const version = (await running.version()).replace(/^\D*/, "");
    return { name, version, tab: () => openTab(running), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openTab(browser: Browser): Promise<Tab> {
  const page: Page = await within(STEP_TIMEOUT, "a new tab", browser.newPage());
  page.setDefaultTimeout(STEP_TIMEOUT);
  let lines: string[] = [];
  page.on("console", (message) => lines.push(message.text()));
  // Firefox reports here what CORS blocks, too, but at its leisure: which request it was cannot be told.
  page.on("pageerror", (error) => {
    const text = String(error);
    if (!text.includes("Cross-Origin Request Blocked")) lines.push(`Uncaught: ${text}`);
  });
  return {
    goto: async (url) => {
      await page.goto(url, { waitUntil: "load" });
    },
    run: async (source, argument) => resultOf(await page.evaluate(expressionOf(source, argument))),
    console: async () => {
      // What the page has said is on its way before this answer is.
      await page.evaluate("0");
      await delay(0);
      const said = lines;
      lines = [];
      return said;
    },
    click: (selector) => page.click(selector),
    follow: async (selector) => {
      await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
    },
    screenshot: async (path) => {
      const type = path.endsWith(".webp") ? "webp" : "png";
      await page.screenshot({
        path: path as `${string}.png`,
        type,
        ...(type === "webp" ? { quality: 55 } : {}),
      });
    },
    close: () => within(STEP_TIMEOUT, "a tab closes", page.close()),
  };
}
