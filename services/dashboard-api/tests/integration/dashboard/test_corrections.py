"""Orders that mend: undo, retry, links anew; and orders that are narrowed to a record."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.orders import SyncOrdered
from common.testing.probe import EventProbe
from dashboard_api.queries.runs import run_of

from .asking import get, post, refused, refused_to_viewers, south_too
from .surroundings import Dashboard, completed, fetched, school
from .workers import Workers


@pytest.fixture
async def run_id(north: Dashboard, workers: Workers) -> UUID:
    """A full run that created one account and failed at another."""
    run_id = await workers.plan(uuid4())
    await workers.operation(run_id, "user", "create", "u-1", state="done")
    await workers.operation(run_id, "user", "create", "u-2", state="failed", code="LMS_WRITE_REJECTED")
    await north.handle(completed(run_id, outcome="with_errors", errors=1))
    return run_id


async def ordered(probe: EventProbe) -> SyncOrdered:
    (event,) = await probe.wait_for(SyncOrdered)
    return event


async def test_an_undo_is_an_order_for_the_runs_school(
    delivering: Dashboard, workers: Workers, run_id: UUID, probe: EventProbe
) -> None:
    body = {"dry_run": True, "reason": "wrong year"}
    status, answer = await post(delivering, f"/runs/{run_id}/undo", body, await delivering.bearer())
    event = await ordered(probe)
    assert (status, answer["runs"][0]["run_id"]) == (202, str(run_of(event.order_id, school("1"))))
    assert (event.kind, event.scope.undo_of, event.dry_run, event.schools) == ("undo", run_id, True, (school("1"),))
    _, run = await get(delivering, f"/runs/{answer['runs'][0]['run_id']}", await delivering.bearer())
    assert (run["kind"], run["scope"], run["reason"]) == ("undo", {"undo_of": str(run_id)}, "wrong year")


async def test_the_page_of_an_undo_says_what_it_is(north: Dashboard, run_id: UUID) -> None:
    _, answer = await post(north, f"/runs/{run_id}/undo", {"dry_run": True}, await north.bearer())
    await north.operator("ada@north.example")
    await north.sign_in("ada@north.example")
    async with north.http.get(f"/runs/{answer['runs'][0]['run_id']}") as page:
        assert (page.status, "Undo of Ashgrove Primary" in await page.text()) == (200, True)


async def test_one_record_of_a_run_is_undone(delivering: Dashboard, run_id: UUID, probe: EventProbe) -> None:
    named = {"reason": "wrong year", "confirm": "Ashgrove Primary"}
    body = {"record": {"entity": "user", "key": "u-1"}, **named}
    assert (await post(delivering, f"/runs/{run_id}/undo", body, await delivering.bearer()))[0] == 202
    scope = (await ordered(probe)).scope
    assert (scope.undo_of, scope.entity, scope.key) == (run_id, "user", "u-1")


async def test_what_failed_is_done_again_and_nothing_else(
    delivering: Dashboard, run_id: UUID, probe: EventProbe
) -> None:
    assert (await post(delivering, f"/runs/{run_id}/retry", {}, await delivering.bearer()))[0] == 202
    event = await ordered(probe)
    assert (event.kind, event.mode, event.scope.failed_in) == ("roster", "full", run_id)


async def test_links_are_found_anew(delivering: Dashboard, probe: EventProbe) -> None:
    path = f"/schools/{school('2')}/links/rebuild"
    assert (await post(delivering, path, {}, await delivering.bearer()))[0] == 202
    event = await ordered(probe)
    assert (event.kind, event.schools, event.scope.whole) == ("rebuild", (school("2"),), True)


async def test_there_must_be_something_to_mend(north: Dashboard, workers: Workers) -> None:
    headers, idle, preview, open_ = await north.bearer(), uuid4(), uuid4(), uuid4()
    for run_id, dry_run in ((idle, False), (preview, True), (open_, False)):
        await workers.plan(run_id, dry_run=dry_run)
    await workers.operation(preview, "user", "create", "u-1", state="done")
    await workers.operation(open_, "user", "create", "u-1", state="done")
    await north.handle(completed(idle, outcome="nothing_to_do"))
    await north.handle(fetched(preview, dry_run=True))
    await north.handle(completed(preview, outcome="previewed", dry_run=True))
    await north.handle(fetched(open_))
    for path, code in (
        (f"/runs/{idle}/undo", "nothing_to_undo"),
        (f"/runs/{preview}/undo", "nothing_to_undo"),
        (f"/runs/{open_}/undo", "not_ended"),
        (f"/runs/{idle}/retry", "nothing_failed"),
        (f"/runs/{open_}/retry", "not_ended"),
    ):
        status, problem = await post(north, path, {}, headers)
        assert (status, problem["code"]) == (409, code), path
    assert await north.pool.fetchval("SELECT count(*) FROM outbox WHERE type = 'sync.ordered.v1'") == 0


async def test_an_order_is_narrowed_to_a_record_of_one_school(delivering: Dashboard, probe: EventProbe) -> None:
    headers, scope = await delivering.bearer(), {"scope": {"entity": "class", "key": "c-1"}}
    for body in (scope, {**scope, "schools": [str(school("1")), str(school("2"))]}):
        status, problem = await post(delivering, "/districts/north/runs", body, headers)
        assert (status, problem["code"]) == (422, "one_school")
    for path, more in (
        (f"/schools/{school('1')}/runs", {}),
        ("/districts/north/runs", {"schools": [str(school("1"))]}),
    ):
        assert (await post(delivering, path, {**scope, **more}, headers))[0] == 202
    narrowed = [event.scope for event in await probe.wait_for(SyncOrdered, 2)]
    assert [(scope.entity, scope.key) for scope in narrowed] == [("class", "c-1")] * 2


async def test_orders_that_mend_are_for_those_who_may_order_in_the_district(north: Dashboard, run_id: UUID) -> None:
    await south_too(north)
    body: dict[str, Any] = {}
    for path in (f"/runs/{run_id}/undo", f"/runs/{run_id}/retry", f"/schools/{school('1')}/links/rebuild"):
        await refused(north, path, body)
        await refused_to_viewers(north, path, body)
    assert await north.pool.fetchval("SELECT count(*) FROM run") == 1
