// A session cookie across services: a page on one origin logs in to an API on another.
import { once } from "node:events";
import cors, { originsFromEnv } from "boring-cors";
import express from "express";
import session from "express-session";

const DEPLOYED = process.env.NODE_ENV === "production";
if (DEPLOYED && !process.env.SESSION_SECRET)
  throw new Error("Set SESSION_SECRET: without it every request fails.");

// The page. Without credentials: "include" the browser neither sends the cookie nor keeps the one it is given.
const pages = express();
pages.get("/", (_req, res) =>
  res.send(`<!doctype html><title>Cookies across services</title><pre id="log"></pre><script type="module">
const ask = async (path, init) => {
  const response = await fetch("${apiUrl}" + path, { ...init, credentials: "include" });
  log.textContent += path + ": " + response.status + " " + (await response.text()) + "\\n";
};
await ask("/me");
await ask("/login", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"name":"Ada"}' });
await ask("/me");
</script>`),
);
const first = Number(process.env.PORT ?? 3000);
const pagesUrl = await listen(pages, first);

const api = express();
// Where TLS ends in front of us: without it, express-session sends no Secure cookie, and does not say so.
if (DEPLOYED) api.set("trust proxy", 1);
api.use(
  cors({
    // The exact origin, since no browser takes "*" together with cookies. Both sides must say credentials.
    // Deployed there is no fallback: a variable that got lost must not let the users' own localhost in.
    origin: originsFromEnv("APP_ORIGIN", DEPLOYED ? {} : { fallback: pagesUrl }),
    credentials: true,
    // A SameSite=None cookie goes along with requests of every site, and a simple POST needs no preflight: it would
    // run, with the user's session, though nobody could read the answer. So refused origins get 403, not just silence.
    // (A GET of a form, a link or an image has no Origin, and runs: GET must change nothing.)
    blockRefused: true,
  }),
);
api.use(
  session({
    secret: DEPLOYED ? process.env.SESSION_SECRET : "for this example only",
    resave: false,
    saveUninitialized: false, // and in memory: a real one has a store
    // On localhost: ports are no part of a site, so page and API are cross-origin but same-site, and Lax is sent. (Open
    // the page as 127.0.0.1, and it is another site.) Deployed on two sites, only SameSite=None is sent with fetch, and
    // only if Secure. (Chromium and Firefox take Secure on http://localhost too.) On app.example.com and
    // api.example.com, one site, Lax does; prefer that, since browsers that block third-party cookies drop None, or keep
    // it apart for each site that embeds us if it is also Partitioned.
    cookie: DEPLOYED ? { sameSite: "none", secure: true } : { sameSite: "lax" },
  }),
);
api.get("/me", (req, res) => res.status(req.session.name ? 200 : 401).json({ name: req.session.name }));
api.post("/login", express.json(), (req, res) => {
  req.session.name = String(req.body?.name); // a real one asks for a password
  res.json({ name: req.session.name });
});
api.post("/logout", (req, res) => req.session.destroy(() => res.sendStatus(204)));
const apiUrl = await listen(api, first && first + 1);

console.log(`Listening on ${pagesUrl}, open it in a browser
API on ${apiUrl}

curl -i ${apiUrl}/me -H 'Origin: ${pagesUrl}'           # 401, and readable
curl -i -X POST ${apiUrl}/logout -H 'Origin: https://evil.example'   # 403, and not run`);

async function listen(app, port) {
  const server = app.listen(port);
  await once(server, "listening");
  return `http://localhost:${server.address().port}`;
}
