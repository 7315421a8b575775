-- A sync that waits for a decision did not end clean: `recent` says so. Otherwise the view is that of 0062.
CREATE OR REPLACE VIEW school_overview WITH (security_invoker = true) AS
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
                              WHEN r.outcome = 'held' THEN 'held'
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
