"""The table `source_check`: sources that were tried out within the last day. What both have: `checks.py`."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.db import Connection


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A check to be made; `secrets` are sealed."""

    district_id: str
    id: UUID
    pool: str
    kind: str
    settings: dict[str, Any]
    secrets: bytes
    school: str | None


async def add(conn: Connection, check: NewCheck, asked_by: str) -> None:
    """Let a check wait for a worker."""
    await conn.execute(
        """
        INSERT INTO source_check (district_id, id, pool, kind, settings, secrets, school, asked_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        check.district_id,
        check.id,
        check.pool,
        check.kind,
        check.settings,
        check.secrets,
        check.school,
        asked_by,
    )
