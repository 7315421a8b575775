"""Live updates: hints to every process that serves pages, replayed to those who come back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp
import asyncpg
from pydantic import SecretStr

from common.bus import Bus
from common.events import SyncRequested
from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for
from dashboard_api.hints import MOST_WAITING, Hint, Hints, Listener

from .surroundings import Dashboard, publish, school


def requested(key: str = "1", district_id: str = "north") -> SyncRequested:
    return SyncRequested(district_id=district_id, run_id=uuid4(), school_id=school(key, district_id), mode="full")


class Stream:
    """An open event stream, read message by message."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def next_hint(self) -> tuple[str | None, dict[str, str | None]]:
        """The id and data of the next hint; comments and settings are passed over."""
        async with asyncio.timeout(10):
            while True:
                lines = (await self._answer.content.readuntil(b"\n\n")).decode().strip().splitlines()
                fields = dict(line.split(": ", 1) for line in lines)
                if fields.get("event") == "hint":
                    return fields.get("id"), json.loads(fields["data"])


@asynccontextmanager
async def stream(dashboard: Dashboard, headers: dict[str, str], query: str = "") -> AsyncIterator[Stream]:
    await dashboard.context.hints.listening.wait()
    async with dashboard.http.get(f"/api/v1/events{query}", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        await answer.content.readuntil(b"\n\n")
        yield Stream(answer)


async def test_what_a_worker_tells_reaches_an_open_page(delivering: Dashboard, bus: Bus) -> None:
    async with stream(delivering, await delivering.bearer()) as page:
        event = requested()
        await publish(bus, event)
        _, data = await page.next_hint()
    assert data == {"run": str(event.run_id), "school": str(event.school_id), "type": "sync.requested"}


async def test_hints_of_other_districts_are_not_heard(north: Dashboard) -> None:
    headers = await north.bearer(districts=["north"])
    async with stream(north, headers) as page:
        await north.handle(requested(district_id="south"))
        ours = requested()
        await north.handle(ours)
        assert (await page.next_hint())[1]["run"] == str(ours.run_id)


async def test_a_page_of_one_district_hears_that_one(north: Dashboard) -> None:
    async with stream(north, await north.bearer(), "?district=north") as page:
        await north.handle(requested(district_id="south"))
        ours = requested()
        await north.handle(ours)
        assert (await page.next_hint())[1]["run"] == str(ours.run_id)


async def test_who_comes_back_hears_what_was_missed(north: Dashboard) -> None:
    headers = await north.bearer(districts=["north"])
    async with stream(north, headers) as page:
        await north.handle(requested())
        last, _ = await page.next_hint()
    assert last is not None
    missed, others = requested(), requested(district_id="south")
    await north.handle(others)
    await north.handle(missed)
    heard: list[str | None] = []
    async with stream(north, {**headers, "Last-Event-ID": last}) as page:
        while str(missed.run_id) not in heard:
            heard.append((await page.next_hint())[1]["run"])
    assert str(others.run_id) not in heard


async def test_who_was_away_for_too_long_is_told_to_look_at_everything(north: Dashboard) -> None:
    async with stream(north, {**await north.bearer(), "Last-Event-ID": "999999"}) as page:
        assert await page.next_hint() == (None, {"run": None, "school": None, "type": "reload"})


async def test_every_process_hears_every_hint(north: Dashboard, pool_of: PoolOf) -> None:
    other = Hints(await pool_of("dashboard-api"))
    listening = asyncio.create_task(other.run())
    await other.listening.wait()
    await north.context.hints.listening.wait()
    with other.subscribe(None) as here, north.context.hints.subscribe(None) as there:
        await north.handle(requested())
        for listener in (here, there):
            hint = await asyncio.wait_for(listener.queue.get(), 10)
            assert hint is not None
            assert hint.type == "sync.requested"
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_after_a_lost_connection_pages_look_at_everything(north: Dashboard, database_url: SecretStr) -> None:
    await north.context.hints.listening.wait()
    with north.context.hints.subscribe(["north"]) as page:
        admin = await asyncpg.connect(database_url.get_secret_value())
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
        await admin.close()
        await wait_for(lambda: "reload" in types_waiting(page), what="the hint to look at everything")


def types_waiting(page: Listener) -> set[str]:
    """Takes what waits for a page; hints of what the fixtures did may still be among it."""
    waiting = [page.queue.get_nowait() for _ in range(page.queue.qsize())]
    return {hint.type for hint in waiting if hint}


def test_a_page_that_is_far_behind_is_told_once_to_look_at_everything() -> None:
    page = Listener(None)
    for n in range(MOST_WAITING + 1):
        page.offer(Hint(n, "north", None, None, "sync.progressed"))
    heard = [page.queue.get_nowait() for _ in range(page.queue.qsize())]
    assert [hint.type for hint in heard if hint] == ["reload", "sync.progressed"]
