-- Data errors as they stand: one row for each, kept from run to run until a run that looked does not find it any more.

ALTER TABLE run_error
    ADD COLUMN seen_at       timestamptz,          -- when `run_id`, the latest run that found it, told it …
    ADD COLUMN first_seen_at timestamptz;          -- … and when the first of the runs in a row did
UPDATE run_error e SET seen_at = coalesce(r.requested_at, r.noted_at), first_seen_at = coalesce(r.requested_at, r.noted_at)
FROM run r WHERE r.district_id = e.district_id AND r.id = e.run_id;
UPDATE run_error SET seen_at = now(), first_seen_at = now() WHERE seen_at IS NULL;
DELETE FROM run_error e USING run_error twin
WHERE (e.district_id, e.school_id, e.phase, e.code, e.entity, e.source_key, e.field)
    = (twin.district_id, twin.school_id, twin.phase, twin.code, twin.entity, twin.source_key, twin.field)
  AND (e.run_id, e.part, e.seq) > (twin.run_id, twin.part, twin.seq);
DROP INDEX run_error_of_school;
ALTER TABLE run_error
    DROP CONSTRAINT run_error_pkey,
    ALTER COLUMN seen_at SET NOT NULL,
    ALTER COLUMN first_seen_at SET NOT NULL,
    ADD PRIMARY KEY (district_id, school_id, phase, code, entity, source_key, field);
CREATE INDEX run_error_of_run ON run_error (district_id, run_id, code, phase, part, seq);
CREATE INDEX run_error_in_order ON run_error (district_id, code, school_id, phase, entity, source_key, field);

-- The latest run that looked at everything in a phase: what earlier ones found there and it did not is solved.
CREATE TABLE error_look (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    phase       text NOT NULL,                     -- fetching, applying
    run_id      uuid NOT NULL,
    ended_at    timestamptz NOT NULL,
    PRIMARY KEY (district_id, school_id, phase)
);

-- How many errors stand, by school and cause: kept, so that lists need not count them.
CREATE TABLE school_error (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    code        text NOT NULL,
    severity    text NOT NULL,
    records     int NOT NULL,
    since       timestamptz NOT NULL,              -- when the first of them was first seen
    PRIMARY KEY (district_id, school_id, code, severity)
);
INSERT INTO school_error
SELECT district_id, school_id, code, severity, count(*), min(first_seen_at) FROM run_error GROUP BY 1, 2, 3, 4;
