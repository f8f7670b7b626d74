// await import("boring-cors"), from CommonJS
const { check, main } = require("./check.cjs");

main(import("boring-cors").then((all) => check({ ...all, cors: all.default })));
