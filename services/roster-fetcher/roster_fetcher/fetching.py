"""One run's fetch: from the source, through the staging tables, to the school's next snapshot."""

from contextlib import AbstractAsyncContextManager, aclosing
from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple

import structlog

from common.db import Connection
from common.errors import Permanent
from roster_fetcher import carrying, cursors, keeping, ledger, page_memory, records
from roster_fetcher.cursors import Choice, Saved
from roster_fetcher.job import Job
from roster_fetcher.metrics import measure
from roster_fetcher.page_memory import Memory
from roster_fetcher.page_outcomes import BodiesMissingError, PageOutcomes
from roster_fetcher.progress import Progress
from roster_fetcher.reading import Reading
from roster_fetcher.sources.protocol import ChangesRefusedError, Endpoint, SchoolReader, Source
from roster_fetcher.staging import staging
from roster_fetcher.taking import Desk, take

log = structlog.get_logger()


class FetchFailed(Permanent):
    """The source could not be read. `entries` is the ledger as far as it was written."""

    def __init__(self, trouble: Permanent, entries: list[ledger.Entry]) -> None:
        super().__init__(str(trouble), code=trouble.code)
        self.entries = entries
        if entries:
            entries[-1].miss(str(trouble))
            entries[-1].answer = getattr(trouble, "answer", "")


class LastTime(NamedTuple):
    """What is known of the school's last complete reading."""

    memory: Memory | None
    saved: Saved | None


class Run(NamedTuple):
    """One run's work: the connection that holds the staged rows, what is read, and what is known from last time."""

    conn: Connection
    job: Job
    source: Source
    last: LastTime
    progress: Progress
    ledger: dict[str, ledger.Entry]


async def recall(conn: Connection, job: Job) -> LastTime:
    """What the last fetch read, as far as this one may be compared with it."""
    key = page_memory.key_of(job.source, job.source_school_id)
    return LastTime(
        await page_memory.recall(conn, job.district_id, job.school_id, key),
        await cursors.recall(conn, job.district_id, job.school_id, key),
    )


async def fetch(
    conn: Connection, job: Job, opened: AbstractAsyncContextManager[Source], last: LastTime, progress: Progress
) -> None:
    """Read the school, what changed or everything, and keep the next snapshot.

    Raises `FetchFailed` when the source cannot be read. The connection is used for nothing else meanwhile; no
    transaction is open while the source is asked.
    """
    choice = cursors.choose(job.mode, job.source.settings, last.saved, datetime.now(UTC))
    entries: dict[str, ledger.Entry] = {}
    try:
        async with opened as source:
            run = Run(conn, job, source, last, progress, entries)
            try:
                await _read_and_keep(run, choice)
            except (ChangesRefusedError, BodiesMissingError) as refused:
                log.info("everything is read and decoded after all", reason=str(refused))
                entries.clear()
                reason = choice.reason if choice.since is None else str(refused)
                await _read_and_keep(run._replace(last=LastTime(None, None)), Choice(None, reason))
    except Permanent as trouble:
        raise FetchFailed(trouble, [*entries.values()]) from trouble


async def _read_and_keep(run: Run, choice: Choice) -> None:
    """What becomes of pages is kept only from the second reading on, so that the first one is not slowed."""
    began, job = monotonic(), run.job
    async with staging(run.conn) as staged:
        reader = run.source.school(job.source_school_id, choice.since)
        reading = Reading(reader, run.last.memory, run.ledger)
        outcomes = PageOutcomes(run.conn, staged, job.district_id, job.school_id)
        await _recall_records(run, reader)
        await _take_all(run, reading, Desk(staged, reader, run.ledger, outcomes if run.last.memory else None))
        read = keeping.Read(reader, reading, outcomes, choice, _next_cursor(reader, choice, run.last), began)
        if reading.unchanged and run.last.memory is not None:
            await keeping.keep_unchanged(run.conn, job, read, run.last.memory)
        else:
            await keeping.keep_changes(run.conn, staged, job, read)
    measure(run.ledger.values(), reading.came)
    log.info(
        "roster fetched",
        rows=reading.rows,
        reading="full" if choice.since is None else "changes",
        unchanged=reading.unchanged,
        complete=reading.complete,
        seconds=round(monotonic() - began, 3),
    )


async def _recall_records(run: Run, reader: SchoolReader) -> None:
    """Let the mapping know what rows of changes may refer to."""
    job = run.job
    for entity in reader.changes.recalled:
        keys = await records.current_keys(run.conn, job.district_id, job.school_id, entity)
        keys |= await carrying.left_out_keys(run.conn, job.district_id, job.school_id, entity)
        reader.mapping.recall(entity, keys)


async def _take_all(run: Run, reading: Reading, desk: Desk) -> None:
    await run.progress.tell(reading)
    async with aclosing(reading.arrivals()) as arrivals:
        async for endpoint, page in arrivals:
            if page is None:
                await _end(run, desk.reader, endpoint)
            else:
                await take(desk, endpoint, page)
            await run.progress.tell(reading)


async def _end(run: Run, reader: SchoolReader, endpoint: Endpoint) -> None:
    job, complete = run.job, run.ledger[endpoint.name].complete
    reader.mapping.ended(endpoint, complete=complete)
    if endpoint.entity == "class" and not complete:
        reader.mapping.recall("class", await records.current_keys(run.conn, job.district_id, job.school_id, "class"))


def _next_cursor(reader: SchoolReader, choice: Choice, last: LastTime) -> Saved | None:
    cursor = reader.cursor()
    if cursor is None:
        return None
    return Saved(cursor, last.saved.full_at if choice.since is not None and last.saved else datetime.now(UTC))
