"""What a notice says."""

from typing import get_args
from uuid import uuid4

import pytest

from common.catalogue import LANGUAGES
from common.event_model import TrippedGuard
from common.events import SyncCompleted, SyncFailed, SyncHeld
from notifier.hold_words import hold_words
from notifier.wording import ENTITIES, OUTCOMES, About, News, action_lines, in_words, news_of, write_hold, write_notice


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
        ({"outcome": "clean"}, News(with_errors=False)),
        ({"outcome": "clean", "lifts_hold": True}, News(on_hold=False, with_errors=False)),
        ({"outcome": "held"}, News(on_hold=True, with_errors=False)),
        ({"outcome": "with_errors", "errors": 2}, News(with_errors=True)),
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


def test_a_devices_failure_is_told_as_the_devices_and_leaves_its_school_as_it_was() -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "mode": "nightly", "phase": "applying"}
    event = SyncFailed.model_validate(about | {"code": "DEVICE_SYNC_MISSING", "device_id": uuid4()})
    notice = write_notice(event, About("North", "Beech Hill", "en"), "https://bus.test")
    assert notice.subject == "Beech Hill: device sync failed"
    assert "The device sync failed" in notice.text
    assert news_of(event) == News()


def test_a_duration_is_said_in_minutes_and_seconds() -> None:
    assert in_words(41_400) == "41 s"
    assert in_words(185_000) == "3 min 5 s"


def test_every_outcome_has_a_word() -> None:
    assert set(OUTCOMES) == set(get_args(SyncCompleted.model_fields["outcome"].annotation))


def a_hold(operations: int) -> SyncHeld:
    guard = TrippedGuard(code="CLASS_TURNOVER", entity="enrolment", subject="c-1", count=9, of=10, limit=6)
    event = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "hold_id": uuid4(), "plan_hash": "h"}
    return SyncHeld.model_validate({**event, "guards": (guard,), "operations": {"enrolment": {"suspend": operations}}})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hold_is_told_in_each_language_of_the_catalogue(language: str) -> None:
    words, event = hold_words(language), a_hold(12)
    assert set(words.entities) == set(ENTITIES)
    notice = write_hold(event, About("North", "Beech Hill", language), "https://bus.test")
    for written in (notice.text, notice.html):
        assert "(CLASS_TURNOVER)" in written
        assert str(event.hold_id) in written
        assert "{" not in written
    assert f'<html lang="{language}">' in notice.html


def test_one_change_waits() -> None:
    notice = write_hold(a_hold(1), About("North", "Beech Hill", "en"), "https://bus.test/")
    assert notice.subject == "Beech Hill: 1 change waits for a decision"
    assert "- Enrolments (c-1): 9 of 10; up to 6 are changed without asking. " in notice.text
