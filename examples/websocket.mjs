// WebSockets: CORS does not cover upgrades, so the server asks its policy before it accepts one.
import http from "node:http";
import cors, { definePolicy } from "boring-cors";
import express from "express";
import { WebSocketServer } from "ws";

const policy = definePolicy({
  routes: {
    "/": { origin: ["https://app.example.com", "https://admin.example.com"], credentials: true },
    "/admin": { origin: ["https://admin.example.com"], credentials: true },
  },
});

const app = express();
app.use(cors(policy));
app.get("/messages", (_req, res) => res.json(["Hello."]));

const server = http.createServer(app);
const sockets = new WebSocketServer({ noServer: true });
sockets.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (message) => socket.send(`You said: ${message}`));
});

// A page of any site can open a socket here, and the browser sends our cookies along. There is no preflight, and no
// response header that could forbid the page to read. Only the Origin of the upgrade tells who asks, so we look.
// Without an Origin it is no browser, and the answer is yes: authentication is still to come, as on any request.
server.on("upgrade", (req, socket, head) => {
  if (policy.isTrustedOrigin(req.headers.origin, req.url)) {
    sockets.handleUpgrade(req, socket, head, (accepted) => sockets.emit("connection", accepted, req));
    return;
  }
  // Node has let go of the socket: without a listener its errors would end the process.
  socket.on("error", () => socket.destroy());
  socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () =>
    socket.destroy(),
  );
});

server.listen(process.env.PORT ?? 3000, () => {
  const { port } = server.address();
  const upgrade = `curl -i --max-time 2 http://localhost:${port}/chat -H 'Connection: Upgrade' -H 'Upgrade: websocket' \\
  -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=='`;
  console.log(`Listening on http://localhost:${port}

${upgrade} -H 'Origin: https://app.example.com'   # 101; curl then waits, and gives up
${upgrade} -H 'Origin: https://evil.example'      # 403`);
});
