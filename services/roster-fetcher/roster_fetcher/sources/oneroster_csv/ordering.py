"""Which packages of a drop folder come after which, and which are still being written. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

SETTLED_SECONDS = 5.0
"""So long after its last change a package counts as put there."""
UPLOAD_SECONDS = 300.0
"""So long after its last change a package that is no whole zip file counts as on its way; later it is broken."""
_STAMP = re.compile(
    r"(?<!\d)(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})"
    r"(?=((?:[-_.T ]?\d{2}[-_.:]?\d{2}(?:[-_.:]?\d{2}(?:\.?\d+)?)?)?))",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """A package as its folder lists it. `changed` are seconds since 1970, by the clock of the folder's machine."""

    name: str
    size: int
    changed: float


def is_package(name: str) -> bool:
    """Whether a file in the folder is meant to be read: a zip file that is not hidden."""
    return name.casefold().endswith(".zip") and not name.startswith(".")


def in_order(packages: Iterable[Found]) -> list[Found]:
    """The oldest first: by the dates in their names if all have one, or else by when they were changed."""
    found = list(packages)
    stamps = {package.name: stamp(package.name) for package in found}
    if all(stamps.values()):
        return sorted(found, key=lambda package: (stamps[package.name], package.changed, package.name))
    return sorted(found, key=lambda package: (package.changed, package.name))


def stamp(name: str) -> str:
    """The digits of the date, and of the time if there is one, in a file's name, year first; blank for none."""
    for match in _STAMP.finditer(name):
        year, month, day, time = match.groups()
        try:
            date(int(year), int(month), int(day))
        except ValueError:
            continue
        return year + month + day + "".join(filter(str.isdigit, time))
    return ""


def is_settled(package: Found, now: float) -> bool:
    """Whether a package is no longer being changed."""
    return abs(now - package.changed) >= SETTLED_SECONDS


def is_on_its_way(package: Found, now: float) -> bool:
    """Whether a package that is no whole zip file may yet become one."""
    return abs(now - package.changed) < UPLOAD_SECONDS
