-- Runs that somebody wants to stop: a fetch looks here once a second.
CREATE TABLE cancelled_run (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    ordered_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (district_id, run_id)
);
