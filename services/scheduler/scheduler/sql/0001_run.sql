-- One row for each run that was ordered and not refused.
CREATE TABLE run (
    district_id  text NOT NULL,
    id           uuid PRIMARY KEY,
    order_id     uuid NOT NULL,
    school_id    uuid NOT NULL,
    target_id    text NOT NULL,
    pool         text NOT NULL,
    mode         text NOT NULL,
    dry_run      boolean NOT NULL,
    trigger      text NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'ended')),
    outcome      text,
    ordered_at   timestamptz NOT NULL DEFAULT now(),
    requested_at timestamptz,
    ended_at     timestamptz
);

-- The rule itself: one run of a school at a time, whoever orders it and however many schedulers there are.
CREATE UNIQUE INDEX run_one_a_school ON run (district_id, school_id) WHERE state <> 'ended';
CREATE INDEX run_open ON run (district_id, target_id, state) WHERE state <> 'ended';
