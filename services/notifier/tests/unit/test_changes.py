"""What a run did, or what waits, in numbers and words."""

import re

import pytest

from common.language import LANGUAGES, speaking
from notifier.changes import ENTITIES, WAITING, what_waits, what_was_done


def test_changes_stand_in_the_order_of_a_run_and_those_that_take_away_last() -> None:
    actions = {"enrolment": {"unenrol": 2, "create": 1234}, "user": {"suspend": 1}, "course": {"hide": 2}}
    assert what_was_done(actions) == [
        ("Courses", "2 hidden"),
        ("Accounts", "1 suspended"),
        ("Enrolments", "1,234 created and 2 un-enrolled"),
    ]


def test_what_waits_is_not_told_as_done() -> None:
    assert what_waits({"enrolment": {"suspend": 31}}) == [("Enrolments", "31 to suspend")]


def test_nothing_done_is_told_by_no_row() -> None:
    assert what_was_done({"user": {}, "course": {"create": 0}}) == []


@pytest.mark.parametrize(
    ("locale", "row"),
    [
        ("nl", ("Accounts", "1.200 aangemaakt en 1 geschorst")),
        ("fr", ("Comptes", "1\u202f200 créations et 1 suspension")),
    ],
)
def test_numbers_and_plurals_are_those_of_the_language(locale: str, row: tuple[str, str]) -> None:
    with speaking(locale):
        assert what_was_done({"user": {"create": 1200, "suspend": 1}}) == [row]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_change_has_words_of_its_own(language: str) -> None:
    one_of_each = {entity: dict.fromkeys(WAITING, 1) for entity in ENTITIES}
    with speaking(language):
        for rows in (what_was_done(one_of_each), what_waits(one_of_each)):
            assert len({name for name, _ in rows}) == len(ENTITIES)
            assert {len(set(re.split(", | and | en | et ", said))) for _, said in rows} == {len(WAITING)}
