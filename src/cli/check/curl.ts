// The same requests for curl, quoted for sh; secrets stay out, as variables to be set.
import type { WireRequest } from "../../browser/types.ts";
import { isSecretName, withoutSecretParameters } from "./clean.ts";
import type { CheckPlan } from "./options.ts";
import { preflightOf, type Seen } from "./probes.ts";

/** As in the guide: the preflight, the request itself, a stranger's, and one without Origin. */
export function curlCommands(seen: Seen): string {
  const { plan, preflight, conversation, own } = seen;
  const { keptBack, exchanges } = conversation;
  const actual = keptBack ?? exchanges.find(({ label }) => label === "actual") ?? own;
  const blocks: readonly (readonly [title: string, request: WireRequest | undefined])[] = [
    ["The preflight", preflight ?? preflightOf(plan)],
    [
      keptBack === undefined ? "The request itself" : "The request itself, which may change something",
      actual,
    ],
    ["A stranger's", seen.foreign],
    ["Without Origin", seen.noOrigin],
  ];
  return blocks
    .flatMap(([title, request]) => (request === undefined ? [] : [`# ${title}\n${curlOf(request, plan)}\n`]))
    .join("\n");
}

function curlOf({ method, url, headers, body }: WireRequest, { insecure, timeout }: CheckPlan): string {
  const options = [
    // Globbing would take {a,b} and [1-3] in a URL for patterns.
    "curl -sS -g -o /dev/null -D - --path-as-is",
    ...(insecure ? ["--insecure"] : []),
    `--max-time ${Math.ceil(timeout / 1000)}`,
    ...(method === "HEAD" ? ["--head"] : [`-X ${sh(method)}`]),
    ...headers.filter(([name, value]) => !isCurls(name, value)).map(headerOption),
    // A body may hold what headers hide; --data would take a leading @ for a file.
    ...(body === undefined ? [] : [`--data-raw "\${BODY:?}"`]),
    sh(withoutSecretParameters(url).replace(/[?&]boring-cors-check=[^&]*/, "")),
  ];
  return options.join(" \\\n  ");
}

/** What curl sends by itself, and what says nothing about CORS. */
function isCurls(name: string, value: string): boolean {
  return /^(sec-fetch-|referer$)/.test(name) || (name === "accept" && value === "*/*");
}

function headerOption([name, value]: readonly [string, string]): string {
  if (name !== "cookie" && !isSecretName(name))
    return `-H ${sh(value === "" ? `${name};` : `${name}: ${value}`)}`;
  // Names of variables begin with no digit; those of headers may.
  const variable = name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "_")
    .replace(/^(?=\d)/, "_");
  // sh stops with this name where it is not set.
  const given = `\${${variable}:?}`;
  return /^[\w-]+$/.test(name) ? `-H "${name}: ${given}"` : `-H ${sh(`${name}: `)}"${given}"`;
}

/** POSIX sh: nothing is special within single quotes. */
export function sh(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
