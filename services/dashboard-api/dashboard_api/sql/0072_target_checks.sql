-- Moodle sites that somebody wants to try out, declared or not, and what was found. Each is forgotten after a day.

CREATE TABLE target_check (
    district_id text NOT NULL,                    -- need not be declared yet
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    pool        text NOT NULL,                    -- whose workers look
    target_id   text NOT NULL,                    -- '': not declared
    base_url    text NOT NULL,
    roles       jsonb NOT NULL,
    secrets     bytea,                            -- sealed; gone once there is a report
    asked_by    text NOT NULL,                    -- id of an operator or API key
    asked_at    timestamptz NOT NULL DEFAULT now(),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done')),
    done_at     timestamptz,
    report      jsonb,                            -- libs/common/common/target_report.py
    PRIMARY KEY (district_id, id),
    CHECK ((state = 'done') = (report IS NOT NULL)),
    CHECK ((state = 'done') = (secrets IS NULL))
);
CREATE INDEX target_check_by_id ON target_check (id);

-- Only what waits: the worker has no use for the others.
CREATE VIEW registry.target_check AS
    SELECT district_id, id, target_id, base_url, roles, secrets FROM target_check WHERE state = 'waiting';
GRANT SELECT ON registry.target_check TO PUBLIC;
