// const { cors } = require("boring-cors")
const { cors, definePolicy, CorsConfigError } = require("boring-cors");
const { check, main } = require("./check.cjs");

main(check({ cors, definePolicy, CorsConfigError }));
