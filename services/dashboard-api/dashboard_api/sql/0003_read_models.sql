-- What the events say, kept for pages, API and command line. Delivery is at least once and in no order: each statement
-- that writes here may run again, and an older fact never takes the place of a newer one.

-- In the order in which a run passes through them: a run's status only ever rises. `completed` outranks `failed`,
-- since a worker that was given up for dead may still have finished.
CREATE TYPE run_status AS ENUM
    ('ordered', 'requested', 'fetching', 'planning', 'applying', 'refused', 'failed', 'completed');

CREATE TABLE run (
    district_id    text NOT NULL,
    id             uuid NOT NULL,
    school_id      uuid NOT NULL,
    status         run_status NOT NULL,
    order_id       uuid,
    mode           text,                          -- null until an event tells it
    dry_run        boolean,
    trigger        text,                          -- person, schedule
    ordered_by     text,                          -- id of an operator or API key
    reason         text,
    refusal        text,                          -- already_running, not_set_up, unknown_school
    running_run_id uuid,                          -- the run that was in the way
    snapshot       int,
    complete       boolean,                       -- every endpoint was read to its end
    counts         jsonb,                         -- {kind: n} in the snapshot
    changes        jsonb,                         -- {entity: {added, changed, removed: n}} since the snapshot before
    plan           jsonb,                         -- {entity: {kind: n}} decided
    actions        jsonb,                         -- {entity: {kind: n}} done
    outcome        text,
    errors         int,
    courses        int,
    calls          bigint,
    failure_phase  text,
    failure_code   text,
    failure_detail text,
    retry_planned  boolean,
    source_up      bigint,                        -- bytes on the wire, to and from the roster's source …
    source_down    bigint,
    target_up      bigint,                        -- … and Moodle, as far as progress tells …
    target_down    bigint,
    bytes_up       bigint,                        -- … and together, as the end tells
    bytes_down     bigint,
    duration_ms    bigint,
    noted_at       timestamptz NOT NULL DEFAULT now(),  -- first heard of
    ordered_at     timestamptz,
    requested_at   timestamptz,
    ended_at       timestamptz,
    PRIMARY KEY (district_id, id)
);
CREATE INDEX run_by_id ON run (id);
CREATE INDEX run_newest ON run (district_id, noted_at DESC, id DESC);
CREATE INDEX run_of_order ON run (district_id, order_id);
CREATE INDEX run_of_school ON run (district_id, school_id, noted_at DESC, id DESC);
CREATE INDEX run_open ON run (district_id, school_id) WHERE status < 'refused';

CREATE TABLE run_phase (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    phase       text NOT NULL,                    -- fetching, planning, applying
    done        bigint NOT NULL,
    total       bigint,                           -- null: not known
    started_at  timestamptz NOT NULL,
    told_at     timestamptz NOT NULL,
    PRIMARY KEY (district_id, run_id, phase)
);

-- Data errors of a run by code: one row for each part in which a worker told them.
CREATE TABLE run_error_code (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    phase       text NOT NULL,
    part        int NOT NULL,
    code        text NOT NULL,
    severity    text NOT NULL,
    occurrences int NOT NULL,
    PRIMARY KEY (district_id, run_id, phase, part, code, severity)
);

-- The errors themselves, of each school's latest run that had any. Values are masked where they are personal.
CREATE TABLE run_error (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    phase       text NOT NULL,
    part        int NOT NULL,
    seq         int NOT NULL,
    school_id   uuid NOT NULL,
    code        text NOT NULL,
    severity    text NOT NULL,
    entity      text NOT NULL,
    source_key  text NOT NULL,
    field       text NOT NULL,
    value       text NOT NULL,
    detail      text NOT NULL,
    PRIMARY KEY (district_id, run_id, phase, part, seq)
);
CREATE INDEX run_error_of_school ON run_error (district_id, school_id);

CREATE TABLE school_state (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    snapshot    int,                              -- the one that the counts are of
    counts      jsonb,
    counts_at   timestamptz,
    health      text,                             -- clean, with_errors, failed: how the last sync ended
    since       timestamptz,                      -- of the first of the syncs in a row that ended so
    errors      int NOT NULL DEFAULT 0,
    last_run_id uuid,
    last_run_at timestamptz,
    PRIMARY KEY (district_id, school_id)
);

CREATE TABLE notice (
    district_id  text NOT NULL,
    run_id       uuid NOT NULL,
    channel      text NOT NULL,
    recipient_id text NOT NULL,
    sent_at      timestamptz,
    failure      text,
    PRIMARY KEY (district_id, run_id, channel, recipient_id)
);

-- Hints for open pages: something about this run or school is new. Kept an hour, for those who reconnect.
CREATE TABLE hint (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    district_id text NOT NULL,
    run_id      uuid,
    school_id   uuid,
    type        text NOT NULL,
    told_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (district_id, id)
);
CREATE INDEX hint_told_at ON hint (told_at);

-- When the newest event about a listing of schools was told, so that an older one changes nothing.
ALTER TABLE district ADD COLUMN listing_told_at timestamptz, ADD COLUMN listing_error_code text;
CREATE INDEX school_by_id ON school (id);
CREATE INDEX school_by_name ON school (district_id, lower(name), id);

-- How each school stands; the first that fits. Pages filter by it, so it is decided here and nowhere else.
CREATE VIEW school_status AS
    SELECT s.district_id, s.id, s.name, lower(s.name) AS sort_name, s.source_id, s.source_school_id, s.target_id,
           s.shared, s.nightly, coalesce(s.timezone, d.timezone) AS timezone, d.name AS district,
           CASE WHEN NOT s.shared THEN 'not_shared'
                WHEN s.target_id IS NULL THEN 'not_set_up'
                WHEN st.health IS NULL THEN 'ready'
                WHEN st.health = 'failed' THEN 'failed'
                WHEN st.health = 'with_errors' THEN 'with_errors'
                ELSE 'clean' END AS status,
           CASE WHEN s.shared AND s.target_id IS NOT NULL THEN st.since END AS since,
           coalesce(st.errors, 0) AS errors, st.counts, st.counts_at, st.last_run_id
    FROM school s
    JOIN district d ON d.id = s.district_id
    LEFT JOIN school_state st ON st.district_id = s.district_id AND st.school_id = s.id;

-- A school as pages, API and command line show it.
CREATE VIEW school_overview AS
    SELECT s.district_id, s.district, s.id, s.source_school_id, s.name, s.shared, s.timezone,
           to_char(s.nightly, 'HH24:MI') AS nightly, source.kind AS source, target.name AS target,
           s.status, s.since, s.counts, s.counts_at, s.errors,
           (SELECT e.run_id FROM run_error e
            WHERE e.district_id = s.district_id AND e.school_id = s.id LIMIT 1) AS errors_run_id,
           (SELECT json_build_object(
                       'run_id', r.id, 'status', r.status, 'mode', r.mode, 'dry_run', r.dry_run,
                       'done', p.done, 'total', p.total, 'since', coalesce(r.requested_at, r.ordered_at, r.noted_at))
            FROM run r
            LEFT JOIN run_phase p ON p.district_id = r.district_id AND p.run_id = r.id AND p.phase = r.status::text
            WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.status < 'refused'
            ORDER BY r.status DESC, r.noted_at LIMIT 1) AS activity,
           (SELECT json_build_object(
                       'run_id', r.id, 'status', r.status, 'mode', r.mode, 'outcome', r.outcome, 'errors', r.errors,
                       'actions', r.actions, 'failure_code', r.failure_code, 'failure_detail', r.failure_detail,
                       'duration_ms', r.duration_ms, 'ended_at', r.ended_at)
            FROM run r WHERE r.district_id = s.district_id AND r.id = s.last_run_id) AS last_run,
           (SELECT coalesce(json_agg(ended.health ORDER BY ended.noted_at), '[]')
            FROM (SELECT CASE WHEN r.status = 'failed' THEN 'failed'
                              WHEN r.errors > 0 OR r.outcome = 'with_errors' THEN 'with_errors'
                              ELSE 'clean' END AS health, r.noted_at
                  FROM run r
                  WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.status IN ('failed', 'completed')
                    AND r.mode IS DISTINCT FROM 'refresh' AND r.dry_run IS DISTINCT FROM true
                  ORDER BY r.noted_at DESC, r.id DESC LIMIT 14) ended) AS recent
    FROM school_status s
    JOIN source ON source.district_id = s.district_id AND source.id = s.source_id
    LEFT JOIN target ON target.district_id = s.district_id AND target.id = s.target_id;

-- A run as pages, API and command line show it.
CREATE VIEW run_overview AS
    SELECT r.district_id, d.name AS district, r.id, r.school_id, s.name AS school,
           coalesce(s.timezone, d.timezone) AS timezone, t.name AS target, r.order_id, r.status, r.mode, r.dry_run,
           r.trigger, r.ordered_by,
           coalesce((SELECT o.name FROM operator o WHERE o.id::text = r.ordered_by),
                    (SELECT k.name FROM api_key k WHERE k.id::text = r.ordered_by)) AS ordered_by_name,
           EXISTS (SELECT FROM api_key k WHERE k.id::text = r.ordered_by) AS ordered_by_key,
           r.reason, r.refusal, r.running_run_id,
           (SELECT coalesce(json_agg(json_build_object(
                        'phase', p.phase, 'done', p.done, 'total', p.total,
                        'started_at', p.started_at, 'told_at', p.told_at) ORDER BY p.phase::run_status), '[]')
            FROM run_phase p WHERE p.district_id = r.district_id AND p.run_id = r.id) AS phases,
           r.snapshot, r.complete, r.counts, r.changes, r.plan, r.actions, r.outcome, r.errors, r.courses, r.calls,
           r.failure_phase, r.failure_code, r.failure_detail, r.retry_planned,
           r.source_up, r.source_down,
           greatest(coalesce(r.bytes_up - coalesce(r.source_up, 0), r.target_up), 0) AS target_up,
           greatest(coalesce(r.bytes_down - coalesce(r.source_down, 0), r.target_down), 0) AS target_down,
           r.duration_ms, r.noted_at, r.ordered_at, r.requested_at, r.ended_at
    FROM run r
    LEFT JOIN district d ON d.id = r.district_id
    LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
    LEFT JOIN target t ON t.district_id = s.district_id AND t.id = s.target_id;

CREATE VIEW district_overview AS
    SELECT d.id, d.name, d.timezone, d.locale, d.pool, d.max_parallel, d.all_schools IS NOT NULL AS all_schools,
           source.kind AS source, target.name AS target, target.base_url AS target_url,
           d.declared_at, d.listed_at, d.listing_error, d.listing_error_code,
           (SELECT count(*) FROM school s WHERE s.district_id = d.id AND s.shared) AS schools,
           (SELECT count(*) FROM school s
            WHERE s.district_id = d.id AND s.shared AND s.target_id IS NOT NULL) AS set_up
    FROM district d
    LEFT JOIN source ON source.district_id = d.id
    LEFT JOIN target ON target.district_id = d.id;
