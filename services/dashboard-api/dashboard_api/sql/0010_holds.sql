-- What was decided about operations that waited for a person.

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
