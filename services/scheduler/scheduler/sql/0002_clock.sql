-- Runs of every kind; one of a school (or device) that runs and one that waits; what watches over them.
ALTER TABLE run
    ADD COLUMN kind           text NOT NULL DEFAULT 'roster',
    ADD COLUMN scope          jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN additions_only boolean NOT NULL DEFAULT false,
    ADD COLUMN device_id      uuid,
    ADD COLUMN subject        uuid GENERATED ALWAYS AS (coalesce(device_id, school_id)) STORED,
    ADD COLUMN priority       smallint NOT NULL DEFAULT 0,   -- 0: people, 1: their consequences, 2: the night's wave
    ADD COLUMN attempt        smallint NOT NULL DEFAULT 1,
    ADD COLUMN not_before     timestamptz,                   -- a retry waits until then
    ADD COLUMN fence          bigint NOT NULL DEFAULT 0,     -- rises with each admission
    ADD COLUMN heartbeat_at   timestamptz,                   -- null: no worker has it in hand
    ADD COLUMN handed_on_at   timestamptz;                   -- the fetcher is done with it

DROP INDEX run_one_a_school;
CREATE UNIQUE INDEX run_one_that_runs ON run (district_id, subject) WHERE state = 'running';
CREATE UNIQUE INDEX run_one_that_waits ON run (district_id, subject) WHERE state = 'waiting';
CREATE INDEX run_open_of_subject ON run (subject) WHERE state <> 'ended';
CREATE INDEX run_of_school ON run (district_id, school_id, ended_at);
CREATE SEQUENCE fence;

-- Whose turn it is among districts: who was admitted last, by the fence of that run.
CREATE TABLE turn (
    district_id text PRIMARY KEY,
    fence       bigint NOT NULL
);

-- Up to where the nights are noted. One row; it may be ahead of a clock that was put back.
CREATE TABLE clock (
    id         boolean PRIMARY KEY DEFAULT true CHECK (id),
    told_until timestamptz NOT NULL
);

-- Each night of each school, and each day of a device: what became of it. The key is what keeps it from running twice.
CREATE TABLE occurrence (
    district_id text NOT NULL,
    subject     uuid NOT NULL,                    -- the device, otherwise the school
    night       date NOT NULL,                    -- the local date
    school_id   uuid NOT NULL,
    at          timestamptz NOT NULL,             -- its time
    starts_at   timestamptz NOT NULL,             -- the same, spread
    state       text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'run', 'missed', 'skipped', 'refused')),
    reason      text,                             -- as sync.refused has it
    run_id      uuid,                             -- its run, or the one that does it as well
    PRIMARY KEY (district_id, subject, night)
);
CREATE INDEX occurrence_due ON occurrence (starts_at) WHERE state = 'due';

-- Operations that wait for a decision keep a school's nights from running.
CREATE TABLE hold (
    district_id text NOT NULL,
    id          uuid NOT NULL,
    school_id   uuid NOT NULL,
    run_id      uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('open', 'over')),
    held_at     timestamptz NOT NULL,
    PRIMARY KEY (district_id, id)
);
CREATE INDEX hold_open ON hold (district_id, school_id) WHERE state = 'open';

-- What the broker says of the queues that pools of workers take from.
CREATE TABLE pool_state (
    pool      text NOT NULL,
    service   text NOT NULL,
    workers   int NOT NULL,
    messages  int NOT NULL,
    looked_at timestamptz NOT NULL,
    PRIMARY KEY (pool, service)
);

-- What workers and the dashboard may know, and the two things that workers say. Runs are the scheduler's own to write:
-- the functions do it for them, and change nothing but the heartbeat of a run whose fence they know.
CREATE SCHEMA IF NOT EXISTS schedule;

CREATE VIEW schedule.run AS
    SELECT district_id, id AS run_id, school_id, device_id, kind, mode, trigger, fence, state, outcome, attempt,
           not_before, heartbeat_at
    FROM run;

CREATE VIEW schedule.pool AS SELECT pool, service, workers, messages, looked_at FROM pool_state;

CREATE VIEW schedule.occurrence AS
    SELECT district_id, subject, night, school_id, at, starts_at, state, reason, run_id FROM occurrence;

CREATE FUNCTION schedule.lock_of(run uuid) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT hashtextextended(run::text, 7241902) $$;

CREATE FUNCTION schedule.beat(district text, run uuid, number bigint) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = scheduler, pg_temp
    AS $$ WITH beaten AS (UPDATE run SET heartbeat_at = clock_timestamp()
                          WHERE district_id = $1 AND id = $2 AND fence = $3 AND state = 'running' RETURNING true)
          SELECT EXISTS (SELECT FROM beaten) $$;

CREATE FUNCTION schedule.hand_on(district text, run uuid, number bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = scheduler, pg_temp
    AS $$ UPDATE run SET heartbeat_at = NULL, handed_on_at = clock_timestamp()
          WHERE district_id = $1 AND id = $2 AND fence = $3 AND state = 'running' $$;

GRANT USAGE ON SCHEMA schedule TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA schedule TO PUBLIC;
