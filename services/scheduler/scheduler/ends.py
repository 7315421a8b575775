"""What the scheduler tells of runs that it ends itself."""

from common.events import SyncCompleted, SyncFailed
from scheduler.runs import Run


def cancelled(run: Run) -> SyncCompleted:
    """The end of a run that somebody wanted to stop."""
    return SyncCompleted.model_validate(
        _about(run) | {"mode": run.mode, "outcome": "cancelled", "dry_run": run.dry_run}
    )


def worker_lost(run: Run, phase: str, *, retry_planned: bool) -> SyncFailed:
    """The end of a run that nobody works on any more."""
    return SyncFailed.model_validate(
        _about(run)
        | {"mode": run.mode, "phase": phase, "code": "WORKER_LOST", "retry_planned": retry_planned}
        | {"device_id": run.device_id}
    )


def _about(run: Run) -> dict[str, object]:
    return {"district_id": run.district_id, "pool": run.pool, "run_id": run.id, "school_id": run.school_id}
