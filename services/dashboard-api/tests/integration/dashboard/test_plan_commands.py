"""`rosterbus plan`, `holds`, `hold`, `undo`, `explain`, `compare`, `mapping` and `links`, as operators run them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.bus import Bus
from common.events import SyncHeld
from common.orders import HoldDecided, SyncOrdered
from common.testing.probe import EventProbe
from dashboard_api.queries.runs import run_of

from .surroundings import BEGINNING, Dashboard, completed, fetched, publish, school
from .test_command_line import rosterbus
from .workers import Workers, person

CONFIRMED = ("--reason", "wrong year", "--confirm", "Ashgrove Primary")


@pytest.fixture
async def held(north: Dashboard, workers: Workers) -> SyncHeld:
    """A run that created somebody, and holds two removals."""
    run_id = await workers.plan(uuid4(), messages=3, outcome="held")
    await workers.link("course", "c-1", 31, {"fullname": "Maths 7A"})
    for user_key in ("u-1", "u-2"):
        facts = {"user_key": user_key, "state": "held", "code": "CHANGE_THRESHOLD", "after": {"role_id": 5}}
        await workers.operation(run_id, "enrolment", "suspend", "c-1", graded=False, **facts)
    await workers.operation(
        run_id, "user", "create", "u-3", state="done", after={"firstname": "Cy", "lastname": "Quill"}
    )
    event = await workers.hold(run_id)
    await north.handle(event)
    await north.handle(completed(run_id, outcome="held"))
    return event


async def test_a_plan_is_shown_with_what_it_comes_to(north: Dashboard, held: SyncHeld) -> None:
    plain = await rosterbus(north, "plan", str(held.run_id))
    removals = await rosterbus(north, "plan", str(held.run_id), "--removals")
    assert (plain.code, removals.code) == (0, 0), plain.err + removals.err
    assert "2 students lose access to 1 course." in plain.out
    assert "Moodle may send 3 welcome messages." in plain.out
    assert "Maths 7A" not in plain.out
    assert removals.out.count("Maths 7A") == 2
    whole = (await rosterbus(north, "plan", str(held.run_id), "--held", "--json")).json()
    assert [one["user_key"] for one in whole["operations"]] == ["u-1", "u-2"]


async def test_a_plan_is_written_as_csv(north: Dashboard, held: SyncHeld) -> None:
    ended = await rosterbus(north, "plan", str(held.run_id), "--csv", "--bom", "--separator", "semicolon")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("\ufeffseq;entity;kind;name;")
    assert len(ended.out.splitlines()) == 4


async def test_holds_are_listed_shown_and_decided(
    delivering: Dashboard, workers: Workers, held: SyncHeld, probe: EventProbe
) -> None:
    hold_id, key = str(held.hold_id), await delivering.key()
    listed = await rosterbus(delivering, "holds", "--state", "open", key=key)
    shown = await rosterbus(delivering, "hold", hold_id, key=key)
    assert hold_id in listed.out
    assert "2 students lose access to 1 course." in shown.out
    seq = await workers.moodle.fetchval("SELECT min(seq) FROM operation WHERE state = 'held'")
    decided = await rosterbus(delivering, "hold", "approve", hold_id, "--only", str(seq), "--reason", "yes", key=key)
    assert decided.code == 0, decided.err
    assert f"The run {run_of(held.hold_id, school('1'))} does it." in decided.out
    (event,) = await probe.wait_for(HoldDecided)
    assert (event.decision, event.operations, event.reason) == ("approve", (seq,), "yes")
    again = await rosterbus(delivering, "hold", "reject", hold_id, key=key)
    assert (again.code, "Somebody has decided" in again.err) == (6, True)


async def test_a_decision_is_followed_to_the_end_of_its_run(
    delivering: Dashboard, held: SyncHeld, bus: Bus, probe: EventProbe
) -> None:
    command = asyncio.create_task(rosterbus(delivering, "hold", "suspend", str(held.hold_id), "--wait"))
    await probe.wait_for(HoldDecided)
    await publish(bus, completed(run_of(held.hold_id, school("1")), actions={"enrolment": {"suspend": 2}}))
    ended = await command
    assert (ended.code, "Completed" in ended.out) == (0, True), ended.err


async def test_a_run_is_undone_and_followed(delivering: Dashboard, held: SyncHeld, bus: Bus, probe: EventProbe) -> None:
    arguments = ("undo", str(held.run_id), "--record", "user:u-3", "--wait", "--json", *CONFIRMED)
    command = asyncio.create_task(rosterbus(delivering, *arguments))
    (order,) = await probe.wait_for(SyncOrdered)
    assert (order.kind, order.scope.undo_of, order.scope.key) == ("undo", held.run_id, "u-3")
    await publish(bus, completed(run_of(order.order_id, school("1")), actions={"user": {"suspend": 1}}))
    ended = await command
    assert (ended.code, ended.json()["runs"][0]["actions"]) == (0, {"user": {"suspend": 1}}), ended.err


async def test_a_schools_runs_since_a_time_are_undone_the_newest_first_and_one_by_one(
    delivering: Dashboard, workers: Workers, bus: Bus, probe: EventProbe
) -> None:
    runs = []
    for n, key in enumerate(("1", "1", "2", "1")):
        run_id = await workers.plan(uuid4(), key)
        await workers.operation(run_id, "user", "create", f"u-{n}", state="done")
        await delivering.handle(completed(run_id, key))
        runs.append(run_id)
    await delivering.pool.execute(
        "UPDATE run SET noted_at = $2 WHERE id = $1", runs[0], BEGINNING - timedelta(days=900)
    )
    arguments = ("undo", "--school", "Ashgrove Primary", "--since", "2025-01-01T00:00", "--json", *CONFIRMED)
    command = asyncio.create_task(rosterbus(delivering, *arguments))
    for number, expected in enumerate((runs[3], runs[1]), 1):
        order = (await probe.wait_for(SyncOrdered, number))[-1]
        assert order.scope.undo_of == expected
        await publish(bus, completed(run_of(order.order_id, school("1"))))
    ended = await command
    assert (ended.code, len(ended.json()["runs"])) == (0, 2), ended.err


async def test_what_is_dangerous_waits_for_the_name_and_then_for_a_second_person(
    north: Dashboard, held: SyncHeld
) -> None:
    await north.pool.execute("UPDATE district SET second_person = $1", {"undo": True, "approvals_over_limit": 1})
    key, other = await north.key(), await north.key(made_by=await north.operator("robin@north.example"))
    undo = ("undo", str(held.run_id), "--reason", "wrong year")
    refused = await rosterbus(north, *undo, key=key)
    assert (refused.code, 'add --confirm "Ashgrove Primary"' in refused.err) == (2, True)
    hold = ("hold", "approve", str(held.hold_id), "--reason", "the year is over")
    refused = await rosterbus(north, *hold, key=key)
    assert (refused.code, 'add --confirm "Ashgrove Primary"' in refused.err) == (2, True)
    for command in (undo, hold):
        asked = await rosterbus(north, *command, "--confirm", "ashgrove primary", key=key)
        assert (asked.code, "waits for a second person" in asked.out) == (0, True), asked.err
    first, second = (await rosterbus(north, "consents", "--state", "waiting", "--json", key=other)).json()
    assert (first["act"], second["act"]) == ("approval", "undo")
    own = await rosterbus(north, "consent", "confirm", first["id"], key=key)
    assert (own.code, "somebody else has to confirm" in own.err) == (4, True)
    done = await rosterbus(north, "consent", "confirm", first["id"], key=other)
    assert (done.code, f"The run {run_of(held.hold_id, school('1'))} does it." in done.out) == (0, True), done.err
    rejected = await rosterbus(north, "consent", "reject", second["id"], "--json", key=other)
    assert rejected.json()["state"] == "rejected"


async def test_what_failed_is_ordered_again_and_a_sync_is_narrowed(north: Dashboard, workers: Workers) -> None:
    run_id, key = await workers.plan(uuid4()), await north.key()
    await workers.operation(run_id, "user", "create", "u-1", state="failed")
    await north.handle(completed(run_id, outcome="with_errors", errors=1))
    again = await rosterbus(north, "sync", "--retry-failed", str(run_id), key=key)
    narrowed = await rosterbus(north, "sync", "1", "--scope", "class:c-1", key=key)
    too_wide = await rosterbus(north, "sync", "--all", "--scope", "class:c-1", key=key)
    assert (again.code, narrowed.code, too_wide.code) == (0, 0, 2)
    scopes = [row["scope"] for row in await north.pool.fetch("SELECT scope FROM run WHERE scope <> '{}'")]
    assert sorted(map(sorted, scopes)) == [["entity", "key"], ["failed_in"]]


async def test_links_are_found_anew_for_all_schools_that_are_set_up(north: Dashboard) -> None:
    ended = await rosterbus(north, "links", "rebuild", "--all")
    assert (ended.code, "Ordered 2 runs." in ended.out) == (0, True), ended.err
    assert await north.pool.fetchval("SELECT count(*) FROM run WHERE kind = 'rebuild'") == 2


async def two_snapshots(north: Dashboard, workers: Workers) -> list[UUID]:
    runs = []
    for number, name in enumerate(("Quill", "Byron"), 1):
        roster: dict[tuple[str, str], Any] = {("user", "u-1"): person("Ada", name), ("user", "u-2"): person("Al")}
        _, run_id = await workers.snapshot(roster)
        await north.handle(fetched(run_id, snapshot=number))
        runs.append(run_id)
    return runs


async def test_a_record_is_explained_by_whatever_people_know_of_it(north: Dashboard, workers: Workers) -> None:
    await two_snapshots(north, workers)
    key = await north.key()
    ended = await rosterbus(north, "explain", "ada byron", key=key)
    assert ended.code == 0, ended.err
    assert "The feed of Ashgrove Primary has it since" in ended.out
    assert "The source changed family_name: Quill → Byron." in ended.out
    several = await rosterbus(north, "explain", "a", key=key)
    assert (several.code, "u-1" in several.err, "u-2" in several.err) == (2, True, True)
    nobody = await rosterbus(north, "explain", "nobody", key=key)
    assert (nobody.code, "No feed of this district ever had" in nobody.err) == (1, True)
    by_id = await rosterbus(north, "explain", "u-2", "--entity", "user", "--json", key=key)
    assert by_id.json()["name"] == "Al Quill"


async def test_two_runs_are_compared(north: Dashboard, workers: Workers) -> None:
    first, second = map(str, await two_snapshots(north, workers))
    key = await north.key()
    shown = await rosterbus(north, "compare", first, second, key=key)
    assert ("People: 1 changed" in shown.out, "family_name" in shown.out) == (True, True), shown.err
    as_csv = await rosterbus(north, "compare", first, second, "--csv", key=key)
    assert as_csv.out.splitlines()[1] == "user,u-1,Ada Byron,changed,family_name,Quill,Byron"
    assert (await rosterbus(north, "compare", first, second, "--json", key=key)).json()["key"] == "u-1"


async def test_templates_are_tried_out(north: Dashboard, workers: Workers) -> None:
    await two_snapshots(north, workers)
    key = await north.key()
    tried = await rosterbus(north, "mapping", "try", "--school", "1", "--username", "{given_name:.1}", key=key)
    assert (tried.code, "username is not unique" in tried.out) == (0, True), tried.err
    wrong = await rosterbus(north, "mapping", "try", "--school", "1", "--username", "{name}", key=key)
    assert (wrong.code, "policy.templates.username[1] has the field name" in wrong.err) == (2, True)


async def test_wrong_usage_is_one_sentence(north: Dashboard) -> None:
    key = await north.key()
    for arguments, sentence in {
        ("undo",): "Name a run, or give --since with --school or --all.",
        ("undo", "--school", "1", "--since", "yesterday"): "--since yesterday is no time.",
        ("hold", "allow", str(uuid4())): "Give the hold's id, or approve, reject or suspend and then the id.",
        ("hold", "approve", "7"): "7 is not the id of a hold.",
        ("sync", "1", "--scope", "school:7"): "school:7 names no record.",
        ("links", "rebuild"): "Name schools with --school, or give --all",
    }.items():
        ended = await rosterbus(north, *arguments, key=key)
        assert (ended.code, ended.err.startswith("rosterbus: ")) == (2, True), arguments
        assert sentence in ended.err
