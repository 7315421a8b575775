"""What the page of a run shows beside how the run stands, and what is done from there."""

from uuid import UUID, uuid4

import pytest

from common.events import SyncRequested
from common.orders import SyncCancelOrdered, SyncOrdered
from common.testing.probe import EventProbe

from .asking import get, south_too
from .surroundings import BEGINNING, Dashboard, completed, fetched, school
from .test_command_line import rosterbus
from .visiting import page, send, signed_in
from .workers import Workers


@pytest.fixture
async def run_id(north: Dashboard, workers: Workers) -> UUID:
    """A full run that created one account and failed at another."""
    run_id = await workers.plan(uuid4())
    await workers.operation(run_id, "user", "create", "u-1", state="done")
    await workers.operation(run_id, "user", "create", "u-2", state="failed", code="LMS_WRITE_REJECTED")
    await north.handle(fetched(run_id))
    await north.handle(completed(run_id, outcome="with_errors", errors=1))
    await signed_in(north)
    return run_id


async def ledger_line(
    workers: Workers, run_id: UUID, endpoint: str, *, complete: bool = True, reason: str = ""
) -> None:
    await workers.fetcher.execute(
        "INSERT INTO ledger (district_id, run_id, endpoint, entity, pages, announced, received, kept, warned, skipped, "
        "out_of_scope, bytes_up, bytes_down, complete, reason) "
        "VALUES ('north', $1, $2, 'user', 5, 421, 421, 418, 2, 1, 0, 900, 52000, $3, $4)",
        run_id, endpoint, complete, reason,
    )  # fmt: skip


async def test_the_ledger_says_what_was_not_read_completely(north: Dashboard, workers: Workers, run_id: UUID) -> None:
    await ledger_line(workers, run_id, "/users")
    text = await page(north, f"/runs/{run_id}")
    assert "1 endpoint read completely" in text and "52.0 kB" in text
    await ledger_line(workers, run_id, "/classes", complete=False, reason="page 3 of 5 never came")
    text = await page(north, f"/runs/{run_id}")
    assert "1 endpoint was not read completely" in text and "page 3 of 5 never came" in text


async def test_the_ledger_is_in_the_api_and_the_command_line(north: Dashboard, workers: Workers, run_id: UUID) -> None:
    await south_too(north)
    await ledger_line(workers, run_id, "/classes", complete=False, reason="page 3 of 5 never came")
    _, found = await get(north, f"/runs/{run_id}/ledger", await north.bearer())
    (line,) = found["endpoints"]
    assert (line["received"], line["kept"], line["complete"]) == (421, 418, False)
    assert "no: page 3 of 5 never came" in (await rosterbus(north, "ledger", str(run_id))).out
    assert "page 3 of 5 never came" in (await rosterbus(north, "ledger", str(run_id), "--csv")).out.splitlines()[1]
    assert (await get(north, f"/runs/{run_id}/ledger", await north.bearer(districts=["south"])))[0] == 404


async def test_a_run_leads_to_its_plan_its_downloads_and_the_run_before(
    north: Dashboard, workers: Workers, run_id: UUID
) -> None:
    before, after = uuid4(), uuid4()
    for run, snapshot in ((before, 1), (after, 2)):
        await north.handle(fetched(run, "2", snapshot))
        await north.handle(completed(run, "2"))
    text = await page(north, f"/runs/{run_id}")
    for address in (f"/runs/{run_id}/plan", f"/api/v1/runs/{run_id}/operations.csv", f"/api/v1/runs/{run_id}"):
        assert f'href="{address}' in text, address
    assert f"/runs/compare?before={before}&amp;after={after}" in await page(north, f"/runs/{after}")


async def test_a_run_that_waits_for_a_decision_leads_to_it(north: Dashboard, workers: Workers, run_id: UUID) -> None:
    held = await workers.plan(uuid4())
    event = await workers.hold(held)
    for one in (event, completed(held, outcome="held", actions={})):
        await north.handle(one)
    assert f'href="/holds/{event.hold_id}"' in await page(north, f"/runs/{held}")


async def test_what_failed_is_tried_again_and_nothing_else(
    delivering: Dashboard, run_id: UUID, probe: EventProbe
) -> None:
    assert "Try 1 operation again" in await page(delivering, f"/runs/{run_id}")
    status, address = await send(delivering, f"/runs/{run_id}/retry")
    (event,) = await probe.wait_for(SyncOrdered)
    assert (status, event.scope.failed_in) == (303, run_id)
    assert "what failed in the run" in await page(delivering, address)


async def test_a_run_is_taken_back_once_the_school_is_named_and_a_reason_given(
    delivering: Dashboard, run_id: UUID, probe: EventProbe
) -> None:
    question = await page(delivering, f"/runs/{run_id}/undo")
    assert "Take 1 operation back" in question and "Type Ashgrove Primary to go on" in question
    for wrong in ({"reason": "", "confirm": "Ashgrove Primary"}, {"reason": "wrong year", "confirm": "Ashgrove"}):
        assert (await send(delivering, f"/runs/{run_id}/undo", **wrong))[0] == 422
    right = {"reason": "wrong year", "confirm": "Ashgrove Primary"}
    status, _address = await send(delivering, f"/runs/{run_id}/undo", **right)
    (event,) = await probe.wait_for(SyncOrdered)
    assert (status, event.kind, event.scope.undo_of, event.reason) == (303, "undo", run_id, "wrong year")


async def test_taking_a_run_back_is_previewed_without_a_reason(
    delivering: Dashboard, run_id: UUID, probe: EventProbe
) -> None:
    assert (await send(delivering, f"/runs/{run_id}/undo", preview="1"))[0] == 303
    (event,) = await probe.wait_for(SyncOrdered)
    assert (event.kind, event.dry_run) == ("undo", True)


async def test_where_the_district_wants_it_so_a_second_person_takes_a_run_back(north: Dashboard, run_id: UUID) -> None:
    await north.pool.execute("UPDATE district SET second_person = '{\"undo\": true}'")
    status, address = await send(north, f"/runs/{run_id}/undo", reason="wrong year", confirm="Ashgrove Primary")
    assert (status, address) == (303, "/consents")
    assert "It waits for a second person" in await page(north, address)
    consent = await north.row("SELECT act, subject, state FROM consent")
    assert consent == {"act": "undo", "subject": f"run/{run_id}", "state": "waiting"}


async def test_a_run_that_changed_nothing_is_not_taken_back(north: Dashboard, run_id: UUID) -> None:
    previewed = uuid4()
    await north.handle(completed(previewed, outcome="previewed", actions={}))
    await page(north, f"/runs/{previewed}/undo", 409)


async def test_a_run_under_way_is_cancelled_and_one_that_ended_is_not(
    delivering: Dashboard, run_id: UUID, probe: EventProbe
) -> None:
    running = uuid4()
    await delivering.handle(
        SyncRequested(district_id="north", run_id=running, school_id=school("2"), mode="full"), at=BEGINNING
    )
    assert "Cancel this run" in await page(delivering, f"/runs/{running}")
    assert await send(delivering, f"/runs/{running}/cancel", back="/schools") == (303, "/schools")
    (event,) = await probe.wait_for(SyncCancelOrdered)
    assert event.run_id == running
    assert (await send(delivering, f"/runs/{run_id}/cancel"))[0] == 409


async def test_who_may_only_look_is_offered_nothing_and_may_do_nothing(north: Dashboard, run_id: UUID) -> None:
    await signed_in(north, "v.iewer@north.example", role="viewer", districts=["north"])
    text = await page(north, f"/runs/{run_id}")
    assert "Try 1 operation again" not in text and "Take 1 operation back" not in text
    for act in ("cancel", "retry", "undo"):
        assert (await send(north, f"/runs/{run_id}/{act}"))[0] == 403, act


async def test_the_sync_of_a_device_has_its_information_on_the_same_page(north: Dashboard, run_id: UUID) -> None:
    device, run = uuid4(), uuid4()
    await north.pool.execute(
        "INSERT INTO device (district_id, id, school_id, name) VALUES ('north', $1, $2, 'Box <1>')", device, school("1")
    )
    about = {"district_id": "north", "run_id": run, "school_id": school("1"), "mode": "full", "kind": "device"}
    await north.handle(SyncRequested.model_validate({**about, "device_id": device}))
    await north.handle(completed(run, courses=3, actions={"user": {"create": 2}}, bytes_up=1_000, bytes_down=2_000))
    text = await page(north, f"/runs/{run}")
    for words in ("Device sync of Ashgrove", "Box &lt;1&gt;", f"/devices/{device}", "1.0 kB sent", "2.0 kB received"):
        assert words in text, words
    assert "Snapshot" not in text and "Run partial sync" not in text
