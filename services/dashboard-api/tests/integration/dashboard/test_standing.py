"""How a school stands is decided by one function; its truth table, case by case, and everybody who asks it."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from common.event_model import Refusal
from common.events import HoldDecided, SyncFailed, SyncHeld, SyncRefused
from dashboard_api.housekeeping import measure
from dashboard_api.words import standing

from .surroundings import BEGINNING, NORTH, Dashboard, completed, school

FACTS = ("shared", "set_up", "on_hold", "paused", "with_errors")
TABLE: tuple[tuple[str, dict[str, bool]], ...] = (
    ("not_shared", {"shared": False}),
    ("not_set_up", {"shared": True, "set_up": False}),
    ("on_hold", {"shared": True, "set_up": True, "on_hold": True}),
    ("paused", {"shared": True, "set_up": True, "on_hold": False, "paused": True}),
    ("with_errors", {"shared": True, "set_up": True, "on_hold": False, "paused": False, "with_errors": True}),
    ("nightly", {"shared": True, "set_up": True, "on_hold": False, "paused": False, "with_errors": False}),
)
"""What each status asks for; facts that are not mentioned do not matter to it. Each case fits exactly one line."""


@pytest.mark.parametrize("case", list(product((True, False), repeat=5)))
async def test_each_case_of_the_truth_table(dashboard: Dashboard, case: tuple[bool, ...]) -> None:
    facts = dict(zip(FACTS, case, strict=True))
    (expected,) = [status for status, wanted in TABLE if wanted.items() <= facts.items()]
    assert await dashboard.pool.fetchval("SELECT registry.status_of($1, $2, $3, $4, $5)", *case) == expected


async def status(dashboard: Dashboard, key: str = "1") -> Any:
    return await dashboard.pool.fetchval("SELECT status FROM school_status WHERE id = $1", school(key))


def held(run_id: UUID, hold_id: UUID) -> SyncHeld:
    return SyncHeld(
        district_id="north",
        run_id=run_id,
        school_id=school("1"),
        hold_id=hold_id,
        plan_hash="h",
        guards=(),
        operations={},
    )


def decided(run_id: UUID, hold_id: UUID) -> HoldDecided:
    return HoldDecided(
        district_id="north", run_id=run_id, school_id=school("1"), hold_id=hold_id, plan_hash="h", decision="reject",
        decided_by="x",
    )  # fmt: skip


async def test_a_school_is_on_hold_until_somebody_decides(north: Dashboard) -> None:
    run_id, hold_id = uuid4(), uuid4()
    await north.handle(held(run_id, hold_id))
    await north.handle(completed(run_id, outcome="held"))
    assert (await status(north), await status(north, "2")) == ("on_hold", "nightly")
    for _ in range(2):
        await north.handle(decided(run_id, hold_id))
    assert await status(north) == "nightly"


async def test_a_hold_that_is_told_after_its_decision_is_over(north: Dashboard) -> None:
    run_id, hold_id = uuid4(), uuid4()
    await north.handle(decided(run_id, hold_id), at=BEGINNING + timedelta(minutes=2))
    await north.handle(held(run_id, hold_id), at=BEGINNING + timedelta(minutes=1))
    assert await status(north) == "nightly"


@pytest.mark.parametrize("lifts", [True, False])
async def test_a_hold_is_lifted_by_a_later_run_that_says_so(north: Dashboard, lifts: bool) -> None:
    await north.handle(held(uuid4(), uuid4()))
    await north.handle(completed(uuid4(), lifts_hold=lifts))
    assert (await status(north) != "on_hold") == lifts


async def test_a_failed_sync_is_one_with_errors_and_says_so(north: Dashboard) -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": school("1"), "mode": "full", "phase": "fetching"}
    await north.handle(SyncFailed.model_validate(about | {"code": "SOURCE_UNREACHABLE"}))
    row = await north.row("SELECT * FROM school_overview WHERE id = $1", school("1"))
    assert standing.school_badge(row).word == "Syncing with errors"


@pytest.mark.parametrize("status_", [status for status, _ in TABLE])
def test_each_status_has_its_words(status_: str) -> None:
    assert status_ in standing.SCHOOL


@pytest.mark.parametrize("reason", Refusal.__origin__.__args__)  # type: ignore[attr-defined]
def test_each_refusal_has_its_sentence(reason: str) -> None:
    assert standing.REFUSALS[reason].endswith(".")


async def test_a_refused_night_is_shown_with_what_kept_it_from_running(north: Dashboard) -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": school("1"), "mode": "nightly"}
    await north.handle(SyncRefused.model_validate(about | {"reason": "paused", "trigger": "schedule"}))
    run = await north.row("SELECT status, mode, refusal, trigger FROM run")
    assert tuple(run.values()) == ("refused", "nightly", "paused", "schedule")


async def test_the_metric_counts_schools_by_the_same_status(north: Dashboard) -> None:
    await north.declare(NORTH | {"schools": [{"source_id": "1"}]})
    await north.handle(held(uuid4(), uuid4()))
    await measure(north.pool)
    value = {
        status: REGISTRY.get_sample_value("rosterbus_schools", {"status": status})
        for status in ("on_hold", "not_set_up", "nightly")
    }
    assert value == {"on_hold": 1, "not_set_up": 1, "nightly": 0}
