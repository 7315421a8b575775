-- What of a class decides on the course that it is part of, and on the category that this stands in.
CREATE OR REPLACE VIEW roster.class AS
    SELECT district_id, school_id, source_key, hash,
           body->>'title' AS title, coalesce(body->>'code', '') AS code,
           coalesce(body->>'course_title', '') AS course_title,
           (body->>'starts_on')::date AS starts_on, (body->>'ends_on')::date AS ends_on,   -- the first day after it
           coalesce(body->>'course_key', '') AS course_key,
           coalesce(body->'subjects', '[]') AS subjects, coalesce(body->'grades', '[]') AS grades
    FROM record WHERE entity = 'class' AND last_snapshot IS NULL;
