// Starts every server of the demo on loopback, and closes them.
import http from "node:http";
import { frontEnds } from "./front-end.mjs";
import { createGateway } from "./gateway.mjs";
import { createLegacyService } from "./legacy-service.mjs";
import { demoPolicy } from "./policy.mjs";
import { createDirectPublicApi, createPublicApi } from "./public-api.mjs";
import { createShopService } from "./shop-service.mjs";

/** Where people expect the demo; everything else takes a free port. */
export const USUAL_PORTS = { frontEnd: 8080, gateway: 8081, direct: 8082 };
export const ANY_PORTS = { frontEnd: 0, gateway: 0, direct: 0 };

/**
 * @typedef {{ trusted: string, evil: string, gateway: string, direct: string }} Addresses
 *
 * The names: browsers take every name under `localhost` for loopback, and `app.localhost` for one site with all below
 * it. So `api.app.localhost` is cross-origin but same-site to the trusted page, as `api.example.com` is to
 * `app.example.com`'s, while `evil.localhost` is a foreign site.
 */

/**
 * @param {typeof USUAL_PORTS} ports
 * @param {(wanted: number, got: number) => void} [onMoved] Told when a port was taken and another one was used.
 */
export async function startDemo(ports, onMoved = () => {}) {
  const servers = [];
  const open = async (server, port = 0) => {
    servers.push(server);
    const got = await listen(server, port);
    if (port !== 0 && got !== port) onMoved(port, got);
    return got;
  };
  const close = () => Promise.all(servers.map(closeServer));
  try {
    // First the port of the front ends, since the trusted origin is in the policy.
    const pages = http.createServer();
    const pagesPort = await open(pages, ports.frontEnd);
    const trusted = `http://app.localhost:${pagesPort}`;
    const policy = demoPolicy(trusted);

    const shop = await open(createShopService());
    const publicApi = await open(createPublicApi());
    const legacy = await open(createLegacyService());
    const gateway = createGateway(policy, {
      "/public": `http://127.0.0.1:${publicApi}`,
      "/legacy": `http://127.0.0.1:${legacy}`,
      "/legacy-own": `http://127.0.0.1:${legacy}`,
      "/": `http://127.0.0.1:${shop}`,
    });
    const addresses = {
      trusted,
      evil: `http://evil.localhost:${pagesPort}`,
      gateway: `http://api.app.localhost:${await open(gateway, ports.gateway)}`,
      direct: `http://public.app.localhost:${await open(createDirectPublicApi(policy), ports.direct)}`,
    };
    pages.on("request", frontEnds(policy, addresses));
    return { addresses, policy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Loopback only. A port that is taken, or not ours to take, is replaced by a free one. */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      if (port === 0 || !["EADDRINUSE", "EACCES"].includes(error.code)) reject(error);
      else listen(server, 0).then(resolve, reject);
    };
    server.once("error", onError);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", onError);
      resolve(server.address().port);
    });
  });
}

function closeServer(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    // Browsers keep connections open for minutes.
    server.closeAllConnections();
  });
}
