// Why a string is no key of a table of routes, and what to write instead. It may guess; only routes.ts judges.
import { show } from "./issues.ts";

/** `key` is no path prefix: says why. (The lookbehinds keep a long run of slashes from being tried from each of them.) */
export function adviseKey(key: string): string {
  if (/^[a-z]+:\/\//i.test(key)) return `is a URL, and a key is a path; write ${show(pathOf(key))}`;
  const prefix = /^[^*:{(?]*/.exec(key)?.[0].replace(/(?<!\/)\/+$/, "") || "/";
  if (/[*:{(]/.test(key)) {
    return `has pattern characters, and a key covers everything below it; write ${show(prefix)}`;
  }
  const method = /^[A-Z]{3,}(?:\s+(\/.*)?|$)/.exec(key);
  if (method !== null) {
    return `names a method; a key is a path, and methods stand in its rule: write ${show(method[1] ?? "/")}`;
  }
  if (!key.startsWith("/"))
    return `does not start with "/"; write ${show(`/${key.replace(/(?<!\/)\/+$/, "")}`)}`;
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key))
    return "has a dot segment, which clients remove; write the path that is meant";
  if (key.endsWith("/")) return `ends with a slash; a key covers everything below it: write ${show(prefix)}`;
  if (key.includes("//")) return `has an empty segment; write ${show(key.replace(/\/{2,}/g, "/"))}`;
  return 'has characters that readers of a path disagree about; a key is made of A-Za-z0-9-._~!$&\'+,=@ and "/"';
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/[?#].*$/, "") || "/";
}
