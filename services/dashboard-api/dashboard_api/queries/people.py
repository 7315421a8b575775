"""The tables `district_people` and `district_people_count`, and what of a school is in Moodle: numbers that are kept.

Only people who are at several schools are looked at one by one: everybody else counts once in the sums over schools.
"""

from datetime import datetime
from uuid import UUID

from common.db import Connection, Pool

BASIS = """
    SELECT s.district_id, concat_ws(' ', count(*), sum(st.snapshot),
                                    sum(hashtextextended(s.id::text, 0) & 1048575)) AS basis
    FROM school s JOIN school_state st ON st.district_id = s.district_id AND st.school_id = s.id
    WHERE s.shared GROUP BY s.district_id
"""
"""What a count rests on, by district: which schools are shared, and their snapshots, whose numbers only rise."""

COUNTED = """
    WITH several AS (
        SELECT source_key FROM roster.user WHERE district_id = $1 GROUP BY source_key HAVING count(*) > 1
    ), placed AS (
        SELECT s.source_id, u.source_key, u.role FROM several
        JOIN roster.user u ON u.district_id = $1 AND u.source_key = several.source_key
        JOIN school s ON s.district_id = $1 AND s.id = u.school_id AND s.shared
    ), twice AS (
        SELECT role AS kind, count(*) AS places FROM placed GROUP BY source_id, source_key, role HAVING count(*) > 1
        UNION ALL
        SELECT 'user', count(*) FROM placed GROUP BY source_id, source_key HAVING count(*) > 1
    ), sums AS (
        SELECT c.key AS kind, sum(c.value::bigint) AS places
        FROM school s
        JOIN school_state st ON st.district_id = s.district_id AND st.school_id = s.id
        CROSS JOIN jsonb_each_text(st.counts) c
        WHERE s.district_id = $1 AND s.shared
          AND c.key IN ('user', 'student', 'teacher', 'administrator', 'guardian')
        GROUP BY c.key
    )
    SELECT kind, sums.places - coalesce(sum(twice.places - 1), 0) AS people, count(twice.places) AS at_several
    FROM sums LEFT JOIN twice USING (kind) GROUP BY kind, sums.places
"""


async def outdated(pool: Pool) -> list[tuple[str, str]]:
    """The districts whose people have to be counted again, each with the basis of the new count.

    None before roster-fetcher's first start.
    """
    if not await pool.fetchval("SELECT to_regclass('roster.user') IS NOT NULL"):
        return []
    rows = await pool.fetch(
        f"""
        SELECT b.district_id, b.basis FROM ({BASIS}) b
        LEFT JOIN district_people_count c ON c.district_id = b.district_id
        WHERE b.basis IS DISTINCT FROM c.basis
        """
    )
    return [(row["district_id"], row["basis"]) for row in rows]


async def count(conn: Connection, district_id: str, basis: str) -> None:
    """Count the people of a district, each once, and keep the numbers."""
    await conn.execute("DELETE FROM district_people WHERE district_id = $1", district_id)
    await conn.execute(
        f"INSERT INTO district_people (district_id, kind, people, at_several) "
        f"SELECT $1, kind, people, at_several FROM ({COUNTED}) counted",
        district_id,
    )
    await conn.execute(
        """
        INSERT INTO district_people_count (district_id, basis) VALUES ($1, $2)
        ON CONFLICT (district_id) DO UPDATE SET basis = excluded.basis, counted_at = now()
        """,
        district_id,
        basis,
    )


async def note_in_moodle(conn: Connection, district_id: str, school_id: UUID, at: datetime) -> None:
    """Count what of a school is active in Moodle, as moodle-sync's links have it now, and keep the numbers.

    `at`: when the run ended after which they are counted; a late one counts what is there now all the same.

    People are those with an account that are in the roster, or have left it and still have a place in a course here,
    by role and as `user`; a course counts at the school whose run last wrote it. Whether somebody is in a list is asked
    among the columns, so that PostgreSQL hashes the list: joined, it compares each with each until it has statistics.
    """
    await conn.execute(
        """
        WITH here AS MATERIALIZED (
            SELECT source_key, role FROM roster.user WHERE district_id = $1 AND school_id = $2
        ), gone AS MATERIALIZED (
            SELECT user_key FROM plan.enrolment_link WHERE district_id = $1 AND school_id = $2 AND active
            EXCEPT SELECT source_key FROM here
        ), past AS MATERIALIZED (
            SELECT source_key, first_snapshot, body->>'role' AS role, source_key IN (SELECT user_key FROM gone) AS went
            FROM roster.record
            WHERE district_id = $1 AND school_id = $2 AND entity = 'user' AND last_snapshot IS NOT NULL
        ), everybody AS MATERIALIZED (
            SELECT source_key, role FROM here
            UNION ALL
            (SELECT DISTINCT ON (source_key) source_key, role FROM past WHERE went
             ORDER BY source_key, first_snapshot DESC)
        ), linked AS MATERIALIZED (
            SELECT l.source_key FROM school s
            JOIN plan.link l ON l.district_id = s.district_id AND l.target_id = s.target_id
                            AND l.source_id = s.source_id AND l.entity = 'user'
            WHERE s.district_id = $1 AND s.id = $2 AND l.active
              AND l.source_key = ANY (ARRAY(SELECT source_key FROM everybody))
        ), people AS MATERIALIZED (
            SELECT role, source_key IN (SELECT source_key FROM linked) AS there FROM everybody
        )
        UPDATE school_state SET in_moodle_at = greatest(in_moodle_at, $3), in_moodle = (
            SELECT coalesce(jsonb_object_agg(kind, n), '{}') FROM (
                SELECT CASE WHEN grouping(role) = 1 THEN 'user' ELSE role END AS kind, count(*) AS n
                FROM people WHERE there GROUP BY GROUPING SETS ((role), ())
                UNION ALL
                SELECT 'course', count(*) FROM plan.link
                WHERE district_id = $1 AND school_id = $2 AND entity = 'course' AND active
                UNION ALL
                SELECT 'enrolment', count(*) FROM plan.enrolment_link
                WHERE district_id = $1 AND school_id = $2 AND active) counted
            WHERE kind IS NOT NULL)
        WHERE district_id = $1 AND school_id = $2
        """,
        district_id,
        school_id,
        at,
    )
