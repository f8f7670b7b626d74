// An explanation in words, for people.
import { show } from "../../policy/issues.ts";
import type { RouteData } from "../../policy/options.ts";
import { type Entry, showEntry } from "../entries.ts";
import { columns, listed, type Paint, plain } from "../text.ts";
import type { Exchange, Explanation } from "./explain.ts";

export function explanationText(explanation: Explanation, paint: Paint): string {
  const { request, route, preflight, exchanges, blocked, notes } = explanation;
  const headers = request.headers.map(([name]) => name);
  const asks = [
    `${plain(request.method)} ${plain(request.url, 200)}`,
    ...(headers.length === 0 ? [] : [`with ${plain(listed(headers, 8))}`]),
    request.credentials ? "with credentials" : "without credentials",
  ].join(", ");
  const facts: [string, string][] = [
    ["page", plain(request.origin)],
    ["asks", asks],
    ["route", route.key === null ? route.why : `${show(route.key)}: ${route.why}`],
    ...ruleFacts(route.rule, route.entry),
    ["preflight", preflight.needed ? `needed: ${plain(preflight.because.join("; "))}` : "not needed"],
  ];
  const blocks = [
    [verdictLine(explanation, paint)],
    columns(facts, paint),
    ...exchanges.map((exchange) => exchangeLines(exchange, blocked?.advice, paint)),
    ...(exchanges.at(-1)?.kind === "preflight" ? [["The request itself is not sent."]] : []),
    ...(blocked === null || explanation.verdict === "undecided"
      ? []
      : [[`The browser says: ${plain(blocked.message)}`]]),
    ...(blocked === null ? [] : [[`${paint("bold", "To change it:")} ${plain(blocked.advice)}`]]),
    ...(notes.length === 0 ? [] : [notes.map(({ code, message }) => `note ${code}: ${plain(message)}`)]),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function verdictLine({ verdict, blocked, exchanges }: Explanation, paint: Paint): string {
  if (verdict === "undecided") {
    return `${paint("yellow", "not decided here")}: this policy leaves the path to what stands behind it`;
  }
  if (verdict === "readable") {
    const only = exchanges.every(({ requestHeaders }) => requestHeaders.origin === undefined);
    return `${paint("green", "readable")}: ${only ? "the page asks its own origin, so CORS does not apply" : "the page can read the answer"}`;
  }
  const at =
    blocked?.step === "preflight"
      ? "at the preflight"
      : blocked?.step === "response"
        ? "at the response"
        : "before anything is sent";
  return `${paint("red", "blocked")} ${at} [${blocked?.code}]`;
}

function ruleFacts(rule: RouteData | null, entry: string | null): [string, string][] {
  if (rule === null) return [];
  if (rule === false) return [["rule", "false: no cross-origin access"]];
  if (rule === "passthrough") return [["rule", '"passthrough": somebody behind this policy owns CORS here']];
  const letsIn = entry === null ? "" : ` (this page by ${entry})`;
  return [
    ["origins", `${originsText(rule.origin)}${letsIn}`],
    [
      "rule",
      [
        rule.credentials ? "with credentials" : "without credentials",
        `methods ${namesText(rule.methods, "none")}`,
        `allowed headers ${rule.allowedHeaders === null ? "what is asked for" : namesText(rule.allowedHeaders, "none")}`,
        `exposed headers ${namesText(rule.exposedHeaders, "none")}`,
        `max-age ${rule.maxAge}`,
        ...(rule.owner === undefined ? [] : [`enforced by the ${rule.owner} alone`]),
      ].join("; "),
    ],
  ];
}

function originsText(origin: Exclude<RouteData, false | "passthrough">["origin"]): string {
  if (origin === "*") return '"*": every website';
  if (origin === false) return "none";
  if ("function" in origin) return "a function decides";
  return listed((origin as readonly Entry[]).map(showEntry));
}

function namesText(names: "*" | readonly string[], none: string): string {
  if (names === "*") return '"*"';
  return names.length === 0 ? none : names.map((name) => plain(name, 60)).join(",");
}

function exchangeLines(exchange: Exchange, advice: string | undefined, paint: Paint): string[] {
  const { method, path, requestHeaders, status, responseHeaders, allowed, detail } = exchange;
  const lines = (headers: Readonly<Record<string, string>>) =>
    Object.entries(headers).map(([name, value]) => `    ${plain(name)}: ${plain(value, 300)}`);
  const answer = status === null ? "the application answers, with" : `${status}`;
  const set = lines(responseHeaders);
  return [
    `  ${paint("bold", `${plain(method)} ${plain(path, 200)}`)}`,
    ...lines(requestHeaders),
    `  -> ${status === null && set.length === 0 ? "the application answers; the policy sets no header" : answer}`,
    ...set,
    ...(allowed || detail === advice ? [] : [`  ${paint("red", "refused")}: ${plain(detail, 900)}`]),
  ];
}
