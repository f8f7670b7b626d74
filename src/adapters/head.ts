// The head of a response as it left, read back once it is written: whoever replaced `writeHead` has had its turn.
import type { HeaderList } from "../browser/header-list.ts";
import type { Response } from "./response.ts";

export interface Head {
  readonly status: number;
  /** As written, each line by itself. */
  readonly headers: HeaderList;
}

interface Written {
  /** node:http's own text of the head: not documented, and what finalhandler, morgan and on-finished have read for ever. */
  readonly _header?: unknown;
  readonly stream?: { readonly sentHeaders?: unknown } | undefined;
}

/** `undefined`: nothing that could be read has left. */
export function headOf(res: Response): Head | undefined {
  const { _header: text, stream } = res as Written;
  if (typeof text === "string") return parsed(text);
  const sent = stream?.sentHeaders;
  return typeof sent === "object" && sent !== null ? fromHttp2(sent as Record<string, unknown>) : undefined;
}

function parsed(text: string): Head {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const headers = lines
    .filter((line) => line !== "")
    .map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
  return { status: Number(statusLine.split(" ", 2)[1]), headers };
}

/** https://nodejs.org/api/http2.html#http2streamsentheaders */
function fromHttp2(sent: Record<string, unknown>): Head {
  const headers = Object.entries(sent)
    .filter(([name]) => !name.startsWith(":"))
    .flatMap(([name, value]) => [value].flat().map((line): [string, string] => [name, String(line)]));
  return { status: Number(sent[":status"]), headers };
}
