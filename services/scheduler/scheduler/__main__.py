"""The scheduler: takes orders, admits or refuses runs, starts the nights, ends runs. Several may run; one leads."""

import asyncio
from functools import partial

from common import registry
from common.delivery import Routes
from common.events import (
    HoldDecided,
    PackageArrived,
    SettingsChanged,
    SyncCancelOrdered,
    SyncCompleted,
    SyncFailed,
    SyncHeld,
    SyncOrdered,
)
from common.leader import lead
from common.runtime import Runtime
from scheduler.admission import IN_FLIGHT
from scheduler.clock import Clock, wall_clock
from scheduler.handlers import (
    cancel_run,
    end_run,
    follow_decision,
    note_hold,
    note_settings,
    take_arrival,
    take_order,
)
from scheduler.settings import Settings
from scheduler.ticking import Ticker


def routes(in_flight: int = IN_FLIGHT) -> Routes:
    """What this service does about which event; `in_flight` runs of a pool may be with its workers."""
    return {
        SyncOrdered: partial(take_order, in_flight=in_flight),
        SyncCompleted: partial(end_run, in_flight=in_flight),
        SyncFailed: partial(end_run, in_flight=in_flight),
        SyncHeld: note_hold,
        HoldDecided: partial(follow_decision, in_flight=in_flight),
        SyncCancelOrdered: partial(cancel_run, in_flight=in_flight),
        SettingsChanged: partial(note_settings, in_flight=in_flight),
        PackageArrived: partial(take_arrival, in_flight=in_flight),
    }


ROUTES = routes()


async def main(clock: Clock = wall_clock) -> None:
    """Run until told to stop. The clock is the nights' alone: whatever else waits, waits for real seconds."""
    settings = Settings()
    async with Runtime("scheduler", settings) as runtime:
        await registry.wait_until_published(runtime.pool)
        ticker = Ticker(runtime.unit_of_work, settings, clock, runtime.bus, runtime.pool)
        await runtime.serve(
            routes(settings.in_flight), background=[lead(runtime.pool, "clock", ticker.tick, settings.tick_seconds)]
        )


if __name__ == "__main__":
    asyncio.run(main())
