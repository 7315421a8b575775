"""The ledger: what a run read, endpoint by endpoint, and what became of each row. And the table of that name."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from msgspec.structs import astuple

from common.db import Connection


class Entry(Struct):
    """One endpoint's line. `received` is always the sum of the four outcomes; `complete` until something is missed."""

    endpoint: str
    entity: str
    pages: int = 0
    announced: int | None = None
    received: int = 0
    kept: int = 0
    warned: int = 0
    skipped: int = 0
    out_of_scope: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    complete: bool = True
    reason: str = ""
    answer: str = ""

    def miss(self, reason: str) -> None:
        """Rows may be missing, so nothing may be concluded from a row's absence."""
        if self.complete:
            self.complete, self.reason = False, reason

    def count(self, *, kept: int = 0, warned: int = 0, skipped: int = 0, out_of_scope: int = 0) -> None:
        """So many more rows were received, and this became of them."""
        self.kept += kept
        self.warned += warned
        self.skipped += skipped
        self.out_of_scope += out_of_scope
        self.received += kept + warned + skipped + out_of_scope

    def outcomes(self) -> dict[str, int]:
        """The rows by what became of them."""
        return {
            "kept": self.kept,
            "kept_with_warning": self.warned,
            "skipped": self.skipped,
            "out_of_scope": self.out_of_scope,
        }

    def skip_after_all(self, *, warned: bool, rows: int) -> None:
        """Rows that had been kept are left out, since they do not fit the others."""
        if warned:
            self.warned -= rows
        else:
            self.kept -= rows
        self.skipped += rows

    def warn_after_all(self, rows: int) -> None:
        """Rows that had been kept without remark have a warning now."""
        self.kept -= rows
        self.warned += rows


async def add(conn: Connection, district_id: str, run_id: UUID, entries: Iterable[Entry]) -> None:
    """Keep a run's ledger."""
    await conn.executemany(
        """
        INSERT INTO ledger (district_id, run_id, endpoint, entity, pages, announced, received, kept, warned, skipped,
                            out_of_scope, bytes_up, bytes_down, complete, reason, answer)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """,
        [(district_id, run_id, *astuple(entry)) for entry in entries],
    )


async def take_outcomes(conn: Connection, district_id: str, run_id: UUID, entries: Iterable[Entry]) -> None:
    """Give the entries the outcomes that an earlier run found, since it read the same rows."""
    rows = await conn.fetch(
        """
        SELECT endpoint, received, kept, warned, skipped, out_of_scope FROM ledger
        WHERE district_id = $1 AND run_id = $2
        """,
        district_id,
        run_id,
    )
    earlier = {row["endpoint"]: row for row in rows}
    for entry in entries:
        for outcome in ("received", "kept", "warned", "skipped", "out_of_scope"):
            setattr(entry, outcome, earlier[entry.endpoint][outcome])


async def rows_of(conn: Connection, district_id: str, run_id: UUID) -> int:
    """How many rows a run received."""
    rows: int = await conn.fetchval(
        "SELECT coalesce(sum(received), 0)::bigint FROM ledger WHERE district_id = $1 AND run_id = $2",
        district_id,
        run_id,
    )
    return rows


async def bytes_of(conn: Connection, district_id: str, run_id: UUID) -> tuple[int, int]:
    """The bytes that a run sent and received."""
    row = await conn.fetchrow(
        """
        SELECT coalesce(sum(bytes_up), 0)::bigint AS up, coalesce(sum(bytes_down), 0)::bigint AS down
        FROM ledger WHERE district_id = $1 AND run_id = $2
        """,
        district_id,
        run_id,
    )
    assert row is not None
    return row["up"], row["down"]
