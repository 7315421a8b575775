"""Mishaps strike when they are switched on, and only then."""

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import aiohttp
import msgspec
import pytest

from simulators.wonde.reader import Reader

Serve = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def reader(serve: Serve) -> Reader:
    return await serve()


async def _statuses(reader: Reader, number: int, path: str = "schools") -> list[int]:
    return [(await reader.get(path)).status for _ in range(number)]


@pytest.mark.parametrize("seconds", [7, None])
async def test_too_many_requests_may_come_with_the_time_to_wait(reader: Reader, seconds: int | None) -> None:
    reader.simulator.mishaps.set(too_many=2, retry_after=seconds)

    answer = await reader.get("schools")

    assert (answer.status, answer.headers.get("Retry-After")) == (429, None if seconds is None else "7")
    assert await _statuses(reader, 2) == [429, 200]


async def test_a_rate_limit_counts_requests(reader: Reader) -> None:
    reader.simulator.mishaps.set(per_minute=2)

    assert await _statuses(reader, 3) == [200, 200, 429]


async def test_the_server_can_be_unavailable_for_some_requests_to_one_list(reader: Reader) -> None:
    reader.simulator.mishaps.set(unavailable=1, after=1, only=("students",))
    path = f"schools/{reader.simulator.school_id('school-0001')}/students"

    assert await _statuses(reader, 2) == [200, 200]
    assert await _statuses(reader, 3, path) == [200, 503, 200]


async def test_a_maintenance_page_comes_with_200(reader: Reader) -> None:
    reader.simulator.mishaps.set(html=1)

    answer = await reader.get("schools")

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


async def test_a_page_can_break_half_way(reader: Reader) -> None:
    whole = await reader.get("schools")
    reader.simulator.mishaps.set(truncated=1)

    half = await reader.get("schools")

    assert half.body == whole.body[: len(whole.body) // 2]
    with pytest.raises(msgspec.DecodeError):
        half.json()


async def test_a_connection_can_be_cut_in_mid_page(reader: Reader) -> None:
    reader.simulator.mishaps.set(dropped=1)

    with pytest.raises(aiohttp.ClientError):
        await reader.get("schools")
    assert await _statuses(reader, 1) == [200]


@pytest.mark.parametrize(("mishap", "status"), [("unauthorised", 401), ("forbidden", 403)])
async def test_access_can_be_refused_until_further_notice(reader: Reader, mishap: str, status: int) -> None:
    reader.simulator.mishaps.set(**{mishap: True})
    assert await _statuses(reader, 2) == [status, status]

    reader.simulator.mishaps.clear()
    assert await _statuses(reader, 1) == [200]


async def test_answers_can_be_slow(reader: Reader) -> None:
    reader.simulator.mishaps.set(latency=60.0)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await reader.get("schools")


async def test_the_link_to_the_next_page_can_lead_elsewhere(reader: Reader) -> None:
    reader.simulator.mishaps.set(foreign_next="elsewhere.example")

    answer = (await reader.get("schools", per_page=1)).json()

    assert answer["meta"]["pagination"]["next"].startswith("http://elsewhere.example:")


async def test_a_mishap_that_does_not_exist_is_refused(reader: Reader) -> None:
    with pytest.raises(msgspec.ValidationError):
        reader.simulator.mishaps.set(earthquake=1)


async def test_mishaps_can_be_posted_shown_and_ended(reader: Reader) -> None:
    url = f"{reader.simulator.address}/_simulator/mishaps"
    async with aiohttp.ClientSession() as http:
        async with http.post(url, json={"too_many": 3, "retry_after": None}) as response:
            assert (await response.json())["too_many"] == 3
        async with http.post(url, json={"earthquake": 1}) as response:
            assert response.status == 400
        assert await _statuses(reader, 1) == [429]
        async with http.get(url) as response:
            assert (await response.json())["too_many"] == 2
        async with http.delete(url) as response:
            assert (await response.json())["too_many"] == 0
    assert await _statuses(reader, 1) == [200]


async def test_requests_are_counted_and_dated(reader: Reader) -> None:
    answer = await reader.get("schools/A1/students", per_page=2)

    assert reader.simulator.requests == {"schools/{school}/students": 1}
    assert reader.simulator.counters.recent[0] == "GET /v1.0/schools/A1/students?per_page=2"
    assert parsedate_to_datetime(answer.headers["Date"]).tzinfo is not None
    async with aiohttp.ClientSession() as http:
        url = f"{reader.simulator.address}/_simulator/counters"
        async with http.get(url) as response:
            assert (await response.json())["statuses"] == {"404": 1}
        async with http.delete(url) as response:
            assert (await response.json())["requests_total"] == 0
