"""A kind of source with a server (or package) behind it: what it shares, how it changes, what can go wrong.

A world serves one district. It says what a school must come to, worked out from what the server holds, not from what
was read. Changes pick their records by number, so that a test may choose numbers at random.
"""

from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from simulators.generate import District

from ..north import North

Part = tuple[str, str, str]
"""A class, a user and the role."""


class Shared(NamedTuple):
    """What a school must come to."""

    classes: set[str]
    users: set[str]
    parts: set[Part]


class World(ABC):
    """A district at its source. `school` is the id there of the district's first school."""

    def __init__(self, district: District, folder: Path) -> None:
        self.district = district
        self.folder = folder
        self.stack = AsyncExitStack()

    @abstractmethod
    async def start(self) -> None:
        """Serve the district."""

    @abstractmethod
    async def declare(self, north: North, *, page_size: int = 100) -> None:
        """Let this be the test district's source, with all its schools."""

    @abstractmethod
    def school(self, number: int = 0) -> str:
        """The id at the source of one of the district's schools."""

    @abstractmethod
    def shared(self, number: int = 0) -> Shared:
        """What one of the schools must come to."""

    has_mishaps = True

    @property
    @abstractmethod
    def mishaps(self) -> Any:
        """What can go wrong, where `has_mishaps`."""

    def be_busy(self, times: int) -> None:
        """Answer 429 without saying for how long."""
        self.mishaps.set(too_many=times, retry_after=None)

    @abstractmethod
    def rename(self, number: int, name: str) -> None:
        """Give a student of the first school another name."""

    @abstractmethod
    def admit(self, name: str) -> None:
        """Let a new student come to the first school, into its first class."""

    @abstractmethod
    def dismiss(self, number: int) -> None:
        """Let a student of the first school be deleted."""

    @abstractmethod
    def enrol(self, number: int, class_number: int) -> None:
        """Put a student into a class; nothing happens to somebody who is in it."""

    @abstractmethod
    def drop(self, class_number: int) -> None:
        """Take somebody out of a class; nothing happens to an empty one."""

    @abstractmethod
    def open_class(self, title: str, number: int) -> None:
        """Let there be a class with one student, and nobody to teach it."""

    @abstractmethod
    def close_class(self, class_number: int) -> None:
        """Let a class be deleted with all that is in it, unless it is the last."""

    @abstractmethod
    def retitle(self, class_number: int, title: str) -> None:
        """Give a class another title."""

    @abstractmethod
    def transfer(self, number: int) -> None:
        """Let a student of the first school belong to the second one, still in the classes of the first."""

    @abstractmethod
    def surprise(self, number: int) -> None:
        """Something that only this kind of source does."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()
