// What the tests see of a browser, and what all drivers share.

export type EngineName = "Chromium" | "Firefox" | "WebKitGTK";

export interface Tab {
  /** Resolves when the page has loaded. */
  goto(url: string): Promise<void>;
  /** Runs the source of an async function `(argument) => result` in the page; argument and result are JSON. */
  run<T>(source: string, argument?: unknown): Promise<T>;
  /**
   * Console lines since the last call, with what nobody caught. Chromium's name the reason of every CORS failure; Firefox
   * is asked only for what the page logs or throws itself, and WebKitGTK tells a driver nothing at all.
   */
  console(): Promise<string[]>;
  click(selector: string): Promise<void>;
  /** Clicks what leads to another page; resolves when that has loaded. */
  follow(selector: string): Promise<void>;
  /** A PNG file of what shows. */
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  tab(): Promise<Tab>;
  /** Ends every process and removes the profile. */
  close(): Promise<void>;
}

export const LAUNCH_TIMEOUT = 60_000;
/** One `run` may put hundreds of cases. */
export const RUN_TIMEOUT = 240_000;
export const STEP_TIMEOUT = 30_000;

/** An expression whose promise is the result as JSON: so that every driver hands over the same. */
export function expressionOf(source: string, argument: unknown): string {
  return `(async () => JSON.stringify(await (${source})(${JSON.stringify(argument)})))()`;
}

export function resultOf<T>(json: unknown): T {
  return (typeof json === "string" ? JSON.parse(json) : undefined) as T;
}
