// Steps of a scenario, run on pages in a real browser and on the model's: what scripts read, and what servers saw.
import { writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { vi } from "vitest";
import { type Page, page } from "../../../src/testing/index.ts";
import type { Tab } from "./engine.ts";
import { removeFolder, temporaryFolder } from "./processes.ts";
import { type Site, startSite } from "./site.ts";

export interface Step {
  /** The page's origin; `frame` and `file` are pages of the origin `null`: a sandboxed frame, and a local file. */
  readonly on?: string;
  readonly url: string;
  /** In the model alone: so many milliseconds pass before, on the fake clock. */
  readonly after?: number;
  readonly init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly credentials?: "include" | "omit" | "same-origin";
    readonly mode?: "cors" | "no-cors";
  };
}

/** `200 body (etag: "1")`: status, body, the readable headers beyond the usual ones; or `opaque`, or `TypeError`. */
export type Answer = string;

export interface Observation {
  readonly answers: readonly Answer[];
  /** `OPTIONS /orders`; with `null` where the origin is that, `(revalidates)`, and `[a=b]`, the cookies. */
  readonly wire: readonly string[];
}

const APP = "https://app.example.com";

/** One function of the page's and of the test's: with Response and the model's ScriptResponse alike. */
const DESCRIBE = `async (response) => {
  if (response.type === "opaque") return "opaque";
  const usual = ["cache-control", "content-length", "content-type", "expires", "last-modified", "pragma"];
  const more = [...response.headers].filter(([name]) => !usual.includes(name)).map((pair) => pair.join(": "));
  return [response.status, await response.text(), ...more.map((line) => "(" + line + ")")].join(" ").trim();
}`;
const describeResponse = new Function(`return ${DESCRIBE}`)() as (response: unknown) => Promise<Answer>;
const FETCH = `async ({ url, init }) => {
  try {
    return await (${DESCRIBE})(await fetch(url, init));
  } catch (error) {
    return error.name;
  }
}`;
const FETCH_ALL = `async (steps) => {
  const answers = [];
  for (const step of steps) answers.push(await (${FETCH})(step));
  return answers;
}`;
const IN_FRAME = `async (steps) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  const said = new Promise((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
  frame.srcdoc = "<script>(" + ${JSON.stringify(FETCH_ALL)} + ")(" + JSON.stringify(steps) +
    ").then((answers) => parent.postMessage(answers, '*'))</script>";
  document.body.append(frame);
  return said;
}`;

export interface Stage {
  readonly site: Site;
  inEngine(tab: Tab, steps: readonly Step[]): Promise<Observation>;
  /** The same steps on the model's pages, which share what cookies they are given, as a browser's do. */
  inModel(steps: readonly Step[], options?: { preflightCache: boolean }): Promise<ModelObservation>;
  /** The requests since the last call. */
  takeWire(): string[];
  close(): Promise<void>;
}

export interface ModelObservation extends Observation {
  readonly blocked: readonly (string | null)[];
  readonly notes: readonly string[];
}

/** @param services By host; every other host answers with an empty page. */
export async function openStage(services: Readonly<Record<string, RequestListener>>): Promise<Stage> {
  const folder = temporaryFolder("scenario");
  const file = join(folder, "page.html");
  writeFileSync(file, "<!doctype html><title>file</title>");
  let wire: string[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const service = services[(request.headers.host ?? "").replace(/:\d+$/, "")];
    if (service === undefined) {
      response.setHeader("Content-Type", "text/html");
      return void response.end("<!doctype html><title>page</title>");
    }
    wire.push(lineOf(request));
    return service(request, response);
  };
  const site = await startSite(listener);
  const takeWire = () => {
    const taken = wire;
    wire = [];
    return taken;
  };
  return {
    site,
    takeWire,
    inEngine: async (tab, steps) => {
      takeWire();
      const answers: Answer[] = [];
      for (const [on, some] of byPage(steps)) {
        await tab.goto(on === "file" ? pathToFileURL(file).href : `${on === "frame" ? APP : on}/`);
        answers.push(...(await tab.run<Answer[]>(on === "frame" ? IN_FRAME : FETCH_ALL, some)));
      }
      return { answers, wire: takeWire() };
    },
    inModel: async (steps, options) => {
      takeWire();
      const observed = await runInModel(steps, (origin) => page(origin, listener, options));
      return { ...observed, wire: takeWire() };
    },
    close: async () => {
      await site.close();
      removeFolder(folder);
    },
  };
}

function lineOf({ method, url, headers }: IncomingMessage): string {
  const cookies = headers.cookie?.split("; ").sort().join("; ");
  return [
    method,
    url,
    ...(headers.origin === "null" ? ["null"] : []),
    ...(headers["if-none-match"] === undefined ? [] : ["(revalidates)"]),
    ...(cookies ? [`[${cookies}]`] : []),
  ].join(" ");
}

/** Neighbours on the same page, together. */
function byPage(steps: readonly Step[]): [string, Step[]][] {
  const groups: [string, Step[]][] = [];
  for (const step of steps) {
    const on = step.on ?? APP;
    const last = groups[groups.length - 1];
    if (last?.[0] === on) last[1].push(step);
    else groups.push([on, [step]]);
  }
  return groups;
}

async function runInModel(
  steps: readonly Step[],
  open: (origin: string) => Page,
): Promise<Omit<ModelObservation, "wire">> {
  const pages = new Map<string, Page>();
  for (const [on] of byPage(steps)) pages.set(on, open(on === "frame" || on === "file" ? "null" : on));
  const answers: Answer[] = [];
  const blocked: (string | null)[] = [];
  const notes: string[] = [];
  for (const { on = APP, url, init = {}, after = 0 } of steps) {
    if (after > 0) vi.setSystemTime(Date.now() + after);
    const got = await (pages.get(on) as Page).fetch(url, init);
    answers.push(got.response === null ? "TypeError" : await describeResponse(got.response));
    blocked.push(got.blocked?.code ?? null);
    const cookieNotes = got.notes.map(({ code }) => code).filter((code) => code.startsWith("cookie-"));
    notes.push(...cookieNotes);
    if (cookieNotes.includes("cookie-dropped")) continue;
    const lines = got.requests
      .flatMap(({ response }) => response?.headers ?? [])
      .filter(([name]) => name.toLowerCase() === "set-cookie");
    for (const [, line] of lines) for (const [other, it] of pages) if (other !== on) it.setCookie(url, line);
  }
  return { answers, blocked, notes };
}
