// What both test entries must do, by `require` and by `import`.
const assert = require("node:assert");

exports.checkTesting = async ({ definePolicy, page, toBeReadable, toBeBlocked }) => {
  const policy = definePolicy({ origin: ["https://app.example.com"], credentials: true, methods: ["GET"] });
  const app = page("https://app.example.com", policy);
  const read = await app.fetch("https://api.example.com/orders", { credentials: "include" });
  assert.strictEqual(read.ok, true);
  assert.strictEqual(toBeReadable(read).pass, true);
  const put = await app.fetch("https://api.example.com/orders", { method: "PUT" });
  assert.strictEqual(put.blocked.code, "preflight-method");
  assert.strictEqual(toBeBlocked(put, "preflight-method").pass, true);
  assert.match(toBeReadable(put).message(), /methods: add "PUT"/);
  // Needs the cookie parser, and the public suffix list.
  app.setCookie("https://api.example.com", "sid=1; Domain=example.com");
  assert.throws(() => app.setCookie("https://api.example.com", "sid=1; Domain=com"), /public suffix/);
};
