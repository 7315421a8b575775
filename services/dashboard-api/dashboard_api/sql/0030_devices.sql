-- Devices as operators declare them, and their runs.

ALTER TABLE device ADD COLUMN removed_at timestamptz;   -- its history stays
CREATE UNIQUE INDEX device_by_id ON device (id);
CREATE INDEX device_of_school ON device (district_id, school_id);

ALTER TABLE run ADD COLUMN device_id uuid;              -- of a run of kind device
CREATE INDEX run_of_device ON run (district_id, device_id, noted_at DESC, id DESC) WHERE device_id IS NOT NULL;

-- The next time at which a device is to sync by itself: blackout dates are left out, as by the scheduler.
CREATE FUNCTION next_sync_of(district text, device uuid) RETURNS timestamptz STABLE LANGUAGE sql
    AS $$ SELECT n.at
          FROM registry.schedule s
          CROSS JOIN generate_series(0, 366) AS days
          CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE 'UTC')::date + days AS night) d
          CROSS JOIN LATERAL (SELECT (d.night + s.wall) AT TIME ZONE 'UTC' AS at) n
          WHERE s.district_id = $1 AND s.subject = $2 AND n.at > now()
            AND NOT EXISTS (SELECT FROM blackout b WHERE b.district_id = $1 AND d.night BETWEEN b.first AND b.last
                                                     AND (b.school_id IS NULL OR b.school_id = s.school_id))
          ORDER BY days LIMIT 1 $$;

-- A device as API and command line show it.
CREATE VIEW device_overview AS
    SELECT v.district_id, v.id, v.school_id, s.name AS school, v.name, lower(v.name) AS sort_name, v.enabled,
           to_char(v.daily_at, 'HH24:MI') AS daily_at, v.at_next_contact, v.online, v.last_contact_at,
           next_sync_of(v.district_id, v.id) AS next_sync_at, v.removed_at
    FROM device v JOIN school s ON s.district_id = v.district_id AND s.id = v.school_id;

-- A school is not what its devices are: their runs stand with them.
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
                  ORDER BY r.noted_at DESC, r.id DESC LIMIT 14) ended) AS recent
    FROM school_status s
    JOIN source ON source.district_id = s.district_id AND source.id = s.source_id
    LEFT JOIN target ON target.district_id = s.district_id AND target.id = s.target_id;
