// The part of a response that adapters use: node:http's, http2's compatibility API's, and that of test doubles.
import type { OutgoingHttpHeader } from "node:http";
import loadVary from "./lazy-vary.cjs";

/** Everything but the first four may be missing (test doubles, engine.io's upgrade response). */
export interface Response {
  statusCode: number;
  getHeader(name: string): OutgoingHttpHeader | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(): unknown;
  appendHeader?(name: string, value: string | readonly string[]): unknown;
  removeHeader?(name: string): void;
  getHeaderNames?(): string[];
  writeHead?(statusCode: number, ...rest: unknown[]): unknown;
  readonly headersSent?: boolean;
  readonly writableEnded?: boolean;
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  /** Of http2's compatibility API, which reports the end of a stream nowhere else. */
  readonly stream?: { readonly destroyed?: boolean; readonly closed?: boolean } | undefined;
}

/** Is there nobody left to answer: headers on their way, ended, or the connection gone? */
export function isOver(res: Response): boolean {
  const { stream } = res;
  return (
    res.headersSent === true ||
    res.writableEnded === true ||
    res.destroyed === true ||
    res.closed === true ||
    (stream !== undefined && (stream.destroyed === true || stream.closed === true))
  );
}

// The last merge, since a service merges the same two values at every request.
let lastExisting = "";
let lastAdded = "";
let lastMerged = "";

/** Adds names to Vary: one line, existing names kept, none twice, `*` left alone. */
export function mergeVary(res: Response, names: string): void {
  const existing = res.getHeader("vary");
  if (existing === undefined) {
    res.setHeader("vary", names);
    return;
  }
  if (existing === names) return;
  const line = Array.isArray(existing) ? existing.join(", ") : String(existing);
  if (line !== lastExisting || names !== lastAdded) {
    lastMerged = merged(line, names);
    lastExisting = line;
    lastAdded = names;
  }
  if (lastMerged !== existing) res.setHeader("vary", lastMerged);
}

function merged(line: string, names: string): string {
  if (line.trim() === "") return names;
  try {
    return loadVary().append("", `${line}, ${names}`);
  } catch {
    // An upstream may send what is no list of names; ours must be in the line all the same.
    return `${line}, ${names}`;
  }
}
