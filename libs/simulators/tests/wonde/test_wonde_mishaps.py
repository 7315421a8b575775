"""Mishaps strike when they are switched on, and only then."""

from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import pytest

from simulators.wonde.reader import Reader

from ..support.asking import control, statuses

Serve = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def reader(serve: Serve) -> Reader:
    return await serve()


@pytest.mark.parametrize("seconds", [7, None])
async def test_too_many_requests_may_come_with_the_time_to_wait(reader: Reader, seconds: int | None) -> None:
    reader.simulator.mishaps.set(too_many=2, retry_after=seconds)

    answer = await reader.get("schools")

    assert (answer.status, answer.headers.get("Retry-After")) == (429, None if seconds is None else "7")
    assert await statuses(reader, 2) == [429, 200]


async def test_a_rate_limit_counts_requests(reader: Reader) -> None:
    reader.simulator.mishaps.set(per_minute=2)

    assert await statuses(reader, 3) == [200, 200, 429]


async def test_the_server_can_be_unavailable_for_some_requests_to_one_list(reader: Reader) -> None:
    reader.simulator.mishaps.set(unavailable=1, after=1, only=("students",))
    path = f"schools/{reader.simulator.school_id('school-0001')}/students"

    assert await statuses(reader, 2) == [200, 200]
    assert await statuses(reader, 3, path) == [200, 503, 200]


async def test_the_link_to_the_next_page_can_lead_elsewhere(reader: Reader) -> None:
    reader.simulator.mishaps.set(foreign_next="elsewhere.example")

    answer = (await reader.get("schools", per_page=1)).json()

    assert answer["meta"]["pagination"]["next"].startswith("http://elsewhere.example:")


async def test_requests_are_counted_and_dated(reader: Reader) -> None:
    answer = await reader.get("schools/A1/students", per_page=2)

    assert reader.simulator.requests == {"schools/{school}/students": 1}
    assert reader.simulator.counters.recent[0] == "GET /v1.0/schools/A1/students?per_page=2"
    assert parsedate_to_datetime(answer.headers["Date"]).tzinfo is not None
    assert (await control(reader.simulator.address, "GET", "counters"))[1]["statuses"] == {"404": 1}
