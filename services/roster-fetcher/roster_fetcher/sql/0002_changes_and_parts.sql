-- Reading only what changed: where the next such reading begins, and what must be looked at again.

CREATE TABLE cursor (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    snapshot    int NOT NULL,                     -- stands for nothing once there is a newer one
    key         bytea NOT NULL,                   -- of the source's settings and the mapping's version
    value       text NOT NULL,                    -- the source's own: an event id, a moment
    doubt       text NOT NULL DEFAULT '',         -- why changes since then could not be trusted, in words
    full_at     timestamptz NOT NULL,             -- when everything was read last
    PRIMARY KEY (district_id, school_id)
);

-- Records that did not fit the others when the last snapshot was taken. A source that tells only changes will not tell
-- them again, though they may fit the next time.
CREATE TABLE left_out (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    entity      text NOT NULL,
    source_key  text NOT NULL,
    hash        bytea NOT NULL,
    body        jsonb NOT NULL
);
CREATE INDEX left_out_school ON left_out (district_id, school_id);

ALTER TABLE snapshot
    ADD reading text NOT NULL DEFAULT 'full' CHECK (reading IN ('full', 'changes')),
    ADD reading_reason text NOT NULL DEFAULT '';  -- why everything was read where changes would have done, in words

ALTER TABLE ledger
    ADD changes_only boolean NOT NULL DEFAULT false,  -- only rows that changed were asked for
    ADD answers  jsonb NOT NULL DEFAULT '{}',         -- {HTTP status or what went wrong: times}
    ADD first_id text NOT NULL DEFAULT '',            -- of the first and the last row, as they came
    ADD last_id  text NOT NULL DEFAULT '',
    ADD quirks   text[] NOT NULL DEFAULT '{}';        -- where the source strays from its standard, in words

-- What became of the rows of the pages, so that it need not be found out again.
TRUNCATE page_memory;
ALTER TABLE page_memory ADD outcomes jsonb NOT NULL;

-- What became of each page of the last snapshot: its staged rows without their bodies, and its findings (msgpack).
CREATE TABLE page_outcome (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    endpoint    text NOT NULL,
    first       int NOT NULL,                     -- number of the page's first row
    digest      bytea NOT NULL,                   -- of the page's bytes
    context     bytea NOT NULL,                   -- of what the rows before it left behind
    enrolled    bytea NOT NULL,                   -- of who is enrolled, where that matters
    outcome     bytea NOT NULL,
    PRIMARY KEY (district_id, school_id, endpoint, first)
);
ALTER TABLE page_outcome ALTER outcome SET STORAGE EXTERNAL;  -- hashes do not pack

-- Bodies leave out what is blank, so the views say what that means.
DROP VIEW roster.snapshot;
CREATE VIEW roster.snapshot AS
    SELECT district_id, school_id, number, run_id, complete, reading, reading_reason, counts, changes, taken_at
    FROM snapshot;

CREATE OR REPLACE VIEW roster.class AS
    SELECT district_id, school_id, source_key, hash,
           body->>'title' AS title, coalesce(body->>'code', '') AS code,
           coalesce(body->>'course_title', '') AS course_title,
           (body->>'starts_on')::date AS starts_on, (body->>'ends_on')::date AS ends_on   -- the first day after it
    FROM record WHERE entity = 'class' AND last_snapshot IS NULL;

CREATE OR REPLACE VIEW roster.user AS
    SELECT district_id, school_id, source_key, hash,
           body->>'role' AS role,                 -- student, teacher, administrator, guardian
           body->>'given_name' AS given_name, body->>'family_name' AS family_name,
           coalesce(body->>'email', '') AS email, coalesce(body->>'username', '') AS username,
           coalesce(body->>'identifier', '') AS identifier, coalesce(body->>'grade', '') AS grade,
           coalesce((body->>'enabled')::boolean, true) AS enabled
    FROM record WHERE entity = 'user' AND last_snapshot IS NULL;

CREATE OR REPLACE VIEW roster.enrolment AS
    SELECT district_id, school_id, source_key, hash,
           body->>'class_key' AS class_key, body->>'user_key' AS user_key,
           body->>'role' AS role,                 -- student, teacher
           coalesce((body->>'primary')::boolean, false) AS is_primary,
           (body->>'starts_on')::date AS starts_on, (body->>'ends_on')::date AS ends_on   -- the first day after it
    FROM record WHERE entity = 'enrolment' AND last_snapshot IS NULL;

-- Each link once, whichever of the two said it.
CREATE VIEW roster.guardian_link AS
    SELECT district_id, school_id, body->>'guardian_key' AS guardian_key, body->>'student_key' AS student_key,
           max(coalesce(body->>'relationship', '')) AS relationship,
           bool_or(coalesce((body->>'contact_only')::boolean, false)) AS contact_only
    FROM record WHERE entity = 'guardian_link' AND last_snapshot IS NULL
    GROUP BY 1, 2, 3, 4;

CREATE OR REPLACE VIEW roster.ledger AS
    SELECT district_id, run_id, endpoint, pages, announced, received, kept, warned, skipped, out_of_scope,
           bytes_up, bytes_down, complete, reason, changes_only, answers, first_id, last_id, quirks
    FROM ledger;

GRANT SELECT ON ALL TABLES IN SCHEMA roster TO PUBLIC;
