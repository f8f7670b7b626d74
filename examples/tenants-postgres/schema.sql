-- The table, and the trigger that says "something changed" to every instance. Yours belongs into a migration.

-- Instances that start together would otherwise fail over each other's DDL; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('tenant_origins'));

CREATE TABLE IF NOT EXISTS tenant_origins (
  tenant text NOT NULL,
  origin text NOT NULL,
  PRIMARY KEY (tenant, origin)
);

-- No payload: it is limited to 8000 bytes, and whoever hears of a change reads the table anyway. PostgreSQL sends it
-- at commit, once for a transaction.
CREATE OR REPLACE FUNCTION notify_tenant_origins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY tenant_origins;
  RETURN NULL;
END $$;

-- In the database and not in the service, so that psql, a migration and another service count too.
CREATE OR REPLACE TRIGGER tenant_origins_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tenant_origins
  FOR EACH STATEMENT EXECUTE FUNCTION notify_tenant_origins();
