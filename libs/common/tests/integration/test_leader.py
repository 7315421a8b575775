"""Of two processes one leads, and the other takes over when the first is gone or has lost its session."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

from common import leader
from common.db import Connection, Pool
from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for

Job = Callable[[], Awaitable[None]]


@asynccontextmanager
async def candidate(pool: Pool, job: Job) -> AsyncIterator[None]:
    task = asyncio.create_task(leader.lead(pool, "clock", job, every=0.02))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Turns:
    """Who had turns, in their order."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def of(self, name: str) -> Job:
        async def turn() -> None:
            self.taken.append(name)

        return turn

    async def wait_for(self, name: str, count: int) -> None:
        await wait_for(lambda: self.taken.count(name) >= count, what=f"{count} turns of {name}")


async def test_one_of_two_leads_and_the_other_takes_over_when_the_first_stops(pool_of: PoolOf) -> None:
    turns = Turns()
    async with AsyncExitStack() as first:
        await first.enter_async_context(candidate(await pool_of("scheduler"), turns.of("first")))
        await turns.wait_for("first", 1)
        async with candidate(await pool_of("scheduler"), turns.of("second")):
            await turns.wait_for("first", 20)
            assert "second" not in turns.taken
            await first.aclose()
            at_the_end_of_first = turns.taken.count("first")
            await turns.wait_for("second", 5)
    assert turns.taken.count("first") == at_the_end_of_first


async def test_a_leader_that_dies_is_replaced_by_the_one_that_waits(pool_of: PoolOf, owner: Connection) -> None:
    turns = Turns()
    first, second = await pool_of("scheduler"), await pool_of("scheduler")
    async with candidate(first, turns.of("first")), candidate(second, turns.of("second")):
        await wait_for(lambda: turns.taken, what="somebody leads")
        await kill_leader(owner)
        await wait_for(lambda: len(set(turns.taken)) == 2, what="the other leads")
    assert changes(turns.taken) == 1


async def kill_leader(owner: Connection) -> None:
    """End the session that holds the lead, as the end of its process would."""
    await owner.execute(
        """
        SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND d.datname = current_database()
        """
    )


def changes(taken: list[str]) -> int:
    """How often the lead went from one to another."""
    return sum(before != after for before, after in pairwise(taken))


async def test_a_turn_that_fails_does_not_cost_the_lead(pool_of: PoolOf) -> None:
    turns = 0

    async def fail_first() -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise ValueError

    async with candidate(await pool_of("scheduler"), fail_first):
        await wait_for(lambda: turns >= 3)
