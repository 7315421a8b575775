"""moodle-sync: plans and applies rosters to Moodle. Any number of workers may run."""

import asyncio
from functools import partial

import aiohttp

from common import registry
from common.db import create_pool
from common.delivery import Routes
from common.events import HoldDecided, RosterFetched, SyncCancelOrdered, SyncRequested, TargetCheckOrdered
from common.reach import sockets_outside
from common.runtime import Runtime
from common.sealing import SecretBox
from moodle_sync.handlers import (
    begin_without_roster,
    check_target,
    fail_run,
    note_cancellation,
    note_decision,
    sync_roster,
)
from moodle_sync.running import Tools
from moodle_sync.settings import Settings
from moodle_sync.site import Turns


def routes(tools: Tools) -> Routes:
    """What this service does about which event."""
    return {
        RosterFetched: partial(sync_roster, tools=tools),
        SyncRequested: partial(begin_without_roster, tools=tools),
        HoldDecided: note_decision,
        SyncCancelOrdered: note_cancellation,
        TargetCheckOrdered: partial(check_target, tools=tools),
    }


async def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    # Each run at work holds one session for its job and one for each call in flight.
    most_locks = settings.prefetch * (1 + settings.moodle_in_flight)
    locks = create_pool(settings.model_copy(update={"database_connections": most_locks}), "moodle-sync")
    sockets = sockets_outside(settings.refused_networks)
    async with (
        Runtime("moodle-sync", settings) as runtime,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=sockets)) as http,
        await locks as lock_pool,
    ):
        await registry.wait_until_published(runtime.pool)
        turns = Turns(lock_pool, settings.moodle_in_flight)
        tools = Tools(settings, http, turns, SecretBox(settings.secret_key))
        await runtime.serve(routes(tools), on_park=fail_run)


if __name__ == "__main__":
    asyncio.run(main())
