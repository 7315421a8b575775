"""How a run that came to its end is told: its errors, its counts, its cost."""

from datetime import UTC, datetime
from typing import Literal

import structlog

from common.db import Row
from common.events import FoundError, RosterFetched, SyncCompleted, SyncErrorsFound
from common.uow import UnitOfWork
from moodle_sync import operations, plans

ERRORS_AN_EVENT = 200

log = structlog.get_logger()


async def tell_end(event: RosterFetched, uow: UnitOfWork) -> None:
    """Emit the errors that Moodle gave, and the completion, from what the tables hold."""
    run = (event.district_id, event.run_id)
    findings = await operations.findings(uow.conn, *run)
    for part, start in enumerate(range(0, len(findings), ERRORS_AN_EVENT)):
        uow.emit(_errors_found(event, part, findings[start : start + ERRORS_AN_EVENT]))
    errors = event.errors + sum(row["severity"] == "error" for row in findings)
    spent = await plans.get(uow.conn, *run)
    actions = await operations.count_done(uow.conn, *run)
    since_fetch = datetime.now(UTC) - spent["started_at"]
    outcome = _outcome(event, errors=errors, acted=bool(actions))
    uow.emit(
        SyncCompleted(
            district_id=event.district_id,
            pool=event.pool,
            run_id=event.run_id,
            school_id=event.school_id,
            mode=event.mode,
            outcome=outcome,
            actions=actions,
            errors=errors,
            courses=await operations.courses_touched(uow.conn, *run),
            calls=spent["calls"],
            bytes_up=event.bytes_up + spent["bytes_up"],
            bytes_down=event.bytes_down + spent["bytes_down"],
            duration_ms=event.duration_ms + int(since_fetch.total_seconds() * 1000),
        )
    )
    log.info("run completed", outcome=outcome, calls=spent["calls"], findings=len(findings))


def _outcome(
    event: RosterFetched, *, errors: int, acted: bool
) -> Literal["clean", "with_errors", "nothing_to_do", "previewed"]:
    if event.dry_run:
        return "previewed"
    if errors:
        return "with_errors"
    return "clean" if acted else "nothing_to_do"


def _errors_found(event: RosterFetched, part: int, findings: list[Row]) -> SyncErrorsFound:
    return SyncErrorsFound(
        district_id=event.district_id,
        pool=event.pool,
        run_id=event.run_id,
        school_id=event.school_id,
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
