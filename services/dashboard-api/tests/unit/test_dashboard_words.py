"""Numbers, times and statuses in words."""

from datetime import UTC, datetime, timedelta

import pytest

from common.language import speaking
from dashboard_api.pages.phases import phases_of
from dashboard_api.words import amounts, errors, kinds, standing

NOW = datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (17_540, "17.5 kB"), (999_600, "1.0 MB"),
     (812_000, "812 kB"), (3_200_000_000, "3.2 GB")],
)  # fmt: skip
def test_sizes(value: int | None, words: str) -> None:
    assert amounts.size(value) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(None, "–"), (400, "0.4 s"), (9_960, "10 s"), (41_400, "41 s"), (59_600, "1 min"), (200_000, "3 min 20 s"),
     (3_599_900, "1 h 0 min"), (4_350_000, "1 h 12 min")],
)  # fmt: skip
def test_durations(milliseconds: float | None, words: str) -> None:
    assert amounts.duration(milliseconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "just now"), (44, "just now"), (50, "1 minute ago"), (360, "6 minutes ago"), (3_600, "1 hour ago"),
     (3_575, "1 hour ago"), (3_560, "59 minutes ago"), (85_000, "1 day ago"),
     (90_000, "1 day ago"), (800_000, "9 days ago")],
)  # fmt: skip
def test_how_long_ago(seconds: float, words: str) -> None:
    assert amounts.ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_exact_times_are_in_the_schools_own_zone() -> None:
    assert amounts.exact(NOW, "Europe/Amsterdam") == "Sun 22 Nov 2026, 20:03:11 CET"


def test_counts_become_a_table_in_the_pages_order_without_what_is_zero() -> None:
    table = kinds.table(
        {"enrolment": {"suspend": 2, "create": 9}, "user": {"create": 5, "update": 0}, "course": {"create": 0}}
    )
    assert table == kinds.CountTable(["created", "suspended"], [("People", [5, None]), ("Enrolments", [9, 2])], 16)
    assert kinds.table({"user": {"create": 0}}) is None
    assert kinds.table(None) is None


def test_a_summary_adds_what_was_done_over_all_entities() -> None:
    assert (
        kinds.summary({"user": {"create": 1_400, "suspend": 2}, "course": {"create": 20}})
        == "1,420 created and 2 suspended"
    )


def test_progress_says_how_much_is_done_of_how_much() -> None:
    assert (
        standing.progress_words({"status": "applying", "done": 340, "total": 588}) == "Applying · 340 of 588 operations"
    )
    assert (
        standing.progress_words({"status": "fetching", "done": 1200, "total": None})
        == "Reading the roster · 1,200 records"
    )
    assert standing.progress_words({"status": "ordered"}) == "Ordered"


@pytest.mark.parametrize(
    ("run", "states"),
    [
        ({"status": "ordered"}, ["waiting", "waiting", "waiting"]),
        ({"status": "fetching"}, ["running", "waiting", "waiting"]),
        ({"status": "applying"}, ["done", "done", "running"]),
        ({"status": "completed", "outcome": "clean"}, ["done", "done", "done"]),
        ({"status": "completed", "outcome": "nothing_to_do"}, ["done", "done", "skipped"]),
        ({"status": "completed", "outcome": "refreshed"}, ["done", "skipped", "skipped"]),
        ({"status": "failed", "failure_phase": "planning"}, ["done", "failed", "missed"]),
        ({"status": "refused"}, ["missed", "missed", "missed"]),
    ],
)
def test_phases_stand_as_the_run_does(run: dict[str, str], states: list[str]) -> None:
    assert [phase.state for phase in phases_of({"phases": [], **run})] == states


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "last sync failed: The source does not answer"),
        ("nl", "laatste synchronisatie mislukt: De bron antwoordt niet"),
        ("de", "last sync failed: The source does not answer"),
    ],
)
def test_a_failed_school_says_why_in_the_language_of_the_reader(language: str, why: str) -> None:
    school = {"status": "with_errors", "health": "failed", "last_run": {"failure_code": "SOURCE_UNREACHABLE"}}
    with speaking(language):
        assert standing.school_why(school) == why


def test_a_failed_run_says_what_to_do() -> None:
    failed = {"status": "failed", "failure_code": "AUTH_INVALID", "failure_detail": "HTTP 401.", "retry_planned": False}
    assert standing.run_sentence(failed) == (
        "The source refuses the credentials. HTTP 401. What to do: Renew the credentials at the source, and apply the "
        "district file with them again. Nobody was removed because of this."
    )


def test_a_runs_codes_come_with_their_words() -> None:
    run = {
        "errors_by_code": [{"code": "NEW_CODE", "severity": "error", "occurrences": 2}],
        "failure_code": None,
    }
    explained = errors.explained(run)
    (error,) = explained["errors_by_code"]
    assert (error["occurrences"], error["language"], error["who"]) == (2, "en", "Rosterbus operator")
    assert error["title"] == "An error that this version has no words for"
    assert explained["failure"] is None


def test_a_phase_that_is_done_says_no_number_that_may_be_old() -> None:
    told = [
        {"phase": "fetching", "done": 0, "total": None, "started_at": None},
        {"phase": "planning", "done": 30, "total": 40, "started_at": None},
        {"phase": "applying", "done": 9, "total": 9, "started_at": None},
    ]
    run = {"status": "completed", "outcome": "clean", "failure_phase": None, "phases": told, "ended_at": None}
    assert [phase.words for phase in phases_of(run)] == ["done", "done", "9 operations"]
