-- The processes of this service: each writes its own row, renewed while it lives. Others read `fleet_<schema>.worker`.

CREATE TABLE worker (
    id             uuid PRIMARY KEY,              -- made anew at each start
    host           text NOT NULL,
    pid            int NOT NULL,
    version        text NOT NULL,                 -- of the software
    schema_version text NOT NULL,                 -- the newest migration that it found or applied
    pools          text[] NOT NULL,
    at_work        jsonb NOT NULL,                -- [{type, district_id, run_id, since}]: events in its hands
    started_at     timestamptz NOT NULL DEFAULT now(),
    seen_at        timestamptz NOT NULL DEFAULT now(),
    stopped_at     timestamptz                    -- it ended in good order
);

-- A schema of its own for each, since services may log in as different users.
DO $$
DECLARE
    own text := current_schema();
    fleet text := 'fleet_' || own;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', fleet);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', fleet);
    EXECUTE format('CREATE VIEW %I.worker AS SELECT %L::text AS service, id, host, pid, version, schema_version, '
                   'pools, at_work, started_at, seen_at, stopped_at FROM worker', fleet, replace(own, '_', '-'));
    EXECUTE format('GRANT SELECT ON %I.worker TO PUBLIC', fleet);
END $$;
