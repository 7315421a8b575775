"""Records by what people know of them: name, e-mail, user name, an id at the source or in Moodle."""

from collections.abc import Sequence
from uuid import UUID

from common.db import Pool

MOST = 50
PEOPLE_AND_CLASSES = ("user", "class")


async def find(
    pool: Pool,
    district_id: str,
    text: str,
    school_id: UUID | None,
    most: int = MOST,
    entities: Sequence[str] = (*PEOPLE_AND_CLASSES, "school"),
) -> str:
    """Up to so many records, as a JSON array; those first that are shared now, and those that match exactly.

    `entity, key, name, role, shared, schools` (names), and the `moodle_id` where there is one, with whether it is
    `active`. A person at several schools is one.
    """
    found: str = await pool.fetchval(
        """
        WITH linked AS (
            SELECT source_id, source_key, CASE entity WHEN 'course' THEN 'class' WHEN 'category' THEN 'school'
                   ELSE entity END AS entity, moodle_id,
                   coalesce(nullif(concat_ws(' ', applied->>'firstname', applied->>'lastname'), ''),
                            applied->>'fullname', applied->>'name') AS name
            FROM plan.link
            WHERE district_id = $1 AND entity IN ('user', 'course', 'category')
              AND ($2 ~ '^[0-9]{1,18}$' AND moodle_id = CASE WHEN $2 ~ '^[0-9]{1,18}$' THEN $2::bigint END
                   OR lower($2) IN (lower(source_key), lower(applied->>'username'), lower(applied->>'email')))
        ), shared AS (
            SELECT s.source_id, r.source_key, r.entity, s.name AS school, r.last_snapshot IS NULL AS now,
                   r.body->>'role' AS role,
                   coalesce(nullif(concat_ws(' ', r.body->>'given_name', r.body->>'family_name'), ''),
                            r.body->>'title', r.body->>'name') AS name, r.first_snapshot,
                   coalesce(lower($2) IN (lower(r.source_key), lower(r.body->>'email'), lower(r.body->>'username'),
                                          lower(r.body->>'identifier'), lower(r.body->>'code')), false) AS exact
            FROM roster.record r JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
            WHERE r.district_id = $1 AND r.entity = ANY($6::text[])
              AND ($3::uuid IS NULL OR r.school_id = $3)
              AND (lower($2) IN (lower(r.source_key), lower(r.body->>'email'), lower(r.body->>'username'),
                                 lower(r.body->>'identifier'), lower(r.body->>'code'))
                   OR lower(concat_ws(' ', r.body->>'given_name', r.body->>'family_name', r.body->>'title',
                                      r.body->>'name')) LIKE ALL ($4::text[])
                   OR EXISTS (SELECT FROM linked l WHERE l.source_id = s.source_id AND l.entity = r.entity
                              AND l.source_key = r.source_key))
        ), records AS (
            SELECT source_id, entity, source_key, (array_agg(name ORDER BY now DESC, first_snapshot DESC))[1] AS name,
                   (array_agg(role ORDER BY now DESC, first_snapshot DESC))[1] AS role, bool_or(now) AS shared,
                   bool_or(exact) AS exact, array_agg(DISTINCT school) AS schools
            FROM shared GROUP BY 1, 2, 3
            UNION ALL
            SELECT source_id, entity, source_key, name, NULL, false, true, '{}' FROM linked l
            WHERE $3::uuid IS NULL AND l.entity = ANY($6) AND NOT EXISTS (
                SELECT FROM shared s
                WHERE (s.source_id, s.entity, s.source_key) = (l.source_id, l.entity, l.source_key))
        ), best AS (
            SELECT r.*, there.moodle_id, there.active FROM records r
            CROSS JOIN LATERAL (
                SELECT min(l.moodle_id) AS moodle_id, bool_or(l.active) AS active FROM plan.link l
                WHERE l.district_id = $1 AND l.source_id = r.source_id AND l.source_key = r.source_key
                  AND l.entity = CASE r.entity WHEN 'class' THEN 'course' WHEN 'school' THEN 'category'
                                 ELSE r.entity END) there
            ORDER BY exact DESC, shared DESC, lower(name), source_key LIMIT $5
        )
        SELECT coalesce(json_agg(json_build_object(
                   'entity', entity, 'key', source_key, 'source_id', source_id, 'name', name, 'role', role,
                   'shared', shared, 'exact', exact, 'schools', schools, 'moodle_id', moodle_id, 'active', active)
                   ORDER BY exact DESC, shared DESC, lower(name), source_key), '[]')::text
        FROM best
        """,
        district_id,
        text,
        school_id,
        [f"%{_escaped(word)}%" for word in text.lower().split()],
        most,
        list(entities),
    )
    return found


def _escaped(word: str) -> str:
    """A word for LIKE, which knows `%`, `_` and the backslash."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
