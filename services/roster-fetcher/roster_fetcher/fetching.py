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
from roster_fetcher.findings import Notes
from roster_fetcher.job import Job
from roster_fetcher.metrics import measure
from roster_fetcher.outcomes import settle
from roster_fetcher.page_memory import Memory
from roster_fetcher.page_outcomes import BodiesMissingError, Outcome, PageOutcomes, outcome_of
from roster_fetcher.progress import Progress
from roster_fetcher.reading import Reading
from roster_fetcher.sources.protocol import ChangesRefusedError, Endpoint, Page, SchoolReader, Source
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


class LastTime(NamedTuple):
    """What is known of the school's last complete reading."""

    memory: Memory | None
    saved: Saved | None


class Desk(NamedTuple):
    """What rows are worked on with: the connection that holds the staged ones, the reader, the reading so far.

    `read_before`: what becomes of pages is kept only from the second reading on, so that the first one is not slowed.
    """

    conn: Connection
    staged: Staging
    reader: SchoolReader
    reading: Reading
    outcomes: PageOutcomes
    job: Job
    read_before: bool


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
    began = datetime.now(UTC)
    choice = cursors.choose(job.mode, job.source.settings, last.saved, began)
    entries: dict[str, ledger.Entry] = {}
    try:
        async with opened as source:
            try:
                await _read_and_keep(conn, job, source, choice, last, progress, entries)
            except (ChangesRefusedError, BodiesMissingError) as refused:
                log.info("everything is read and decoded after all", reason=str(refused))
                entries.clear()
                reason = choice.reason if choice.since is None else str(refused)
                await _read_and_keep(conn, job, source, Choice(None, reason), LastTime(None, None), progress, entries)
    except Permanent as trouble:
        raise FetchFailed(trouble, [*entries.values()]) from trouble


async def _read_and_keep(
    conn: Connection,
    job: Job,
    source: Source,
    choice: Choice,
    last: LastTime,
    progress: Progress,
    entries: dict[str, ledger.Entry],
) -> None:
    began = monotonic()
    async with staging(conn) as staged:
        reader = source.school(job.source_school_id, choice.since)
        reading = Reading(reader, last.memory, entries)
        outcomes = PageOutcomes(conn, staged, job.district_id, job.school_id)
        desk = Desk(conn, staged, reader, reading, outcomes, job, last.memory is not None)
        await _recall_records(desk)
        await _take_all(desk, progress)
        await _keep(desk, choice, last, began)
    measure(reading.ledger.values(), reading.came)
    log.info(
        "roster fetched",
        rows=reading.rows,
        reading="full" if choice.since is None else "changes",
        unchanged=reading.unchanged,
        complete=reading.complete,
        seconds=round(monotonic() - began, 3),
    )


async def _recall_records(desk: Desk) -> None:
    job = desk.job
    for entity in desk.reader.changes.recalled:
        keys = await records.current_keys(desk.conn, job.district_id, job.school_id, entity)
        keys |= await carrying.left_out_keys(desk.conn, job.district_id, job.school_id, entity)
        desk.reader.mapping.recall(entity, keys)


async def _take_all(desk: Desk, progress: Progress) -> None:
    await progress.tell(desk.reading)
    async with aclosing(desk.reading.arrivals()) as arrivals:
        async for arrival in arrivals:
            await _take(desk, arrival)
            await progress.tell(desk.reading)


async def _take(desk: Desk, arrival: Arrival) -> None:
    """Turn a page's rows into records, stage these, and forget it; or take what became of it last time."""
    endpoint, page = arrival
    if page is None:
        await _end(desk, endpoint)
        return
    context = desk.reader.mapping.context(endpoint) if desk.read_before else None
    if context and page.rows is None and (known := await desk.outcomes.recall(endpoint, page, context)):
        await _take_known(desk, endpoint, page, known)
        return
    await _take_anew(desk, endpoint, page, context)


async def _take_known(desk: Desk, endpoint: Endpoint, page: Page, known: Outcome) -> None:
    entry = desk.reading.ledger[endpoint.name]
    entry.add_outcomes(known.ended)
    entry.first_id, entry.last_id = entry.first_id or known.first_id, known.last_id
    await desk.staged.add(known.rows, known.findings)


async def _take_anew(desk: Desk, endpoint: Endpoint, page: Page, context: bytes | None) -> None:
    reader, entry = desk.reader, desk.reading.ledger[endpoint.name]
    before = entry.outcomes()
    rows = reader.decode(endpoint, page)
    strangers = reader.mapping.strangers(rows) if endpoint.entity == "user" else {}
    enrolled = await desk.staged.enrolled([*strangers.values()])
    away = {page.first + place for place, key in strangers.items() if key not in enrolled}
    notes = Notes(endpoint.entity)
    staged = settle(rows, page.first, reader.mapping.converter(endpoint, page, away), notes, entry, reader.owners)
    entry.count(out_of_scope=page.repeated)
    about = [reader.mapping.about(endpoint, row) for row in (rows if entry.changes_only else (*rows[:1], *rows[-1:]))]
    _note_ids(entry, about)
    await desk.staged.add(staged, notes.items, [key for key in about if key] if entry.changes_only else ())
    if context:
        outcome = outcome_of(staged, notes.items, entry, before, bool(strangers))
        await desk.outcomes.add(endpoint, page, context, outcome)


def _note_ids(entry: ledger.Entry, about: list[tuple[str, str] | None]) -> None:
    """Note the ids of the endpoint's first row and of the last so far."""
    if about and about[0] and not entry.first_id:
        entry.first_id = about[0][1]
    if about and about[-1]:
        entry.last_id = about[-1][1]


async def _end(desk: Desk, endpoint: Endpoint) -> None:
    job, mapping = desk.job, desk.reader.mapping
    complete = desk.reading.ledger[endpoint.name].complete
    mapping.ended(endpoint, complete=complete)
    if endpoint.entity == "class" and not complete:
        mapping.recall("class", await records.current_keys(desk.conn, job.district_id, job.school_id, "class"))


async def _keep(desk: Desk, choice: Choice, last: LastTime, began: float) -> None:
    read = keeping.Read(
        desk.reader, desk.reading, desk.outcomes, choice, _next_cursor(desk.reader, choice, last), began
    )
    if desk.reading.unchanged and last.memory is not None:
        await keeping.keep_unchanged(desk.conn, desk.job, read, last.memory)
    else:
        await keeping.keep_changes(desk.conn, desk.staged, desk.job, read)


def _next_cursor(reader: SchoolReader, choice: Choice, last: LastTime) -> Saved | None:
    cursor = reader.cursor()
    if cursor is None:
        return None
    return Saved(cursor, last.saved.full_at if choice.since is not None and last.saved else datetime.now(UTC))
