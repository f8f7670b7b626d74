// How public services call npm `cors`: the table that real-configurations.test.ts runs, and what one run of it gives.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import npmCors from "cors";
import express, { type Express } from "express";
import express4 from "express4";
import { cors } from "../../src/index.ts";
import { mayRead, type PageRequest, passesPreflight } from "./page.ts";
import { type RawResponse, type RunningServer, serve } from "./raw-http.ts";
import { ORIGIN_FUNCTIONS, REQUEST_FUNCTIONS } from "./real/functions.ts";
import { FROM_THE_ENVIRONMENT, REGEXPS } from "./real/lists.ts";
import { NAMED, WILDCARDS } from "./real/options.ts";
import { EVIL, type RealConfiguration } from "./real/types.ts";

export type { Proof, RealConfiguration } from "./real/types.ts";

export const REAL_CONFIGURATIONS: readonly RealConfiguration[] = [
  ...WILDCARDS,
  ...NAMED,
  ...FROM_THE_ENVIRONMENT,
  ...REGEXPS,
  ...ORIGIN_FUNCTIONS,
  ...REQUEST_FUNCTIONS,
];

/** How many of them are functions of the request. */
export const REQUEST_FUNCTION_COUNT = REQUEST_FUNCTIONS.length;

type Mountable = { use(middleware: unknown): unknown; enableCors?(source: unknown): unknown };
type CorsOf = (source: unknown) => unknown;

export const NPM = npmCors as unknown as CorsOf;
export const OURS = cors as unknown as CorsOf;

// The tenants of the examples that ask a database.
const db = {
  findOrigin: async (origin: string) => (origin === "https://app.example.com" ? { id: 1 } : null),
};

/** Runs the call on an application. `app.enableCors` is there as Nest's Express adapter has it. */
export function mount(
  app: Mountable,
  corsOf: CorsOf,
  call: string,
  env: RealConfiguration["env"] = {},
): void {
  app.enableCors ??= (source) => app.use(corsOf(source));
  new Function("app", "cors", "process", "db", call)(app, corsOf, { env: { ...env } }, db);
}

/** An Express application with the call, and a handler behind it. */
export function expressWith(
  corsOf: CorsOf,
  { call, env, express: version }: Pick<RealConfiguration, "call" | "env" | "express">,
  create: typeof express = version === 4 ? express4 : express,
): RequestListener {
  const app = create();
  // Express prints errors that nobody handles, unless it is a test.
  app.set("env", "test");
  mount(app as Express & Mountable, corsOf, call, env);
  app.use((_req: IncomingMessage, res: ServerResponse) => {
    res.statusCode = 200;
    res.end("the application");
  });
  return app as unknown as RequestListener;
}

export interface Outcome {
  readonly response: RawResponse;
  readonly granted: boolean;
}

/** The answers to one origin: to a GET, and to the preflight of what its pages ask for. */
export interface Answers {
  readonly GET: Outcome;
  readonly preflight: Outcome;
}

export function pageOf(configuration: RealConfiguration, origin: string): PageRequest {
  const { credentials = false, method = "POST", headers = ["content-type"] } = configuration;
  return { origin, credentials, method, headers };
}

export async function askAs(server: RunningServer, page: PageRequest, path: string): Promise<Answers> {
  const actual = await server.send({ target: path, headers: [["Origin", page.origin]] });
  const preflight = await server.send({
    method: "OPTIONS",
    target: path,
    headers: [
      ["Origin", page.origin],
      ["Access-Control-Request-Method", page.method],
      ["Access-Control-Request-Headers", page.headers.join(",")],
    ],
  });
  return {
    GET: { response: actual, granted: mayRead(actual, page) },
    preflight: { response: preflight, granted: passesPreflight(preflight, page) },
  };
}

/** What one application answers to the allowed, the foreign and an absent origin. */
export interface Run {
  readonly allowed: Answers | undefined;
  readonly foreign: Answers;
  readonly absent: RawResponse;
  readonly absentOptions: RawResponse;
}

export async function runAll(listener: RequestListener, configuration: RealConfiguration): Promise<Run> {
  const server = await serve(listener);
  const { allowed, foreign = EVIL, path = "/orders" } = configuration;
  try {
    return {
      allowed: allowed === undefined ? undefined : await askAs(server, pageOf(configuration, allowed), path),
      foreign: await askAs(server, pageOf(configuration, foreign), path),
      absent: await server.send({ target: path }),
      absentOptions: await server.send({ method: "OPTIONS", target: path }),
    };
  } finally {
    await server.close();
  }
}

/** Every response of a run, by what was asked. */
export function responsesOf(run: Run): [string, RawResponse][] {
  const of = (who: string, answers: Answers | undefined): [string, RawResponse][] =>
    answers === undefined
      ? []
      : [
          [`${who}, GET`, answers.GET.response],
          [`${who}, preflight`, answers.preflight.response],
        ];
  return [
    ...of("allowed", run.allowed),
    ...of("foreign", run.foreign),
    ["absent, GET", run.absent],
    ["absent, OPTIONS", run.absentOptions],
  ];
}

/** Every grant and every server error that is in one run and not in the other. */
export function differences(npm: Run, ours: Run): string[] {
  const found: string[] = [];
  for (const who of ["allowed", "foreign"] as const) {
    for (const what of ["GET", "preflight"] as const) {
      const [before, after] = [npm[who]?.[what].granted, ours[who]?.[what].granted];
      if (before === after) continue;
      const word = (granted: boolean | undefined) => (granted ? "grants" : "refuses");
      found.push(`${who}, ${what}: npm cors ${word(before)}, here ${after ? "granted" : "refused"}`);
    }
  }
  const now = new Map(responsesOf(ours));
  for (const [asked, { status }] of responsesOf(npm)) {
    const after = now.get(asked)?.status ?? 0;
    if (status >= 500 !== after >= 500) found.push(`${asked}: npm cors answers ${status}, here ${after}`);
  }
  return found;
}
