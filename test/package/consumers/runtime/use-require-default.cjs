// require("boring-cors").default, what compiled ES modules call
const cors = require("boring-cors").default;
const { check, main } = require("./check.cjs");

main(check({ cors, definePolicy: cors.definePolicy, CorsConfigError: cors.CorsConfigError }));
