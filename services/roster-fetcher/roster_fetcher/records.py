"""The table `record`: each state that a record had, with the first and last snapshot that hold it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from common.db import Connection, Row

KINDS_OF_CHANGE = ("added", "changed", "removed")


async def current_keys(conn: Connection, district_id: str, school_id: UUID, entity: str) -> set[str]:
    """The keys of an entity's current records."""
    rows = await conn.fetch(
        """
        SELECT source_key FROM record
        WHERE district_id = $1 AND school_id = $2 AND entity = $3 AND last_snapshot IS NULL
        """,
        district_id,
        school_id,
        entity,
    )
    return {row["source_key"] for row in rows}


async def count_current(conn: Connection, district_id: str, school_id: UUID) -> dict[str, int]:
    """How many current records there are of each entity, and of users by role as well."""
    return with_roles(
        await conn.fetch(
            """
            SELECT entity, CASE entity WHEN 'user' THEN body->>'role' END AS role, count(*) FROM record
            WHERE district_id = $1 AND school_id = $2 AND last_snapshot IS NULL
            GROUP BY 1, 2
            """,
            district_id,
            school_id,
        )
    )


async def add_all(conn: Connection, district_id: str, school_id: UUID, number: int) -> None:
    """Begin the staged records with snapshot `number`, where the school has no records yet."""
    await conn.execute(
        """
        INSERT INTO record (district_id, school_id, entity, source_key, first_snapshot, hash, body)
        SELECT $1, $2, entity, source_key, $3, hash, body FROM staged
        """,
        district_id,
        school_id,
        number,
    )


async def compare(
    conn: Connection, district_id: str, school_id: UUID, closable: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Find what differs between the staged and the current records, in a temporary table `difference`.

    Records that did not come count as removed only if their entity is `closable`. The number of differences by entity
    and kind, all kinds of change present.
    """
    await conn.execute(
        "CREATE TEMP TABLE difference (seq bigint, entity text, source_key text, change text) ON COMMIT DROP"
    )
    await conn.execute(
        """
        INSERT INTO difference (seq, entity, source_key, change)
        SELECT s.seq, coalesce(s.entity, r.entity), coalesce(s.source_key, r.source_key),
               CASE WHEN r.hash IS NULL THEN 'added' WHEN s.hash IS NULL THEN 'removed' ELSE 'changed' END
        FROM staged s
        FULL JOIN (SELECT entity, source_key, hash FROM record
                   WHERE district_id = $1 AND school_id = $2 AND last_snapshot IS NULL) r
          ON r.entity = s.entity AND r.source_key = s.source_key
        WHERE r.hash IS DISTINCT FROM s.hash AND (s.hash IS NOT NULL OR r.entity = ANY($3::text[]))
        """,
        district_id,
        school_id,
        closable,
    )
    return _by_entity(await conn.fetch("SELECT entity, change, count(*) FROM difference GROUP BY 1, 2"))


async def bodies_missing(conn: Connection) -> bool:
    """Whether a record is new or changed of which only the hash was staged."""
    missing: bool = await conn.fetchval(
        """
        SELECT EXISTS (SELECT FROM difference d JOIN staged s ON s.seq = d.seq
                       WHERE d.change <> 'removed' AND s.body IS NULL)
        """
    )
    return missing


async def apply_difference(conn: Connection, district_id: str, school_id: UUID, number: int) -> None:
    """Close the records that changed or were removed, and begin the new states with snapshot `number`."""
    await conn.execute(
        """
        UPDATE record r SET last_snapshot = $3::int - 1
        FROM difference d
        WHERE d.change <> 'added' AND r.district_id = $1 AND r.school_id = $2
          AND r.entity = d.entity AND r.source_key = d.source_key AND r.last_snapshot IS NULL
        """,
        district_id,
        school_id,
        number,
    )
    await conn.execute(
        """
        INSERT INTO record (district_id, school_id, entity, source_key, first_snapshot, hash, body)
        SELECT $1, $2, entity, source_key, $3, hash, body
        FROM staged WHERE seq IN (SELECT seq FROM difference WHERE change <> 'removed')
        """,
        district_id,
        school_id,
        number,
    )


def with_roles(rows: Iterable[Any]) -> dict[str, int]:
    """Numbers by entity, and of users by role as well, from rows of entity, role and number."""
    counts: dict[str, int] = {}
    for entity, role, records in rows:
        counts[entity] = counts.get(entity, 0) + records
        if role:
            counts[role] = counts.get(role, 0) + records
    return counts


def _by_entity(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    changes: dict[str, dict[str, int]] = {}
    for entity, change, number in rows:
        changes.setdefault(entity, dict.fromkeys(KINDS_OF_CHANGE, 0))[change] = number
    return changes
