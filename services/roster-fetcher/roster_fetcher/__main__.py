"""The roster-fetcher: reads rosters from their sources and keeps snapshots of them. Any number may run."""

import asyncio
from functools import partial

from stamina.instrumentation import set_on_retry_hooks

from common import registry
from common.delivery import Routes
from common.events import SettingsChanged, SourceCheckOrdered, SyncCancelOrdered, SyncRequested
from common.leader import lead
from common.reach import sockets_outside
from common.runtime import Runtime
from common.sealing import SecretBox
from roster_fetcher.handlers import Sources, check_source, fetch_roster, list_schools, report_parked, stop_run
from roster_fetcher.settings import Settings
from roster_fetcher.sources import SOURCES
from roster_fetcher.sources.http import log_retry
from roster_fetcher.watch import Watch


def routes(sources: Sources) -> Routes:
    """What this service does about which event."""
    return {
        SyncRequested: partial(fetch_roster, sources=sources),
        SettingsChanged: partial(list_schools, sources=sources),
        SyncCancelOrdered: stop_run,
        SourceCheckOrdered: partial(check_source, sources=sources),
    }


async def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    set_on_retry_hooks([log_retry])
    sockets = sockets_outside(settings.refused_networks)
    sources = Sources(SOURCES, SecretBox(settings.secret_key), settings.patience, sockets)
    async with Runtime("roster-fetcher", settings) as runtime:
        await registry.wait_until_published(runtime.pool)
        watch = Watch(runtime.pool, runtime.unit_of_work, sources, settings.pools)
        watching = lead(runtime.pool, watch.name, watch.look, settings.watch_seconds)
        await runtime.serve(routes(sources), on_park=report_parked, background=[watching])


if __name__ == "__main__":
    asyncio.run(main())
