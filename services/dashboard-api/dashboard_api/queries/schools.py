"""The table `school`: what sources share, and what operators declared of it."""

from collections.abc import Sequence
from uuid import UUID

from common.db import Connection, Pool, Row
from common.registry import school_id
from dashboard_api.declare.model import TARGET_ID, DeclaredSchool


async def take_listing(conn: Connection, district_id: str, source_id: str) -> None:
    """Bring a source's schools in line with `roster.listed_school`: new in, names renewed, missing ones not shared.

    A blank source stands for all of the district's. A district declared with `schools: all` gives new schools its
    target. Nothing is ever deleted.
    """
    listed = await conn.fetch(
        """
        SELECT l.source_id, l.source_school_id, l.name FROM roster.listed_school l
        JOIN source s ON s.district_id = l.district_id AND s.id = l.source_id
        WHERE l.district_id = $1 AND ($2 = '' OR l.source_id = $2)
        """,
        district_id,
        source_id,
    )
    ids = [school_id(district_id, row["source_id"], row["source_school_id"]) for row in listed]
    await conn.execute(
        """
        INSERT INTO school (district_id, id, source_id, source_school_id, name, target_id)
        SELECT $1, l.id, l.source_id, l.source_school_id, l.name, d.all_schools
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS l (id, source_id, source_school_id, name)
        JOIN district d ON d.id = $1
        ON CONFLICT (district_id, id) DO UPDATE
        SET name = excluded.name, shared = true,
            target_id = coalesce(school.target_id, CASE WHEN NOT school.left_out THEN excluded.target_id END)
        """,
        district_id,
        ids,
        *([row[column] for row in listed] for column in ("source_id", "source_school_id", "name")),
    )
    await conn.execute(
        """
        UPDATE school SET shared = false
        WHERE district_id = $1 AND ($2 = '' OR source_id = $2) AND shared AND id <> ALL($3::uuid[])
        """,
        district_id,
        source_id,
        ids,
    )


async def set_all_up(conn: Connection, district_id: str, target: str = TARGET_ID) -> None:
    """Give every school of the district this target, as `schools: all` says; their own times stay as they are.

    So does another Moodle that a school was given: declarations know the one only.
    """
    await conn.execute(
        "UPDATE school SET target_id = coalesce(target_id, $2), left_out = false WHERE district_id = $1",
        district_id,
        target,
    )


async def set_up_only(conn: Connection, district_id: str, declared: Sequence[tuple[str, DeclaredSchool]]) -> None:
    """Set up the schools of a list (with the ids of their sources), and no others.

    One that its source has not told of yet waits for the listing. A time that the list does not mention stays as it
    was set, and so does another Moodle that a school was given: declarations know the one only.
    """
    ids = [school_id(district_id, source_id, school.source_id) for source_id, school in declared]
    await conn.execute(
        "UPDATE school SET target_id = NULL WHERE district_id = $1 AND id <> ALL($2::uuid[])", district_id, ids
    )
    await conn.executemany(
        """
        INSERT INTO school (district_id, id, source_id, source_school_id, target_id, name, timezone, nightly, nights,
                            shared)
        VALUES ($1, $2, $3, $4, $5, $4, $6, $7, $8, false)
        ON CONFLICT (district_id, id) DO UPDATE
        SET target_id = coalesce(school.target_id, excluded.target_id), timezone = excluded.timezone, left_out = false,
            nights = coalesce($8::smallint[], school.nights),
            nightly = CASE WHEN $9::boolean THEN excluded.nightly ELSE school.nightly END
        """,
        [
            (
                district_id,
                id_,
                source_id,
                school.source_id,
                TARGET_ID,
                school.timezone,
                school.nightly,
                [*school.nights] if school.nights else None,
                "nightly" in school.model_fields_set,
            )
            for id_, (source_id, school) in zip(ids, declared, strict=True)
        ],
    )


async def set_up(conn: Connection, district_id: str) -> list[UUID]:
    """The shared schools of the district that have a target."""
    rows = await conn.fetch(
        "SELECT id FROM school WHERE district_id = $1 AND shared AND target_id IS NOT NULL ORDER BY lower(name), id",
        district_id,
    )
    return [row["id"] for row in rows]


async def in_modes(conn: Connection, district_id: str, ids: Sequence[UUID]) -> list[Row]:
    """`id, name, mode` of those of these schools that the district has, by name; `mode` is that of tonight."""
    return await conn.fetch(
        """
        SELECT id, name, mode FROM school_status
        WHERE district_id = $1 AND id = ANY ($2::uuid[]) ORDER BY sort_name, id
        """,
        district_id,
        ids,
    )


async def matching(pool: Pool, district_id: str, status: str | None, search: str | None) -> list[UUID]:
    """The schools that are set up and stand so, and whose name has these words; `running`: those with an open run."""
    rows = await pool.fetch(
        """
        SELECT id FROM school_status s
        WHERE s.district_id = $1 AND s.shared AND s.target_id IS NOT NULL
          AND ($2::text IS NULL OR s.status = $2 OR ($2 = 'running' AND EXISTS (
               SELECT FROM run r WHERE r.district_id = s.district_id AND r.school_id = s.id AND r.status < 'refused')))
          AND ($3::text IS NULL OR position(lower($3) IN s.sort_name) > 0)
        ORDER BY s.sort_name, s.id
        """,
        district_id,
        status,
        search or None,
    )
    return [row["id"] for row in rows]


async def shared(pool: Pool, district_id: str) -> list[Row]:
    """`id, name` of the schools that are shared, by name."""
    return await pool.fetch(
        "SELECT id, name FROM school WHERE district_id = $1 AND shared ORDER BY lower(name), id", district_id
    )


async def named(conn: Connection, district_id: str, ids: Sequence[UUID]) -> list[Row]:
    """`id, name, shared, target_id` of those of these schools that the district has."""
    return await conn.fetch(
        "SELECT id, name, shared, target_id FROM school WHERE district_id = $1 AND id = ANY($2::uuid[])",
        district_id,
        ids,
    )


async def name_of(conn: Connection, district_id: str, id_: UUID) -> str:
    """What people call a school; blank for one that is gone."""
    name: str | None = await conn.fetchval(
        "SELECT name FROM school WHERE district_id = $1 AND id = $2", district_id, id_
    )
    return name or ""


async def district_of(pool: Pool, districts: list[str] | None, id_: UUID) -> str | None:
    """The district of a school, among those that one may see. `districts` None: all."""
    district: str | None = await pool.fetchval(
        "SELECT district_id FROM school WHERE id = $1 AND ($2::text[] IS NULL OR district_id = ANY($2))", id_, districts
    )
    return district


async def of_district(conn: Connection, district_id: str, ids: Sequence[UUID]) -> list[UUID]:
    """Those of these schools that are the district's, in the same order."""
    rows = await conn.fetch("SELECT id FROM school WHERE district_id = $1 AND id = ANY ($2)", district_id, ids)
    own = {row["id"] for row in rows}
    return [id_ for id_ in ids if id_ in own]


async def count_of(conn: Connection, districts: Sequence[str] | None, ids: Sequence[UUID]) -> int:
    """How many of these schools are in these districts. `districts` None: all."""
    n: int = await conn.fetchval(
        "SELECT count(*) FROM school WHERE ($1::text[] IS NULL OR district_id = ANY ($1)) AND id = ANY ($2)",
        districts,
        ids,
    )
    return n
