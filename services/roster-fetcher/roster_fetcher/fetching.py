"""One run's fetch: from the source, through the staging tables, to the school's next snapshot."""

from contextlib import AbstractAsyncContextManager, aclosing
from time import monotonic
from typing import NamedTuple

import structlog

from common.db import Connection
from common.errors import Permanent
from roster_fetcher import keeping, ledger, page_memory, records
from roster_fetcher.findings import Notes
from roster_fetcher.job import Job
from roster_fetcher.metrics import measure
from roster_fetcher.outcomes import settle
from roster_fetcher.page_memory import Memory
from roster_fetcher.progress import Progress
from roster_fetcher.reading import Reading
from roster_fetcher.sources.protocol import SchoolReader, Source
from roster_fetcher.spool import Arrival
from roster_fetcher.staging import Staging, staging

log = structlog.get_logger()


class FetchFailed(Permanent):
    """The source could not be read. `entries` is the ledger as far as it was written."""

    def __init__(self, trouble: Permanent, entries: list[ledger.Entry]) -> None:
        super().__init__(str(trouble), code=trouble.code)
        self.entries = entries
        if entries:
            entries[-1].miss(str(trouble))
            entries[-1].answer = getattr(trouble, "answer", "")


class Desk(NamedTuple):
    """What rows are worked on with: the connection that holds the staged ones, the reader, the reading so far."""

    conn: Connection
    staged: Staging
    reader: SchoolReader
    reading: Reading
    job: Job


async def fetch(
    conn: Connection, job: Job, opened: AbstractAsyncContextManager[Source], memory: Memory | None, progress: Progress
) -> None:
    """Read the school and keep the next snapshot. Raises `FetchFailed` when the source cannot be read.

    The connection is used for nothing else meanwhile; no transaction is open while the source is asked.
    """
    began = monotonic()
    reading: Reading | None = None
    try:
        async with opened as source, staging(conn) as staged:
            reader = source.school(job.source_school_id)
            reading = Reading(reader, memory)
            desk = Desk(conn, staged, reader, reading, job)
            await _take_all(desk, progress)
            await _keep(desk, memory, began)
    except Permanent as trouble:
        raise FetchFailed(trouble, [*reading.ledger.values()] if reading else []) from trouble
    measure(reading.ledger.values())
    log.info(
        "roster fetched",
        rows=reading.rows,
        unchanged=reading.unchanged,
        complete=reading.complete,
        seconds=round(monotonic() - began, 3),
    )


async def recall(conn: Connection, job: Job) -> Memory | None:
    """What the last fetch read, if this one may be compared with it."""
    key = page_memory.key_of(job.source, job.source_school_id)
    return await page_memory.recall(conn, job.district_id, job.school_id, key)


async def _take_all(desk: Desk, progress: Progress) -> None:
    await progress.tell(desk.reading)
    async with aclosing(desk.reading.arrivals()) as arrivals:
        async for arrival in arrivals:
            await _take(desk, arrival)
            await progress.tell(desk.reading)


async def _take(desk: Desk, arrival: Arrival) -> None:
    """Decode a page, turn its rows into records, stage these, and forget it."""
    endpoint, page = arrival
    if page is None:
        await _end(desk, arrival)
        return
    mapping, entry = desk.reader.mapping, desk.reading.ledger[endpoint.name]
    rows = desk.reader.decode(endpoint, page)
    strangers = mapping.strangers(rows) if endpoint.entity == "user" else {}
    enrolled = await desk.staged.enrolled([*strangers.values()])
    away = {page.first + place for place, key in strangers.items() if key not in enrolled}
    convert = mapping.converter(endpoint, page, away)
    notes = Notes(endpoint.entity)
    staged = settle(rows, page.first, convert, notes, entry)
    entry.count(out_of_scope=page.repeated)
    await desk.staged.add(staged, notes.items)


async def _end(desk: Desk, arrival: Arrival) -> None:
    endpoint, job = arrival.endpoint, desk.job
    complete = desk.reading.ledger[endpoint.name].complete
    desk.reader.mapping.ended(endpoint, complete=complete)
    if endpoint.entity == "class" and not complete:
        keys = await records.current_keys(desk.conn, job.district_id, job.school_id, "class")
        desk.reader.mapping.keep_classes(keys)


async def _keep(desk: Desk, memory: Memory | None, began: float) -> None:
    reading = desk.reading
    if reading.unchanged and memory is not None:
        await keeping.keep_unchanged(desk.conn, desk.job, reading.ledger, memory, began)
    else:
        await keeping.keep_changes(desk.conn, desk.staged, desk.job, reading.ledger, reading.pages, began)
