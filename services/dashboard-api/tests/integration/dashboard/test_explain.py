"""A record explained: its life, what it is in Moodle, and why it is not there."""

from datetime import timedelta
from typing import Any

import pytest

from .asking import get, post, refused, south_too
from .surroundings import BEGINNING, Dashboard, completed, fetched, school
from .workers import Records, Workers, person

CLASS = {"title": "Maths 7A"}
PLACE = {"class_key": "c-1", "user_key": "u-1", "role": "student"}
FIRST: Records = {("user", "u-1"): person("Zoë", identifier="4711"), ("class", "c-1"): CLASS}
SECOND: Records = {**FIRST, ("user", "u-1"): person("Zoë", "Byron", identifier="4711"), ("enrolment", "e-1"): PLACE}


@pytest.fixture
async def life(north: Dashboard, workers: Workers) -> list[Any]:
    """Zoë appears and is created, changes her name and is held; her run ids. Another district has somebody like her."""
    await south_too(north)
    await workers.snapshot({("user", "u-1"): person("Mallory")}, district_id="south")
    await workers.link("user", "u-1", 99, {"firstname": "Mallory"}, district_id="south")
    runs = []
    for number, records in enumerate((FIRST, SECOND), 1):
        at = BEGINNING + timedelta(days=number)
        _, run_id = await workers.snapshot(records, at=at)
        await north.handle(fetched(run_id, snapshot=number))
        await workers.plan(run_id, snapshot=number, started_at=at)
        runs.append(run_id)
    await workers.operation(runs[0], "user", "create", "u-1", state="done", match="", moodle_id=17)
    await workers.operation(runs[1], "user", "update", "u-1", state="held", code="IDENTITY_SHIFT")
    await workers.finding(runs[0], "user", "u-1", "MISSING_EMAIL", severity="warning", field="email")
    await workers.hold(runs[1])
    await workers.link("user", "u-1", 17, {"firstname": "Zoë", "lastname": "Quill", "username": "zq"})
    await workers.link("course", "c-1", 31, {"fullname": "Maths 7A"})
    await north.handle(completed(runs[1], outcome="held"))
    return runs


async def explained(north: Dashboard, place: str, more: str = "") -> Any:
    path = f"/records/{place}/explain?district=north{more}"
    status, body = await get(north, path, await north.bearer(scopes=["read"], districts=["north"]))
    assert status == 200, body
    return body


async def test_the_life_of_a_record_is_told_run_by_run_the_newest_first(north: Dashboard, life: list[Any]) -> None:
    body = await explained(north, "user/u-1")
    assert (body["name"], [entry["run_id"] for entry in body["life"]]) == ("Zoë Byron", [str(life[1]), str(life[0])])
    newest, oldest = body["life"]
    assert oldest["source"]["sentence"] == "The source shares it for the first time."
    assert newest["source"]["sentence"] == "The source changed family_name: Quill → Byron."
    assert [finding["code"] for finding in oldest["findings"]] == ["MISSING_EMAIL"]
    assert [(o["kind"], o["state"]) for o in oldest["operations"]] == [("create", "done")]
    assert newest["operations"][0]["sentence"].startswith("Planned: to update it. It waits for a decision.")


async def test_it_says_how_the_record_stands_and_why(north: Dashboard, life: list[Any]) -> None:
    body = await explained(north, "user/u-1")
    ((there, in_moodle, why),) = [part["sentences"] for part in body["schools"]]
    assert there == "The feed of Ashgrove Primary has it since Mon 23 Nov 2026, 13:00:00 CET."
    assert in_moodle == "In Moodle its account 17 is active."
    assert why.startswith("Planned: to update it. It waits for a decision since Sun 22 Nov 2026, 13:00:00 CET.")
    assert [(link["moodle_id"], link["active"]) for link in body["moodle"]] == [(17, True)]


async def test_what_was_decided_is_told_before_it_is_done(north: Dashboard, workers: Workers, life: list[Any]) -> None:
    hold_id = await workers.moodle.fetchval("SELECT id FROM hold")
    seq = await workers.moodle.fetchval("SELECT seq FROM operation WHERE state = 'held'")
    body = {"decision": "approve", "plan_hash": "hash-1", "operations": [seq]}
    assert (await post(north, f"/holds/{hold_id}/decision", body, await north.bearer()))[0] == 202
    why = (await explained(north, "user/u-1"))["schools"][0]["sentences"][2]
    assert "approved that on" in why
    await north.pool.execute("UPDATE hold_decision SET operations = '{0}'")
    why = (await explained(north, "user/u-1"))["schools"][0]["sentences"][2]
    assert "rejected that on" in why


async def test_a_record_that_no_feed_ever_had(north: Dashboard, life: list[Any]) -> None:
    body = await explained(north, "user/u-404")
    assert (body["schools"], body["life"]) == ([], [])
    assert body["summary"][0].startswith("No feed of this district ever had it.")


async def test_a_record_of_another_school_says_which(north: Dashboard, life: list[Any]) -> None:
    body = await explained(north, "user/u-1", f"&school={school('2')}")
    assert body["schools"][0]["sentences"][0] == (
        "The feed of Beech Hill School never had it. It is in the feed of Ashgrove Primary."
    )
    assert body["life"] == []


async def test_a_record_that_was_left_out_says_for_which_error(
    north: Dashboard, workers: Workers, life: list[Any]
) -> None:
    await workers.finding(life[1], "user", "u-2", "MISSING_NAME")
    body = await explained(north, "user/u-2")
    assert "it was left out: " in body["schools"][0]["sentences"][-1]
    assert "(MISSING_NAME)" in body["schools"][0]["sentences"][-1]


async def test_a_record_that_went_and_came_back(north: Dashboard, workers: Workers, life: list[Any]) -> None:
    without = {place: body for place, body in SECOND.items() if place[0] != "user"}
    for day, records in ((3, without), (4, SECOND)):
        await workers.snapshot(records, at=BEGINNING + timedelta(days=day))
    body = await explained(north, "user/u-1")
    told = [entry["source"]["change"] for entry in body["life"]]
    assert told == ["back", "gone", "changed", "first_seen"]
    assert "since Thu 26 Nov 2026" in body["schools"][0]["sentences"][0]


async def test_an_enrolment_is_known_by_its_class_and_person(
    north: Dashboard, workers: Workers, life: list[Any]
) -> None:
    body = await explained(north, "enrolment/c-1/u-1")
    assert (body["name"], body["key"]) == ("Zoë Quill in Maths 7A", "c-1/u-1")
    assert body["schools"][0]["sentences"][1] == "In Moodle there is no place in the course for it."
    await workers.place("c-1", "u-1")
    body = await explained(north, "enrolment/c-1/u-1")
    assert body["schools"][0]["sentences"][1] == "In Moodle its place in the course is active."
    assert [place["course"] for place in (await explained(north, "user/u-1"))["places"]] == ["Maths 7A"]


async def test_a_class_and_a_school_are_explained_too(north: Dashboard, life: list[Any]) -> None:
    assert (await explained(north, "class/c-1"))["schools"][0]["sentences"][1] == "In Moodle its course 31 is active."
    assert (await explained(north, "school/1"))["schools"] == []


async def test_records_are_found_by_whatever_people_know_of_them(
    north: Dashboard, workers: Workers, life: list[Any]
) -> None:
    headers = await north.bearer(scopes=["read"], districts=["north"])
    for text in ("zoë byron", "BYRON", "zoë@school.test", "u-1", "4711", "17", "zq"):
        status, body = await post(north, "/records/search", {"district": "north", "text": text}, headers)
        assert (status, [(r["entity"], r["key"]) for r in body["records"]]) == (200, [("user", "u-1")]), text
    found = body["records"][0]
    assert (found["name"], found["moodle_id"], found["shared"], found["schools"]) == (
        "Zoë Byron", 17, True, ["Ashgrove Primary"],
    )  # fmt: skip
    for text in ("mallory", "100%", "_"):
        _, body = await post(north, "/records/search", {"district": "north", "text": text}, headers)
        assert body["records"] == [], text


async def test_what_fits_exactly_comes_first(north: Dashboard, workers: Workers) -> None:
    await workers.snapshot({("user", "a-1"): person("Ada U-2"), ("user", "u-2"): person("Zed")})
    _, body = await post(north, "/records/search", {"district": "north", "text": "u-2"}, await north.bearer())
    assert [(r["key"], r["exact"]) for r in body["records"]] == [("u-2", True), ("a-1", False)]


async def test_what_only_moodle_has_is_found_as_well(north: Dashboard, workers: Workers) -> None:
    await workers.link("user", "u-7", 7, {"firstname": "Old", "lastname": "Hand", "email": "old@school.test"})
    body = {"district": "north", "text": "old@school.test"}
    _, answer = await post(north, "/records/search", body, await north.bearer())
    assert [(r["key"], r["shared"], r["name"]) for r in answer["records"]] == [("u-7", False, "Old Hand")]
    assert (await explained(north, "user/u-7"))["summary"] == [
        "No feed of this district has it any more, but Moodle does."
    ]


async def test_records_are_for_those_who_may_see_the_district(north: Dashboard, life: list[Any]) -> None:
    await refused(north, "/records/user/u-1/explain?district=north")
    await refused(north, "/records/search", {"district": "north", "text": "zoë"})
    headers = await north.bearer(districts=["south"])
    _, body = await get(north, "/records/user/u-1/explain?district=south", headers)
    assert (body["name"], [link["moodle_id"] for link in body["moodle"]]) == ("Mallory Quill", [99])
    path = f"/records/user/u-1/explain?district=south&school={school('1')}"
    assert (await get(north, path, await north.bearer()))[0] == 404
