// The counter-test: a middleware that writes nothing must fail.
const { main, serves } = require("./check.cjs");

const middleware = (_req, _res, next) => next();
middleware.wrap = (listener) => listener;
main(serves(middleware));
