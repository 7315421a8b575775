"""When only changes were read: what these do not mention is carried over, so that the staged rows are the whole roster.

The checks and the comparison then see what they would have seen had everything been read.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from common.db import Connection
from roster_fetcher.checks import FOUND_HERE
from roster_fetcher.page_outcomes import BodiesMissingError
from roster_fetcher.sources.protocol import ChangesRefusedError

_UNMENTIONED = """
    NOT EXISTS (SELECT FROM mentioned m WHERE m.entity = r.entity AND m.source_key = r.source_key)
    AND NOT EXISTS (SELECT FROM mentioned m
                    WHERE m.entity = $4::jsonb->>r.entity
                      AND m.source_key = CASE r.entity WHEN 'enrolment' THEN r.body->>'class_key'
                                                       ELSE r.body->>'declared_by' END)
"""
_COLUMNS = "entity, source_key, hash, role, user_key, target_key, endpoint, row, part, warned, visiting, body"
_AS_STAGED = """
    r.body->>'role', coalesce(r.body->>'user_key', r.body->>'guardian_key'),
    coalesce(r.body->>'class_key', r.body->>'student_key'), '', 0, false, false,
    CASE r.entity WHEN 'user' THEN coalesce((r.body->>'visiting')::boolean, false) END
"""


async def carry_over(
    conn: Connection, district_id: str, school_id: UUID, entities: Collection[str], owners: Mapping[str, str]
) -> None:
    """Stage the current records of these entities, and those left out last time, that no row mentioned.

    Raises `ChangesRefusedError` if enrolments came of people who are neither here nor known not to be.
    """
    arguments = (district_id, school_id, [*entities], dict(owners))
    await conn.execute("ANALYZE mentioned")
    await conn.execute(
        f"""
        INSERT INTO staged ({_COLUMNS})
        SELECT r.entity, r.source_key, r.hash, {_AS_STAGED}, NULL FROM record r
        WHERE r.district_id = $1 AND r.school_id = $2 AND r.last_snapshot IS NULL AND r.entity = ANY($3::text[])
          AND {_UNMENTIONED}
        """,
        *arguments,
    )
    await _refuse_unknown_people(conn, district_id, school_id)
    await conn.execute(
        f"""
        INSERT INTO staged ({_COLUMNS})
        SELECT r.entity, r.source_key, r.hash, {_AS_STAGED}, r.body FROM left_out r
        WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = ANY($3::text[]) AND {_UNMENTIONED}
        """,
        *arguments,
    )


async def fill_bodies(conn: Connection, district_id: str, school_id: UUID) -> None:
    """Give staged rows of pages that were not decoded the bodies of those that were left out last time."""
    await conn.execute(
        """
        UPDATE staged s SET body = o.body
        FROM left_out o
        WHERE o.district_id = $1 AND o.school_id = $2 AND s.body IS NULL
          AND s.entity = o.entity AND s.source_key = o.source_key AND s.hash = o.hash
        """,
        district_id,
        school_id,
    )


async def carry_people_over(conn: Connection, district_id: str, school_id: UUID) -> None:
    """Stage the current people who did not come, for when not all came that should have."""
    await conn.execute(
        f"""
        INSERT INTO staged ({_COLUMNS})
        SELECT r.entity, r.source_key, r.hash, {_AS_STAGED}, NULL FROM record r
        WHERE r.district_id = $1 AND r.school_id = $2 AND r.last_snapshot IS NULL AND r.entity = 'user'
          AND NOT EXISTS (SELECT FROM staged s WHERE s.entity = 'user' AND s.source_key = r.source_key)
        """,
        district_id,
        school_id,
    )


async def carry_findings_over(
    conn: Connection, district_id: str, run_id: UUID, entities: Collection[str], parts: Collection[str]
) -> None:
    """Stage the findings of the run behind the last snapshot about records of these entities that no row mentioned.

    Not those about whole endpoints, nor about doubles among `parts`: what they are about came anew.
    """
    await conn.execute(
        """
        INSERT INTO staged_finding (code, severity, entity, source_key, field, value, detail)
        SELECT code, severity, entity, source_key, field, value, detail FROM finding f
        WHERE district_id = $1 AND run_id = $2 AND entity = ANY($3::text[]) AND code <> ALL($4::text[])
          AND NOT EXISTS (SELECT FROM mentioned m WHERE m.entity = f.entity AND m.source_key = f.source_key)
          AND NOT (code = 'DUP_SOURCED_ID' AND entity = ANY($5::text[]))
          AND NOT (source_key = '' AND EXISTS (SELECT FROM ledger l WHERE l.district_id = $1 AND l.run_id = $2
                                                 AND l.endpoint = f.value))
        ORDER BY seq
        """,
        district_id,
        run_id,
        [*entities],
        FOUND_HERE,
        [*parts],
    )


async def left_out_keys(conn: Connection, district_id: str, school_id: UUID, entity: str) -> set[str]:
    """The keys of an entity's records that were left out last time."""
    rows = await conn.fetch(
        "SELECT source_key FROM left_out WHERE district_id = $1 AND school_id = $2 AND entity = $3",
        district_id,
        school_id,
        entity,
    )
    return {row["source_key"] for row in rows}


async def keep_left_out(conn: Connection, district_id: str, school_id: UUID) -> None:
    """Let the rows that `checks.drop_enrolments_of_nobody` dropped be those that are looked at again.

    Those that had been carried over have their bodies in `record`, so this comes before records are closed. Raises
    `BodiesMissingError` if one came with a page that was not decoded.
    """
    await conn.execute("DELETE FROM left_out WHERE district_id = $1 AND school_id = $2", district_id, school_id)
    await conn.execute(
        """
        INSERT INTO left_out (district_id, school_id, entity, source_key, hash, body)
        SELECT $1, $2, o.entity, o.source_key, o.hash, coalesce(o.body, r.body)
        FROM staged_left_out o
        LEFT JOIN record r ON o.body IS NULL AND r.district_id = $1 AND r.school_id = $2
             AND r.entity = o.entity AND r.source_key = o.source_key AND r.hash = o.hash AND r.last_snapshot IS NULL
        WHERE o.body IS NOT NULL OR r.body IS NOT NULL
        """,
        district_id,
        school_id,
    )
    kept = await conn.fetchval(
        "SELECT count(*) FROM left_out WHERE district_id = $1 AND school_id = $2", district_id, school_id
    )
    if kept != await conn.fetchval("SELECT count(*) FROM staged_left_out"):
        raise BodiesMissingError


async def _refuse_unknown_people(conn: Connection, district_id: str, school_id: UUID) -> None:
    people: int = await conn.fetchval(
        """
        SELECT count(DISTINCT e.user_key) FROM staged e
        WHERE e.entity = 'enrolment' AND e.endpoint <> ''
          AND NOT EXISTS (SELECT FROM staged u WHERE u.entity = 'user' AND u.source_key = e.user_key)
          AND NOT EXISTS (SELECT FROM left_out o WHERE o.district_id = $1 AND o.school_id = $2
                            AND o.entity = 'enrolment' AND o.body->>'user_key' = e.user_key)
        """,
        district_id,
        school_id,
    )
    if people:
        raise ChangesRefusedError(
            f"Enrolments name {people} people of whom the source told nothing among what changed."
        )
