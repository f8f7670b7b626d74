// require("boring-cors/testing"), and the matchers
const { definePolicy } = require("boring-cors");
const { page } = require("boring-cors/testing");
const matchers = require("boring-cors/testing/matchers");
const { main } = require("./check.cjs");
const { checkTesting } = require("./testing.cjs");

main(checkTesting({ definePolicy, page, ...matchers }));
