// What two servers differ in, judged by the browser's checks on what came over the wire: knows nothing of report mode.
import { corsCheck, exposedNames, isFailure, preflightCheck } from "../../src/browser/checks.ts";
import { isSafelistedResponseHeader } from "../../src/browser/safelists.ts";
import type { CredentialsMode } from "../../src/browser/types.ts";
import { type RawRequest, type RawResponse, valuesOf } from "./raw-http.ts";

/** What the application says, so that an answer by somebody else can be told. */
export const APPLICATION = "application";

type Request = Partial<RawRequest>;
type Page = (response: RawResponse) => boolean;

const named = ({ headers = [] }: Request, name: string) =>
  headers.find(([other]) => other.toLowerCase() === name)?.[1];
const isPreflight = (request: Request) =>
  request.method === "OPTIONS" &&
  named(request, "origin") !== undefined &&
  named(request, "access-control-request-method") !== undefined;

/** Everything that a page could want of an answer: to go on, or to read one header of it. */
function pagesOf(request: Request, responses: readonly RawResponse[]): readonly Page[] {
  const origin = named(request, "origin");
  if (origin === undefined) return [];
  if (isPreflight(request)) {
    return [
      (response) => passes(request, origin, "omit", response),
      (response) => passes(request, origin, "include", response),
      (response) => passes(inEngines(request, response), origin, "omit", response),
    ];
  }
  return (["omit", "include"] as const).flatMap((credentials) => {
    const reads: Page = ({ status, body, headers }) =>
      (status !== 403 || body !== "") && corsCheck(origin, credentials, headers) === null;
    const names = new Set(responses.flatMap(({ headers }) => headers.map(([name]) => name.toLowerCase())));
    const beyond = [...names].filter(
      (name) => !/^(?:access-control-.*|vary)$/.test(name) && !isSafelistedResponseHeader(name),
    );
    const headers = beyond.map(
      (name): Page =>
        (response) =>
          reads(response) &&
          valuesOf(response, name).length > 0 &&
          exposedNames(credentials, response.headers).includes(name),
    );
    return [reads, ...headers];
  });
}

/** To today's engines `*` covers Authorization: what is asked for, but for what they take as granted. */
function inEngines(request: Request, response: RawResponse): Request {
  const starred = members(response, "access-control-allow-headers").includes("*");
  const reduced = (value: string) =>
    starred
      ? value
          .split(",")
          .filter((name) => name !== "authorization")
          .join()
      : value;
  const isAsked = (name: string) => name.toLowerCase() === "access-control-request-headers";
  return {
    ...request,
    headers: (request.headers ?? []).map(([name, value]) => [name, isAsked(name) ? reduced(value) : value]),
  };
}

function passes(
  request: Request,
  origin: string,
  credentials: CredentialsMode,
  response: RawResponse,
): boolean {
  const asked = (named(request, "access-control-request-headers") ?? "").split(",").filter(Boolean);
  const question = {
    method: named(request, "access-control-request-method") ?? "",
    headers: asked.map((name): [string, string] => [name, "x".repeat(200)]),
    credentials,
    forcePreflight: false,
  };
  return !isFailure(preflightCheck(origin, question, response));
}

/** One change of the first answer towards the second. */
interface Change {
  readonly what: string;
  apply(to: RawResponse, from: RawResponse): RawResponse;
}

const STATUS: Change = {
  what: "status",
  apply: (to, { status, body }) => ({ ...to, status, body }),
};
const header = (name: string): Change => ({
  what: name,
  apply: (to, from) => ({
    ...to,
    headers: [
      ...to.headers.filter(([other]) => other.toLowerCase() !== name),
      ...from.headers.filter(([other]) => other.toLowerCase() === name),
    ],
  }),
});

function effectOf(change: Change, today: RawResponse, later: RawResponse, pages: readonly Page[]): string {
  const lost = pages.filter((page) => page(today) && !page(later));
  if (lost.some((page) => !page(change.apply(today, later)))) return "blocks";
  const gained = pages.filter((page) => !page(today) && page(later));
  return gained.some((page) => !page(change.apply(later, today))) ? "opens" : "none";
}

const members = (response: RawResponse, name: string) =>
  valuesOf(response, name)
    .flatMap((line) => line.split(","))
    .map((member) => (name.endsWith("methods") ? member.trim() : member.trim().toLowerCase()))
    .filter(Boolean);
const sameList = (name: string, a: RawResponse, b: RawResponse) =>
  JSON.stringify([...new Set(members(a, name))].sort()) ===
  JSON.stringify([...new Set(members(b, name))].sort());
const sameValue = (name: string, a: RawResponse, b: RawResponse) =>
  valuesOf(a, name).join() === valuesOf(b, name).join();

/** The differences, as `blocks access-control-allow-origin`. */
export function judged(request: Request, today: RawResponse, later: RawResponse): string[] {
  const pages = pagesOf(request, [today, later]);
  const readable = pages.some((page) => page(today) || page(later));
  const preflight = isPreflight(request);
  const changes: Change[] = [];
  const blocked = !preflight && later.status === 403 && later.body === "";
  if ((blocked || (preflight && readable)) && today.status !== later.status) changes.push(STATUS);
  if (readable) {
    const lists = preflight ? ["allow-methods", "allow-headers"] : ["expose-headers"];
    for (const name of ["allow-origin", "allow-credentials"].map((end) => `access-control-${end}`))
      if (!sameValue(name, today, later)) changes.push(header(name));
    for (const name of lists.map((end) => `access-control-${end}`))
      if (!sameList(name, today, later)) changes.push(header(name));
    const age = "access-control-max-age";
    if (preflight && valuesOf(today, age).length > 0 && !sameValue(age, today, later))
      changes.push(header(age));
  }
  const found = changes.map((change) => `${effectOf(change, today, later, pages)} ${change.what}`);
  const plain = request.method === "OPTIONS" && !preflight;
  if (plain && today.body !== APPLICATION && later.body === APPLICATION) found.push("none handled");
  const unsaid = members(later, "vary").filter((name) => !members(today, "vary").includes(name));
  if (request.method !== "OPTIONS" && unsaid.length > 0) found.push("none vary");
  return found.sort();
}
