-- Operations that wait for a person: what was decided about them, and which schools are on hold because of them.

-- Kept here as well as at moodle-sync, so that nobody decides twice before moodle-sync has heard of it.
CREATE TABLE hold_decision (
    district_id text NOT NULL,
    hold_id     uuid NOT NULL,
    run_id      uuid NOT NULL,                    -- the run whose operations waited
    school_id   uuid NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('approve', 'reject', 'suspend')),
    operations  bigint[],                         -- those that it is about, the others are rejected; null: all
    decided_by  text NOT NULL,                    -- id of an operator or API key
    reason      text NOT NULL,
    decided_at  timestamptz NOT NULL,
    PRIMARY KEY (district_id, hold_id)
);

ALTER TABLE school_state
    ADD hold_id    uuid,                          -- the hold that waits for a decision; null: none does
    ADD held_since timestamptz;                   -- of the first of the holds in a row

CREATE OR REPLACE VIEW school_status AS
    SELECT s.district_id, s.id, s.name, lower(s.name) AS sort_name, s.source_id, s.source_school_id, s.target_id,
           s.shared, s.nightly, coalesce(s.timezone, d.timezone) AS timezone, d.name AS district,
           CASE WHEN NOT s.shared THEN 'not_shared'
                WHEN s.target_id IS NULL THEN 'not_set_up'
                WHEN st.hold_id IS NOT NULL THEN 'on_hold'
                WHEN st.health IS NULL THEN 'ready'
                WHEN st.health = 'failed' THEN 'failed'
                WHEN st.health = 'with_errors' THEN 'with_errors'
                ELSE 'clean' END AS status,
           CASE WHEN s.shared AND s.target_id IS NOT NULL THEN coalesce(st.held_since, st.since) END AS since,
           coalesce(st.errors, 0) AS errors, st.counts, st.counts_at, st.last_run_id
    FROM school s
    JOIN district d ON d.id = s.district_id
    LEFT JOIN school_state st ON st.district_id = s.district_id AND st.school_id = s.id;
