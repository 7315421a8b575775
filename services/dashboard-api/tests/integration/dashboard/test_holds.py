"""Operations that wait for a person: seen, decided on once, and run again by the decision."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.events import SyncHeld
from common.orders import HoldDecided
from common.testing.probe import EventProbe
from dashboard_api.queries.runs import run_of

from .asking import get, post, refused, refused_to_viewers, south_too
from .surroundings import BEGINNING, Dashboard, completed, school
from .workers import Workers

APPROVAL: dict[str, Any] = {"decision": "approve", "plan_hash": "hash-1", "reason": "the year is over"}


@pytest.fixture
async def held(north: Dashboard, workers: Workers) -> SyncHeld:
    """A run that ended with two enrolments on hold, and so told."""
    run_id = await workers.plan(uuid4(), outcome="held")
    event = await workers.hold(run_id)
    for user_key in ("u-1", "u-2"):
        await workers.operation(
            run_id, "enrolment", "suspend", "c-1", user_key=user_key, state="held", after={"role_id": 5}, graded=True
        )
    await workers.operation(run_id, "user", "create", "u-3", state="done")
    await north.handle(event)
    await north.handle(completed(run_id, outcome="held", actions={"user": {"create": 1}}))
    return event


async def standing(north: Dashboard, key: str = "1") -> str:
    _, body = await get(north, "/schools?district=north", await north.bearer())
    return str(next(one["status"] for one in body["schools"] if one["id"] == str(school(key))))


async def seqs(workers: Workers, event: SyncHeld) -> list[int]:
    rows = await workers.moodle.fetch(
        "SELECT seq FROM operation WHERE run_id = $1 AND state = 'held' ORDER BY seq", event.run_id
    )
    return [row["seq"] for row in rows]


async def test_a_hold_says_what_waits_and_why(north: Dashboard, held: SyncHeld) -> None:
    status, hold = await get(north, f"/holds/{held.hold_id}", await north.bearer())
    assert (status, hold["state"], hold["school"], hold["plan_hash"]) == (200, "open", "Ashgrove Primary", "hash-1")
    assert hold["consequences"] == "2 students lose access to 1 course; 2 have graded work."
    (guard,) = hold["guards"]
    assert (guard["code"], guard["count"], bool(guard["remedy"])) == ("CHANGE_THRESHOLD", 31, True)
    assert guard["sentence"] == "Enrolments: 31 of 40; up to 5 are changed without asking."


async def test_the_pages_say_that_a_run_waits(north: Dashboard, held: SyncHeld) -> None:
    await north.operator("ada@north.example")
    await north.sign_in("ada@north.example")
    for path, words in ((f"/runs/{held.run_id}", "Removals wait for a decision"), ("/schools", "On hold")):
        async with north.http.get(path) as answer:
            assert (answer.status, words in await answer.text()) == (200, True), path


async def test_holds_are_listed_the_newest_first_and_filtered(
    north: Dashboard, workers: Workers, held: SyncHeld
) -> None:
    later = await workers.hold(uuid4(), "2", opened_at=BEGINNING + timedelta(hours=1))
    old = await workers.hold(uuid4(), "2", opened_at=BEGINNING - timedelta(hours=1), state="superseded")
    headers = await north.bearer()
    for query, expected in {
        "": [later, held, old],
        "?state=open": [later, held],
        f"?school={school('2')}": [later, old],
        "?state=superseded&district=north": [old],
    }.items():
        _, body = await get(north, f"/holds{query}", headers)
        assert [hold["id"] for hold in body["holds"]] == [str(one.hold_id) for one in expected], query
    _, first = await get(north, "/holds?limit=2", headers)
    _, rest = await get(north, f"/holds?limit=2&after={first['next']}", headers)
    assert ([hold["id"] for hold in rest["holds"]], rest["next"]) == ([str(old.hold_id)], None)


async def test_a_school_is_on_hold_from_the_first_hold_until_a_decision(
    north: Dashboard, workers: Workers, held: SyncHeld
) -> None:
    since = await north.row("SELECT status, since FROM school_status WHERE id = $1", school("1"))
    assert since["status"] == "on_hold"
    await workers.moodle.execute("UPDATE hold SET state = 'superseded' WHERE id = $1", held.hold_id)
    again = await workers.hold(uuid4())
    await north.handle(again)
    assert await north.row("SELECT status, since FROM school_status WHERE id = $1", school("1")) == since
    await post(north, f"/holds/{again.hold_id}/decision", APPROVAL, await north.bearer())
    assert await standing(north) == "nightly"
    assert await standing(north, "2") == "nightly"


async def test_a_run_that_overtakes_the_hold_lifts_it(north: Dashboard, workers: Workers, held: SyncHeld) -> None:
    await north.handle(completed(uuid4()))
    assert await standing(north) == "on_hold"
    await workers.moodle.execute("UPDATE hold SET state = 'superseded' WHERE id = $1", held.hold_id)
    await north.handle(completed(uuid4(), lifts_hold=True))
    assert await standing(north) == "nightly"
    await north.handle(held)
    assert await standing(north) == "nightly", "told again, later than the run that has overtaken it"


async def test_an_approval_is_told_and_its_run_is_there_at_once(
    delivering: Dashboard, workers: Workers, held: SyncHeld, probe: EventProbe
) -> None:
    chosen = (await seqs(workers, held))[:1]
    path, headers = f"/holds/{held.hold_id}/decision", await delivering.bearer()
    status, answer = await post(delivering, path, {**APPROVAL, "operations": chosen}, headers)
    run_id = run_of(held.hold_id, school("1"))
    assert (status, answer) == (
        202, {"hold_id": str(held.hold_id), "decision": "approve", "run_id": str(run_id)},
    )  # fmt: skip
    (event,) = await probe.wait_for(HoldDecided)
    assert (event.run_id, event.plan_hash, event.decision) == (held.run_id, "hash-1", "approve")
    assert (event.operations, event.reason) == (tuple(chosen), "the year is over")
    _, run = await get(delivering, f"/runs/{run_id}", headers)
    assert (run["status"], run["trigger"], run["order_id"]) == ("ordered", "decision", str(held.hold_id))
    _, hold = await get(delivering, f"/holds/{held.hold_id}", headers)
    assert (hold["state"], hold["decision"], hold["next_run_id"]) == ("decided", "approve", str(run_id))


async def test_every_decision_is_audited(north: Dashboard, held: SyncHeld) -> None:
    await post(north, f"/holds/{held.hold_id}/decision", APPROVAL, await north.bearer())
    audit = await north.row("SELECT subject, detail FROM audit WHERE action = 'decide_hold'")
    assert audit["subject"] == f"hold/{held.hold_id}"
    assert (audit["detail"]["decision"], audit["detail"]["plan_hash"]) == ("approve", "hash-1")


async def test_a_rejection_runs_nothing(north: Dashboard, held: SyncHeld) -> None:
    body = {**APPROVAL, "decision": "reject"}
    status, answer = await post(north, f"/holds/{held.hold_id}/decision", body, await north.bearer())
    assert (status, answer["run_id"]) == (202, None)
    assert await north.pool.fetchval("SELECT count(*) FROM run WHERE order_id = $1", held.hold_id) == 0
    assert await standing(north) == "nightly"


async def test_a_hold_is_decided_once(north: Dashboard, held: SyncHeld) -> None:
    path, headers = f"/holds/{held.hold_id}/decision", await north.bearer()
    await post(north, path, APPROVAL, headers)
    status, problem = await post(north, path, {**APPROVAL, "decision": "reject"}, headers)
    assert (status, problem["code"]) == (409, "hold_closed")
    assert await north.pool.fetchval("SELECT count(*) FROM outbox WHERE type = 'hold.decided.v1'") == 1


async def test_a_hold_that_was_overtaken_is_not_decided(north: Dashboard, workers: Workers, held: SyncHeld) -> None:
    await workers.moodle.execute("UPDATE hold SET state = 'superseded' WHERE id = $1", held.hold_id)
    status, problem = await post(north, f"/holds/{held.hold_id}/decision", APPROVAL, await north.bearer())
    assert (status, problem["code"]) == (409, "hold_closed")


async def test_nobody_decides_on_what_they_have_not_seen(north: Dashboard, workers: Workers, held: SyncHeld) -> None:
    path, headers = f"/holds/{held.hold_id}/decision", await north.bearer()
    status, problem = await post(north, path, {**APPROVAL, "plan_hash": "hash-0"}, headers)
    assert (status, problem["code"]) == (409, "plan_changed")
    status, problem = await post(north, path, {**APPROVAL, "operations": [max(await seqs(workers, held)) + 1]}, headers)
    assert (status, problem["code"]) == (422, "unknown_operations")
    assert await standing(north) == "on_hold"


async def test_a_decision_that_is_told_twice_or_before_its_hold_is_one(north: Dashboard, workers: Workers) -> None:
    event = await workers.hold(uuid4())
    decided = HoldDecided(
        district_id="north", run_id=event.run_id, school_id=event.school_id, hold_id=event.hold_id,
        plan_hash="hash-1", decision="suspend", decided_by="somebody",
    )  # fmt: skip
    for told in (decided, event, decided, event):
        await north.handle(told)
    assert await standing(north) == "nightly"
    run = await north.row("SELECT id, status, trigger FROM run WHERE order_id = $1", event.hold_id)
    assert tuple(run.values()) == (run_of(event.hold_id, school("1")), "ordered", "decision")


async def test_holds_are_for_those_who_may_see_the_district(north: Dashboard, workers: Workers, held: SyncHeld) -> None:
    await south_too(north)
    path = f"/holds/{held.hold_id}"
    await refused(north, path)
    await refused(north, f"{path}/decision", APPROVAL)
    await refused_to_viewers(north, f"{path}/decision", APPROVAL)
    own = await workers.hold(uuid4(), district_id="south")
    _, body = await get(north, "/holds", await north.bearer(districts=["south"]))
    assert [UUID(hold["id"]) for hold in body["holds"]] == [own.hold_id]
    assert (await get(north, "/holds"))[0] == 401
    assert await standing(north) == "on_hold"
