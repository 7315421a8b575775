"""How long the phases of a run took, as far as somebody told."""

from typing import Any

from dashboard_api.pages.phases import phases_of


def run(*started: tuple[str, str], **more: Any) -> dict[str, Any]:
    phases = [
        {"phase": phase, "done": 1, "total": 1, "started_at": f"2026-11-22T20:00:{at}+00:00"} for phase, at in started
    ]
    ended = {"status": "completed", "outcome": "clean", "failure_phase": None, "ended_at": "2026-11-22T20:00:30+00:00"}
    return {"phases": phases, **ended, **more}


def took(of: dict[str, Any]) -> list[float | None]:
    return [phase.took for phase in phases_of(of)]


def test_a_phase_lasts_until_the_next_one_begins_and_the_last_until_the_end() -> None:
    assert took(run(("fetching", "00"), ("planning", "04"), ("applying", "05"))) == [4000, 1000, 25000]


def test_where_nobody_told_of_the_next_phase_nobody_knows_how_long_it_took() -> None:
    assert took(run(("fetching", "00"))) == [None, None, None]


def test_a_run_that_ends_after_its_plan_ends_its_plan() -> None:
    assert took(run(("fetching", "00"), ("planning", "04"), outcome="previewed")) == [4000, 26000, None]


def test_what_waits_for_a_decision_is_not_applied_yet() -> None:
    held = run(("fetching", "00"), ("planning", "04"), outcome="held", actions={})
    assert [phase.state for phase in phases_of(held)] == ["done", "done", "held"]
    assert took(held) == [4000, 26000, None]
    in_part = run(("fetching", "00"), outcome="held", actions={"user": {"create": 3}})
    assert [phase.state for phase in phases_of(in_part)] == ["done", "done", "done"]


def test_a_phase_that_failed_took_until_it_failed() -> None:
    failed = {"status": "failed", "outcome": None, "failure_phase": "planning"}
    assert took(run(("fetching", "00"), ("planning", "04"), **failed)) == [4000, 26000, None]
    assert took(run(("fetching", "00"), status="planning", outcome=None, ended_at=None)) == [None, None, None]
