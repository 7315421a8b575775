-- Snapshots of rosters. Other services read them through the views of schema `roster`.

CREATE TABLE snapshot (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    number      int  NOT NULL,                    -- 1, 2, 3 … for each school
    run_id      uuid NOT NULL UNIQUE,
    complete    boolean NOT NULL,                 -- every endpoint that the roster comes from was read to its end
    counts      jsonb NOT NULL,                   -- {entity: rows} of the current roster, users by role as well
    changes     jsonb NOT NULL,                   -- {entity: {added, changed, removed}} since the snapshot before
    duration_ms int NOT NULL DEFAULT 0,
    taken_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (district_id, school_id, number)
);

-- One row for each state that a record had, with the first and last snapshot that hold it; no last one: it is current.
CREATE TABLE record (
    district_id    text NOT NULL,
    school_id      uuid NOT NULL,
    entity         text NOT NULL,                 -- school, term, class, user, enrolment
    source_key     text NOT NULL,                 -- the source's id, unique within the entity
    first_snapshot int  NOT NULL,
    last_snapshot  int,
    hash           bytea NOT NULL,                -- of the body
    body           jsonb NOT NULL
);
-- A row is in one of these two, so that a first load fills one index and not both.
CREATE UNIQUE INDEX record_current ON record (district_id, school_id, entity, source_key)
    INCLUDE (hash) WHERE last_snapshot IS NULL;
CREATE UNIQUE INDEX record_past ON record (district_id, school_id, entity, source_key, last_snapshot)
    WHERE last_snapshot IS NOT NULL;
CREATE INDEX record_user_schools ON record (district_id, source_key) WHERE entity = 'user' AND last_snapshot IS NULL;

-- What each run read, endpoint by endpoint.
CREATE TABLE ledger (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    endpoint    text NOT NULL,
    entity      text NOT NULL,                    -- what the endpoint's rows are
    pages       int NOT NULL,
    announced   bigint,                           -- rows the source said there are, where it does
    received    bigint NOT NULL,
    kept        bigint NOT NULL,
    warned      bigint NOT NULL,
    skipped     bigint NOT NULL,
    out_of_scope bigint NOT NULL,
    bytes_up    bigint NOT NULL,
    bytes_down  bigint NOT NULL,
    complete    boolean NOT NULL,
    reason      text NOT NULL DEFAULT '',         -- why it is incomplete, in words
    answer      text NOT NULL DEFAULT '',         -- how the answer began that ended the run; may hold personal data
    PRIMARY KEY (district_id, run_id, endpoint),
    CHECK (received = kept + warned + skipped + out_of_scope)
);

-- Data errors of a run. Values are masked where they are personal.
CREATE TABLE finding (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    seq         int NOT NULL,
    code        text NOT NULL,
    severity    text NOT NULL,
    entity      text NOT NULL,
    source_key  text NOT NULL,
    field       text NOT NULL DEFAULT '',
    value       text NOT NULL DEFAULT '',
    detail      text NOT NULL DEFAULT '',
    PRIMARY KEY (district_id, run_id, seq)
);

-- The pages behind a school's last complete snapshot: when all come again as they were, nothing needs decoding.
CREATE TABLE page_memory (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    endpoint    text NOT NULL,
    snapshot    int NOT NULL,                     -- stands for nothing once there is a newer one
    key         bytea NOT NULL,                   -- of the source's settings and the mapping's version
    digests     bytea[] NOT NULL,                 -- of each page's bytes, in order
    rows        int[] NOT NULL,                   -- how many rows each page has
    PRIMARY KEY (district_id, school_id, endpoint)
);

-- The schools that a source shares, as of its last listing.
CREATE TABLE listed_school (
    district_id text NOT NULL,
    source_id   text NOT NULL,
    source_school_id text NOT NULL,
    name        text NOT NULL,
    identifier  text NOT NULL DEFAULT '',
    listing     int NOT NULL,                     -- 1, 2, 3 … for each source
    PRIMARY KEY (district_id, source_id, source_school_id)
);

CREATE SCHEMA IF NOT EXISTS roster;

CREATE VIEW roster.snapshot AS
    SELECT district_id, school_id, number, run_id, complete, counts, changes, taken_at FROM snapshot;

CREATE VIEW roster.record AS
    SELECT district_id, school_id, entity, source_key, first_snapshot, last_snapshot, hash, body FROM record;

CREATE VIEW roster.school AS
    SELECT district_id, school_id, source_key, hash, body->>'name' AS name
    FROM record WHERE entity = 'school' AND last_snapshot IS NULL;

CREATE VIEW roster.class AS
    SELECT district_id, school_id, source_key, hash,
           body->>'title' AS title, body->>'code' AS code, body->>'course_title' AS course_title,
           (body->>'starts_on')::date AS starts_on, (body->>'ends_on')::date AS ends_on   -- the first day after it
    FROM record WHERE entity = 'class' AND last_snapshot IS NULL;

CREATE VIEW roster.user AS
    SELECT district_id, school_id, source_key, hash,
           body->>'role' AS role,                 -- student, teacher, administrator, guardian
           body->>'given_name' AS given_name, body->>'family_name' AS family_name,
           body->>'email' AS email, body->>'username' AS username, body->>'identifier' AS identifier,
           body->>'grade' AS grade, (body->>'enabled')::boolean AS enabled
    FROM record WHERE entity = 'user' AND last_snapshot IS NULL;

CREATE VIEW roster.enrolment AS
    SELECT district_id, school_id, source_key, hash,
           body->>'class_key' AS class_key, body->>'user_key' AS user_key,
           body->>'role' AS role,                 -- student, teacher
           (body->>'primary')::boolean AS is_primary,
           (body->>'starts_on')::date AS starts_on, (body->>'ends_on')::date AS ends_on   -- the first day after it
    FROM record WHERE entity = 'enrolment' AND last_snapshot IS NULL;

CREATE VIEW roster.ledger AS
    SELECT district_id, run_id, endpoint, pages, announced, received, kept, warned, skipped, out_of_scope,
           bytes_up, bytes_down, complete, reason
    FROM ledger;

CREATE VIEW roster.finding AS
    SELECT district_id, run_id, seq, code, severity, entity, source_key, field, value, detail FROM finding;

CREATE VIEW roster.listed_school AS
    SELECT district_id, source_id, source_school_id, name, identifier, listing FROM listed_school;

GRANT USAGE ON SCHEMA roster TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA roster TO PUBLIC;
