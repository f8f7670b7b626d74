// const cors = require("boring-cors")
const assert = require("node:assert/strict");
const cors = require("boring-cors");
const { check, main } = require("./check.cjs");

assert.equal(typeof cors, "function");
main(check({ cors, definePolicy: cors.definePolicy, CorsConfigError: cors.CorsConfigError }));
