"""The table `listed_school`: the schools that a source shares, as of its last listing."""

from collections.abc import Sequence

from common.db import Connection
from roster_fetcher.sources.protocol import ListedSchool


async def replace(conn: Connection, district_id: str, source_id: str, schools: Sequence[ListedSchool]) -> int:
    """Let these be the source's schools; the listing's number."""
    before: int = await conn.fetchval(
        "SELECT coalesce(max(listing), 0) FROM listed_school WHERE district_id = $1 AND source_id = $2",
        district_id,
        source_id,
    )
    await conn.execute("DELETE FROM listed_school WHERE district_id = $1 AND source_id = $2", district_id, source_id)
    await conn.executemany(
        """
        INSERT INTO listed_school (district_id, source_id, source_school_id, name, identifier, listing)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [(district_id, source_id, *school, before + 1) for school in schools],
    )
    return before + 1
