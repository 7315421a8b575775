"""One transaction holds a handler's writes, its events and its mark: all of them or none."""

import asyncio

import asyncpg
import pytest
from pydantic import SecretStr

from common.db import Connection, Pool, create_pool
from common.envelope import Envelope, decode
from common.outcome import AlreadyHandled
from common.settings import CommonSettings
from common.testing.effects import Effects, an_order
from common.uow import UnitOfWork


def of(pool: Pool, cause: Envelope | None = None) -> UnitOfWork:
    return UnitOfWork(pool, "scheduler", cause=cause)


async def count(pool: Pool, table: str) -> int:
    return int(await pool.fetchval(f"SELECT count(*) FROM {table}"))


async def test_writes_events_and_mark_are_committed_together(effects: Effects) -> None:
    cause = Envelope(an_order(), "dashboard-api")
    uow, told = of(effects.pool, cause), an_order()
    async with uow:
        await uow.conn.execute("INSERT INTO effect VALUES ($1)", told.order_id)
        uow.emit(told)
    assert uow.marked
    assert await effects.pool.fetchval("SELECT event_id FROM inbox") == cause.id
    envelope = decode(await effects.pool.fetchval("SELECT body FROM outbox"))
    assert (envelope.event, envelope.source, envelope.causation_id) == (told, "scheduler", cause.id)
    assert envelope.traceparent.split("-")[1] == cause.traceparent.split("-")[1]


async def test_an_error_undoes_all_of_them(effects: Effects) -> None:
    uow = of(effects.pool, Envelope(an_order(), "dashboard-api"))
    with pytest.raises(ValueError, match="wrong"):
        async with uow:
            await uow.conn.execute("INSERT INTO effect VALUES (gen_random_uuid())")
            uow.emit(an_order())
            raise ValueError("wrong")
    assert not uow.marked
    assert [await count(effects.pool, table) for table in ("effect", "inbox", "outbox")] == [0, 0, 0]


async def test_a_step_commits_writes_and_events_without_the_mark(effects: Effects) -> None:
    uow = of(effects.pool, Envelope(an_order(), "dashboard-api"))
    async with uow.step() as step:
        step.emit(an_order())
    assert not uow.marked
    assert [await count(effects.pool, table) for table in ("inbox", "outbox")] == [0, 1]


async def test_the_second_to_mark_an_event_is_undone(effects: Effects) -> None:
    cause = Envelope(an_order(), "dashboard-api")
    async with of(effects.pool, cause):
        pass
    with pytest.raises(AlreadyHandled):
        async with of(effects.pool, cause) as uow:
            await uow.conn.execute("INSERT INTO effect VALUES (gen_random_uuid())")
    assert await count(effects.pool, "effect") == 0


async def test_of_two_that_mark_an_event_at_once_the_second_waits_and_is_undone(effects: Effects) -> None:
    cause, ready = Envelope(an_order(), "dashboard-api"), asyncio.Barrier(2)

    async def handle() -> None:
        async with of(effects.pool, cause) as uow:
            await uow.conn.execute("INSERT INTO effect VALUES (gen_random_uuid())")
            await ready.wait()

    outcomes = await asyncio.gather(handle(), handle(), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyHandled", "NoneType"]
    assert await count(effects.pool, "effect") == 1


async def test_a_marked_unit_of_work_cannot_be_entered_again(effects: Effects) -> None:
    uow = of(effects.pool, Envelope(an_order(), "dashboard-api"))
    async with uow:
        pass
    with pytest.raises(RuntimeError, match="step"):
        async with uow:
            pass


async def test_an_event_cannot_be_emitted_where_no_transaction_would_carry_it(effects: Effects) -> None:
    uow = of(effects.pool)
    with pytest.raises(RuntimeError, match="transaction"):
        uow.emit(an_order())
    with pytest.raises(RuntimeError, match="async with"):
        _ = uow.conn


async def test_a_session_lock_ends_when_its_connection_goes_back_to_the_pool(settings: CommonSettings) -> None:
    async with await create_pool(settings.model_copy(update={"database_connections": 2}), "scheduler") as pool:
        for _ in range(3):
            async with of(pool):  # which spares the reset, once
                pass
            async with asyncio.timeout(10), pool.acquire() as conn:
                assert await conn.fetchval("SELECT pg_try_advisory_lock(7)")
        async with pool.acquire() as conn:
            mine = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            assert await conn.fetchval(mine) == 0


async def test_what_fails_at_its_beginning_gives_its_connection_back(database_url: SecretStr) -> None:
    async def spoil(conn: Connection) -> None:
        await conn.execute("BEGIN")  # so that no transaction can begin

    async with asyncpg.create_pool(database_url.get_secret_value(), min_size=1, max_size=1, setup=spoil) as pool:
        for _ in range(2):
            with pytest.raises(asyncpg.InterfaceError):
                async with asyncio.timeout(10), of(pool):
                    pass
