"""Which files of which packages make up the roster: for each file the newest bulk, and every delta after it. Pure.

After the OneRoster CSV binding: bulk is the complete picture of a file, delta the rows that changed since the package
before, and absent says nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from roster_fetcher.sources.oneroster_csv.manifest import OPTIONAL, REQUIRED, Manifest
from roster_fetcher.sources.protocol import SourceTrouble

BESIDE = "userProfiles"
"""Tells of users only what else is not known of them: for want of it alone no older package is looked at."""


class Link(NamedTuple):
    """A file's part in a chain: the package it is in, and that package's OneRoster version."""

    package: str
    version: str


class Chain(NamedTuple):
    """The newest package's OneRoster version; for each file that there is its bulk, then its deltas in order."""

    version: str
    files: Mapping[str, tuple[Link, ...]]


class ChainSearch:
    """Follows packages back in time until each file's bulk is found."""

    def __init__(self) -> None:
        self._version = ""
        self._files: dict[str, list[Link]] = {}
        self._wanted: set[str] = set()

    @property
    def begun(self) -> bool:
        """Whether the newest package was added."""
        return self._version != ""

    @property
    def ended(self) -> bool:
        """Whether older packages have nothing more to say."""
        return self.begun and all(name == BESIDE and name not in self._files for name in self._wanted)

    @property
    def sufficient(self) -> bool:
        """Whether there is a roster without older packages: only optional files are sought, none for its deltas."""
        return self.begun and not self._wanted & {*REQUIRED[self._version], *self._files}

    def add(self, package: str, manifest: Manifest) -> None:
        """Look at the next package, the newest first."""
        if not self._version:
            self._version = manifest.version
            self._wanted = {*REQUIRED[manifest.version], *OPTIONAL[manifest.version]}
        for name in self._wanted & manifest.modes.keys():
            self._files.setdefault(name, []).append(Link(package, manifest.version))
            if manifest.modes[name] == "bulk":
                self._wanted.remove(name)

    def chain(self) -> Chain:
        """What was found. Raises `SourceTrouble` CSV_DELTA_WITHOUT_BASE and CSV_FILE_MISSING, naming the file."""
        for name in REQUIRED[self._version] + OPTIONAL[self._version]:
            if name in self._files and name in self._wanted:
                raise SourceTrouble("CSV_DELTA_WITHOUT_BASE", without_base(name, self._files[name][-1].package))
            if name in REQUIRED[self._version] and name not in self._files:
                raise _missing(name)
        return Chain(self._version, {name: tuple(reversed(links)) for name, links in self._files.items()})


def chain_of_one(package: str, manifest: Manifest) -> Chain:
    """The chain of a package that stands alone. Raises `SourceTrouble` CSV_DELTA_WITHOUT_BASE and CSV_FILE_MISSING."""
    deltas = sorted(name for name, mode in manifest.modes.items() if mode == "delta")
    if deltas:
        message = (
            f"In the package {package} the file {deltas[0]}.csv is a delta, which says only what changed since earlier "
            "packages. Put all of them into one folder, and set folder in place of path."
        )
        raise SourceTrouble("CSV_DELTA_WITHOUT_BASE", message)
    search = ChainSearch()
    search.add(package, manifest)
    return search.chain()


def without_base(name: str, package: str) -> str:
    """What to tell of a delta that nothing comes before."""
    return (
        f"In the package {package} the file {name}.csv is a delta, and no package before it has this file as bulk. "
        f"Export {name}.csv as bulk once, or put the earlier packages back."
    )


def _missing(name: str) -> SourceTrouble:
    message = f"The package has no {name}.csv, or its manifest calls it absent. Export it with this file."
    return SourceTrouble("CSV_FILE_MISSING", message)
