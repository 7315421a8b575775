-- What operators declare. Other services read it through the views of schema `registry` (libs/common/common/registry.py).

CREATE TABLE district (
    id            text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name          text NOT NULL,
    timezone      text NOT NULL,
    locale        text NOT NULL DEFAULT 'en',
    pool          text NOT NULL DEFAULT 'shared',
    max_parallel  int  NOT NULL DEFAULT 4 CHECK (max_parallel > 0),
    notify        text[] NOT NULL DEFAULT '{}',   -- e-mail addresses told of each run
    all_schools   text,                           -- target that newly shared schools get by themselves, or null
    listed_at     timestamptz,                    -- when the source last told which schools it shares
    listing_error text,                           -- why it last could not, in words
    declared_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE source (
    district_id text NOT NULL REFERENCES district ON DELETE CASCADE,
    id          text NOT NULL,
    kind        text NOT NULL,
    settings    jsonb NOT NULL,
    secrets     bytea NOT NULL,                   -- sealed (libs/common/common/sealing.py)
    PRIMARY KEY (district_id, id)
);

CREATE TABLE target (
    district_id  text NOT NULL REFERENCES district ON DELETE CASCADE,
    id           text NOT NULL,
    name         text NOT NULL,
    base_url     text NOT NULL,
    user_auth    text NOT NULL DEFAULT 'manual',
    roles        jsonb NOT NULL,                  -- {"student": 5, "teacher": 3}: Moodle's role ids
    max_parallel int NOT NULL DEFAULT 2 CHECK (max_parallel > 0),
    secrets      bytea NOT NULL,
    PRIMARY KEY (district_id, id)
);

CREATE TABLE school (
    district_id      text NOT NULL REFERENCES district ON DELETE CASCADE,
    id               uuid NOT NULL,               -- uuid5 of district, source and the source's id for it
    source_id        text NOT NULL,
    source_school_id text NOT NULL,
    target_id        text,                        -- null: in the shared data, not set up
    name             text NOT NULL,
    timezone         text,                        -- null: the district's
    nightly          time,                        -- null: no nightly sync
    shared           boolean NOT NULL DEFAULT true,  -- the source's last listing has it
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, source_id, source_school_id),
    FOREIGN KEY (district_id, source_id) REFERENCES source (district_id, id),
    FOREIGN KEY (district_id, target_id) REFERENCES target (district_id, id)
);

CREATE SCHEMA IF NOT EXISTS registry;

CREATE VIEW registry.district AS
    SELECT id, name, timezone, locale, pool, max_parallel, notify FROM district;

CREATE VIEW registry.source AS
    SELECT district_id, id, kind, settings, secrets FROM source;

CREATE VIEW registry.target AS
    SELECT district_id, id, name, base_url, user_auth, roles, max_parallel, secrets FROM target;

CREATE VIEW registry.school AS
    SELECT s.district_id, s.id, s.source_id, s.source_school_id, s.target_id, s.name,
           coalesce(s.timezone, d.timezone) AS timezone, s.nightly, s.shared, d.pool, d.locale
    FROM school s JOIN district d ON d.id = s.district_id;

GRANT USAGE ON SCHEMA registry TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA registry TO PUBLIC;
