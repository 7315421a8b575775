-- What a run is for: kind (roster, undo, rebuild), and what of the school it is narrowed to ({} or null: all of it).
ALTER TABLE run ADD kind text, ADD scope jsonb;

CREATE OR REPLACE VIEW run_overview AS
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
           r.duration_ms, r.noted_at, r.ordered_at, r.requested_at, r.ended_at, r.reading, r.reading_reason,
           r.kind, r.scope
    FROM run r
    LEFT JOIN district d ON d.id = r.district_id
    LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
    LEFT JOIN target t ON t.district_id = s.district_id AND t.id = s.target_id;
