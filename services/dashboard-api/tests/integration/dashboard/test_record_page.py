"""Finding somebody from anywhere, and the page on which a record's life is told."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from common.orders import SyncOrdered

from .surroundings import BEGINNING, Dashboard, completed, fetched, school
from .visiting import VIEWER, page, send, signed_in
from .workers import Records, Workers, person

FIRST: Records = {("user", "u-1"): person("Zoë <i>"), ("class", "c-1"): {"title": "Maths 7A"}}
SECOND: Records = {
    **FIRST,
    ("user", "u-1"): person("Zoë <i>", "Byron"),
    ("user", "u-2"): person("Ida"),
    ("enrolment", "e-1"): {"class_key": "c-1", "user_key": "u-1", "role": "student"},
}


@pytest.fixture
async def life(north: Dashboard, workers: Workers) -> list[Any]:
    """Zoë is created, gets another name, and that waits; Ida could not be created. Her run ids."""
    runs = []
    for number, records in enumerate((FIRST, SECOND), 1):
        at = BEGINNING + timedelta(days=number)
        _, run_id = await workers.snapshot(records, at=at)
        await north.handle(fetched(run_id, snapshot=number))
        await workers.plan(run_id, snapshot=number, started_at=at)
        runs.append(run_id)
    await workers.operation(
        runs[0], "user", "create", "u-1", state="done", moodle_id=17, after={"firstname": "Zoë", "lastname": "Quill"}
    )
    await workers.operation(
        runs[1], "user", "update", "u-1", state="held", code="IDENTITY_SHIFT", before={"lastname": "Quill"},
        after={"lastname": "Byron"},
    )  # fmt: skip
    await workers.operation(
        runs[1], "user", "create", "u-2", state="failed", code="LMS_WRITE_REJECTED", answer="invalid <e-mail>"
    )
    await workers.finding(runs[0], "user", "u-1", "MISSING_EMAIL", severity="warning", field="email")
    await north.handle(await workers.hold(runs[1]))
    await workers.link("user", "u-1", 17, {"firstname": "Zoë", "lastname": "Quill", "username": "zq"})
    await workers.link("course", "c-1", 31, {"fullname": "Maths 7A"})
    await workers.place("c-1", "u-1")
    await north.handle(completed(runs[0]))
    await north.handle(completed(runs[1], outcome="held"))
    return runs


async def test_people_classes_and_schools_are_found_by_form(north: Dashboard, life: list[Any]) -> None:
    await signed_in(north)
    assert "Part of a name is enough" in await page(north, "/find")
    for text, words in {
        "zoë": ["Zoë &lt;i&gt; Byron", "/records/user/u-1?district=north", "Student", "active", "autofocus"],
        "maths": ["/records/class/c-1?district=north", "Class"],
        "ida": ["not there"],
        "ashgrove": [f"/schools/{school('1')}", "On hold"],
        "<b>": ["Nothing fits “&lt;b&gt;”.", "No source of this district has ever shared"],
        " ": ["By name, e-mail, user name"],
    }.items():
        status, answer = await send(north, "/find?district=north", text=text)
        assert (status, [word for word in words if word not in answer]) == (200, []), text


async def test_of_many_the_first_are_shown_and_more_on_demand(north: Dashboard, workers: Workers) -> None:
    await signed_in(north)
    await workers.snapshot({("user", f"u-{n:02}"): person(f"Ada {n:02}") for n in range(25)})
    _, answer = await send(north, "/find", text="ada")
    assert ("The first 20" in answer, "Show more" in answer, "Ada 24" in answer) == (True, True, False)
    _, answer = await send(north, "/find", text="ada", more="1")
    assert ("25 fit “ada”" in answer, "Show more" in answer, "Ada 24" in answer) == (True, False, True)


async def test_a_record_says_how_it_stands_why_and_what_became_of_it(north: Dashboard, life: list[Any]) -> None:
    await signed_in(north)
    text = await page(north, f"/records/user/u-1?district=north&school={school('1')}")
    for words in (
        "Zoë &lt;i&gt; Byron", "Waits for a decision", "Planned: to update it. It waits for a decision since",
        "In Moodle its account 17 is active.", "https://moodle.example/user/profile.php?id=17", "First name",
        "<del>Quill</del>", "<ins>Byron</ins>", "MISSING_EMAIL", "kept all the same",
        "The source shares it for the first time.", "/holds/", f"/runs/{life[0]}", "1 place in a course",
        "/records/enrolment/c-1/u-1?", "Sync this person only …", f"entity=user&amp;key=u-1&amp;run={life[0]}",
    ):  # fmt: skip
        assert words in text, words
    assert f"run={life[1]}" not in text, "what waits cannot be taken back"
    text = await page(north, "/records/user/u-2?district=north")
    for words in ("Not in Moodle", "Planned: to create it. It failed on", "Moodle: “invalid &lt;e-mail&gt;”"):
        assert words in text, words


async def test_classes_enrolments_and_strangers_have_their_pages(north: Dashboard, life: list[Any]) -> None:
    await signed_in(north)
    for place, words in {
        "class/c-1": ["Maths 7A", "In Moodle its course 31 is active.", "Sync this class only"],
        "enrolment/c-1/u-1": ["Zoë Quill in Maths 7A", "In Moodle its place in the course is active."],
        "user/nobody": ["No feed of this district ever had it.", "No run has met it yet."],
    }.items():
        text = await page(north, f"/records/{place}?district=north")
        assert [word for word in words if word not in text] == [], place
    assert "give class/person" in await page(north, "/records/enrolment/c-1?district=north", 422)


async def test_one_record_alone_is_synced(north: Dashboard, life: list[Any]) -> None:
    await signed_in(north)
    fields = {"entity": "user", "key": "u-1", "school": str(school("1"))}
    query = f"district=north&entity=user&key=u-1&school={school('1')}"
    assert "Sync this person only?" in await page(north, f"/records/sync?{query}")
    status, address = await send(north, "/records/sync?district=north", **fields)
    event = await ordered(north)
    assert (status, event.mode, event.scope.entity, event.scope.key) == (303, "full", "user", "u-1")
    assert (await page(north, address)).count("one record") == 1


async def test_what_a_run_did_to_one_record_is_taken_back(north: Dashboard, life: list[Any]) -> None:
    await signed_in(north)
    query = f"district=north&entity=user&key=u-1&run={life[0]}"
    text = await page(north, f"/records/undo?{query}")
    assert ("Take back what this run did to this record?" in text, "Type Ashgrove Primary" in text) == (True, True)
    fields = {"entity": "user", "key": "u-1", "run": str(life[0])}
    status, text = await send(north, "/records/undo", **fields, confirm="Ashgrove Primary")
    assert (status, "Say why" in text) == (422, True)
    status, _ = await send(north, "/records/undo", **fields, confirm="Ashgrove Primary", reason="wrong")
    event = await ordered(north)
    assert (status, event.kind, event.scope.undo_of, event.scope.key) == (303, "undo", life[0], "u-1")
    await north.pool.execute("UPDATE district SET second_person = $1", {"undo": True})
    answer = await send(north, "/records/undo", **fields, confirm="Ashgrove Primary", reason="wrong")
    assert answer == (303, "/consents")
    assert "Only one record." in await page(north, "/consents")


async def test_viewers_look_and_do_nothing(north: Dashboard, life: list[Any]) -> None:
    await signed_in(north, VIEWER, role="viewer", districts=["north"])
    text = await page(north, "/records/user/u-1?district=north")
    assert ("Sync this person" in text, "Take back" in text) == (False, False)
    fields = {"entity": "user", "key": "u-1", "school": str(school("1"))}
    assert (await send(north, "/records/sync?district=north", **fields))[0] == 403
    await page(north, f"/records/undo?entity=user&key=u-1&run={life[0]}", 403)
    await page(north, f"/records/undo?entity=user&key=u-1&run={uuid4()}", 404)


async def ordered(north: Dashboard) -> SyncOrdered:
    """The newest order."""
    body = await north.pool.fetchval("SELECT body FROM outbox WHERE type = 'sync.ordered.v1' ORDER BY id DESC LIMIT 1")
    return SyncOrdered.model_validate(json.loads(body)["data"])
