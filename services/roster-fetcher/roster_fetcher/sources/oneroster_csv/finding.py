"""Follows the packages of a folder back in time until every file of the roster is found."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import NamedTuple

from roster_fetcher.sources.oneroster_csv.chain import Chain, ChainSearch
from roster_fetcher.sources.oneroster_csv.manifest import read_manifest
from roster_fetcher.sources.oneroster_csv.ordering import Found, in_order, is_on_its_way, is_settled
from roster_fetcher.sources.oneroster_csv.package import NotWholeError, Outline
from roster_fetcher.sources.oneroster_csv.place import Place
from roster_fetcher.sources.protocol import SourceTrouble


class Delivery(NamedTuple):
    """The packages that a roster is read from: which file of which, and where each is."""

    chain: Chain
    packages: Mapping[str, Found]


async def find_delivery(place: Place, now: float) -> Delivery:
    """The newest packages that are whole, as many as are needed. `now` are seconds since 1970.

    Raises `SourceTrouble`, naming the package: where the newest is broken no older one is taken in its place.
    """
    search, packages = ChainSearch(), dict[str, Found]()
    try:
        await _follow(place, now, search, packages)
    except SourceTrouble:
        # What a roster can do without is not worth failing for.
        if not search.sufficient:
            raise
    if not search.begun:
        message = f"The {place.title} has no package (*.zip) that is complete. Put one there, or correct the setting."
        raise SourceTrouble("SOURCE_UNREACHABLE", message)
    chain = search.chain()
    used = {link.package for links in chain.files.values() for link in links}
    return Delivery(chain, {name: found for name, found in packages.items() if name in used})


async def _follow(place: Place, now: float, search: ChainSearch, packages: dict[str, Found]) -> None:
    async with aclosing(newest_first(place, now)) as newest:
        async for found, outline in newest:
            search.add(found.name, read_manifest(outline, found.name))
            packages[found.name] = found
            if search.ended:
                break


async def newest_first(place: Place, now: float) -> AsyncGenerator[tuple[Found, Outline], None]:
    """The packages that are whole, without the newest ones that are still being written.

    Raises `SourceTrouble` for one that is broken, or being written though there are newer ones.
    """
    begun = False
    for found in reversed(in_order(await place.packages())):
        outline = await _outline(place, found, now)
        if outline:
            begun = True
            yield found, outline
        elif begun:
            message = f"The package {found.name} is still being written, and newer ones follow it. Run again later."
            raise SourceTrouble("SOURCE_INCOMPLETE", message)


async def _outline(place: Place, found: Found, now: float) -> Outline | None:
    """What a package holds; None if it is still being written. Raises `SourceTrouble` if it is broken."""
    if not is_settled(found, now):
        return None
    try:
        return await place.outline(found)
    except NotWholeError:
        if is_on_its_way(found, now):
            return None
        raise
