// Tenants' origins in a PostgreSQL table, which every instance follows within a second through LISTEN and NOTIFY.
// DATABASE_URL=postgres://... names a server; without it PostgreSQL runs inside this process. PORT is 3000, the table is
// also read every REREAD_SECONDS (30), and ADMIN_TOKEN is a new one at each start.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import cors, { livePolicy } from "boring-cors";
import express from "express";
import { databaseAt } from "./tenants-postgres/database.mjs";
import { follow } from "./tenants-postgres/follow.mjs";

// A function, since a policy of `false` would leave Vary out: a cache would then keep the answer of the time before a
// tenant came, and give it to the tenant.
const nobody = () => false;

// Each tenant's pages may read what any user of this service may read. Tenants that must not see each other's data need
// a service each, or a policy for each request: cors((req) => policyOf(tenantOf(req))).
const policyFor = (origins) => ({
  routes: {
    "/": { origin: origins.length > 0 ? origins : nobody, credentials: true },
    "/tenants": false, // no page changes the list, a tenant's least of all
  },
});

// The process listens before the database answers, and grants nobody until then: health checks pass, clients that are
// no pages of another site are served, and an outage of the database does not become one of every instance that starts.
const live = livePolicy(policyFor([]));
let loaded = false;
let complaint = "";

const database = databaseAt(process.env.DATABASE_URL);
const table = follow(database, {
  schema: readFileSync(new URL("tenants-postgres/schema.sql", import.meta.url), "utf8"),
  channel: "tenant_origins",
  reread: (Number(process.env.REREAD_SECONDS) || 30) * 1000,
  async read(query) {
    const rows = await query("SELECT tenant, origin FROM tenant_origins ORDER BY tenant, origin", []);
    serve(rows);
  },
  failed(error, delay) {
    // Node gives a name with several addresses, none of which answers, an error without a message.
    const why = error.message || error.code;
    const serves = loaded ? "The last policy serves on" : "No origin is granted until it answers";
    const next = `next attempt in ${(delay / 1000).toFixed(1)} s`;
    console.error(`Cannot read tenants from ${database.name}: ${why}. ${serves}; ${next}.`);
    complaint = why;
  },
});

function serve(rows) {
  const { digest } = live;
  try {
    live.replace(policyFor(rows.map(({ origin }) => origin)));
  } catch (error) {
    if (error.name !== "CorsConfigError") throw error;
    complain(rows, error.issues);
    return;
  }
  if (live.digest !== digest || complaint !== "" || !loaded) {
    console.log(`Policy ${live.digest} from ${database.name}: ${rows.length} origins.`);
  }
  loaded = true;
  complaint = "";
}

/** Says once which rows keep the table from being served. */
function complain(rows, issues) {
  const lines = issues.map(({ path, message }) => {
    // "*" beside credentials is said of `credentials`, and a list of "" alone of the list.
    const row = rows[/\.origin\[(\d+)\]$/.exec(path)?.[1]] ?? rows.find(({ origin }) => /^\*?$/.test(origin));
    return `  tenant ${JSON.stringify(row?.tenant)}, origin ${JSON.stringify(row?.origin)}: ${message}.`;
  });
  if (lines.length > 20) lines.splice(20, Number.POSITIVE_INFINITY, `  ... and ${lines.length - 20} more.`);
  const said = `Table refused: policy ${live.digest} serves on, and removals wait too. Mend:\n${lines.join("\n")}`;
  if (said !== complaint) console.error(said);
  complaint = said;
}

const app = express();
app.use(cors(live));
app.get("/orders", (_req, res) => res.json([{ id: 1 }]));
// Healthy without the database too: to restart instances would not bring it back, and lose the policy they have.
app.get("/health", (_req, res) => res.json({ database: table.connected, policy: live.digest }));

// A stand-in for your administration: a token of this process, in plain text. And it checks no origin, as psql would
// not, so that you can see what a bad row does. Yours makes sure that the tenant owns the origin (whoever may write
// one lets its pages act with your users' cookies), and tries definePolicy(policyFor([origin])) first.
const token = process.env.ADMIN_TOKEN ?? randomUUID();
const administer = (sql) => async (req, res) => {
  if (req.get("authorization") !== `Bearer ${token}`) return res.status(401).end();
  const { tenant, origin } = req.body ?? {};
  if (typeof tenant !== "string" || typeof origin !== "string") {
    return res.status(400).json({ error: 'Send {"tenant": "...", "origin": "..."}.' });
  }
  try {
    await table.query(sql, [tenant, origin]);
  } catch (error) {
    return res.status(503).json({ error: error.message || error.code });
  }
  res.status(204).end();
};
app.post(
  "/tenants",
  express.json(),
  administer("INSERT INTO tenant_origins VALUES ($1, $2) ON CONFLICT DO NOTHING"),
);
app.delete(
  "/tenants",
  express.json(),
  administer("DELETE FROM tenant_origins WHERE tenant = $1 AND origin = $2"),
);

const server = app.listen(process.env.PORT ?? 3000, () => {
  const url = `http://localhost:${server.address().port}`;
  const change = (method, origin) =>
    [
      `curl -i -X ${method} ${url}/tenants -H 'Authorization: Bearer ${token}'`,
      `-H 'Content-Type: application/json' -d '{"tenant":"acme","origin":"${origin}"}'`,
    ].join(" \\\n  ");
  const ask = `curl -i ${url}/orders -H 'Origin: https://acme.example'`;
  console.log(`Listening on ${url}; tenants from ${database.name}.

# Vary, and nothing else:
${ask}

# A tenant comes, and is granted:
${change("POST", "https://acme.example")}
${ask}

# A row that is no origin: this window says which and why, the old policy serves on until it is mended:
${change("POST", "https://acme.example/")}
${change("DELETE", "https://acme.example/")}
`);
});
