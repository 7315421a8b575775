"""Lists come in pages, as the standard and its liberties have it."""

from collections.abc import Awaitable, Callable

import pytest

from simulators.generate import District
from simulators.oneroster import Behaviour
from simulators.oneroster.reader import Reader

Serve = Callable[..., Awaitable[Reader]]


async def test_pages_hold_a_hundred_rows_unless_asked_otherwise(serve: Serve) -> None:
    reader = await serve()

    assert len((await reader.get("enrollments")).ids()) == 100
    assert len((await reader.get("enrollments", limit=7)).ids()) == 7


async def test_pages_read_one_after_the_other_give_every_row_once(serve: Serve, district: District) -> None:
    rows = await (await serve()).rows("enrollments", limit=251, sort="sourcedId")

    assert [row["sourcedId"] for row in rows] == sorted(row.id for row in district.enrolments)


async def test_a_limit_above_the_most_is_cut_without_a_word(serve: Serve) -> None:
    reader = await serve(behaviour=Behaviour(max_limit=50))

    answer = await reader.get("enrollments", limit=5000)

    assert (answer.status, len(answer.ids())) == (200, 50)


async def test_beyond_the_end_a_page_is_empty(serve: Serve) -> None:
    assert (await (await serve()).get("orgs", offset=1000)).json() == {"orgs": []}


@pytest.mark.parametrize(
    "params", [{"limit": "0"}, {"limit": "many"}, {"limit": "-1"}, {"offset": "-1"}, {"limit": "²"}]
)
async def test_a_limit_or_offset_that_is_no_number_is_refused(serve: Serve, params: dict[str, str]) -> None:
    assert (await (await serve()).get("orgs", **params)).status == 400


async def test_the_headers_tell_the_total_and_the_neighbours(serve: Serve, district: District) -> None:
    answer = await (await serve()).get("classes", limit=10, offset=20, sort="sourcedId")

    assert answer.headers["X-Total-Count"] == str(len(district.classes))
    links = {part.rpartition("rel=")[2].strip('"'): part for part in answer.headers["Link"].split(", ")}
    assert "offset=30" in links["next"] and "offset=10" in links["prev"] and "offset=0" in links["first"]
    assert "sort=sourcedId" in links["next"]
    assert set(links) == {"first", "last", "next", "prev"}


async def test_the_last_page_has_no_next(serve: Serve, district: District) -> None:
    answer = await (await serve()).get("orgs", limit=100)

    assert 'rel="next"' not in answer.headers["Link"]


async def test_the_headers_can_be_left_out(serve: Serve) -> None:
    reader = await serve(behaviour=Behaviour(total_count=False, links=False))

    assert not {"X-Total-Count", "Link"} & set((await reader.get("orgs")).headers)


@pytest.mark.parametrize(
    ("params", "ascending"), [({}, True), ({"orderBy": "desc"}, False), ({"orderby": "DESC"}, False)]
)
async def test_rows_are_sorted_as_asked(serve: Serve, params: dict[str, str], ascending: bool) -> None:
    rows = await (await serve()).rows("users", sort="familyName", limit=500, **params)

    names = [row["familyName"] for row in rows]
    assert names == sorted(names, reverse=not ascending)


async def test_an_unknown_sort_field_is_ignored(serve: Serve) -> None:
    assert (await (await serve()).get("orgs", sort="colour")).status == 200


async def test_the_default_order_can_be_descending(serve: Serve) -> None:
    ids = (await (await serve(behaviour=Behaviour(default_order="descending"))).get("orgs")).ids()

    assert ids == sorted(ids, reverse=True)


async def test_pages_are_compressed_for_those_who_accept_it(serve: Serve) -> None:
    plain, packed = await serve(), await serve(behaviour=Behaviour(gzip=True))

    one, other = await plain.get("enrollments"), await packed.get("enrollments")

    assert other.headers["Content-Encoding"] == "gzip"
    assert other.ids() == one.ids()
    assert packed.simulator.counters.bytes["enrollments"] < plain.simulator.counters.bytes["enrollments"] / 3


async def test_rows_beyond_the_store_of_json_are_served_alike(serve: Serve) -> None:
    stored, fresh = await serve(), await serve(behaviour=Behaviour(cached_rows=3))

    one, other = await stored.get("users"), await fresh.get("users")

    assert other.body.replace(fresh.simulator.address.encode(), stored.simulator.address.encode()) == one.body
