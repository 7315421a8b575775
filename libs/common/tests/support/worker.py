"""A service process for the tests: it takes orders in the scheduler's place and behaves as its argument says.

prompt: takes effect at once. waits: takes effect when the test opens the gate. dies: is killed in the middle of its
work, again and again (each life is a process of its own). lame: loses a background task.
"""

import argparse
import asyncio
import os
import signal

from common.events import SyncOrdered, SyncRefused
from common.runtime import Runtime
from common.settings import CommonSettings
from common.testing.effects import Effects
from common.uow import UnitOfWork

LIVES = 40


async def serve(behaviour: str) -> None:
    async with Runtime("scheduler", CommonSettings()) as runtime:
        effects = Effects(runtime.pool)

        async def work(event: SyncOrdered, uow: UnitOfWork) -> None:
            await effects.begin(event, uow)
            if behaviour == "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            if behaviour == "waits":
                await effects.wait_for_gate()
            async with uow:
                await uow.conn.execute("INSERT INTO effect VALUES ($1)", event.order_id)
                uow.emit(refusal_of(event))

        async def end_at_once() -> None:
            return

        await runtime.serve({SyncOrdered: work}, background=[end_at_once()] if behaviour == "lame" else [])


def refusal_of(event: SyncOrdered) -> SyncRefused:
    """Something to say at the end of the work."""
    return SyncRefused(
        district_id=event.district_id, run_id=event.order_id, school_id=event.order_id, reason="unknown_school"
    )


def live_and_die() -> None:
    for _ in range(LIVES):
        if (child := os.fork()) == 0:
            asyncio.run(serve("dies"))
        os.waitpid(child, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("behaviour", choices=["prompt", "waits", "dies", "lame"])
    chosen = parser.parse_args().behaviour
    if chosen == "dies":
        live_and_die()
    else:
        asyncio.run(serve(chosen))
