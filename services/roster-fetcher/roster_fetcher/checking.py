"""Tries a source out: lists its schools and reads one of them completely, as a run would, but keeps nothing of it."""

import asyncio
from contextlib import AbstractAsyncContextManager, aclosing

from common.db import Connection
from common.errors import Permanent, Transient
from common.source_report import SourceReport
from roster_fetcher import checks
from roster_fetcher.check_report import FORBIDDEN, Seen, report_of
from roster_fetcher.ledger import Entry
from roster_fetcher.listing import NONE_SHARED
from roster_fetcher.sources.protocol import Endpoint, Source
from roster_fetcher.staging import Staging, staging
from roster_fetcher.taking import Desk, take

LONGEST_SECONDS = 480.0
"""Then reading stops, and what has come is told: whoever asked is answered by somebody else after ten minutes."""


async def check(
    conn: Connection,
    opening: AbstractAsyncContextManager[Source],
    school_id: str | None,
    seconds: float = LONGEST_SECONDS,
) -> SourceReport:
    """What the source lets us see, with this school read (None: the first that it lists), within `seconds`.

    What is wrong with the source stands in the report; only trouble of our own is raised. The connection holds the
    staged rows, which vanish.
    """
    seen = Seen()
    async with staging(conn) as staged:
        try:
            async with asyncio.timeout(seconds) as limit, opening as source:
                await _look(source, school_id, staged, seen)
        except (Permanent, Transient) as trouble:
            seen.trouble = seen.trouble or trouble
        except TimeoutError:
            if not limit.expired():
                raise
            _stop(seen, seconds)
        await _check(conn, staged, seen)
    return report_of(seen)


async def _look(source: Source, school_id: str | None, staged: Staging, seen: Seen) -> None:
    """List the schools and read one. Raises what the source raises, once as much as can be is seen."""
    seen.schools = await source.schools()
    if school_id is None and not seen.schools:
        raise NONE_SHARED
    seen.school_id = school_id or seen.schools[0].source_school_id
    reader = source.school(seen.school_id)
    for endpoint in reader.endpoints:
        await _read(Desk(staged, reader, seen.entries), endpoint, seen)
    if seen.trouble is None:
        seen.cursor, seen.read = reader.cursor(), True


async def _read(desk: Desk, endpoint: Endpoint, seen: Seen) -> None:
    """Read an endpoint. One that is forbidden does not keep the others from being tried."""
    entry = seen.entries[endpoint.name] = Entry(*endpoint)
    try:
        async with aclosing(desk.reader.pages(endpoint, entry, ())) as pages:
            async for page in pages:
                await take(desk, endpoint, page)
    except Permanent as trouble:
        entry.miss(str(trouble), trouble.code)
        if trouble.code != FORBIDDEN:
            raise
        seen.trouble = seen.trouble or trouble
    desk.reader.mapping.ended(endpoint, complete=entry.complete)


async def _check(conn: Connection, staged: Staging, seen: Seen) -> None:
    """Check what was read as a run does, and count what is left. What was broken off is only counted."""
    async with conn.transaction():
        await staged.complete()
        if seen.read:
            people_known = all(entry.complete for entry in seen.entries.values() if entry.entity == "user")
            await checks.check(conn, seen.entries, await staged.summary(), people_known=people_known)
        seen.counts, seen.findings = (await staged.summary()).counts, await staged.findings()


def _stop(seen: Seen, seconds: float) -> None:
    """It takes too long. The endpoint that was being read is not complete, and that is no fault of the source."""
    seen.stopped = True
    for entry in [*seen.entries.values()][-1:]:
        entry.complete, entry.reason = False, f"The check stopped reading after {seconds:.0f} seconds."
