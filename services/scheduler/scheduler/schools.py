"""Which schools an order or a package reaches, and whether a device is there, from the registry."""

from collections.abc import Sequence
from uuid import UUID

from common.db import Connection, Row


async def all_set_up(conn: Connection, district_id: str) -> list[Row]:
    """`id, target_id, pool` of each shared school of the district that has a target."""
    return await conn.fetch(
        "SELECT id, target_id, pool FROM registry.school WHERE district_id = $1 AND target_id IS NOT NULL AND shared",
        district_id,
    )


async def of_source(conn: Connection, district_id: str, source_id: str) -> list[Row]:
    """`id, target_id, pool` of each shared school of the source that has a target."""
    return await conn.fetch(
        """
        SELECT id, target_id, pool FROM registry.school
        WHERE district_id = $1 AND source_id = $2 AND target_id IS NOT NULL AND shared
        """,
        district_id,
        source_id,
    )


async def named(conn: Connection, district_id: str, ids: Sequence[UUID]) -> list[Row]:
    """`id, target_id, pool` of those of the named schools that the district has, set up or not."""
    return await conn.fetch(
        "SELECT id, target_id, pool FROM registry.school WHERE district_id = $1 AND id = ANY($2::uuid[])",
        district_id,
        ids,
    )


async def is_online(conn: Connection, district_id: str, device_id: UUID) -> bool:
    """Whether a device of the district is in contact; one that nobody knows is not."""
    return bool(
        await conn.fetchval(
            "SELECT online FROM registry.device WHERE district_id = $1 AND id = $2", district_id, device_id
        )
    )
