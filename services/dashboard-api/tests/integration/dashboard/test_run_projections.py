"""What events make of a run, told twice and in any order."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.events import (
    Event,
    PlanMade,
    SyncErrorsFound,
    SyncFailed,
    SyncOrdered,
    SyncProgressed,
    SyncRefused,
    SyncRequested,
)
from dashboard_api.queries.runs import run_of

from .surroundings import BEGINNING, Dashboard, completed, fetched, found_error, school

ORDER = UUID("5b0b6f5e-0000-4000-8000-000000000001")
RUN = run_of(ORDER, school("1"))


def about(run_id: UUID = RUN, key: str = "1") -> dict[str, Any]:
    return {"district_id": "north", "run_id": run_id, "school_id": school(key)}


def progress(phase: str, done: int, total: int | None = None, **more: Any) -> SyncProgressed:
    return SyncProgressed.model_validate({**about(), "phase": phase, "done": done, "total": total, **more})


STORY: list[Event] = [
    SyncOrdered(district_id="north", order_id=ORDER, schools=(school("1"),), mode="full", ordered_by="somebody"),
    SyncRequested(**about(), mode="full"),
    progress("fetching", 200, bytes_up=2_000, bytes_down=400_000),
    progress("fetching", 3500, 3500, bytes_up=4_000, bytes_down=812_000),
    SyncErrorsFound(**about(), phase="fetching", part=0, errors=(found_error(), found_error(source_id="u-18"))),
    fetched(RUN),
    PlanMade(**about(), operations={"user": {"create": 421}}),
    progress("applying", 100, 3521, bytes_up=100_000, bytes_down=20_000),
    progress("applying", 3521, 3521, bytes_up=310_000, bytes_down=52_000),
    completed(RUN, outcome="with_errors", errors=2),
]


async def state(dashboard: Dashboard) -> list[Any]:
    """Everything that the read models hold of the run, but for when it was first heard of."""
    run = await dashboard.row("SELECT * FROM run WHERE id = $1", RUN)
    run.pop("noted_at")
    tables = ("run_phase", "run_error_code", "run_error")
    rows = [
        await dashboard.pool.fetch(f"SELECT * FROM {t} WHERE run_id = $1 ORDER BY 1, 2, 3, 4, 5", RUN) for t in tables
    ]
    school_state = await dashboard.row("SELECT * FROM school_state WHERE school_id = $1", school("1"))
    return [run, *([tuple(row) for row in table] for table in rows), school_state]


async def tell(dashboard: Dashboard, story: list[tuple[int, Event]]) -> None:
    for second, event in story:
        await dashboard.handle(event, at=BEGINNING + timedelta(seconds=second))


async def forget(dashboard: Dashboard) -> None:
    await dashboard.pool.execute(
        "TRUNCATE run, run_phase, run_error_code, run_error, error_look, school_error, school_state, inbox"
    )


async def test_a_run_is_put_together_from_its_events(north: Dashboard) -> None:
    await tell(north, list(enumerate(STORY)))
    run = await north.row("SELECT * FROM run WHERE id = $1", RUN)
    assert (run["status"], run["outcome"], run["mode"], run["trigger"]) == (
        "completed",
        "with_errors",
        "full",
        "person",
    )
    assert (run["source_up"], run["source_down"]) == (4_000, 812_000)
    shown = await north.row("SELECT target_up, target_down FROM run_overview WHERE id = $1", RUN)
    assert tuple(shown.values()) == (310_000, 52_000)
    assert (run["errors"], run["calls"], run["courses"], run["duration_ms"]) == (2, 61, 38, 41_000)
    assert run["requested_at"] == BEGINNING + timedelta(seconds=1)
    assert run["ended_at"] == BEGINNING + timedelta(seconds=9)
    phases = await north.pool.fetch("SELECT phase, done, total FROM run_phase ORDER BY phase")
    assert [tuple(p) for p in phases] == [("applying", 3521, 3521), ("fetching", 3500, 3500)]


@pytest.mark.parametrize("seed", range(3))
async def test_each_event_twice_and_in_any_order_makes_the_same_run(north: Dashboard, seed: int) -> None:
    await tell(north, list(enumerate(STORY)))
    in_order = await state(north)
    await forget(north)
    shuffled = list(enumerate(STORY)) * 2
    random.Random(seed).shuffle(shuffled)
    await tell(north, shuffled)
    assert await state(north) == in_order


async def test_an_event_of_one_run_leaves_the_others_alone(north: Dashboard) -> None:
    other = uuid4()
    await north.handle(SyncRequested(**about(other, "2"), mode="partial"))
    await tell(north, list(enumerate(STORY)))
    run = await north.row("SELECT * FROM run WHERE id = $1", other)
    assert (run["status"], run["mode"], run["counts"]) == ("requested", "partial", None)


async def test_late_progress_never_takes_a_run_back(north: Dashboard) -> None:
    await north.handle(completed(RUN))
    await north.handle(progress("fetching", 10))
    assert (await north.row("SELECT status FROM run WHERE id = $1", RUN))["status"] == "completed"


async def test_older_progress_does_not_replace_newer(north: Dashboard) -> None:
    await north.handle(progress("applying", 300, 588), at=BEGINNING + timedelta(seconds=9))
    await north.handle(progress("applying", 100, 588), at=BEGINNING + timedelta(seconds=5))
    phase = await north.row("SELECT done, started_at FROM run_phase")
    assert (phase["done"], phase["started_at"]) == (300, BEGINNING + timedelta(seconds=5))


async def test_a_refused_run_says_which_run_is_in_its_way(north: Dashboard) -> None:
    other = uuid4()
    await north.handle(SyncRefused(**about(), reason="already_running", running_run_id=other))
    run = await north.row("SELECT status, refusal, running_run_id FROM run WHERE id = $1", RUN)
    assert tuple(run.values()) == ("refused", "already_running", other)


async def test_a_run_given_up_for_dead_that_completed_counts_as_completed(north: Dashboard) -> None:
    failure = SyncFailed(**about(), mode="full", phase="applying", code="WORKER_LOST")
    await north.handle(completed(RUN))
    await north.handle(failure)
    run = await north.row("SELECT status, ended_at FROM run WHERE id = $1", RUN)
    school_state = await north.row("SELECT health, last_run_at FROM school_state")
    assert (run["status"], school_state["health"]) == ("completed", "clean")
    assert run["ended_at"] == school_state["last_run_at"]


async def test_a_failed_run_keeps_where_and_why(north: Dashboard) -> None:
    await north.handle(
        SyncFailed(**about(), mode="full", phase="fetching", code="AUTH_INVALID", detail="401 from the source")
    )
    run = await north.row("SELECT status, failure_phase, failure_code, failure_detail FROM run WHERE id = $1", RUN)
    assert tuple(run.values()) == ("failed", "fetching", "AUTH_INVALID", "401 from the source")
