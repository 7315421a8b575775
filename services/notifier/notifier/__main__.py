"""The notifier: tells people how runs ended, and that operations wait for them."""

import asyncio
from functools import partial

from common import registry
from common.delivery import Routes
from common.events import SyncCompleted, SyncFailed, SyncHeld
from common.runtime import Runtime
from notifier.handlers import give_up, tell_people
from notifier.settings import Settings


def routes(settings: Settings) -> Routes:
    """What this service does about which event."""
    tell = partial(tell_people, settings=settings)
    return {SyncCompleted: tell, SyncFailed: tell, SyncHeld: tell}


async def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    async with Runtime("notifier", settings) as runtime:
        await registry.wait_until_published(runtime.pool)
        await runtime.serve(routes(settings), on_park=give_up)


if __name__ == "__main__":
    asyncio.run(main())
