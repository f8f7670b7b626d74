// The API gateway: Express 5 and http-proxy-middleware, with CORS in front of both.
import http from "node:http";
import cors from "boring-cors";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";

/**
 * One owner per route: CORS is decided here, and the services behind mount no CORS middleware of their own. `wrap` puts
 * the policy before the framework, so preflights never enter Express, and it has the last word over what a proxied
 * service writes.
 *
 * @param {import("boring-cors").Policy} policy
 * @param {Record<string, string>} upstreams Path prefix to the service's address, the most specific first.
 */
export function createGateway(policy, upstreams) {
  const app = express();
  app.disable("x-powered-by");
  for (const [prefix, target] of Object.entries(upstreams)) {
    app.use(prefix, createProxyMiddleware({ target, xfwd: true }));
  }
  return http.createServer(cors(policy).wrap(app));
}
