"""What the roster-fetcher does when something happened."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

import structlog

from common import registry
from common.db import Connection
from common.errors import Permanent, Transient
from common.events import Event, SettingsChanged, SyncRequested
from common.sealing import SecretBox
from common.uow import UnitOfWork
from roster_fetcher import ledger, school_lock, snapshots
from roster_fetcher.fetching import FetchFailed, fetch, recall
from roster_fetcher.job import find_job
from roster_fetcher.listing import list_source, report_no_listing
from roster_fetcher.patience import Patience
from roster_fetcher.progress import Progress
from roster_fetcher.reporting import report_failure, report_snapshot
from roster_fetcher.sources.protocol import Opener, Opening, Source, SourceTrouble

INTERNAL = "Something went wrong within Rosterbus. Run again; if it stays, report it with the run's id."

log = structlog.get_logger()


class Sources(NamedTuple):
    """What sources are opened with."""

    kinds: Mapping[str, Opener]
    box: SecretBox
    patience: Patience

    def open(self, source: registry.Source) -> AbstractAsyncContextManager[Source]:
        """Open a declared source. Raises `Permanent` for an unknown kind, or secrets sealed with another key."""
        if source.kind not in self.kinds:
            kinds = ", ".join(self.kinds)
            raise SourceTrouble("SETTINGS_INVALID", f"There is no kind of source {source.kind}; there are {kinds}.")
        return self.kinds[source.kind](Opening(source.settings, self.box.open(source.secrets), self.patience))


async def fetch_roster(event: SyncRequested, uow: UnitOfWork, *, sources: Sources) -> None:
    """The school's roster is read and kept once, however often the event comes, and told of; or why it cannot be.

    What was kept and what is told are two transactions: a run killed between them finds its snapshot and only tells.
    """
    try:
        async with uow.pool.acquire() as conn, school_lock.held(conn, event.district_id, event.school_id):
            if not await snapshots.of_run(conn, event.district_id, event.run_id):
                await _fetch(event, uow, conn, sources)
    except Permanent as failure:
        await _report_failure(event, uow, failure)
        return
    async with uow:
        await report_snapshot(uow, event)


async def list_schools(event: SettingsChanged, uow: UnitOfWork, *, sources: Sources) -> None:
    """The district's sources have told which schools they share, where that was asked for."""
    if not event.list_schools:
        return
    for source in await registry.sources(uow.pool, event.district_id):
        try:
            async with sources.open(source) as opened:
                schools = await opened.schools()
        except Permanent as trouble:
            async with uow.step() as step:
                report_no_listing(step, event, trouble)
        else:
            async with uow.step() as step:
                await list_source(step, event, source.id, schools)


async def report_parked(event: Event, error: BaseException, uow: UnitOfWork) -> None:
    """Say that something failed for good which nothing else would tell of."""
    known = isinstance(error, Permanent | Transient)
    code, detail = (error.code, str(error)) if known else ("INTERNAL", INTERNAL)  # type: ignore[attr-defined]
    async with uow:
        if isinstance(event, SyncRequested):
            report_failure(uow, event, code, detail)
        elif isinstance(event, SettingsChanged) and event.list_schools:
            report_no_listing(uow, event, Permanent(detail, code=code))


async def _fetch(event: SyncRequested, uow: UnitOfWork, conn: Connection, sources: Sources) -> None:
    job = await find_job(uow.pool, event)
    last = await recall(conn, job)
    expected = await ledger.rows_of(conn, job.district_id, last.memory.run_id) if last.memory else None
    progress = Progress(uow, job, event.pool, expected)
    await fetch(conn, job, sources.open(job.source), last, progress)


async def _report_failure(event: SyncRequested, uow: UnitOfWork, failure: Permanent) -> None:
    log.warning("the roster could not be fetched", code=failure.code)
    async with uow:
        if isinstance(failure, FetchFailed):
            await ledger.add(uow.conn, event.district_id, event.run_id, failure.entries)
        report_failure(uow, event, failure.code, str(failure))
