"""Whether schools sync by themselves, pause, or take in additions only: columns of `school`."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from common.db import Connection, Pool, Row


async def of(
    conn: Connection | Pool, district_id: str, ids: Sequence[UUID] | None, *, locked: bool = False
) -> list[Row]:
    """`id, name, mode, until, reason` of these schools, or of all that are set up, by name."""
    return await conn.fetch(
        f"""
        SELECT id, name, nightly_mode AS mode, mode_until AS until, mode_reason AS reason FROM school
        WHERE district_id = $1 AND CASE WHEN $2::uuid[] IS NULL THEN shared AND target_id IS NOT NULL
                                        ELSE id = ANY ($2) END
        ORDER BY lower(name), id {"FOR UPDATE" if locked else ""}
        """,
        district_id,
        ids,
    )


async def set_(
    conn: Connection, district_id: str, ids: Sequence[UUID], mode: str, until: date | None, reason: str, by: str
) -> None:
    """Give the mode to these schools; `by` is the id of who wanted it."""
    await conn.execute(
        """
        UPDATE school SET nightly_mode = $3, mode_until = $4, mode_reason = $5, mode_by = $6, mode_at = now()
        WHERE district_id = $1 AND id = ANY ($2::uuid[])
        """,
        district_id,
        ids,
        mode,
        until,
        reason,
        by,
    )
