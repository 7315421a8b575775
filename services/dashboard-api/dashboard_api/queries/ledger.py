"""roster-fetcher's published view `roster.ledger`: what a run read, endpoint by endpoint."""

from uuid import UUID

from common.db import Pool, Row


async def of_run(pool: Pool, district_id: str, run_id: UUID) -> list[Row]:
    """The lines of a run's ledger: the outcomes of each add up to `received`; `announced` is null where nobody said."""
    return await pool.fetch(
        """
        SELECT endpoint, pages, announced, received, kept, warned, skipped, out_of_scope, bytes_up, bytes_down,
               complete, reason, changes_only, quirks
        FROM roster.ledger WHERE district_id = $1 AND run_id = $2 ORDER BY endpoint
        """,
        district_id,
        run_id,
    )
