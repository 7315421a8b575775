"""What a notice says."""

from uuid import uuid4

import pytest

from common.events import SyncCompleted, SyncFailed
from notifier.wording import About, News, action_lines, in_words, news_of, write_notice


def test_actions_are_listed_in_the_rosters_order_with_singular_and_plural() -> None:
    actions = {"enrolment": {"create": 1234}, "user": {"suspend": 1}, "category": {"create": 2}}
    assert action_lines(actions) == [
        "2 school categories created",
        "1 account suspended",
        "1,234 enrolments created",
    ]


def test_a_failure_without_details_is_told_in_the_words_of_its_code() -> None:
    failed = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "mode": "full", "phase": "applying"}
    event = SyncFailed.model_validate({**failed, "code": "LMS_UNREACHABLE"})
    notice = write_notice(event, About("North", "Beech Hill", "fr"), "https://bus.test")
    for written in (notice.text, notice.html):
        assert "Moodle ne répond pas ou refuse" in written
        assert "(Administrateur de Moodle)" in written
    assert "(LMS_UNREACHABLE).\n" in notice.text


@pytest.mark.parametrize(
    ("event", "news"),
    [
        ({"outcome": "clean"}, News(on_hold=False, with_errors=False)),
        ({"outcome": "held"}, News(on_hold=True, with_errors=False)),
        ({"outcome": "with_errors", "errors": 2}, News(on_hold=False, with_errors=True)),
        ({"outcome": "cancelled"}, News()),
        ({"outcome": "previewed", "dry_run": True}, News()),
        ({"outcome": "refreshed", "mode": "refresh", "errors": 2}, News()),
    ],
)
def test_what_a_runs_end_says_of_its_school(event: dict[str, object], news: News) -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "mode": "full"}
    assert news_of(SyncCompleted.model_validate(about | event)) == news


def test_a_failed_run_leaves_its_school_with_errors_unless_it_only_counted() -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "phase": "fetching", "code": "INTERNAL"}
    assert news_of(SyncFailed.model_validate(about | {"mode": "full"})) == News(with_errors=True)
    assert news_of(SyncFailed.model_validate(about | {"mode": "refresh"})) == News()


def test_a_duration_is_said_in_minutes_and_seconds() -> None:
    assert in_words(41_400) == "41 s"
    assert in_words(185_000) == "3 min 5 s"
