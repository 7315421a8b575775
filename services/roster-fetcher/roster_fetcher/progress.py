"""Tells how far a fetch has come, at most once a second; there a run that was cancelled, or taken away, stops."""

from time import monotonic

from common import fence
from common.events import SyncProgressed
from common.uow import UnitOfWork
from roster_fetcher import cancelling
from roster_fetcher.job import Job
from roster_fetcher.reading import Reading

EVERY_SECONDS = 1.0


class Progress:
    """Tells at once, and then each second that something comes. `expected` rows are those of the last time, if any."""

    def __init__(self, uow: UnitOfWork, job: Job, pool: str, expected: int | None) -> None:
        self._uow = uow
        self._job = job
        self._pool = pool
        self._expected = expected
        self._due = monotonic()

    async def tell(self, reading: Reading) -> None:
        """Publish where the reading stands, if it is time to. Raises `Cancelled`, and `FenceLost`."""
        if monotonic() < self._due:
            return
        self._due = monotonic() + EVERY_SECONDS
        entries = reading.ledger.values()
        async with self._uow.step() as step:
            await fence.check(step.conn, self._job)
            await cancelling.check(step.conn, self._job.district_id, self._job.run_id)
            step.emit(
                SyncProgressed(
                    district_id=self._job.district_id,
                    pool=self._pool,
                    run_id=self._job.run_id,
                    school_id=self._job.school_id,
                    phase="fetching",
                    done=reading.rows,
                    total=max(self._expected, reading.rows) if self._expected else None,
                    bytes_up=sum(entry.bytes_up for entry in entries),
                    bytes_down=sum(entry.bytes_down for entry in entries),
                )
            )
