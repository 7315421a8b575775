"""The database's part of a fetch in which 1 % of the records changed, against the same comparison without writing."""

from collections.abc import Callable
from time import monotonic
from uuid import UUID

from bench.fetch_floors import DIFF
from bench.fetch_stage import Stage
from common.db import Connection
from roster_fetcher import records
from roster_fetcher.keeping import ENTITIES
from roster_fetcher.staging import staging

CANDIDATES = """
    INSERT INTO staged (entity, source_key, hash, body, endpoint, row, part, warned)
    SELECT entity, source_key,
           CASE WHEN hashtext(source_key || $2) % 100 = 0 THEN decode(md5(random()::text), 'hex') ELSE hash END,
           body, 'bench', 1, false, false
    FROM record WHERE school_id = $1 AND last_snapshot IS NULL
"""


async def one_percent_changed(here: Stage, school: UUID, note: Callable[[float, float], None]) -> None:
    """Stage the school's own records, one in a hundred with another hash, and compare; applied, but rolled back."""
    async with here.pool.acquire() as conn, staging(conn) as staged:
        await staged.add([], [])  # makes the tables
        await conn.execute(CANDIDATES, school, str(monotonic()))
        transaction = conn.transaction()
        await transaction.start()
        await staged.complete()
        await conn.execute("DROP TABLE IF EXISTS pg_temp.candidate")
        await conn.execute("CREATE TEMP VIEW candidate AS SELECT entity, source_key, hash FROM staged")
        floor = await _read_only(conn, school)
        began = monotonic()
        number = await conn.fetchval("SELECT max(number) + 1 FROM snapshot WHERE school_id = $1", school)
        changes = await records.compare(conn, "bench", school, ENTITIES)
        await records.apply_difference(conn, "bench", school, number)
        note(floor, monotonic() - began)
        await transaction.rollback()
    if not any(kinds["changed"] for kinds in changes.values()):
        raise SystemExit("Nothing was changed, so nothing was measured.")


async def _read_only(conn: Connection, school: UUID) -> float:
    began = monotonic()
    await conn.fetchval(DIFF, school)
    return monotonic() - began
