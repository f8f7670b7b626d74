// What the syntax tree alone tells: anchors, dots, and what could replace a RegExp that is nearly right.
import type { Node } from "./regexp-syntax.ts";

/** The node and all below it. `looks`: also what stands in lookarounds? */
export function nodesIn(node: Node, looks: boolean): readonly Node[] {
  switch (node.kind) {
    case "sequence":
      return [node, ...node.items.flatMap((item) => nodesIn(item, looks))];
    case "choice":
      return [node, ...node.options.flatMap((option) => nodesIn(option, looks))];
    case "repeat":
      return [node, ...nodesIn(node.item, looks)];
    case "look":
      return looks ? [node, ...nodesIn(node.item, looks)] : [node];
    default:
      return [node];
  }
}

/**
 * `whole`: every path begins with `^` and ends with `$`; `open`: some path does not; `inside`: they do, but there are others in
 * the middle, whose paths can never match. Judged by the tree, not by the text: `^a$|b` begins and ends well enough.
 */
export function anchorsOf(tree: Node): "whole" | "open" | "inside" {
  const starts = anchorsAt("start", tree);
  const ends = anchorsAt("end", tree);
  if (starts === 0 || ends === 0) return "open";
  const all = nodesIn(tree, false).filter(({ kind }) => kind === "start" || kind === "end");
  return all.length === starts + ends ? "whole" : "inside";
}

/** How many anchors stand at this edge of the node, which every path passes one of; 0 if a path has none. */
function anchorsAt(edge: "start" | "end", node: Node): number {
  switch (node.kind) {
    case edge:
      return 1;
    case "sequence": {
      const items = node.items.filter(({ kind }) => kind !== "look" && kind !== "boundary");
      const outermost = edge === "start" ? items[0] : items.at(-1);
      return outermost === undefined ? 0 : anchorsAt(edge, outermost);
    }
    case "choice": {
      const counts = node.options.map((option) => anchorsAt(edge, option));
      return counts.includes(0) ? 0 : counts.reduce((sum, count) => sum + count);
    }
    default:
      return 0;
  }
}

/** Where in the source a dot stands that no quantifier follows. One in a lookaround does not widen what is matched. */
export function bareDots(tree: Node): readonly number[] {
  const nodes = nodesIn(tree, false);
  const quantified = new Set(nodes.flatMap((node) => (node.kind === "repeat" ? [node.item] : [])));
  return nodes.flatMap((node) => (node.kind === "set" && node.dot && !quantified.has(node) ? [node.at] : []));
}

/** The source with its bare dots escaped: what its author most likely meant. */
export function escapeDots(source: string, tree: Node): string {
  let escaped = source;
  for (const at of [...bareDots(tree)].sort((a, b) => b - a)) {
    escaped = `${escaped.slice(0, at)}\\${escaped.slice(at)}`;
  }
  return escaped;
}

const SUFFIX_ONLY = /^\\\.((?:[a-z0-9-]|\\[-.])+)\$$/;
const DOMAIN_ONLY = /^(?:\((?:\?:)?\^\|\\\.\))?((?:[a-z0-9-]+\\\.)+[a-z][a-z0-9-]*\$)$/;
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SCHEME = /^[a-z][a-z-]*\??:(?:\\?\/){2}/;
const GLUED = /^(\^https\??:(?:\\?\/){2})\.([*+])([a-z0-9](?:[a-z0-9-]|\\[-.])*\$)$/;

/** The host in `/\.example\.com$/`, which was meant for everything below it. */
export function suffixOnly(source: string): string | undefined {
  return SUFFIX_ONLY.exec(source)?.[1]?.replaceAll("\\", "");
}

/**
 * What could stand instead of the RegExp, if what was meant is certain. The caller judges each candidate again: a repair of one
 * fault that leaves another is none.
 */
export function repairsOf(source: string, flags: string, tree: Node): readonly (string | RegExp)[] {
  const suffix = suffixOnly(source);
  if (suffix !== undefined) return HOST.test(suffix) ? [`https://*.${suffix}`] : [];
  if (source === "localhost") return ["http://localhost:*"];
  const escaped = escapeDots(source, tree);
  // `/example\.com$/`, as the README of npm `cors` has it: the domain and what is below it, not evilexample.com.
  const [, domain] = DOMAIN_ONLY.exec(escaped) ?? [];
  if (domain !== undefined) return [new RegExp(`^https:\\/\\/(.+\\.)?${domain}`, flags)];
  const repaired = anchored(escaped, tree)
    // The same language: `.+` covers the dots between the turns. Only the ways to read it are fewer.
    .replace(/\((\?:)?\.\+\\\.\)\*/g, "($1.+\\.)?")
    .replace(GLUED, (_, scheme, sign, rest) => `${scheme}${sign === "*" ? "(?:.+\\.)?" : ".+\\."}${rest}`);
  return repaired === source ? [] : [new RegExp(repaired, flags)];
}

/** Adds the anchors that are missing around what is visibly a whole origin. */
function anchored(source: string, tree: Node): string {
  if (anchorsOf(tree) !== "open") return source;
  const body = source.replace(/^\^/, "").replace(/(?<!\\)\$$/, "");
  const closed = source.endsWith("$") && !body.endsWith("$");
  const options = tree.kind === "choice" ? body.split("|") : [body];
  const ended = options.map((option, index) =>
    closed && index === options.length - 1 ? option : withPort(option),
  );
  if (!ended.every((option) => option !== undefined && isOrigin(option))) return source;
  return tree.kind === "choice" ? `^(?:${ended.join("|")})$` : `^${ended[0]}$`;
}

const LOCAL_HOST = /\/(?:localhost|127(?:\\\.\d+){3}|\\\[::1\\?\])$/;
const CUT_PORT = /:(?:\d|\\d|\[0-9\]){0,3}$/;

/** An end that was open let every port in, and on this very machine that was meant. `undefined`: the cut was in the port. */
function withPort(option: string): string | undefined {
  if (CUT_PORT.test(option)) return undefined;
  return LOCAL_HOST.test(option) ? `${option}(:\\d+)?` : option;
}

/** A scheme, and then no slash: what goes on with a path matches no origin, anchored or not. */
function isOrigin(text: string): boolean {
  return SCHEME.test(text) && !text.replace(SCHEME, "").includes("/");
}
