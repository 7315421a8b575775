"""The pages of decisions: what waits, one hold, and deciding on all of it or on some."""

import re
from typing import Any
from uuid import uuid4

import pytest

from common.events import SyncHeld
from dashboard_api.queries.runs import run_of

from .surroundings import Dashboard, completed, school
from .visiting import VIEWER, page, send, signed_in
from .workers import GUARDS, Workers

SCHOOL = "Ashgrove Primary"


@pytest.fixture
async def held(north: Dashboard, workers: Workers) -> SyncHeld:
    """A run that holds six places that end, of which two may end without asking."""
    run_id = await workers.plan(uuid4(), outcome="held")
    await workers.link("course", "c-1", 31, {"fullname": "Maths <7A>"})
    turnover = {"code": "CLASS_TURNOVER", "entity": "enrolment", "subject": "c-1", "count": 6, "of": 7, "limit": 2}
    event = await workers.hold(run_id, guards=[*GUARDS, turnover], operations={"enrolment": {"unenrol": 6}})
    for n in range(6):
        await workers.operation(
            run_id, "enrolment", "unenrol", "c-1", user_key=f"u-{n}", state="held", code="CLASS_TURNOVER",
            graded=n < 2, after={"role_id": 5},
        )  # fmt: skip
    await north.handle(event)
    await north.handle(completed(run_id, outcome="held", actions={}))
    return event


async def numbers(workers: Workers, held: SyncHeld) -> list[int]:
    rows = await workers.moodle.fetch("SELECT seq FROM operation WHERE run_id = $1 ORDER BY seq", held.run_id)
    return [row["seq"] for row in rows]


async def decided(north: Dashboard) -> Any:
    return await north.pool.fetchrow("SELECT decision, operations, reason FROM hold_decision")


async def test_nothing_that_waits_is_said_to_wait_for_nothing(north: Dashboard) -> None:
    await signed_in(north)
    assert "Nothing waits for a decision." in await page(north, "/holds")
    assert "Nothing here yet." in await page(north, "/holds?state=decided")
    assert "There is no such hold" in await page(north, f"/holds/{uuid4()}", 404)


async def test_what_waits_is_listed_with_why_and_opens_for_review(north: Dashboard, held: SyncHeld) -> None:
    await signed_in(north)
    text = await page(north, "/holds")
    for words in (SCHOOL, "6 un-enrolled", "Enrolments: 31 of 40", "Enrolments (Maths &lt;7A&gt;): 6 of 7"):
        assert words in text, words
    text = await page(north, f"/holds/{held.hold_id}")
    for words in (
        "6 operations of Ashgrove Primary", "6 students lose access to 1 course; 2 have graded work.",
        "Approve all 6 …", "Reject all 6 …", "Only suspend · 6 …", "Most members of a class would change",
        "Maths &lt;7A&gt;", "in the course", 'name="chosen"',
    ):  # fmt: skip
        assert words in text, words
    graded = await page(north, f"/holds/{held.hold_id}?graded=true")
    assert (len(re.findall('name="chosen"', graded)), "all that match the filter" in graded) == (2, True)


async def test_all_is_approved_once_the_name_was_typed_and_a_reason_given(north: Dashboard, held: SyncHeld) -> None:
    await signed_in(north)
    path = f"/holds/{held.hold_id}/decision"
    text = await page(north, f"{path}?decision=approve&plan_hash=hash-1")
    for words in ("Approve 6 operations of Ashgrove Primary?", "6 students lose access", "Type Ashgrove Primary"):
        assert words in text, words
    fields = {"decision": "approve", "plan_hash": "hash-1"}
    status, text = await send(north, path, **fields, reason="the year is over", confirm="Beech")
    assert (status, "Type Ashgrove Primary exactly" in text) == (422, True)
    assert await decided(north) is None
    status, address = await send(north, path, **fields, reason="the year is over", confirm=SCHOOL)
    assert (status, address) == (303, f"/runs/{run_of(held.hold_id, school('1'))}")
    assert tuple(await decided(north)) == ("approve", None, "the year is over")
    text = await page(north, f"/holds/{held.hold_id}")
    assert ("A.Rossi approved it." in text, "Approve all" in text, address in text) == (True, False, True)
    assert "the year is over" in await page(north, "/holds?state=decided")


async def test_some_are_approved_and_the_others_said_to_be_rejected(
    north: Dashboard, workers: Workers, held: SyncHeld
) -> None:
    await signed_in(north)
    first, second, *_ = await numbers(workers, held)
    path = f"/holds/{held.hold_id}/decision"
    text = await page(north, f"{path}?decision=suspend&plan_hash=hash-1&chosen={first}&chosen={second}")
    for words in (
        "Only suspend with 2 operations", "2 students lose access to 1 course", "The other 4 are rejected",
        "the place and the grades stay", "Approve 2, but only suspend",
    ):  # fmt: skip
        assert words in text, words
    assert "Type Ashgrove Primary" not in text, "two may end without asking"
    await send(north, path, decision="suspend", plan_hash="hash-1", chosen=str(first))
    assert tuple(await decided(north)) == ("suspend", [first], "")
    assert "A.Rossi had 1 of 6 done, but people only suspended" in await page(north, f"/holds/{held.hold_id}")


async def test_to_reject_those_that_match_is_to_approve_the_others(
    north: Dashboard, workers: Workers, held: SyncHeld
) -> None:
    await signed_in(north)
    path = f"/holds/{held.hold_id}/decision"
    text = await page(north, f"{path}?decision=reject&plan_hash=hash-1&matching=1&graded=true")
    for words in (
        "Reject 2 of 6 operations of Ashgrove Primary, and approve the rest?", "2 operations are not done",
        "The other 4 are approved by this, and done. What that comes to: 4 students lose access to 1 course",
        "A run that begins at once does it.", "Reject 2, approve 4",
    ):  # fmt: skip
        assert words in text, words
    fields = {"decision": "reject", "plan_hash": "hash-1", "matching": "1", "graded": "true"}
    await send(north, path, **fields, reason="they come back", confirm=SCHOOL)
    assert tuple(await decided(north)) == ("approve", (await numbers(workers, held))[2:], "they come back")


async def test_a_rejection_of_all_runs_nothing(north: Dashboard, held: SyncHeld) -> None:
    await signed_in(north)
    status, address = await send(
        north, f"/holds/{held.hold_id}/decision", decision="reject", plan_hash="hash-1", reason="no"
    )
    assert (status, address) == (303, f"/holds/{held.hold_id}")
    assert "Everything stays as it is in Moodle." in await page(north, address)


async def test_what_was_not_seen_is_not_decided(north: Dashboard, held: SyncHeld) -> None:
    await signed_in(north)
    path = f"/holds/{held.hold_id}/decision"
    assert "Look at the hold again" in await page(north, f"{path}?decision=approve&plan_hash=hash-0", 409)
    status, text = await send(north, path, decision="approve", plan_hash="hash-1", chosen="999999")
    assert (status, "None of these operations waits any more." in text) == (409, True)
    await signed_in(north, VIEWER, role="viewer", districts=["north"])
    assert (await send(north, path, decision="reject", plan_hash="hash-1"))[0] == 403
    assert "Approve all" not in await page(north, f"/holds/{held.hold_id}")


async def test_people_are_searched_by_form(north: Dashboard, workers: Workers, held: SyncHeld) -> None:
    await signed_in(north)
    await workers.link("user", "u-4", 18, {"firstname": "Ada", "lastname": "Quill"})
    status, text = await send(north, f"/holds/{held.hold_id}", text="quill")
    assert (status, "u-4</code>" in text, "u-1</code>" in text) == (200, True, False)


async def test_so_many_need_a_second_person_who_confirms_on_a_page(north: Dashboard, held: SyncHeld) -> None:
    await signed_in(north)
    assert "Nothing waits for a second person." in await page(north, "/consents")
    await north.pool.execute("UPDATE district SET second_person = $1", {"approvals_over_limit": 3})
    path, fields = f"/holds/{held.hold_id}/decision", {"decision": "approve", "plan_hash": "hash-1"}
    assert "The district wants a second person" in await page(north, f"{path}?decision=approve&plan_hash=hash-1")
    assert await send(north, path, **fields, reason="<year>", confirm=SCHOOL) == (303, "/consents")
    assert await decided(north) is None
    id_ = await north.pool.fetchval("SELECT id FROM consent")
    text = await page(north, "/consents")
    for words in ("Approve removals above the limit", "&lt;year&gt;", "Take it back", SCHOOL):
        assert words in text, words
    assert "Confirm …" not in text
    assert "1 act waits for a second person." in await page(north, "/holds")
    assert (await send(north, f"/consents/{id_}/confirm"))[0] == 403

    await signed_in(north, "b.other@north.example")
    assert "Confirm …" in await page(north, "/consents")
    assert "A.Rossi asked for it" in await page(north, f"/consents/{id_}/confirm")
    status, address = await send(north, f"/consents/{id_}/confirm", reason="seen")
    assert (status, address) == (303, f"/runs/{run_of(held.hold_id, school('1'))}")
    assert "Confirmed" in await page(north, "/consents?state=confirmed")
    assert (await send(north, f"/consents/{id_}/reject"))[0] == 409


async def test_whoever_asked_takes_it_back(north: Dashboard, held: SyncHeld) -> None:
    await signed_in(north)
    await north.pool.execute("UPDATE district SET second_person = $1", {"approvals_over_limit": 3})
    fields = {"decision": "approve", "plan_hash": "hash-1", "reason": "year", "confirm": SCHOOL}
    await send(north, f"/holds/{held.hold_id}/decision", **fields)
    id_ = await north.pool.fetchval("SELECT id FROM consent")
    _, address = await send(north, f"/consents/{id_}/reject")
    assert "Taken back. What you asked for is not done." in await page(north, address)
    assert await north.pool.fetchval("SELECT state FROM consent") == "rejected"
    assert await decided(north) is None
    text = await page(north, "/consents?state=rejected")
    assert ("Taken back" in text, "Rejected<" in text) == (True, False)
    assert "Took back an act" in await page(north, "/settings/audit?district=north")
