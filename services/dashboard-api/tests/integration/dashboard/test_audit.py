"""The audit log by the API and the command line: filtered, about one school, in pages, and as CSV."""

from typing import Any

import pytest

from .asking import get, get_text, post, south_too
from .surroundings import Dashboard, school
from .test_command_line import rosterbus
from .test_settings_by_part import send

SCHOOL = f"school/{school('1')}"


@pytest.fixture
async def told(north: Dashboard) -> dict[str, str]:
    """Acts of two keys, on two days; the headers of one of them."""
    headers = await north.bearer()
    await north.pool.execute("DELETE FROM audit")
    for key in ("1", "2"):
        await send(north, "PUT", f"/schools/{school(key)}/schedule", {"nightly": "20:00"}, headers)
    await send(north, "PUT", "/districts/north/nightly-mode", {"mode": "paused", "reason": "new building"}, headers)
    await post(north, f"/schools/{school('1')}/runs", {"mode": "full"}, await north.bearer())
    await send(north, "PATCH", "/districts/north/settings", {"name": "The North"}, headers)
    await north.pool.execute(
        "UPDATE audit SET at = '2026-11-24 23:30+01' WHERE action = 'schedule'",
    )
    await north.pool.execute("UPDATE audit SET at = '2026-11-25 00:30+01' WHERE action <> 'schedule'")
    return headers


async def found(north: Dashboard, headers: dict[str, str], query: str) -> list[str]:
    status, body = await get(north, f"/audit?{query}", headers)
    assert status == 200, body
    return [act["action"] for act in body["acts"]]


async def test_acts_are_filtered_by_what_and_about_what(north: Dashboard, told: dict[str, str]) -> None:
    whole = ["change_district", "order", "nightly mode", "schedule", "schedule"]
    for query, expected in {
        "": whole,
        "district=north": whole,
        "act=schedule": ["schedule", "schedule"],
        f"subject={SCHOOL}": ["schedule"],
        "act=order&subject=district/north": [],
        "search=The+North": ["change_district"],
        "search=new+BUILDING": ["nightly mode"],
        "search=100%25": [],
    }.items():
        assert await found(north, told, query) == expected, query


async def test_what_acts_were_about_is_named(north: Dashboard, told: dict[str, str]) -> None:
    _, body = await get(north, "/audit", told)
    names = [(act["action"], act["subject_name"]) for act in body["acts"]]
    district, one, other = "The North", "Ashgrove Primary", "Beech Hill School"
    assert names == [
        *[("change_district", district), ("order", one), ("nightly mode", district)],
        *[("schedule", other), ("schedule", one)],
    ]


async def test_acts_are_filtered_by_who_did_them(north: Dashboard, told: dict[str, str]) -> None:
    _, body = await get(north, "/audit?act=order", told)
    (act,) = body["acts"]
    assert await found(north, told, f"who={act['actor']}") == ["order"]
    assert await found(north, told, "who=nobody") == []


async def test_a_date_counts_whole_in_the_districts_zone_and_a_moment_as_it_is(
    north: Dashboard, told: dict[str, str]
) -> None:
    early, late = ["schedule", "schedule"], ["change_district", "order", "nightly mode"]
    for query, expected in {
        "district=north&until=2026-11-24": early,
        "district=north&from=2026-11-25": late,
        "district=north&from=2026-11-24&until=2026-11-25": late + early,
        "from=2026-11-24&until=2026-11-24": late + early,
        "from=2026-11-25T00:30:00%2B01:00": late,
        "until=2026-11-24T23:30:00Z": early,
        "from=9999-12-31": [],
        "until=0001-01-01": [],
    }.items():
        assert await found(north, told, query) == expected, query
    for wrong in ("from=yesterday", "until=2026-11-25T18:00:00", "from=2026-02-30", "until=9999-12-31T23:59:59-12:00"):
        status, problem = await get(north, f"/audit?{wrong}", told)
        assert (status, problem["errors"][0]["key"]) == (422, wrong.partition("=")[0]), wrong


async def test_what_is_about_a_school_has_its_runs_and_pauses_and_no_more(
    north: Dashboard, told: dict[str, str]
) -> None:
    assert await found(north, told, f"school={school('1')}") == ["order", "nightly mode", "schedule"]
    assert await found(north, told, f"school={school('2')}") == ["nightly mode", "schedule"]
    assert await found(north, told, f"school={school('1')}&act=order&limit=1") == ["order"]


async def test_a_school_of_others_has_no_acts(north: Dashboard, told: dict[str, str]) -> None:
    await south_too(north)
    stranger = await north.bearer(districts=["south"])
    path = f"/audit?school={school('1')}"
    assert (await get(north, path, stranger))[0] == 404
    assert (await get(north, f"{path}&district=south", told))[0] == 404
    assert "schedule" not in await found(north, stranger, "")
    assert await found(north, stranger, "district=north") == []


async def test_pages_and_csv_have_the_acts_that_the_filter_leaves(north: Dashboard, told: dict[str, str]) -> None:
    query, rows, after = f"school={school('1')}&from=2026-11-20", [], ""
    while True:
        _, body = await get(north, f"/audit?{query}&limit=1{after}", told)
        rows += body["acts"]
        if body["next"] is None:
            break
        after = f"&after={body['next']}"
    assert [act["action"] for act in rows] == ["order", "nightly mode", "schedule"]
    _, text = await get_text(north, f"/audit.csv?{query}", told)
    heading, *lines = text.splitlines()
    assert heading == "at,district_id,actor,actor_name,action,subject,detail"
    assert [line.split(",")[4] for line in lines] == ["order", "nightly mode", "schedule"]


async def test_the_command_line_filters_as_the_api_does(north: Dashboard, told: dict[str, str]) -> None:
    key = told["Authorization"].removeprefix("Bearer ")
    cases: list[tuple[list[str], list[str]]] = [
        (["--school", "Beech Hill School"], ["nightly mode", "schedule"]),
        (["--act", "schedule", "--subject", SCHOOL], ["schedule"]),
        (["--from", "2026-11-25", "--district", "north", "--search", "building"], ["nightly mode"]),
        (["--until", "2026-11-24", "--district", "north", "--limit", "1"], ["schedule"]),
    ]
    for arguments, expected in cases:
        ended = await rosterbus(north, "audit", *arguments, "--json", key=key)
        assert (ended.code, [act["action"] for act in ended.json()]) == (0, expected), (arguments, ended.err)
    acts: list[dict[str, Any]] = (await rosterbus(north, "audit", "--act", "order", "--json", key=key)).json()
    assert "order" in (await rosterbus(north, "audit", "--who", acts[0]["actor"], key=key)).out
    as_csv = await rosterbus(north, "audit", "--school", "1", "--act", "order", "--csv", key=key)
    assert len(as_csv.out.splitlines()) == 2
    wrong = await rosterbus(north, "audit", "--from", "yesterday", key=key)
    assert (wrong.code, "Write a date, such as 2026-11-25" in wrong.err) == (2, True)
