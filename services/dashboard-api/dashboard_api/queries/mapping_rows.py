"""roster-fetcher's published views: a school's people and classes, as templates take them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from common.db import Pool, Row

MOST = 20_000
"""Rows of a school that are looked at."""


async def people(pool: Pool, district_id: str, school_id: UUID, *, families: bool) -> list[Row]:
    """The school's people who get accounts, by key; guardians do where `families` are let in."""
    return await pool.fetch(
        """
        SELECT source_key, role, given_name, family_name, email, username, identifier, grade FROM roster.user
        WHERE district_id = $1 AND school_id = $2 AND (role <> 'guardian' OR $4) ORDER BY source_key LIMIT $3
        """,
        district_id,
        school_id,
        MOST,
        families,
    )


async def courses(pool: Pool, district_id: str, school_id: UUID, made_of: str) -> list[Row]:
    """What becomes a course, by key: each class, or (`made_of` course) each course with its classes.

    Of several classes the first counts, as it does when moodle-sync plans. A course is a school's own.
    """
    return await pool.fetch(COURSES[made_of], district_id, school_id, MOST)


COURSES = {
    "class": """
        SELECT source_key, title, code, course_key, course_title, subjects, grades, starts_on, ends_on
        FROM roster.class WHERE district_id = $1 AND school_id = $2 ORDER BY source_key LIMIT $3
    """,
    "course": """
        SELECT coalesce((SELECT s.source_school_id FROM school s WHERE s.district_id = $1 AND s.id = $2)
                        || '/' || nullif(course_key, ''), source_key) AS source_key,
               coalesce(nullif(min(course_title), ''), min(title)) AS title, min(code) AS code,
               min(course_key) AS course_key, min(course_title) AS course_title,
               (array_agg(subjects ORDER BY source_key))[1] AS subjects,
               (array_agg(grades ORDER BY source_key))[1] AS grades,
               CASE WHEN bool_and(starts_on IS NOT NULL) THEN min(starts_on) END AS starts_on,
               CASE WHEN bool_and(ends_on IS NOT NULL) THEN max(ends_on) END AS ends_on
        FROM roster.class WHERE district_id = $1 AND school_id = $2 GROUP BY 1 ORDER BY 1 LIMIT $3
    """,
}


async def taken(
    pool: Pool, district_id: str, target_id: str | None, entity: str, fields: Sequence[str]
) -> dict[str, dict[str, set[str]]]:
    """Which records have which values in a Moodle, as they were last sent: {field: {value in lower case: keys}}."""
    rows = await pool.fetch(
        """
        SELECT f.name AS field, lower(l.applied->>f.name) AS value, array_agg(l.source_key) AS keys
        FROM plan.link l CROSS JOIN unnest($4::text[]) AS f (name)
        WHERE l.district_id = $1 AND l.target_id = $2 AND l.entity = $3 AND l.applied->>f.name IS NOT NULL
        GROUP BY 1, 2
        """,
        district_id,
        target_id,
        entity,
        list(fields),
    )
    found: dict[str, dict[str, set[str]]] = {field: {} for field in fields}
    for row in rows:
        found[row["field"]][row["value"]] = set(row["keys"])
    return found


async def school(pool: Pool, district_id: str, school_id: UUID) -> dict[str, Any] | None:
    """`name, source_id, source_school_id, target_id, policy` of a school; None if the district has none such."""
    row = await pool.fetchrow(
        """
        SELECT s.name, s.source_id, s.source_school_id, s.target_id, d.policy
        FROM school s JOIN district d ON d.id = s.district_id WHERE s.district_id = $1 AND s.id = $2
        """,
        district_id,
        school_id,
    )
    return dict(row) if row else None
