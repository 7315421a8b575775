"""The fetcher's published view `roster.snapshot`: what a run found to be shared."""

from typing import Any
from uuid import UUID

from common.db import Connection


async def of_run(conn: Connection, district_id: str, run_id: UUID) -> dict[str, Any] | None:
    """`snapshot, complete, reading, reading_reason, counts, changes` of a run's snapshot."""
    row = await conn.fetchrow(
        "SELECT number AS snapshot, complete, reading, reading_reason, counts, changes FROM roster.snapshot "
        "WHERE district_id = $1 AND run_id = $2",
        district_id,
        run_id,
    )
    return dict(row) if row else None
