// import cors, { ... } from "boring-cors", compiled to CommonJS under esModuleInterop
import cors, {
  type CorsOptions,
  type Decision,
  definePolicy,
  cors as named,
  type RuleOptions,
} from "boring-cors";
import express from "express";

const options: CorsOptions = { origin: ["https://app.example.com"], credentials: true };
const rule: RuleOptions = options;
const decision: Decision = definePolicy(rule).decide({ method: "GET" });
const whole: cors.CorsOptions = options;
express().use(cors(whole), named({ origin: (origin) => origin.startsWith("https:") }));
void decision;

// @ts-expect-error: an unknown option
cors({ origin: "*", allowHeaders: [] });
// @ts-expect-error: any would pass
named(7);
// @ts-expect-error: no credentials for everybody
definePolicy({ origin: true, credentials: true });
