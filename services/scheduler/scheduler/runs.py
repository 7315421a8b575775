"""The table `run`: who waits, who runs, who has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from common.db import Connection, Row

PRIORITIES = {"person": 0, "decision": 0, "arrival": 1, "retry": 1, "schedule": 2}


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the scheduler sees it. The lower its priority's number, the earlier it goes within its district."""

    district_id: str
    id: UUID
    order_id: UUID
    school_id: UUID
    target_id: str
    pool: str
    mode: str
    dry_run: bool
    trigger: str
    kind: str = "roster"
    scope: Mapping[str, Any] = field(default_factory=dict)
    additions_only: bool = False
    device_id: UUID | None = None
    attempt: int = 1
    not_before: datetime | None = None
    priority: int = 0
    fence: int = 0

    @property
    def subject(self) -> UUID:
        """What has one run at a time: the device, otherwise the school."""
        return self.device_id or self.school_id


COLUMNS = (
    "district_id, id, order_id, school_id, target_id, pool, mode, dry_run, trigger, kind, scope, additions_only, "
    "device_id, attempt, not_before, priority"
)
TYPES = (
    "text[], uuid[], uuid[], uuid[], text[], text[], text[], boolean[], text[], text[], jsonb[], boolean[], "
    "uuid[], smallint[], timestamptz[], smallint[]"
)
FIELDS = (*COLUMNS.split(", "), "fence")
READ = ", ".join(f"run.{column}" for column in FIELDS)


async def add_waiting(conn: Connection, runs: Sequence[Run]) -> set[UUID]:
    """Let runs wait for admission; the ids of those that may. A school has one that waits, and a run waits once."""
    arrays = ", ".join(f"${n}::{type_}" for n, type_ in enumerate(TYPES.split(", "), 1))
    rows = await conn.fetch(
        f"INSERT INTO run ({COLUMNS}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING RETURNING id",
        *([getattr(run, column) for run in runs] for column in COLUMNS.split(", ")),
    )
    return {row["id"] for row in rows}


async def known(conn: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these runs were taken in before."""
    return {row["id"] for row in await conn.fetch("SELECT id FROM run WHERE id = ANY($1::uuid[])", ids)}


async def find(conn: Connection, district_id: str, run_id: UUID) -> tuple[Run, Row] | None:
    """A run, and beside it its `state` and whether a worker has it `in_hand`."""
    row = await conn.fetchrow(
        f"""
        SELECT {READ}, state, heartbeat_at > now() - interval '1 minute' AS in_hand
        FROM run WHERE district_id = $1 AND id = $2
        """,
        district_id,
        run_id,
    )
    return (from_row(row), row) if row else None


async def open_runs(conn: Connection, subjects: Sequence[UUID]) -> tuple[dict[UUID, Run], dict[UUID, Run]]:
    """The runs that wait and those that run, of these schools and devices, by school or device."""
    rows = await conn.fetch(
        f"SELECT {READ}, state FROM run WHERE subject = ANY($1::uuid[]) AND state <> 'ended'", subjects
    )
    waiting = {run.subject: run for row in rows if row["state"] == "waiting" for run in [from_row(row)]}
    running = {run.subject: run for row in rows if row["state"] == "running" for run in [from_row(row)]}
    return waiting, running


async def hurry(conn: Connection, priorities: Mapping[UUID, int]) -> None:
    """Let runs that wait go at least this early, and retries among them at once: others rely on them now."""
    await conn.execute(
        """
        UPDATE run SET priority = least(run.priority, p.priority), not_before = NULL
        FROM unnest($1::uuid[], $2::smallint[]) AS p (id, priority) WHERE run.id = p.id AND run.state = 'waiting'
        """,
        list(priorities),
        list(priorities.values()),
    )


async def give_way(conn: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """End runs that wait, because another does what they would have done; those that still waited."""
    rows = await conn.fetch(
        "UPDATE run SET state = 'ended', outcome = 'coalesced', ended_at = now() "
        "WHERE id = ANY($1::uuid[]) AND state = 'waiting' RETURNING id",
        ids,
    )
    return {row["id"] for row in rows}


async def end(conn: Connection, district_id: str, run_id: UUID, outcome: str) -> Run | None:
    """End a run; None if it had ended or is not known."""
    row = await conn.fetchrow(
        f"""
        UPDATE run SET state = 'ended', outcome = $3, ended_at = now()
        WHERE district_id = $1 AND id = $2 AND state <> 'ended' RETURNING {READ}
        """,
        district_id,
        run_id,
        outcome,
    )
    return from_row(row) if row else None


async def take_away(conn: Connection, district_id: str, run_id: UUID, outcome: str) -> Run | None:
    """End a run under its worker, which finds its fence gone; None if that worker is writing at this moment."""
    if not await conn.fetchval("SELECT pg_try_advisory_xact_lock(schedule.lock_of($1))", run_id):
        return None
    return await end(conn, district_id, run_id, outcome)


def from_row(row: Row) -> Run:
    """A run of a row that has `READ`."""
    return Run(**{name: row[name] for name in FIELDS})
