"""The account of a soak: what became of every night of every school, and whether anything happened twice."""

from collections import Counter
from dataclasses import dataclass

import asyncpg

OVERLAPPING = """
    SELECT count(*) FROM scheduler.run a JOIN scheduler.run b
        ON a.subject = b.subject AND a.fence < b.fence AND a.fence > 0
       AND tstzrange(a.requested_at, a.ended_at) && tstzrange(b.requested_at, b.ended_at)
"""
UNACCOUNTED = """
    SELECT count(*) FROM scheduler.occurrence o LEFT JOIN scheduler.run r ON r.id = o.run_id
    WHERE o.state = 'due' OR (o.state = 'run' AND r.state IS DISTINCT FROM 'ended')
       OR (o.state IN ('missed', 'skipped', 'refused') AND o.reason IS NULL)
"""
TWICE = """
    SELECT count(*) FROM (
        SELECT run_id FROM roster_fetcher.snapshot GROUP BY run_id HAVING count(*) > 1
        UNION ALL
        SELECT run_id FROM scheduler.occurrence WHERE state = 'run' GROUP BY run_id HAVING count(*) > 1
    ) twice
"""
SHOWN_AS_OPEN = "SELECT count(*) FROM dashboard_api.run WHERE status < 'refused'"
OPEN = "SELECT count(*) FROM scheduler.run WHERE state <> 'ended'"


@dataclass(frozen=True)
class Account:
    """Numbers; all but `fates`, `outcomes` and `occurrences` should be zero."""

    occurrences: int
    fates: dict[str, int]
    """What became of occurrences: run, or the reason why not."""
    outcomes: dict[str, int]
    """How the nights that ran ended."""
    runs: dict[str, int]
    """All runs, by what caused them."""
    unaccounted: int
    twice: int
    overlapping: int
    still_open: int
    shown_as_open: int

    @property
    def right(self) -> bool:
        """Whether everything is accounted for, and nothing happened twice."""
        return not (self.unaccounted or self.twice or self.overlapping or self.still_open or self.shown_as_open)


async def take(url: str) -> Account:
    """Read the account as the database's owner, across all services."""
    conn = await asyncpg.connect(url)
    try:
        fates = await conn.fetch(
            "SELECT coalesce(reason, state) AS key, count(*) AS n FROM scheduler.occurrence GROUP BY 1"
        )
        outcomes = await conn.fetch(
            "SELECT coalesce(r.outcome, r.state) AS key, count(*) AS n FROM scheduler.occurrence o "
            "JOIN scheduler.run r ON r.id = o.run_id WHERE o.state = 'run' GROUP BY 1"
        )
        runs = await conn.fetch("SELECT trigger AS key, count(*) AS n FROM scheduler.run GROUP BY 1")
        return Account(
            sum(row["n"] for row in fates),
            _counted(fates),
            _counted(outcomes),
            _counted(runs),
            await conn.fetchval(UNACCOUNTED),
            await conn.fetchval(TWICE),
            await conn.fetchval(OVERLAPPING),
            await conn.fetchval(OPEN),
            await conn.fetchval(SHOWN_AS_OPEN),
        )
    finally:
        await conn.close()


def _counted(rows: list[asyncpg.Record]) -> dict[str, int]:
    return dict(Counter({row["key"]: row["n"] for row in rows}).most_common())
