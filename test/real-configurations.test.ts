// Forty and more real calls of npm `cors`: each starts and answers as before, or is refused for a reason that a request shows.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { type INestApplication, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import express4 from "express4";
import { describe, expect, onTestFinished, test } from "vitest";
import { CorsConfigError, type DecisionEvent } from "../src/index.ts";
import { settled, started } from "./support/cases.ts";
import type { PageRequest } from "./support/page.ts";
import { valuesOf } from "./support/raw-http.ts";
import {
  askAs,
  differences,
  expressWith,
  mount,
  NPM,
  OURS,
  pageOf,
  REAL_CONFIGURATIONS,
  REQUEST_FUNCTION_COUNT,
  type RealConfiguration,
  type Run,
  responsesOf,
  runAll,
} from "./support/real-configurations.ts";
import { codesOf, type Judged, pageFor } from "./support/real-page.ts";

interface Result extends Judged {
  readonly npm: Run;
  /** Absent where the application does not start. */
  readonly ours: Run | undefined;
}

/** Runs a configuration with both, and says what became of it. */
async function judge(configuration: RealConfiguration): Promise<Result> {
  const said: string[] = [];
  // A policy's warnings are lines of one warning, which names each code; those of a request carry theirs.
  const listen = ({ name, message }: Error) => {
    if (name === "CorsPolicyWarning") said.push(...message.split("\n").slice(message.includes("\n") ? 1 : 0));
  };
  const details = new Set<string>();
  const decided = (event: unknown) => {
    const { request, decision } = event as DecisionEvent;
    if (request.origin === configuration.allowed && decision.detail !== "") details.add(decision.detail);
  };
  process.on("warning", listen);
  subscribe("boring-cors:decision", decided);
  try {
    const npm = await runAll(expressWith(NPM, configuration), configuration);
    let listener: RequestListener;
    try {
      listener = expressWith(OURS, configuration);
    } catch (error) {
      if (!(error instanceof CorsConfigError)) throw error;
      const advice = error.message.split("\n").slice(1);
      return {
        configuration,
        verdict: "refused",
        advice: trimmed(advice),
        differs: [],
        npm,
        ours: undefined,
      };
    }
    const ours = await runAll(listener, configuration);
    await settled();
    const { allowed } = ours;
    const granted = allowed === undefined || (allowed.GET.granted && allowed.preflight.granted);
    const verdict = !granted ? "refused in the request" : said.length > 0 ? "warning" : "unchanged";
    const advice = verdict.startsWith("refused") && said.length === 0 ? [...details] : trimmed(said);
    return { configuration, verdict, advice, differs: differences(npm, ours), npm, ours };
  } finally {
    unsubscribe("boring-cors:decision", decided);
    process.off("warning", listen);
  }
}

/** Without the foot of a message, which points to the page on errors. */
function trimmed(lines: readonly string[]): string[] {
  return lines
    .map((line) => line.replace(/See docs\/errors\.md#.*$/, "").trim())
    .filter((line) => line !== "");
}

const results = new Map<RealConfiguration, Promise<Result>>();

function resultOf(configuration: RealConfiguration): Promise<Result> {
  const known = results.get(configuration) ?? judge(configuration);
  results.set(configuration, known);
  return known;
}

const numbered = REAL_CONFIGURATIONS.map((configuration, index) => ({
  ...configuration,
  number: index + 1,
  configuration,
}));
const starting = numbered.filter(({ verdict }) => verdict !== "refused");
const refused = numbered.filter(({ proof }) => proof !== undefined);

test("there are at least forty, no two alike, ten of them functions of the request", () => {
  expect(REAL_CONFIGURATIONS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(REAL_CONFIGURATIONS.map(({ call }) => call)).size).toBe(REAL_CONFIGURATIONS.length);
  expect(new Set(REAL_CONFIGURATIONS.map(({ seen }) => seen)).size).toBe(REAL_CONFIGURATIONS.length);
  expect(REQUEST_FUNCTION_COUNT).toBeGreaterThanOrEqual(10);
});

test.each(numbered)("$number: $seen", async ({ configuration }) => {
  const { verdict, advice, differs, npm, ours } = await resultOf(configuration);
  expect({ verdict, codes: codesOf(advice) }).toEqual({
    verdict: configuration.verdict,
    codes: (configuration.codes ?? []).join(", "),
  });
  expect(configuration.proof !== undefined, "what is refused has a proof, and nothing else").toBe(
    verdict.startsWith("refused"),
  );
  if (verdict !== "refused in the request") expect(differs).toEqual(configuration.differs ?? []);
  if (ours === undefined) return;
  expect(differs.filter((line) => /here 5\d\d$/.test(line))).toEqual([]);
  // Nobody is let in whom npm cors refuses, unless the call names everybody.
  if (!configuration.call.includes('"*"')) {
    expect(differs.filter((line) => /^foreign.*here granted$/.test(line))).toEqual([]);
  }
  sameGrant(configuration, npm, ours);
});

/** Where both grant, the page sees the same two headers; "*" without cookies is as good as the origin. */
function sameGrant({ credentials }: RealConfiguration, npm: Run, ours: Run): void {
  for (const what of ["GET", "preflight"] as const) {
    const [before, after] = [npm.allowed?.[what], ours.allowed?.[what]];
    if (before === undefined || after === undefined || !before.granted || !after.granted) continue;
    const headers = (name: string) => [valuesOf(after.response, name), valuesOf(before.response, name)];
    const [allowed, expected] = headers("access-control-allow-origin");
    if (credentials === true || allowed?.[0] !== "*") expect(allowed).toEqual(expected);
    if (credentials === true) {
      const [sent, sentBefore] = headers("access-control-allow-credentials");
      expect(sent).toEqual(sentBefore);
    }
  }
}

describe("what is refused is refused with reason", () => {
  test.each(refused)("$number: npm cors $proof.shows $proof.origin", async ({ configuration, proof }) => {
    if (proof === undefined) return;
    const server = await started(expressWith(NPM, configuration));
    const answers = await askAs(server, provingPage(configuration), configuration.path ?? "/orders");
    const outcome = proof.method === undefined ? answers.GET : answers.preflight;
    expect(outcome.granted).toBe(proof.shows === "admits");
  });

  test.each(refused)("$number: what the advice comes to starts, and does what was meant", async (row) => {
    const { configuration, proof, instead, allowed } = row;
    if (proof === undefined || instead === undefined) throw new Error("a refusal without its advice");
    const mended = { ...configuration, call: instead };
    const warned: Error[] = [];
    const listen = (warning: Error) => warned.push(warning);
    process.on("warning", listen);
    onTestFinished(() => void process.off("warning", listen));
    const server = await started(expressWith(OURS, mended));
    const meant = proof.shows === "turns away" || /origin: "\*"|dangerouslyAllow/.test(instead);
    const path = configuration.path ?? "/orders";
    const answers = await askAs(server, provingPage(configuration), path);
    expect([answers.GET.granted, answers.preflight.granted]).toEqual([meant, meant]);
    if (allowed !== undefined) {
      const own = await askAs(server, pageOf(configuration, allowed), path);
      expect([own.GET.granted, own.preflight.granted]).toEqual([true, true]);
    }
    await settled();
    expect(warned).toEqual([]);
  });
});

function provingPage(configuration: RealConfiguration): PageRequest {
  const { origin = "", method, headers } = configuration.proof ?? {};
  const page = pageOf(configuration, origin);
  return { ...page, method: method ?? page.method, headers: headers ?? page.headers };
}

test.each(starting.filter(({ express }) => express === undefined))(
  "Express 4 answers as Express 5 does: $number, $seen",
  async ({ configuration }) => {
    const { differs, ours } = await resultOf(configuration);
    const npm4 = await runAll(expressWith(NPM, configuration, express4), configuration);
    const ours4 = await runAll(expressWith(OURS, configuration, express4), configuration);
    expect(differences(npm4, ours4)).toEqual(differs);
    expect(statusesOf(ours4)).toEqual(ours && statusesOf(ours));
  },
);

function statusesOf(run: Run): [string, number][] {
  return responsesOf(run).map(([asked, { status }]) => [asked, status]);
}

describe("Nest itself", () => {
  async function nest(): Promise<INestApplication> {
    const AppModule = class {};
    Module({})(AppModule);
    const app = await NestFactory.create(AppModule, { logger: false });
    onTestFinished(() => app.close());
    return app;
  }

  async function listenerOf(app: INestApplication): Promise<RequestListener> {
    await app.init();
    return app.getHttpAdapter().getInstance() as RequestListener;
  }

  test.each(starting.filter(({ call }) => call.includes("enableCors")))(
    "$number: app.enableCors() and app.use(cors())",
    async ({ configuration, call, env }) => {
      const { differs } = await resultOf(configuration);
      const [theirs, own] = [await nest(), await nest()];
      mount(theirs, NPM, call, env);
      mount({ use: (middleware) => own.use(middleware) }, OURS, call, env);
      const npm = await runAll(await listenerOf(theirs), configuration);
      const ours = await runAll(await listenerOf(own), configuration);
      expect(differences(npm, ours)).toEqual(differs);
    },
  );
});

test("docs/real-configurations.md is what the run gives", async () => {
  const judged: Result[] = [];
  for (const configuration of REAL_CONFIGURATIONS) judged.push(await resultOf(configuration));
  const page = pageFor(judged);
  const file = new URL("../docs/real-configurations.md", import.meta.url);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, page);
  expect(readFileSync(file, "utf8")).toBe(page);
});
