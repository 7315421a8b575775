"""Pages set aside on disk until it is known whether they must be decoded."""

import tempfile
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from roster_fetcher.sources.protocol import Endpoint, Page


class Arrival(NamedTuple):
    """A page of an endpoint, or without a page: the endpoint was read to its end."""

    endpoint: Endpoint
    page: Page | None


class Spool:
    """A file without a name, gone with the process at the latest. What goes in comes out in the same order."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed by `close`
        self._arrivals: list[tuple[Arrival, int]] = []

    def add(self, arrival: Arrival) -> None:
        """Set an arrival aside; only its outline stays in memory."""
        page, size = arrival.page, 0
        if page is not None:
            size = self._file.write(page.content)
            arrival = Arrival(arrival.endpoint, msgspec.structs.replace(page, content=b"", rows=None))
        self._arrivals.append((arrival, size))

    def replay(self) -> Iterator[Arrival]:
        """Take everything out again."""
        self._file.seek(0)
        arrivals, self._arrivals = self._arrivals, []
        for (endpoint, page), size in arrivals:
            if page is not None:
                page.content = self._file.read(size)
            yield Arrival(endpoint, page)

    def close(self) -> None:
        """Delete the file."""
        self._file.close()
