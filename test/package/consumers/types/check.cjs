// const cors = require("boring-cors"), JavaScript under checkJs
const cors = require("boring-cors");
const { cors: named, definePolicy } = require("boring-cors");
const express = require("express");

/** @type {cors.CorsOptions} */
const options = { origin: ["https://app.example.com"], credentials: true };
/** @type {import("boring-cors").Policy} */
const policy = definePolicy(options);
express().use(
  cors(policy),
  named({ origin: (origin) => origin.startsWith("https:") }),
  cors.default(options),
);

// @ts-expect-error: an unknown option
cors({ origin: "*", allowHeaders: [] });
// @ts-expect-error: any would pass
named(7);
// @ts-expect-error: no credentials for everybody
definePolicy({ origin: "*", credentials: true });
