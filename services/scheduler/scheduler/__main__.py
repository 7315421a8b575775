"""The scheduler: takes orders, admits or refuses runs, ends them. Several may run; one leads the clock."""

import asyncio

from common import registry
from common.delivery import Routes
from common.events import PackageArrived, SettingsChanged, SyncCompleted, SyncFailed, SyncOrdered
from common.leader import lead
from common.runtime import Runtime
from scheduler.handlers import admit_waiting, end_run, note_settings, take_arrival, take_order
from scheduler.settings import Settings

ROUTES: Routes = {
    SyncOrdered: take_order,
    SyncCompleted: end_run,
    SyncFailed: end_run,
    SettingsChanged: note_settings,
    PackageArrived: take_arrival,
}


async def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    async with Runtime("scheduler", settings) as runtime:
        await registry.wait_until_published(runtime.pool)

        async def tick() -> None:
            await admit_waiting(runtime.unit_of_work())

        await runtime.serve(ROUTES, background=[lead(runtime.pool, "clock", tick, settings.tick_seconds)])


if __name__ == "__main__":
    asyncio.run(main())
