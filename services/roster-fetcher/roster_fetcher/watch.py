"""Looks into the folders that packages are put into, so that a new one need not wait for the next planned sync."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

import structlog

from common import registry
from common.db import Pool
from common.errors import Permanent, Transient
from common.events import PackageArrived
from common.registry import Source
from common.uow import UnitOfWork
from roster_fetcher import watched_packages
from roster_fetcher.handlers import Sources
from roster_fetcher.sources.oneroster_csv.watching import newest

KIND = "oneroster-csv"
PLACES = ("folder", "sftp")
"""Settings of sources that packages are put into; one with a `path` names a single package."""
AT_ONCE = 4
LONGEST_LOOK_SECONDS = 30.0

log = structlog.get_logger()


class Watch:
    """Watches the sources of the districts that these pools of workers serve.

    A folder may be on the disk of one pool's workers only, so each pool's own look after it. Should two look at once,
    as when the lead changes hands, a package is told of once all the same.
    """

    def __init__(
        self, pool: Pool, unit_of_work: Callable[[], UnitOfWork], sources: Sources, pools: Sequence[str]
    ) -> None:
        self.name = f"watch {','.join(sorted(pools))}"
        self._pool = pool
        self._unit_of_work = unit_of_work
        self._sources = sources
        self._pools = pools
        self._troubled: set[tuple[str, str]] = set()

    async def look(self) -> None:
        """Look into every folder once."""
        turns = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for pool in self._pools:
                for source in await registry.sources_of_pool(self._pool, KIND, pool):
                    if any(place in source.settings for place in PLACES):
                        group.create_task(self._look_into(source, pool, turns))

    async def _look_into(self, source: Source, pool: str, turns: asyncio.Semaphore) -> None:
        async with turns:
            fingerprint = await self._newest(source)
            if fingerprint is None:
                return
            async with self._unit_of_work() as uow:
                if arrived := await watched_packages.note(uow.conn, source, fingerprint):
                    uow.emit(
                        PackageArrived(
                            district_id=source.district_id, pool=pool, arrival_id=uuid4(), source_id=source.id
                        )
                    )
        if arrived:
            log.info("a package arrived", district=source.district_id, source=source.id)

    async def _newest(self, source: Source) -> str | None:
        """The fingerprint of the newest package. Trouble is logged when it begins, and when it has ended."""
        place = (source.district_id, source.id)
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                fingerprint = await newest(self._sources.opening(source, self._pool))
        except Exception as error:  # whatever it is: it shall not keep the others from being looked at
            if place not in self._troubled:
                known = isinstance(error, Permanent | Transient)
                code = error.code if known else type(error).__name__  # type: ignore[attr-defined]
                log.warning("a watched folder cannot be read", district=place[0], source=place[1], code=code)
            self._troubled.add(place)
            return None
        if place in self._troubled:
            self._troubled.remove(place)
            log.info("a watched folder can be read again", district=place[0], source=place[1])
        return fingerprint
