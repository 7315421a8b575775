"""The table `run`, write side: one row for each run, put together from events that come in any order."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from common.db import Connection, Pool, Row
from common.events import CountByEntity, CountByKind, RunEvent, SyncRequested
from common.orders import HoldDecided, SyncOrdered


@dataclass(frozen=True, slots=True)
class RunFact:
    """What one event says of a run; None where it says nothing. Fields are the columns."""

    district_id: str
    id: UUID
    school_id: UUID
    status: str
    order_id: UUID | None = None
    mode: str | None = None
    dry_run: bool | None = None
    trigger: str | None = None
    ordered_by: str | None = None
    reason: str | None = None
    refusal: str | None = None
    running_run_id: UUID | None = None
    snapshot: int | None = None
    complete: bool | None = None
    reading: str | None = None
    reading_reason: str | None = None
    counts: CountByKind | None = None
    changes: CountByEntity | None = None
    plan: CountByEntity | None = None
    actions: CountByEntity | None = None
    outcome: str | None = None
    errors: int | None = None
    courses: int | None = None
    calls: int | None = None
    failure_phase: str | None = None
    failure_code: str | None = None
    failure_detail: str | None = None
    retry_planned: bool | None = None
    source_up: int | None = None
    source_down: int | None = None
    target_up: int | None = None
    target_down: int | None = None
    bytes_up: int | None = None
    bytes_down: int | None = None
    duration_ms: int | None = None
    ordered_at: datetime | None = None
    requested_at: datetime | None = None
    ended_at: datetime | None = None
    kind: str | None = None
    scope: dict[str, Any] | None = None
    cancel_ordered_by: str | None = None
    cancel_ordered_at: datetime | None = None
    device_id: UUID | None = None


COLUMNS = tuple(field.name for field in fields(RunFact))
KEY = ("district_id", "id", "school_id")
RISING = ("status", "source_up", "source_down", "target_up", "target_down")
"""Columns of which the greatest value is the newest."""
ENDING = ("ended_at", "errors", "bytes_up", "bytes_down", "duration_ms")
"""Columns that the higher of two ends (`completed` after `failed`) tells again."""


def _merged(column: str) -> str:
    if column in RISING:
        return f"{column} = greatest(run.{column}, excluded.{column})"
    newer, older = f"excluded.{column}", f"run.{column}"
    if column in ENDING:
        rises = "excluded.status > run.status"
        return f"{column} = CASE WHEN {rises} THEN coalesce({newer}, {older}) ELSE coalesce({older}, {newer}) END"
    return f"{column} = coalesce({older}, {newer})"


NOTE = f"""
    INSERT INTO run ({", ".join(COLUMNS)}) VALUES ({", ".join(f"${n + 1}" for n in range(len(COLUMNS)))})
    ON CONFLICT (district_id, id) DO UPDATE SET {", ".join(_merged(c) for c in COLUMNS if c not in KEY)}
"""


async def note(conn: Connection, fact: RunFact) -> Row:
    """Add what an event says to its run, which may be new; `status`, `dry_run` and `kind` as they stand then.

    Every column is told by one kind of event, or only ever rises, so facts may come twice and in any order.
    """
    row = await conn.fetchrow(f"{NOTE} RETURNING status, dry_run, kind, scope", *astuple(fact))
    assert row is not None
    return row


async def note_all(conn: Connection, facts: Sequence[RunFact]) -> None:
    """The same for many runs at once."""
    await conn.executemany(NOTE, [astuple(fact) for fact in facts])


def fact_of(event: RunEvent, status: str) -> RunFact:
    """What every run event says: that the run is there, and has come at least this far."""
    return RunFact(event.district_id, event.run_id, event.school_id, status)


def facts_of_order(event: SyncOrdered, school_ids: Sequence[UUID], at: datetime) -> list[RunFact]:
    """The runs of an order, one for each school, under the ids that the scheduler will give them."""
    return [
        RunFact(
            event.district_id,
            run_of(event.order_id, school_id),
            school_id,
            "ordered",
            order_id=event.order_id,
            kind=event.kind,
            mode=event.mode,
            scope=scope_of(event),
            dry_run=event.dry_run,
            trigger="person",
            ordered_by=event.ordered_by,
            reason=event.reason or None,
            ordered_at=at,
            device_id=event.device_id,
        )
        for school_id in school_ids
    ]


def fact_of_decision(event: HoldDecided, at: datetime) -> RunFact:
    """The run that honours a decision, under the id that the scheduler will give it; its mode is the scheduler's."""
    return RunFact(
        event.district_id,
        run_of(event.hold_id, event.school_id),
        event.school_id,
        "ordered",
        order_id=event.hold_id,
        trigger="decision",
        ordered_by=event.decided_by,
        reason=event.reason or None,
        ordered_at=at,
    )


def scope_of(event: SyncOrdered | SyncRequested) -> dict[str, Any]:
    """What the run is narrowed to, without what narrows nothing."""
    return event.scope.model_dump(mode="json", exclude_defaults=True)


def run_of(order_id: UUID, school_id: UUID) -> UUID:
    """The id of an order's run for a school: the rule stands with `SyncOrdered`. A decided hold is an order too."""
    return uuid5(order_id, str(school_id))


async def one(pool: Pool, districts: list[str] | None, id_: UUID) -> Row | None:
    """`district_id, id, school_id, status, kind, mode, dry_run, snapshot` of a run. `districts` None: all."""
    return await pool.fetchrow(
        "SELECT district_id, id, school_id, status, kind, mode, dry_run, snapshot FROM run "
        "WHERE id = $1 AND ($2::text[] IS NULL OR district_id = ANY($2))",
        id_,
        districts,
    )
