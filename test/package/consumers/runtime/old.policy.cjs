// A policy file, as the command line reads it.
const { definePolicy } = require("boring-cors");

module.exports = definePolicy({ origin: ["https://app.example.com"] });
