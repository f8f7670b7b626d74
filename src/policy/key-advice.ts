// Why a string is no key of a table of routes, and what to write instead. It may guess; only routes.ts judges.
import { show } from "./issues.ts";

/** `key` is no path prefix: says why. */
export function adviseKey(key: string): string {
  const write = keyIn(key);
  if (/^[a-z]+:\/\//i.test(key)) return `is a URL, and a key is a path; ${write}`;
  if (/^[A-Z]{3,}(?:\s|$)/.test(key))
    return `names a method; a key is a path, and methods stand in its rule: ${write}`;
  if (/[*:{(]/.test(key)) return `has pattern characters, and a key covers everything below it; ${write}`;
  if (!key.startsWith("/")) return `does not start with "/"; ${write}`;
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key))
    return "has a dot segment, which clients remove; write the path that is meant";
  if (key.endsWith("/")) return `ends with a slash; a key covers everything below it: ${write}`;
  if (key.includes("//")) return `has an empty segment; ${write}`;
  return 'has characters that readers of a path disagree about; a key is made of A-Za-z0-9-._~!$&\'+,=@ and "/"';
}

/** The path that is left without host, method, pattern and superfluous slashes, if it is one. */
function keyIn(key: string): string {
  const [path = ""] = key
    .replace(/^[a-z]+:\/\/[^/?#]*/i, "")
    .replace(/^[A-Z]{3,}(?:\s+|$)/, "")
    .split(/[*:{(?#]/, 1);
  const segments = path.split("/").filter((segment) => segment !== "");
  const fine = segments.every(
    (segment) => /^[A-Za-z0-9\-._~!$&'+,=@]+$/.test(segment) && !/^\.{1,2}$/.test(segment),
  );
  return fine ? `write ${show(`/${segments.join("/")}`)}` : 'write a path prefix, as in "/public"';
}
