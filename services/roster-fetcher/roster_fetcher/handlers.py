"""What the roster-fetcher does when something happened."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

import structlog

from common import fence, registry
from common.db import Connection, Pool
from common.errors import Permanent, Transient
from common.events import (
    Event,
    SettingsChanged,
    SourceChecked,
    SourceCheckOrdered,
    SyncCancelOrdered,
    SyncRequested,
)
from common.reach import Sockets
from common.sealing import SecretBox
from common.source_report import SourceObstacle, SourceReport
from common.uow import UnitOfWork
from roster_fetcher import breaker, cancelling, ledger, school_lock, snapshots
from roster_fetcher.checking import check
from roster_fetcher.fetching import FetchFailed, fetch, recall
from roster_fetcher.job import find_job
from roster_fetcher.listing import list_source, report_no_listing
from roster_fetcher.patience import Patience
from roster_fetcher.progress import Progress
from roster_fetcher.reporting import report_cancelled, report_failure, report_snapshot
from roster_fetcher.sources.protocol import Opener, Opening, Source, SourceTrouble

INTERNAL = "Something went wrong within Rosterbus. Run again; if it stays, report it with the run's id."

log = structlog.get_logger()


class Sources(NamedTuple):
    """What sources are opened with."""

    kinds: Mapping[str, Opener]
    box: SecretBox
    patience: Patience
    sockets: Sockets | None = None

    @asynccontextmanager
    async def open(self, source: registry.Source, pool: Pool) -> AsyncIterator[Source]:
        """Open a declared source. Raises `Permanent` if it is to be left alone for a while, and as `try_out` does."""
        async with breaker.watched(pool, source, self.patience), self.try_out(source, pool) as opened:
            yield opened

    def try_out(self, source: registry.Source, pool: Pool) -> AbstractAsyncContextManager[Source]:
        """Open a source, declared or not. Raises `Permanent` for an unknown kind, or secrets of another key."""
        if source.kind not in self.kinds:
            kinds = ", ".join(self.kinds)
            raise SourceTrouble("SETTINGS_INVALID", f"There is no kind of source {source.kind}; there are {kinds}.")
        return self.kinds[source.kind](self.opening(source, pool))

    def opening(self, source: registry.Source, pool: Pool) -> Opening:
        """What a source is opened with. Raises `Permanent` for secrets of another key."""
        return Opening(source.settings, self.box.open(source.secrets), self.patience, pool, self.sockets)


async def fetch_roster(event: SyncRequested, uow: UnitOfWork, *, sources: Sources) -> None:
    """The school's roster is read and kept once, however often the event comes, and told of; or why it cannot be.

    What was kept and what is told are two transactions: a run killed between them finds its snapshot and only tells.
    Runs of other kinds begin elsewhere. A run that was taken from this worker raises `FenceLost`, and tells nothing.
    """
    if event.kind != "roster":
        return
    try:
        async with (
            fence.beating(uow.pool, event),
            uow.pool.acquire() as conn,
            school_lock.held(conn, event.district_id, event.school_id),
        ):
            if not await snapshots.of_run(conn, event.district_id, event.run_id):
                await cancelling.check(conn, event.district_id, event.run_id)
                await _fetch(event, uow, conn, sources)
    except Permanent as failure:
        await _report_failure(event, uow, failure)
    except cancelling.Cancelled:
        await _report_cancelled(event, uow)
    else:
        await _report_snapshot(event, uow)


async def stop_run(event: SyncCancelOrdered, uow: UnitOfWork) -> None:
    """The run stops where its fetch next looks; which worker has it, or will, does not matter."""
    async with uow:
        await cancelling.note(uow.conn, event.district_id, event.run_id)


async def list_schools(event: SettingsChanged, uow: UnitOfWork, *, sources: Sources) -> None:
    """The district's sources have told which schools they share, where that was asked for; none is left alone now."""
    await breaker.reset(uow.pool, event.district_id)
    if not event.list_schools:
        return
    for source in await registry.sources(uow.pool, event.district_id):
        try:
            async with sources.open(source, uow.pool) as opened:
                schools = await opened.schools()
        except Permanent as trouble:
            async with uow.step() as step:
                report_no_listing(step, event, source.id, trouble)
        else:
            async with uow.step() as step:
                await list_source(step, event, source.id, schools)


async def check_source(event: SourceCheckOrdered, uow: UnitOfWork, *, sources: Sources) -> None:
    """The source was tried out and that is told; one that has been, or whose check is forgotten, is left alone."""
    wanted = await registry.source_check(uow.pool, event.district_id, event.check_id)
    if wanted is None:
        return
    source = registry.Source(wanted.district_id, "", wanted.kind, wanted.settings, wanted.secrets)
    try:
        async with uow.pool.acquire() as conn:
            report = await check(conn, sources.try_out(source, uow.pool), wanted.school)
    except Permanent as trouble:
        report = _no_report(trouble.code, str(trouble))
    async with uow:
        uow.emit(_checked(event, report))


async def report_parked(event: Event, error: BaseException, uow: UnitOfWork) -> None:
    """Say that something failed for good which nothing else would tell of."""
    known = isinstance(error, Permanent | Transient)
    code, detail = (error.code, str(error)) if known else ("INTERNAL", INTERNAL)  # type: ignore[attr-defined]
    async with uow:
        if isinstance(event, SyncRequested):
            report_failure(uow, event, code, detail)
        elif isinstance(event, SourceCheckOrdered):
            uow.emit(_checked(event, _no_report(code, detail)))
        elif isinstance(event, SettingsChanged) and event.list_schools:
            report_no_listing(uow, event, "", Permanent(detail, code=code))


async def _fetch(event: SyncRequested, uow: UnitOfWork, conn: Connection, sources: Sources) -> None:
    job = await find_job(uow.pool, event)
    last = await recall(conn, job)
    expected = await ledger.rows_of(conn, job.district_id, last.memory.run_id) if last.memory else None
    progress = Progress(uow, job, event.pool, expected)
    await fetch(conn, job, sources.open(job.source, uow.pool), last, progress)


async def _report_snapshot(event: SyncRequested, uow: UnitOfWork) -> None:
    async with uow:
        await fence.check(uow.conn, event)
        await report_snapshot(uow, event)
        await fence.hand_on(uow.conn, event)


async def _report_cancelled(event: SyncRequested, uow: UnitOfWork) -> None:
    log.info("the run was cancelled")
    async with uow:
        await fence.check(uow.conn, event)
        report_cancelled(uow, event)


async def _report_failure(event: SyncRequested, uow: UnitOfWork, failure: Permanent) -> None:
    log.warning("the roster could not be fetched", code=failure.code)
    async with uow:
        await fence.check(uow.conn, event)
        if isinstance(failure, FetchFailed):
            await ledger.add(uow.conn, event.district_id, event.run_id, failure.entries)
        report_failure(uow, event, failure.code, str(failure))


def _checked(event: SourceCheckOrdered, report: SourceReport) -> SourceChecked:
    return SourceChecked(district_id=event.district_id, pool=event.pool, check_id=event.check_id, report=report)


def _no_report(code: str, detail: str) -> SourceReport:
    return SourceReport(usable=False, trouble=SourceObstacle(code=code, detail=detail))
