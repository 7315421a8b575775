"""Notices that a new package was put into a source's folder, so that it need not wait for the next planned sync."""

from contextlib import aclosing
from time import time

from roster_fetcher.sources.oneroster_csv.finding import newest_first
from roster_fetcher.sources.oneroster_csv.ordering import Found
from roster_fetcher.sources.oneroster_csv.place_of import open_place
from roster_fetcher.sources.oneroster_csv.settings import read_settings
from roster_fetcher.sources.protocol import Opening


def fingerprint(found: Found) -> str:
    """What a package is known by: another one whenever it was replaced."""
    return f"{found.name} {found.size} {found.changed}"


def is_new(before: str | None, now: str | None) -> bool:
    """Whether there is a package that was not there before. The first look only remembers what there is."""
    return now is not None and before is not None and now != before


async def newest(opening: Opening) -> str | None:
    """The fingerprint of the newest complete package; None if there is none, or the source names one by its path.

    Raises `SourceTrouble` if the settings are wrong, or the folder or its newest package cannot be read.
    """
    settings = read_settings(opening)
    if settings.path:
        return None
    async with open_place(settings, opening) as place, aclosing(newest_first(place, time())) as packages:
        async for found, _ in packages:
            return fingerprint(found)
    return None
