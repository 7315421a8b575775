"""Lists come in pages by cursor."""

from collections.abc import Awaitable, Callable

import pytest

from simulators.clever import Behaviour
from simulators.clever.reader import Reader
from simulators.generate import District

Serve = Callable[..., Awaitable[Reader]]


async def test_pages_hold_a_hundred_rows_unless_asked_otherwise(serve: Serve) -> None:
    reader = await serve()

    assert len((await reader.get("users")).rows()) == 100
    assert len((await reader.get("users", limit=7)).rows()) == 7


async def test_following_next_gives_every_record_once_by_ascending_id(serve: Serve, district: District) -> None:
    ids = [row["id"] for row in await (await serve()).rows("users", limit=23)]

    assert ids == sorted({user.id for user in district.users} - set(district.findings["deleted_user"]))


async def test_rows_are_wrapped_twice_and_links_are_relative(serve: Serve) -> None:
    answer = (await (await serve()).get("schools", limit=1)).json()

    assert list(answer) == ["data", "links"]
    assert answer["data"][0]["uri"] == "/v3.1/schools/school-0001"
    assert answer["data"][0]["data"]["id"] == "school-0001"
    assert answer["links"] == [
        {"rel": "self", "uri": "/v3.1/schools?limit=1"},
        {"rel": "next", "uri": "/v3.1/schools?limit=1&starting_after=school-0001"},
    ]


async def test_the_last_page_has_no_next(serve: Serve) -> None:
    reader = await serve()

    assert (await reader.get("schools", limit=3)).link("next") == ""
    assert (await reader.get("schools", limit=2, starting_after="school-0001")).link("next") == ""


async def test_links_lead_back_too(serve: Serve) -> None:
    reader = await serve()
    second = await reader.get("schools", limit=1, starting_after="school-0001")

    assert (await reader.follow(second.link("prev"))).ids() == ["school-0001"]


async def test_a_page_can_end_before_an_id_or_at_the_very_end(serve: Serve) -> None:
    reader = await serve()

    assert (await reader.get("schools", limit=1, ending_before="school-0003")).ids() == ["school-0002"]
    assert (await reader.get("schools", limit=2, ending_before="last")).ids() == ["school-0002", "school-0003"]


async def test_a_cursor_need_not_be_a_record(serve: Serve) -> None:
    assert (await (await serve()).get("schools", starting_after="school-0001x")).ids() == ["school-0002", "school-0003"]


async def test_a_page_that_is_too_large_is_refused(serve: Serve) -> None:
    reader, small = await serve(), await serve(behaviour=Behaviour(max_limit=50))

    assert (await reader.get("users", limit=10_000)).status == 200
    assert (await reader.get("users", limit=10_001)).status == 413
    assert (await small.get("users", limit=51)).status == 413


@pytest.mark.parametrize("limit", ["0", "many", "-1", "²"])
async def test_a_limit_that_is_no_number_is_refused(serve: Serve, limit: str) -> None:
    assert (await (await serve()).get("users", limit=limit)).status == 400


async def test_whole_collections_are_counted_on_request(serve: Serve, district: District) -> None:
    reader = await serve()

    assert (await reader.get("sections", count="true", limit=1)).json()["count"] == len(district.classes)
    assert "count" not in (await reader.get("sections")).json()
    assert "count" not in (await reader.get("schools/school-0001/sections", count="true")).json()


async def test_pages_are_compressed_for_those_who_accept_it(serve: Serve) -> None:
    plain, packed = await serve(), await serve(behaviour=Behaviour(gzip=True))

    one, other = await plain.get("users"), await packed.get("users")

    assert other.headers["Content-Encoding"] == "gzip"
    assert other.ids() == one.ids()
    assert packed.simulator.counters.bytes["users"] < plain.simulator.counters.bytes["users"] / 3
