// The shop: an Express 4 service with orders, a download and a cookie session. No CORS here, the gateway owns it.
import { randomBytes, randomUUID } from "node:crypto";
import http from "node:http";
import cookieSession from "cookie-session";
import express from "express4";

const ORDERS = new Map([
  ["7", { id: "7", item: "Umbrella, black", quantity: 1 }],
  ["8", { id: "8", item: "Notebook, lined", quantity: 3 }],
]);

/**
 * `SameSite` says on requests from which sites a browser sends the cookie. A site is the registrable domain: here
 * `app.localhost`, so the page on `app.localhost` and the API on `api.app.localhost` are of one site (ports do not
 * matter), `Lax` is enough, and no other site's page can send the cookie in a fetch().
 *
 * In production the same holds for `app.example.com` and `api.example.com`. Only where the two are on different sites
 * (`app.example` and `api.example.net`) must the cookie be `{ sameSite: "none", secure: true }`: browsers accept `None`
 * only with `Secure`, so only over https, and some block such third-party cookies all the same. Every site's page then
 * sends the cookie, and CORS is what keeps it from reading the answer. (Behind a proxy that ends TLS,
 * `app.set("trust proxy", 1)` lets Express see that the request was https.)
 */
const session = cookieSession({
  name: "demo",
  keys: [randomBytes(16).toString("hex")],
  httpOnly: true,
  sameSite: "lax",
  secure: false,
});

export function createShopService() {
  const app = express();
  app.disable("x-powered-by");
  app.use((_req, res, next) => {
    res.set({ "X-Request-Id": randomUUID(), "X-Served-By": "shop-1" });
    next();
  });

  app.get("/orders", (_req, res) => res.json([...ORDERS.values()]));
  app.post("/orders", express.json(), (req, res) => {
    res
      .status(201)
      .location("/orders/9")
      .json({ id: "9", ...req.body });
  });
  app
    .route("/orders/:id")
    .get((req, res) => {
      const order = ORDERS.get(req.params.id);
      if (order) res.json(order);
      else res.status(404).json({ error: `There is no order ${req.params.id}.` });
    })
    .put(express.json(), (req, res) => res.json({ id: req.params.id, ...req.body }));
  app.post("/feedback", express.text(), (req, res) => res.status(201).json({ received: req.body }));

  app.get("/account", (req, res) => {
    if (req.get("Authorization") === "Bearer demo-token") res.json({ plan: "boring" });
    else res.status(401).json({ error: "A bearer token is needed." });
  });

  app.get("/reports/orders.csv", (_req, res) => {
    res.attachment("orders.csv");
    // The one CORS header that is a handler's business: it knows what it sends. It joins the policy's list.
    res.set("Access-Control-Expose-Headers", "Content-Disposition");
    res.send([...ORDERS.values()].map(({ id, item }) => `${id},"${item}"\n`).join(""));
  });

  app.get("/internal/metrics", (_req, res) => {
    // A mistake, on purpose: the route is `false`, so the gateway takes this header away.
    res.set("Access-Control-Allow-Origin", "*").json({ requests: 42 });
  });

  app.use("/session", session, express.json());
  app.post("/session/login", (req, res) => {
    req.session.user = String(req.body.user);
    res.json({ user: req.session.user });
  });
  const who = (req, res) => {
    if (req.session.user) res.json({ user: req.session.user });
    else res.status(401).json({ error: "Nobody is logged in." });
  };
  app.get("/session/me", who);
  // The same answer on a route without `blockRefused`, where refused pages' requests reach the service.
  app.get("/profile", session, who);
  return http.createServer(app);
}
