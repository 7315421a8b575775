-- What rows of schools say beyond status and counts: errors by severity, and who paused the nightly sync.

ALTER TABLE school
    ADD COLUMN mode_by text,                       -- id of the operator or API key that set the nightly mode …
    ADD COLUMN mode_at timestamptz;                -- … and when

-- The name of an operator or API key by its id; null for one that is gone.
CREATE FUNCTION name_of_actor(actor text) RETURNS text STABLE LANGUAGE sql
    AS $$ SELECT coalesce((SELECT name FROM operator WHERE id::text = actor),
                          (SELECT name FROM api_key WHERE id::text = actor)) $$;

-- Each school with what decides how it stands; one join for all that ask.
CREATE VIEW school_standing AS
    SELECT s.district_id, s.id, s.name, s.source_id, s.source_school_id, s.target_id, s.shared,
           coalesce(s.nightly, d.nightly) AS nightly, coalesce(s.nights, d.nights) AS nights,
           coalesce(s.timezone, d.timezone) AS timezone, d.name AS district,
           s.target_id IS NOT NULL AS set_up, st.held_at IS NOT NULL AS on_hold,
           coalesce(st.errors > 0 OR st.health IN ('with_errors', 'failed'), false) AS with_errors,
           registry.mode_on(s.nightly_mode, s.mode_until,
                            (now() AT TIME ZONE coalesce(s.timezone, d.timezone))::date) AS mode,
           s.mode_until, s.mode_reason, s.mode_by, s.mode_at,
           st.health, st.since, st.held_since, st.held_at, st.hold_id, st.errors, st.counts, st.counts_at,
           st.last_run_id, st.last_run_at, st.in_moodle, st.in_moodle_at
    FROM school s
    JOIN district d ON d.id = s.district_id
    LEFT JOIN school_state st ON st.district_id = s.district_id AND st.school_id = s.id;

CREATE OR REPLACE VIEW registry.standing AS
    SELECT district_id, id AS school_id, shared, set_up, on_hold, mode = 'paused' AS paused, with_errors
    FROM school_standing;

CREATE OR REPLACE VIEW school_status AS
    SELECT district_id, id, name, lower(name) AS sort_name, source_id, source_school_id, target_id, shared, nightly,
           timezone, district,
           registry.status_of(shared, set_up, on_hold, mode = 'paused', with_errors) AS status,
           coalesce(health, 'never') AS health,
           CASE WHEN shared AND set_up THEN coalesce(held_since, since) END AS since,
           coalesce(errors, 0) AS errors, counts, counts_at, last_run_id, hold_id, held_at, mode,
           CASE WHEN mode <> 'on' THEN mode_until END AS mode_until,
           CASE WHEN mode <> 'on' THEN mode_reason ELSE '' END AS mode_reason,
           CASE WHEN mode <> 'on' THEN mode_by END AS mode_by,
           CASE WHEN mode <> 'on' THEN mode_at END AS mode_at,
           nights, last_run_at, in_moodle, in_moodle_at
    FROM school_standing;

-- A school as pages, API and command line show it; `source` is its source's kind. `counts_at`: when the roster was last
-- read. `recent`: how its last syncs ended, the newest last.
CREATE OR REPLACE VIEW school_overview AS
    SELECT s.district_id, s.district, s.id, s.source_school_id, s.name, s.shared, s.timezone,
           to_char(s.nightly, 'HH24:MI') AS nightly, s.source_id, source.kind AS source, target.name AS target,
           s.status, s.health, s.mode, s.mode_until, s.mode_reason, s.since, s.counts, s.counts_at, s.errors,
           CASE WHEN s.held_at IS NOT NULL THEN s.hold_id END AS hold_id,
           (SELECT e.run_id FROM run_error e
            WHERE e.district_id = s.district_id AND e.school_id = s.id LIMIT 1) AS errors_run_id,
           (SELECT json_build_object(
                       'run_id', r.id, 'status', r.status, 'mode', r.mode, 'dry_run', r.dry_run,
                       'done', p.done, 'total', p.total, 'since', coalesce(r.requested_at, r.ordered_at, r.noted_at))
            FROM run r
            LEFT JOIN run_phase p ON p.district_id = r.district_id AND p.run_id = r.id AND p.phase = r.status::text
            WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.status < 'refused'
              AND r.device_id IS NULL
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
                    AND r.device_id IS NULL
                  ORDER BY r.noted_at DESC, r.id DESC LIMIT 14) ended) AS recent,
           (SELECT coalesce(json_object_agg(severity, records), '{}')
            FROM (SELECT e.severity, sum(e.records) AS records FROM school_error e
                  WHERE e.district_id = s.district_id AND e.school_id = s.id GROUP BY e.severity) e)
               AS errors_by_severity,
           name_of_actor(s.mode_by) AS mode_by, s.mode_at, s.nights, s.in_moodle, s.in_moodle_at
    FROM school_status s
    JOIN source ON source.district_id = s.district_id AND source.id = s.source_id
    LEFT JOIN target ON target.district_id = s.district_id AND target.id = s.target_id;
