"""Reads a school from its source, once, in order; and finds out whether everything is as it was last time.

As long as each page equals the one at its place behind the last snapshot, pages are set aside undecoded. The first that
differs brings them all back. If none does, the last snapshot stands.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, closing

from roster_fetcher.ahead import ahead
from roster_fetcher.ledger import Entry
from roster_fetcher.page_memory import Memory, Pages
from roster_fetcher.sources.protocol import KnownPage, SchoolReader
from roster_fetcher.spool import Arrival, Spool


class Reading:
    """One reading of a school. `ledger` has a line for each endpoint begun; `rows` counts those that came so far."""

    def __init__(self, reader: SchoolReader, memory: Memory | None) -> None:
        self._reader = reader
        self._known: Pages = memory.pages if memory else {}
        self._pages: dict[str, list[KnownPage]] = {}
        self.ledger: dict[str, Entry] = {}
        self._repeats = False
        self.unchanged = memory is not None
        self.rows = 0

    @property
    def pages(self) -> Pages | None:
        """The pages, to be remembered; None where they may not be all, or some of their rows came twice."""
        return self._pages if self.complete and not self._repeats else None

    @property
    def complete(self) -> bool:
        """Whether every endpoint was read to its end."""
        return all(entry.complete for entry in self.ledger.values())

    async def arrivals(self) -> AsyncGenerator[Arrival, None]:
        """What must be decoded, in order: everything, or nothing if at the end it is all `unchanged`."""
        with closing(Spool()) as spool:
            async with aclosing(ahead(self._read())) as read:
                async for arrival in read:
                    if self.unchanged and self._as_before(arrival):
                        spool.add(arrival)
                        continue
                    self.unchanged = False
                    for earlier in spool.replay():
                        yield earlier
                    yield arrival
            if self.unchanged and self._known.keys() != self._pages.keys():
                self.unchanged = False
                for earlier in spool.replay():
                    yield earlier

    async def _read(self) -> AsyncGenerator[Arrival, None]:
        for endpoint in self._reader.endpoints:
            entry = self.ledger[endpoint.name] = Entry(*endpoint)
            read = self._pages[endpoint.name] = []
            known = self._known.get(endpoint.name, ())
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
        known = self._known.get(endpoint.name)
        if known is None:
            return False
        if page is None:
            return len(self._pages[endpoint.name]) == len(known) and self.ledger[endpoint.name].complete
        return page.rows is None
