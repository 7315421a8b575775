"""Mishaps strike when they are switched on, and only then."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from simulators.generate import District
from simulators.oneroster import Behaviour
from simulators.oneroster.reader import Reader

from ..support.asking import statuses

Serve = Callable[..., Awaitable[Reader]]


async def test_too_many_requests_are_answered_in_html_with_the_time_to_wait(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(too_many=2, retry_after=7)

    answer = await reader.get("orgs")

    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert await statuses(reader, 2) == [429, 200]


async def test_a_rate_limit_counts_within_its_window(serve: Serve) -> None:
    seconds = [0.0]
    reader = await serve(clock=lambda: seconds[0])
    reader.simulator.mishaps.set(per_minute=2)

    assert await statuses(reader, 2) == [200, 200]
    seconds[0] = 45
    answer = await reader.get("orgs")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "15")
    assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == ("2", "0")
    seconds[0] = 60
    assert await statuses(reader, 1) == [200]


async def test_lists_of_a_school_are_struck_by_their_last_word(serve: Serve, district: District) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(forbidden=True, only=("classes",))

    assert (await reader.get(f"schools/{district.schools[0].id}/classes")).status == 403
    assert (await reader.get("users")).status == 200


async def test_the_token_endpoint_is_struck_when_it_is_named(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(unavailable=1)
    await reader.log_in()
    reader.simulator.mishaps.set(unavailable=1, only=("token",))

    with pytest.raises(aiohttp.ContentTypeError):
        await reader.log_in()


@pytest.mark.parametrize("gzip", [False, True])
async def test_a_warning_can_stand_beside_the_rows(serve: Serve, gzip: bool) -> None:
    reader = await serve(version="1.1", behaviour=Behaviour(gzip=gzip))
    whole = (await reader.get("orgs")).json()
    reader.simulator.mishaps.set(warned=1)

    warned, after = (await reader.get("orgs")).json(), (await reader.get("orgs")).json()

    assert warned.pop("statusInfoSet")[0]["imsx_severity"] == "warning"
    assert warned == after == whole


async def test_a_token_can_wear_out(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(token_requests=2)

    assert await statuses(reader, 3) == [200, 200, 401]
    await reader.log_in()
    assert await statuses(reader, 1) == [200]


async def test_requests_that_are_answered_together_are_counted(serve: Serve) -> None:
    reader = await serve()
    await reader.get("orgs")
    reader.simulator.mishaps.set(latency=0.05)

    await asyncio.gather(*(reader.get("orgs") for _ in range(3)))

    assert reader.simulator.counters.most_at_once == 3
    reader.simulator.counters.clear()
    await reader.get("orgs")
    assert reader.simulator.counters.most_at_once == 1


@pytest.mark.parametrize(("shift", "missing", "doubled"), [(1, 1, 0), (-1, 0, 1)])
async def test_rows_can_slide_between_pages(serve: Serve, shift: int, missing: int, doubled: int) -> None:
    reader = await serve()
    total = len(await reader.rows("classes", limit=1000))
    reader.simulator.mishaps.set(shift=shift)

    first = (await reader.get("classes", limit=20, sort="sourcedId")).ids()
    second = (await reader.get("classes", limit=20, offset=20, sort="sourcedId")).ids()
    reader.simulator.mishaps.clear()
    true = (await reader.get("classes", limit=40, sort="sourcedId")).ids()

    assert total > 40
    assert len(set(true) - {*first, *second}) == missing + doubled
    assert len(set(first) & set(second)) == doubled


async def test_an_unsorted_list_can_be_in_another_order_each_time(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(unsteady_order=True)

    assert (await reader.get("users")).ids() != (await reader.get("users")).ids()
    assert (await reader.get("users", sort="sourcedId")).ids() == (await reader.get("users", sort="sourcedId")).ids()
