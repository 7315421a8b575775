"""Mishaps strike when they are switched on, and only then; changes can be posted."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from simulators.clever import Behaviour
from simulators.clever.reader import Reader

from ..support.asking import post, statuses

Serve = Callable[..., Awaitable[Reader]]


async def test_every_answer_tells_the_rate_limit(serve: Serve) -> None:
    moment = datetime(2026, 11, 20, 8, tzinfo=UTC)
    reader = await serve(clock=lambda: moment)

    headers = (await reader.get("schools")).headers

    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("1200", "1199")
    assert headers["X-RateLimit-Reset"] == str(int(moment.timestamp()) + 60)


async def test_the_rate_limit_holds_within_fixed_windows(serve: Serve) -> None:
    moment = [datetime(2026, 11, 20, 8, tzinfo=UTC)]
    reader = await serve(behaviour=Behaviour(per_minute=2), clock=lambda: moment[0])

    assert await statuses(reader, 3) == [200, 200, 429]
    moment[0] += timedelta(seconds=45)
    answer = await reader.get("schools")
    assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert int(answer.headers["X-RateLimit-Reset"]) == int(moment[0].timestamp()) + 15
    moment[0] += timedelta(seconds=15)
    assert await statuses(reader, 1) == [200]


async def test_too_many_requests_are_answered_with_the_time_to_wait(serve: Serve) -> None:
    moment = datetime(2026, 11, 20, 8, tzinfo=UTC)
    reader = await serve(clock=lambda: moment)
    reader.simulator.mishaps.set(too_many=2, retry_after=7)

    answer = await reader.get("schools")

    assert (answer.status, answer.headers["X-RateLimit-Reset"]) == (429, str(int(moment.timestamp()) + 7))
    assert await statuses(reader, 2) == [429, 200]


async def test_too_many_requests_can_be_answered_without_a_word_of_when(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(too_many=1, bare=True)

    answer = await reader.get("schools")

    assert answer.status == 429
    assert answer.headers["Content-Type"].startswith("text/html")
    assert not [name for name in answer.headers if "Rate" in name or "Retry" in name]


async def test_lists_of_a_school_are_struck_by_their_last_word(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(unavailable=1, after=1, only=("sections",))

    assert await statuses(reader, 3) == [200, 200, 200]
    assert await statuses(reader, 3, "schools/school-0001/sections") == [200, 503, 200]


async def test_mishaps_can_strike_one_role_only(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(forbidden=True, only=("contact",))

    assert await statuses(reader, 1, "users", role="contact") == [403]
    assert await statuses(reader, 1, "users", role="student") == [200]


async def test_changes_and_mishaps_can_be_posted(serve: Serve) -> None:
    reader = await serve()
    changes = [
        {"change": "rename_person", "user_id": "student-0000001", "given_name": "Robin"},
        {"change": "unshare", "collection": "schools", "record_id": "school-0002"},
        {"change": "set_state", "state": "paused"},
        {"change": "rotate_token"},
    ]

    assert await post(reader.simulator.address, "changes", changes) == (200, {"results": [None] * 4})

    reader.token = reader.simulator.token
    assert (await reader.get("users/student-0000001")).json()["data"]["name"]["first"] == "Robin"
    assert len((await reader.get("schools")).rows()) == 2
    await post(reader.simulator.address, "mishaps", {"unavailable": 1})
    assert await statuses(reader, 2) == [503, 200]


@pytest.mark.parametrize(
    "change",
    [
        {"change": "rename_person", "user_id": "nobody", "given_name": "x"},
        {"change": "rename_person", "colour": "red"},
        {"change": "unshare", "collection": "terms", "record_id": "year-2027"},
        {"change": "add_person", "school_id": "school-0001", "role": "chef", "given_name": "A", "family_name": "B"},
    ],
)
async def test_a_change_that_cannot_be_made_is_explained(serve: Serve, change: dict[str, str]) -> None:
    status, answer = await post((await serve()).simulator.address, "changes", [change])

    assert status == 400
    assert answer["error"]


async def test_requests_and_bytes_are_counted(serve: Serve) -> None:
    reader = await serve()
    size = len((await reader.get("users", role="staff")).body)
    await reader.get("users/nobody")

    counters = reader.simulator.counters
    assert reader.simulator.requests == {"users?role=staff": 1, "users/{id}": 1}
    assert counters.bytes["users?role=staff"] == size
    assert counters.statuses == {200: 1, 404: 1}
