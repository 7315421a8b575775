"""The table `source`: where a district's rosters come from, and how the last listing of its schools went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from common.db import Connection, Row


class Known(NamedTuple):
    """A source as it was declared last; `secrets` are sealed."""

    kind: str
    settings: dict[str, Any]
    secrets: bytes


async def known(conn: Connection, district_id: str) -> dict[str, Known]:
    """The district's sources by id."""
    rows = await conn.fetch("SELECT id, kind, settings, secrets FROM source WHERE district_id = $1", district_id)
    return {row["id"]: Known(row["kind"], row["settings"], row["secrets"]) for row in rows}


async def upsert(
    conn: Connection, district_id: str, id_: str, kind: str, settings: dict[str, Any], secrets: bytes
) -> None:
    """Write a source as declared; `secrets` are sealed."""
    await conn.execute(
        """
        INSERT INTO source (district_id, id, kind, settings, secrets) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district_id, id) DO UPDATE
        SET kind = excluded.kind, settings = excluded.settings, secrets = excluded.secrets
        """,
        district_id,
        id_,
        kind,
        settings,
        secrets,
    )


async def used_beside(conn: Connection, district_id: str, ids: Sequence[str]) -> Row | None:
    """`source_id, schools` of a source that is not among these and has shared schools that are set up."""
    return await conn.fetchrow(
        """
        SELECT source_id, count(*) AS schools FROM school
        WHERE district_id = $1 AND source_id <> ALL($2::text[]) AND shared AND target_id IS NOT NULL
        GROUP BY source_id ORDER BY source_id LIMIT 1
        """,
        district_id,
        ids,
    )


async def remove_beside(conn: Connection, district_id: str, ids: Sequence[str]) -> None:
    """Forget the sources that are not among these, with their schools. What these have in Moodle stays."""
    for statement in (
        "DELETE FROM school WHERE district_id = $1 AND source_id <> ALL($2::text[])",
        "DELETE FROM source WHERE district_id = $1 AND id <> ALL($2::text[])",
    ):
        await conn.execute(statement, district_id, ids)


async def forget_failed_listings(conn: Connection, district_id: str) -> None:
    """What the sources could not tell before is asked again."""
    await conn.execute(
        "UPDATE source SET listing_error = NULL, listing_error_code = NULL "
        "WHERE district_id = $1 AND listing_error IS NOT NULL",
        district_id,
    )


async def note_listing(conn: Connection, district_id: str, source_id: str, told_at: datetime) -> None:
    """A source told its schools; blank: all did. The time kept is the database's, to compare with `declared_at`."""
    await conn.execute(
        """
        UPDATE source SET listed_at = now(), listing_error = NULL, listing_error_code = NULL, listing_told_at = $3
        WHERE district_id = $1 AND ($2 = '' OR id = $2) AND (listing_told_at IS NULL OR listing_told_at <= $3)
        """,
        district_id,
        source_id,
        told_at,
    )


async def note_failed_listing(
    conn: Connection, district_id: str, source_id: str, code: str, detail: str, told_at: datetime
) -> None:
    """A source could not tell its schools, as far as nothing newer is known; blank: any that was yet to tell them."""
    await conn.execute(
        """
        UPDATE source SET listing_error = $4, listing_error_code = $3, listing_told_at = $5
        FROM district d
        WHERE d.id = source.district_id AND source.district_id = $1
          AND (source.id = $2 OR $2 = '' AND (source.listed_at IS NULL OR source.listed_at < d.declared_at))
          AND (source.listing_told_at IS NULL OR source.listing_told_at <= $5)
        """,
        district_id,
        source_id,
        code,
        detail,
        told_at,
    )
