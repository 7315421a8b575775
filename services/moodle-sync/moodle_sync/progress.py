"""Tells how far a run has come; at most once a second. The scheduler takes it as a sign of life too."""

from time import monotonic

from common.event_model import Phase
from common.events import SyncProgressed
from common.uow import UnitOfWork
from moodle_sync import plans
from moodle_sync.scope import Scope

SECONDS = 1.0


class Progress:
    """The progress of one run's phase. `total` is None while nobody knows."""

    def __init__(self, scope: Scope, pool: str, phase: Phase, done: int = 0, total: int | None = None) -> None:
        self._scope = scope
        self._pool = pool
        self._phase = phase
        self._told = monotonic()
        self.done = done
        self.total = total

    async def add(self, step: UnitOfWork, done: int) -> None:
        """So much more is done; told in the caller's transaction, if it is time."""
        self.done += done
        if monotonic() - self._told < SECONDS:
            return
        self._told = monotonic()
        spent = await plans.get(step.conn, *self._scope.run)
        step.emit(
            SyncProgressed(
                district_id=self._scope.district_id,
                pool=self._pool,
                run_id=self._scope.run_id,
                school_id=self._scope.school.id,
                phase=self._phase,
                done=self.done,
                total=self.total,
                bytes_up=spent["bytes_up"],
                bytes_down=spent["bytes_down"],
            )
        )
