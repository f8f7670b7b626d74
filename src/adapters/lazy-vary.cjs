// Loads `vary` at first use: most responses have no other Vary to merge with.
module.exports = () => require("vary");
