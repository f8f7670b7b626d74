// Loads the suffix data at first use; as CommonJS, since that alone can load in the middle of a synchronous call.
module.exports = () => require("./public-suffix-data.cjs");
