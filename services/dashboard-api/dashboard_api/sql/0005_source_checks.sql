-- Sources that somebody wants to try out, declared or not, and what was found. Each is forgotten after a day.

CREATE TABLE source_check (
    district_id text NOT NULL,                    -- need not be declared yet
    id          uuid NOT NULL,
    pool        text NOT NULL,                    -- whose workers try it out
    kind        text NOT NULL,
    settings    jsonb NOT NULL,
    secrets     bytea,                            -- sealed; gone once there is a report
    school      text,                             -- the source's id of the school to read; null: any
    asked_by    text NOT NULL,                    -- id of an operator or API key
    asked_at    timestamptz NOT NULL DEFAULT now(),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done')),
    done_at     timestamptz,
    report      jsonb,                            -- libs/common/common/source_report.py
    PRIMARY KEY (district_id, id),
    CHECK ((state = 'done') = (report IS NOT NULL)),
    CHECK ((state = 'done') = (secrets IS NULL))
);
CREATE INDEX source_check_by_id ON source_check (id);

-- Only what waits: the worker has no use for the others.
CREATE VIEW registry.source_check AS
    SELECT district_id, id, kind, settings, secrets, school FROM source_check WHERE state = 'waiting';

GRANT SELECT ON registry.source_check TO PUBLIC;
