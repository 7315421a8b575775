"""Lists of schools in any order, page by page, and what their rows say of the nights."""

from datetime import timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest

from dashboard_api.api.answers import encode_cursor
from dashboard_api.queries.school_list import SchoolSort

from .asking import get
from .surroundings import BEGINNING, Dashboard, completed, fetched, school
from .test_command_line import rosterbus

NAMES = {"1": "Ashgrove Primary", "2": "Beech Hill School", "3": "Calder High", "4": "Dale Infants", "5": "Elm Grange"}


@pytest.fixture
async def five(north: Dashboard) -> Dashboard:
    """Five schools: 1 and 3 have 17 errors, 2 has 3; 4 is paused, 5 never synced. Counts fall from 1 to 4."""
    await north.list_schools(NAMES)
    for hour, (key, errors) in enumerate({"1": 17, "2": 3, "3": 17, "4": 0}.items()):
        await north.handle(fetched(uuid4(), key, counts={"student": 500 - hour}), at=BEGINNING + timedelta(hours=hour))
        await north.handle(completed(uuid4(), key, errors=errors), at=BEGINNING + timedelta(hours=hour))
    await put_mode(north, {"mode": "paused", "reason": "new timetable"})
    return north


async def put_mode(dashboard: Dashboard, body: dict[str, Any], key: str = "4") -> None:
    path = f"/api/v1/schools/{school(key)}/nightly-mode"
    async with dashboard.http.put(path, json=body, headers=await dashboard.bearer()) as answer:
        assert answer.status == 200, await answer.text()


async def in_order(dashboard: Dashboard, sort: str, limit: int = 2) -> str:
    """The keys of all schools, read page by page."""
    headers, keys, after = await dashboard.bearer(), "", ""
    while after is not None:
        query = f"/schools?sort={sort}&limit={limit}" + (f"&after={after}" if after else "")
        status, body = await get(dashboard, query, headers)
        assert status == 200, body
        keys += "".join(one["source_school_id"] for one in body["schools"])
        after = body["next"]
    return keys


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        ("name", "12345"),
        ("-name", "54321"),
        ("errors", "45213"),
        ("-errors", "13245"),
        ("student", "54321"),
        ("-student", "12345"),
        ("status", "12345"),
        ("-status", "54123"),
        ("last_sync", "51234"),
        ("-last_sync", "43215"),
        ("-read", "43215"),
    ],
)
async def test_schools_come_in_the_order_of_a_column_and_then_by_name(five: Dashboard, sort: str, keys: str) -> None:
    assert await in_order(five, sort) == keys
    assert await in_order(five, sort, limit=50) == keys


@pytest.mark.parametrize("sort", get_args(SchoolSort))
async def test_each_page_of_each_order_goes_on_where_the_one_before_ended(five: Dashboard, sort: str) -> None:
    for order in (sort, f"-{sort}"):
        assert sorted(await in_order(five, order, limit=1)) == list("12345"), order


async def test_a_cursor_is_of_one_order(five: Dashboard) -> None:
    headers = await five.bearer()
    _, first = await get(five, "/schools?sort=-errors&limit=1", headers)
    for sort in ("errors", "name"):
        status, problem = await get(five, f"/schools?sort={sort}&after={first['next']}", headers)
        assert (status, problem["code"]) == (400, "bad_cursor")


async def test_a_cursor_with_a_value_that_is_none_of_the_column_is_refused(five: Dashboard) -> None:
    forged = encode_cursor(["errors", "many", "a", str(uuid4())])
    status, problem = await get(five, f"/schools?sort=errors&after={forged}", await five.bearer())
    assert (status, problem["code"]) == (400, "bad_cursor")


async def test_an_order_that_there_is_not_is_refused(five: Dashboard) -> None:
    status, problem = await get(five, "/schools?sort=colour", await five.bearer())
    assert (status, problem["code"]) == (422, "mistakes")


async def test_filters_hold_in_each_order(five: Dashboard) -> None:
    _, body = await get(five, "/schools?sort=-errors&status=with_errors&search=h", await five.bearer())
    assert [one["source_school_id"] for one in body["schools"]] == ["1", "3", "2"]


async def test_a_row_says_who_paused_a_school_why_and_when_it_syncs_next(five: Dashboard) -> None:
    await five.pool.execute("UPDATE district SET nightly = '20:00'")
    await put_mode(five, {"mode": "paused", "until": "2099-01-01", "reason": "new timetable"})
    _, body = await get(five, "/schools", await five.bearer())
    first, paused = body["schools"][0], body["schools"][3]
    assert (first["mode_by"], first["mode_at"]) == (None, None)
    assert (first["nightly"], first["next_night"]["mode"], first["nights"]) == ("20:00", "on", [1, 2, 3, 4, 5, 6, 7])
    assert paused["mode_by"].startswith("key ")
    assert (paused["mode_reason"], paused["mode_at"] is None) == ("new timetable", False)
    assert paused["next_night"] is None
    await put_mode(five, {"mode": "on"})
    _, body = await get(five, "/schools", await five.bearer())
    resumed = body["schools"][3]
    assert (resumed["mode_by"], resumed["next_night"]["date"]) == (None, first["next_night"]["date"])


async def test_blackouts_of_the_district_move_the_next_night(five: Dashboard) -> None:
    await five.pool.execute("UPDATE district SET nightly = '20:00'")
    await five.pool.execute(
        "INSERT INTO blackout (district_id, first, last) VALUES ('north', '2000-01-01', '2099-01-01')"
    )
    _, body = await get(five, "/schools", await five.bearer())
    assert {one["next_night"] and one["next_night"]["date"] for one in body["schools"]} == {None}


async def test_the_command_lists_in_an_order(five: Dashboard) -> None:
    listed = await rosterbus(five, "schools", "--sort", "-errors", "--json")
    assert [one["source_school_id"] for one in listed.json()] == list("13245")
