"""Tries a source out: lists its schools and reads one of them completely, as a run would, but keeps nothing of it."""

import asyncio
from contextlib import AbstractAsyncContextManager, aclosing

from common.errors import Permanent, Transient
from common.source_report import SourceReport
from roster_fetcher.check_report import FORBIDDEN, Seen, report_of
from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.listing import NONE_SHARED
from roster_fetcher.outcomes import settle
from roster_fetcher.sources.protocol import Endpoint, Page, SchoolReader, Source

LONGEST_SECONDS = 480.0
"""Then reading stops, and what has come is told: whoever asked is answered by somebody else after ten minutes."""


async def check(
    opening: AbstractAsyncContextManager[Source], school_id: str | None, seconds: float = LONGEST_SECONDS
) -> SourceReport:
    """What the source lets us see, with this school read (None: the first that it lists), within `seconds`.

    What is wrong with the source stands in the report; only trouble of our own is raised.
    """
    seen = Seen()
    try:
        async with asyncio.timeout(seconds) as limit, opening as source:
            await _look(source, school_id, seen)
    except (Permanent, Transient) as trouble:
        seen.trouble = seen.trouble or trouble
    except TimeoutError:
        if not limit.expired():
            raise
        _stop(seen, seconds)
    return report_of(seen)


async def _look(source: Source, school_id: str | None, seen: Seen) -> None:
    """List the schools and read one. Raises what the source raises, once as much as can be is seen."""
    seen.schools = await source.schools()
    if school_id is None and not seen.schools:
        raise NONE_SHARED
    seen.school_id = school_id or seen.schools[0].source_school_id
    reader = source.school(seen.school_id)
    for endpoint in reader.endpoints:
        await _read(reader, endpoint, seen)
    if seen.trouble is None:
        seen.tally.settle()
        seen.cursor, seen.read = reader.cursor(), True


async def _read(reader: SchoolReader, endpoint: Endpoint, seen: Seen) -> None:
    """Read an endpoint. One that is forbidden does not keep the others from being tried."""
    entry = seen.entries[endpoint.name] = Entry(*endpoint)
    try:
        async with aclosing(reader.pages(endpoint, entry, ())) as pages:
            async for page in pages:
                _take(reader, endpoint, page, entry, seen)
    except Permanent as trouble:
        entry.miss(str(trouble), trouble.code)
        if trouble.code != FORBIDDEN:
            raise
        seen.trouble = seen.trouble or trouble
    reader.mapping.ended(endpoint, complete=entry.complete)


def _take(reader: SchoolReader, endpoint: Endpoint, page: Page, entry: Entry, seen: Seen) -> None:
    """Count what a page's rows come to, and forget it."""
    mapping, rows = reader.mapping, reader.decode(endpoint, page)
    strangers = mapping.strangers(rows) if endpoint.entity == "user" else {}
    away = {page.first + place for place, key in strangers.items() if key not in seen.tally.enrolled}
    notes = Notes(endpoint.entity)
    staged = settle(rows, page.first, mapping.converter(endpoint, page, away), notes, entry, reader.owners)
    entry.count(out_of_scope=page.repeated)
    seen.tally.take(staged, notes.items)


def _stop(seen: Seen, seconds: float) -> None:
    """It takes too long. The endpoint that was being read is not complete, and that is no fault of the source."""
    seen.stopped = True
    for entry in [*seen.entries.values()][-1:]:
        entry.complete, entry.reason = False, f"The check stopped reading after {seconds:.0f} seconds."
