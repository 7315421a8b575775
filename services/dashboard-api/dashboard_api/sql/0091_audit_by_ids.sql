-- The audit log says by ids who did what to whom, and a district's part of it only what concerns the district.

CREATE FUNCTION pg_temp.of_district(rights jsonb, district text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN jsonb_typeof(rights) <> 'object' THEN rights ELSE rights - 'name'
        || CASE WHEN district <> '' AND jsonb_typeof(rights -> 'districts') = 'array' THEN jsonb_build_object(
               'districts', (SELECT coalesce(jsonb_agg(d), '[]') FROM jsonb_array_elements_text(rights -> 'districts') d
                             WHERE d = district)) ELSE '{}' END
        || CASE WHEN district <> '' AND jsonb_typeof(rights -> 'schools') = 'array' THEN jsonb_build_object(
               'schools', (SELECT coalesce(jsonb_agg(s), '[]') FROM jsonb_array_elements_text(rights -> 'schools') s
                           WHERE EXISTS (SELECT FROM school
                                         WHERE district_id = district AND id::text = s))) ELSE '{}' END
    END $$;

UPDATE audit SET detail = detail || jsonb_build_object(
    'before', pg_temp.of_district(detail -> 'before', district_id), 'after', pg_temp.of_district(detail -> 'after', district_id))
WHERE action IN ('create person', 'change person', 'change account');

UPDATE audit SET detail = pg_temp.of_district(detail, district_id) WHERE action IN ('create key', 'revoke key');
