"""The ledger: what a run read, endpoint by endpoint, and what became of each row. And the table of that name."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec import Struct, field

from common.db import Connection


class Entry(Struct):
    """One endpoint's line. `received` is always the sum of the four outcomes; `complete` until something is missed.

    `answers` counts HTTP statuses and what came in their place; `first_id` and `last_id` are those of the first and the
    last row as they came; `quirks` say in words where the source strays from its standard. `remarks` are findings about
    the endpoint as a whole, code and detail.
    """

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
    changes_only: bool = False
    answers: dict[str, int] = field(default_factory=dict)
    first_id: str = ""
    last_id: str = ""
    quirks: list[str] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)

    def miss(self, reason: str, code: str = "SOURCE_INCOMPLETE") -> None:
        """Rows may be missing, so nothing may be concluded from a row's absence. `code` is what to tell people."""
        if self.complete:
            self.complete, self.reason = False, reason
            self.remark(code, reason)

    def remark(self, code: str, detail: str) -> None:
        """Let there be a finding about the endpoint as a whole."""
        if (code, detail) not in self.remarks:
            self.remarks.append((code, detail))

    def quirk(self, words: str) -> None:
        """Note where the source strays from its standard."""
        if words not in self.quirks:
            self.quirks.append(words)

    def answered(self, how: str) -> None:
        """Count an answer by its HTTP status, or by what came in its place."""
        self.answers[how] = self.answers.get(how, 0) + 1

    def count(self, *, kept: int = 0, warned: int = 0, skipped: int = 0, out_of_scope: int = 0) -> None:
        """So many more rows were received, and this became of them."""
        self.kept += kept
        self.warned += warned
        self.skipped += skipped
        self.out_of_scope += out_of_scope
        self.received += kept + warned + skipped + out_of_scope

    def add_outcomes(self, outcomes: Mapping[str, int]) -> None:
        """More rows came, of which it is known what became of them."""
        self.count(
            kept=outcomes["kept"],
            warned=outcomes["kept_with_warning"],
            skipped=outcomes["skipped"],
            out_of_scope=outcomes["out_of_scope"],
        )

    def take_outcomes(self, outcomes: Mapping[str, int]) -> None:
        """The rows are those of an earlier reading, so what became of them is known."""
        self.kept, self.warned = outcomes["kept"], outcomes["kept_with_warning"]
        self.skipped, self.out_of_scope = outcomes["skipped"], outcomes["out_of_scope"]
        self.received = sum(outcomes.values())

    def note_ids(self, first: str, last: str) -> None:
        """Note the ids of a page's first and last row, blank where there is none."""
        self.first_id, self.last_id = self.first_id or first, last or self.last_id

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

    def out_of_scope_after_all(self, *, warned: bool, rows: int) -> None:
        """Rows that had been kept turn out to be none of this school's."""
        if warned:
            self.warned -= rows
        else:
            self.kept -= rows
        self.out_of_scope += rows

    def warn_after_all(self, rows: int) -> None:
        """Rows that had been kept without remark have a warning now."""
        self.kept -= rows
        self.warned += rows


COLUMNS = tuple(name for name in Entry.__struct_fields__ if name != "remarks")


async def add(conn: Connection, district_id: str, run_id: UUID, entries: Iterable[Entry]) -> None:
    """Keep a run's ledger."""
    marks = ", ".join(f"${number}" for number in range(3, len(COLUMNS) + 3))
    await conn.executemany(
        f"INSERT INTO ledger (district_id, run_id, {', '.join(COLUMNS)}) VALUES ($1, $2, {marks})",
        [(district_id, run_id, *(getattr(entry, name) for name in COLUMNS)) for entry in entries],
    )


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
