"""What the scheduler that leads does each second, whether or not anything happened."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from common.bus import Bus
from common.db import Pool
from common.uow import UnitOfWork
from scheduler import admission, clock, pools, watchdog
from scheduler.clock import Clock
from scheduler.settings import Settings

LOOK_SECONDS = 10.0


class Ticker:
    """Each part is a transaction of its own, so that a kill between two of them loses nothing."""

    def __init__(
        self, unit_of_work: Callable[[], UnitOfWork], settings: Settings, now: Clock, bus: Bus, pool: Pool
    ) -> None:
        self._unit_of_work = unit_of_work
        self._settings = settings
        self._now = now
        self._bus = bus
        self._pool = pool
        self._looks_at = 0.0

    async def tick(self) -> None:
        """Nights, the watchdog, admission, and now and then a look at the pools."""
        now = self._now()
        await clock.note_nights(self._unit_of_work(), now)
        while await clock.start_nights(self._unit_of_work(), now):
            await self.admit()
        await watchdog.watch(
            self._unit_of_work(),
            timedelta(seconds=self._settings.stuck_seconds),
            timedelta(seconds=self._settings.lost_seconds),
        )
        await self.admit()
        if monotonic() >= self._looks_at:
            await pools.look(self._bus, self._pool)
            self._looks_at = monotonic() + LOOK_SECONDS

    async def admit(self) -> None:
        """Let begin whoever may, also those who were overlooked, for instance while the registry was away."""
        while await admission.admit_in(self._unit_of_work(), self._settings.in_flight) == admission.AT_ONCE:
            pass
