-- A district may have several Moodle sites; it is shown once, with the one that its declaration knows.
CREATE OR REPLACE VIEW district_overview AS
    SELECT d.id, d.name, d.timezone, d.locale, d.pool, d.max_parallel, d.all_schools IS NOT NULL AS all_schools,
           told.sources, target.name AS target, target.base_url AS target_url,
           d.declared_at, told.listed_at, told.listing_error, told.listing_error_code,
           (SELECT count(*) FROM school s WHERE s.district_id = d.id AND s.shared) AS schools,
           (SELECT count(*) FROM school s
            WHERE s.district_id = d.id AND s.shared AND s.target_id IS NOT NULL) AS set_up
    FROM district d
    LEFT JOIN target ON target.district_id = d.id AND target.id = 'main'
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
