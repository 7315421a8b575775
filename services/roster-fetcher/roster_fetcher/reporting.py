"""What a run tells others, made from what it kept: the same however often it is asked."""

from common.catalogue import entry_of
from common.db import Row
from common.events import FoundError, RosterFetched, SyncCompleted, SyncErrorsFound, SyncFailed, SyncRequested
from common.uow import UnitOfWork
from roster_fetcher import findings, ledger, snapshots

AT_ONCE = 200
"""Findings in one event."""
MOST_PUBLISHED = 10_000
"""Findings of one run that are published, the worst first; all of them stand in `roster.finding`."""


async def report_snapshot(uow: UnitOfWork, event: SyncRequested) -> None:
    """Tell of the snapshot that the run kept, and of what was found on the way. Inside the unit of work."""
    kept = await snapshots.of_run(uow.conn, event.district_id, event.run_id)
    assert kept is not None
    await _report_findings(uow, event)
    up, down = await ledger.bytes_of(uow.conn, event.district_id, event.run_id)
    about = _about(event) | {
        "mode": event.mode,
        "errors": await findings.count_errors(uow.conn, event.district_id, event.run_id),
        "bytes_up": up,
        "bytes_down": down,
        "duration_ms": kept["duration_ms"],
    }
    uow.emit(_refreshed(about) if event.mode == "refresh" else _fetched(about, event, kept))


def report_cancelled(uow: UnitOfWork, event: SyncRequested) -> None:
    """Tell that the run ended because somebody wanted it to. Inside the unit of work."""
    uow.emit(
        SyncCompleted.model_validate(
            _about(event) | {"mode": event.mode, "outcome": "cancelled", "dry_run": event.dry_run}
        )
    )


def report_failure(uow: UnitOfWork, event: SyncRequested, code: str, detail: str) -> None:
    """Tell that the run ended without a roster. Inside the unit of work."""
    uow.emit(
        SyncFailed.model_validate(
            _about(event)
            | {"mode": event.mode, "phase": "fetching", "code": code, "detail": detail}
            | {"retry_planned": event.retries_left > 0 and entry_of(code).passes}
        )
    )


async def _report_findings(uow: UnitOfWork, event: SyncRequested) -> None:
    rows = await findings.worst(uow.conn, event.district_id, event.run_id, MOST_PUBLISHED)
    for part, start in enumerate(range(0, len(rows), AT_ONCE)):
        errors = [_error(row) for row in rows[start : start + AT_ONCE]]
        values = {"phase": "fetching", "part": part, "errors": errors}
        uow.emit(SyncErrorsFound.model_validate(_about(event) | values))


def _error(row: Row) -> FoundError:
    return FoundError.model_validate({**row, "source_id": row["source_key"]})


def _about(event: SyncRequested) -> dict[str, object]:
    return {
        "district_id": event.district_id,
        "pool": event.pool,
        "run_id": event.run_id,
        "school_id": event.school_id,
    }


def _fetched(about: dict[str, object], event: SyncRequested, kept: Row) -> RosterFetched:
    values = {
        "dry_run": event.dry_run,
        "scope": event.scope,
        "additions_only": event.additions_only,
        "fence": event.fence,
        "retries_left": event.retries_left,
        "snapshot": kept["number"],
        "reading": kept["reading"],
        "reading_reason": kept["reading_reason"],
        "complete": kept["complete"],
        "counts": kept["counts"],
        "changes": kept["changes"],
    }
    return RosterFetched.model_validate(about | values)


def _refreshed(about: dict[str, object]) -> SyncCompleted:
    return SyncCompleted.model_validate(about | {"outcome": "refreshed"})
