"""Reads a school from its source, once, in order; and finds out whether everything is as it was last time.

As long as each page equals the one at its place behind the last snapshot, pages are set aside undecoded. The first that
differs brings them all back. If none does, the last snapshot stands.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, closing

from roster_fetcher.ahead import ahead
from roster_fetcher.ledger import Entry
from roster_fetcher.page_memory import Memory, Pages
from roster_fetcher.sources.protocol import ChangesRefusedError, KnownPage, SchoolReader
from roster_fetcher.spool import Arrival, Spool


class Reading:
    """One reading of a school. `ledger` has a line for each endpoint begun; `rows` counts those that came so far."""

    def __init__(self, reader: SchoolReader, memory: Memory | None, ledger: dict[str, Entry] | None = None) -> None:
        self._reader = reader
        self._known: Pages = memory.pages if memory else {}
        self._pages: dict[str, list[KnownPage]] = {}
        self.ledger: dict[str, Entry] = {} if ledger is None else ledger
        self._repeats = False
        self.unchanged = memory is not None
        self.rows = 0

    @property
    def pages(self) -> Pages | None:
        """The pages, to be remembered; None where they may not be all, or some of their rows came twice."""
        if not self.complete or self._repeats:
            return None
        return {name: pages for name, pages in self._pages.items() if name not in self._reader.changes.endpoints}

    @property
    def complete(self) -> bool:
        """Whether every endpoint was read to its end."""
        return all(entry.complete for entry in self.ledger.values())

    @property
    def came(self) -> dict[str, int]:
        """The rows of each endpoint, as they came."""
        return {name: sum(page.rows for page in pages) for name, pages in self._pages.items()}

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """What must be decoded, in order: everything, or nothing if at the end it is all `unchanged`.

        Raises `ChangesRefusedError` if an endpoint changed on which the meaning of changes rests.
        """
        with closing(Spool()) as spool:
            async with aclosing(ahead(self._read())) as read:
                async for arrival in read:
                    if self._as_before(arrival):
                        if self.unchanged:
                            spool.add(arrival)
                            continue
                    elif arrival.endpoint.name in self._reader.changes.must_stand:
                        raise ChangesRefusedError(f"The source's {arrival.endpoint.name} changed.")
                    for earlier in self._all_from(spool):
                        yield earlier
                    yield arrival
            if self.unchanged and not self._reader.changes.endpoints and self._known.keys() != self._pages.keys():
                for earlier in self._all_from(spool):
                    yield earlier

    def _all_from(self, spool: Spool) -> Iterator[Arrival]:
        self.unchanged = False
        return spool.replay()

    async def _read(self) -> AsyncGenerator[Arrival, None]:
        for endpoint in self._reader.endpoints:
            changes_only = endpoint.name in self._reader.changes.endpoints
            entry = self.ledger[endpoint.name] = Entry(*endpoint, changes_only=changes_only)
            read = self._pages[endpoint.name] = []
            known = () if changes_only else self._known.get(endpoint.name, ())
            async with aclosing(self._reader.pages(endpoint, entry, known)) as pages:
                async for page in pages:
                    read.append(KnownPage(page.digest, page.received))
                    self._repeats = self._repeats or page.repeated > 0
                    self.rows += page.received
                    yield Arrival(endpoint, page)
            yield Arrival(endpoint, None)

    def _as_before(self, arrival: Arrival) -> bool:
        """Whether a page is the known one at its place, or an endpoint ends where it ended before.

        The reading may be a page or two further than the arrival.
        """
        endpoint, page = arrival
        name = endpoint.name
        if name in self._reader.changes.endpoints:
            return page is None and not self._pages[name] and self.ledger[name].complete
        known = self._known.get(name)
        if known is None:
            return False
        if page is None:
            return len(self._pages[name]) == len(known) and self.ledger[name].complete
        return page.rows is None
