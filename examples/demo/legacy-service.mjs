// The legacy service: it writes CORS headers of its own, and every one of them is wrong in its way.
import http from "node:http";

const ANSWERS = {
  // Browsers accept `*` without cookies, so this is readable by every website.
  "/open": [["Access-Control-Allow-Origin", "*"]],
  // `*` never stands for a page that sends cookies, whatever Allow-Credentials says.
  "/star": [
    ["Access-Control-Allow-Origin", "*"],
    ["Access-Control-Allow-Credentials", "true"],
  ],
  // Two layers that each add a line: browsers accept exactly one.
  "/twice": [
    ["Access-Control-Allow-Origin", "http://old.example"],
    ["Access-Control-Allow-Origin", "*"],
    ["Access-Control-Allow-Credentials", "true"],
  ],
};

export function createLegacyService() {
  return http.createServer((req, res) => {
    const headers = ANSWERS[req.url];
    // Its Vary forgets Origin: copied over the gateway's, it would let caches mix up two origins' answers.
    const always = [
      ["Content-Type", "application/json"],
      ["Vary", "Accept-Encoding"],
    ];
    res.writeHead(headers ? 200 : 404, [...always, ...(headers ?? [])].flat());
    res.end(JSON.stringify({ from: "legacy", path: req.url }));
  });
}
