-- A district may have several sources: each tells its own schools, so how that went is a source's, not the district's.

ALTER TABLE source
    ADD COLUMN listed_at          timestamptz,    -- when it last told which schools it shares
    ADD COLUMN listing_error      text,           -- why it last could not, in words …
    ADD COLUMN listing_error_code text,           -- … and by its code
    ADD COLUMN listing_told_at    timestamptz;    -- when the newest event about it was told; an older one changes nothing

UPDATE source SET listed_at = d.listed_at, listing_error = d.listing_error,
                  listing_error_code = d.listing_error_code, listing_told_at = d.listing_told_at
FROM district d WHERE d.id = source.district_id;

CREATE INDEX school_of_source ON school (district_id, source_id);

DROP VIEW district_overview;
ALTER TABLE district
    DROP COLUMN listed_at, DROP COLUMN listing_error, DROP COLUMN listing_error_code, DROP COLUMN listing_told_at;

-- `listed_at`: all sources have told their schools since then. `listing_error`: the first one's that could not.
CREATE VIEW district_overview AS
    SELECT d.id, d.name, d.timezone, d.locale, d.pool, d.max_parallel, d.all_schools IS NOT NULL AS all_schools,
           told.sources, target.name AS target, target.base_url AS target_url,
           d.declared_at, told.listed_at, told.listing_error, told.listing_error_code,
           (SELECT count(*) FROM school s WHERE s.district_id = d.id AND s.shared) AS schools,
           (SELECT count(*) FROM school s
            WHERE s.district_id = d.id AND s.shared AND s.target_id IS NOT NULL) AS set_up
    FROM district d
    LEFT JOIN target ON target.district_id = d.id
    LEFT JOIN LATERAL (
        SELECT coalesce(json_agg(json_build_object(
                   'id', o.id, 'kind', o.kind, 'listed_at', o.listed_at, 'listing_error', o.listing_error,
                   'listing_error_code', o.listing_error_code,
                   'schools', (SELECT count(*) FROM school s
                               WHERE s.district_id = d.id AND s.source_id = o.id AND s.shared)) ORDER BY o.id), '[]')
                   AS sources,
               CASE WHEN bool_and(o.listed_at IS NOT NULL) THEN min(o.listed_at) END AS listed_at,
               (array_agg(o.listing_error ORDER BY o.id) FILTER (WHERE o.listing_error IS NOT NULL))[1]
                   AS listing_error,
               (array_agg(o.listing_error_code ORDER BY o.id) FILTER (WHERE o.listing_error IS NOT NULL))[1]
                   AS listing_error_code
        FROM source o WHERE o.district_id = d.id) told ON true;

-- A school as pages, API and command line show it; `source` is its source's kind.
DROP VIEW school_overview;
CREATE VIEW school_overview AS
    SELECT s.district_id, s.district, s.id, s.source_school_id, s.name, s.shared, s.timezone,
           to_char(s.nightly, 'HH24:MI') AS nightly, s.source_id, source.kind AS source, target.name AS target,
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
