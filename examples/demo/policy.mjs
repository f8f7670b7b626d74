// The one route table: who may read what, for every service behind the gateway.
import { definePolicy } from "boring-cors";

/** @param {string} frontEnd The trusted front end's origin; its port is known when the demo starts. */
export function demoPolicy(frontEnd) {
  const trusted = { origin: [frontEnd], credentials: true };
  return definePolicy({
    routes: {
      "/": {
        ...trusted,
        methods: ["GET", "HEAD", "POST", "PUT"],
        allowedHeaders: ["Authorization", "Content-Type"],
        exposedHeaders: ["ETag", "Location", "X-Request-Id"],
      },
      // CORS alone keeps a page from reading, not from sending: where sending does harm, refuse the request itself.
      "/session": {
        ...trusted,
        methods: ["GET", "POST"],
        allowedHeaders: ["Content-Type"],
        blockRefused: true,
      },
      "/public": {
        origin: "*",
        methods: ["GET", "HEAD"],
        allowedHeaders: [],
        exposedHeaders: ["ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"],
      },
      "/internal": false,
      // The same legacy service twice. Here the gateway owns CORS, whatever the service writes ...
      "/legacy": trusted,
      // ... and here the service's own headers leave the gateway as they are, mistakes included.
      "/legacy-own": "passthrough",
    },
  });
}
