"""How a service knows us: what goes into the Authorization header of each request."""

from collections.abc import Mapping
from typing import Protocol

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.refusals import Meaning


class Authorization(Protocol):
    """Makes the header. `meanings` are what refusals mean to those who use it."""

    meanings: Mapping[int, Meaning]

    async def header(self, url: str, entry: Entry) -> str:
        """The header for a GET of this address. Raises `SourceTrouble`; bytes go to the entry."""
        ...

    def refused(self, header: str) -> bool:
        """A header was answered with 401: whether another one may be accepted."""
        ...


class Bearer:
    """A token that is handed out by hand and stays the same."""

    def __init__(self, token: str, meanings: Mapping[int, Meaning]) -> None:
        self._token = token
        self.meanings = meanings

    async def header(self, url: str, entry: Entry) -> str:
        """The token."""
        return f"Bearer {self._token}"

    def refused(self, header: str) -> bool:
        """There is no other."""
        return False
