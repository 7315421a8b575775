"""What is told of a run: its plan, what waits, its errors, its counts, its cost, its end."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import structlog

from common.catalogue import entry_of
from common.db import Row
from common.event_model import TrippedGuard
from common.events import (
    CountByEntity,
    FoundError,
    PlanMade,
    SyncCompleted,
    SyncErrorsFound,
    SyncFailed,
    SyncHeld,
)
from common.uow import UnitOfWork
from moodle_sync import holds, operations, plans
from moodle_sync.guards import Tripped
from moodle_sync.job import Job

ERRORS_AN_EVENT = 200
Outcome = Literal["clean", "with_errors", "nothing_to_do", "previewed", "held", "cancelled"]

log = structlog.get_logger()


async def tell_end(job: Job, uow: UnitOfWork, *, cancelled: bool) -> None:
    """Emit the errors that Moodle gave, and the completion, from what the tables hold."""
    run = (job.district_id, job.run_id)
    if cancelled:
        await operations.cancel_rest(uow.conn, *run)
    findings = await operations.findings(uow.conn, *run)
    for part, start in enumerate(range(0, len(findings), ERRORS_AN_EVENT)):
        uow.emit(_errors_found(job, part, findings[start : start + ERRORS_AN_EVENT]))
    errors = job.errors + sum(row["severity"] == "error" for row in findings)
    spent = await plans.get(uow.conn, *run)
    actions = await operations.count_done(uow.conn, *run)
    waits = bool(await operations.count_held(uow.conn, *run))
    since_fetch = datetime.now(UTC) - spent["started_at"]
    outcome = _outcome(job, errors=errors, acted=bool(actions), waits=waits, cancelled=cancelled)
    await plans.end(uow.conn, *run, outcome)
    uow.emit(
        SyncCompleted(
            district_id=job.district_id,
            pool=job.pool,
            run_id=job.run_id,
            school_id=job.school_id,
            mode=job.mode,
            outcome=outcome,
            dry_run=job.dry_run,
            lifts_hold=await _lifts_hold(job, uow, outcome),
            actions=actions,
            errors=errors,
            courses=await operations.courses_touched(uow.conn, *run),
            calls=spent["calls"],
            bytes_up=job.bytes_up + spent["bytes_up"],
            bytes_down=job.bytes_down + spent["bytes_down"],
            duration_ms=job.duration_ms + int(since_fetch.total_seconds() * 1000),
        )
    )
    log.info("run completed", outcome=outcome, calls=spent["calls"], findings=len(findings))


def failure(job: Job, code: str, detail: str) -> SyncFailed:
    """The event that ends a run without its result."""
    return SyncFailed(
        district_id=job.district_id,
        pool=job.pool,
        run_id=job.run_id,
        school_id=job.school_id,
        mode=job.mode,
        phase="applying",
        code=code,
        detail=detail,
        retry_planned=job.retries_left > 0 and entry_of(code).passes,
        device_id=job.device_id,
    )


def plan_made(job: Job, counts: CountByEntity, messages: int) -> PlanMade:
    """The event that the plan is decided and kept."""
    return PlanMade(
        district_id=job.district_id,
        pool=job.pool,
        run_id=job.run_id,
        school_id=job.school_id,
        operations=counts,
        messages=messages,
    )


def held(job: Job, hold_id: UUID, plan_hash: str, guards: Sequence[Tripped], counts: CountByEntity) -> SyncHeld:
    """The event that operations wait for a decision."""
    return SyncHeld(
        district_id=job.district_id,
        pool=job.pool,
        run_id=job.run_id,
        school_id=job.school_id,
        hold_id=hold_id,
        plan_hash=plan_hash,
        guards=tuple(TrippedGuard(**asdict(guard)) for guard in guards),
        operations=counts,
    )


async def _lifts_hold(job: Job, uow: UnitOfWork, outcome: Outcome) -> bool:
    """Whether the run passed without holding anything that an earlier one of its kind would have held."""
    looked_again = job.mode == "full" and job.kind == "roster" and job.narrowed.whole
    if not looked_again or outcome not in ("clean", "with_errors", "nothing_to_do"):
        return False
    return await holds.supersede(uow.conn, job.district_id, job.school_id)


def _outcome(job: Job, *, errors: int, acted: bool, waits: bool, cancelled: bool) -> Outcome:
    if cancelled:
        return "cancelled"
    if job.dry_run:
        return "previewed"
    if waits:
        return "held"
    if errors:
        return "with_errors"
    return "clean" if acted else "nothing_to_do"


def _errors_found(job: Job, part: int, findings: list[Row]) -> SyncErrorsFound:
    return SyncErrorsFound(
        district_id=job.district_id,
        pool=job.pool,
        run_id=job.run_id,
        school_id=job.school_id,
        phase="applying",
        part=part,
        errors=tuple(
            FoundError(
                code=row["code"],
                severity=row["severity"],
                entity=row["entity"],
                source_id=f"{row['source_key']}/{row['user_key']}" if row["user_key"] else row["source_key"],
            )
            for row in findings
        ),
    )
