"""How `rosterbus` bears with a dashboard that cannot answer now, and how it says so."""

import pytest

from .described_dashboard import OPERATIONS, DescribedDashboard, Refusal

SENTENCE = "The message broker is away, so nothing can be passed on: nothing was changed."
AWAY = Refusal(503, {"code": "broker_away", "detail": SENTENCE}, {"Retry-After": "1"})
SYNC = ("sync", "Ashgrove", "--json")


def test_what_is_refused_while_the_broker_is_away_is_sent_once_more_as_the_same_act(
    described: DescribedDashboard,
) -> None:
    described.refuses["orderDistrictRuns"] = [AWAY]
    ended = described.run(*SYNC)
    assert ended.exit_code == 0
    assert ended.stderr == f"rosterbus: {SENTENCE} Trying once more in 1 s.\n"
    first, second = (one.once for one in described.asked if one.operation.id == "orderDistrictRuns")
    assert first == second is not None


def test_a_broker_that_stays_away_is_one_sentence_and_code_3(described: DescribedDashboard) -> None:
    described.refuses["orderDistrictRuns"] = [AWAY, AWAY, AWAY]
    ended = described.run(*SYNC)
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr.splitlines()[-1] == f"rosterbus: {SENTENCE}"
    assert described.times("orderDistrictRuns") == 2


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        ("putDistrictNightlyModes", "pause --all"),
        ("patchPolicy", "settings policy --set limits.removals.count=3"),
        ("removeSource", "source remove main"),
    ],
)
def test_what_has_no_key_is_not_sent_again(described: DescribedDashboard, operation: str, command: str) -> None:
    described.refuses[operation] = [AWAY]
    ended = described.run(*command.split())
    assert (ended.exit_code, ended.stderr) == (3, f"rosterbus: {SENTENCE}\n")
    assert described.times(operation) == 1


def test_runs_are_followed_through_a_moment_without_answers(described: DescribedDashboard) -> None:
    described.instead["listRuns"] = {"runs": [example_run() | {"status": "completed", "outcome": "clean"}]}
    described.refuses["listRuns"] = [Refusal(503, {"code": "not_ready", "detail": "Not now."})]
    ended = described.run("sync", "Ashgrove", "--wait")
    assert (ended.exit_code, described.times("listRuns")) == (0, 2), ended.output


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("unanswered", "No moodle-sync has answered for ten minutes. Check that one runs and serves the pool shared"),
        ("waiting", "There is no answer yet. Wait longer, or look at moodle-sync."),
    ],
)
def test_a_check_that_nobody_makes_is_a_sentence(described: DescribedDashboard, state: str, sentence: str) -> None:
    described.instead["showTargetCheck"] = {"state": state}
    ended = described.run("target", "check", "main", "--timeout", "0")
    assert ended.exit_code == 1
    assert sentence in ended.stderr


def test_a_source_that_nobody_reads_is_named(described: DescribedDashboard) -> None:
    described.instead["showSourceCheck"] = {"state": "unanswered"}
    ended = described.run("source", "check", "--district", "north")
    assert ended.exit_code == 1
    assert "No roster-fetcher has answered about main for ten minutes." in ended.stderr


def example_run() -> dict[str, object]:
    _, page = next(one for one in OPERATIONS if one.id == "listRuns").example()
    run: dict[str, object] = page["runs"][0]
    return run
