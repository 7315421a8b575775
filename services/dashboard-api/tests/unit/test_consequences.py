"""What a plan comes to for people, in one sentence."""

from dataclasses import replace

import pytest

from dashboard_api.queries.plans import Consequences
from dashboard_api.words.consequences import additions, sentence
from dashboard_api.words.holds import guard_sentence

NOTHING = Consequences(0, False, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
LOSING = replace(NOTHING, people_losing=12, only_students=True, courses_lost=3, graded=4, changes=20)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (NOTHING, "Nothing changes."),
        (LOSING, "12 students lose access to 3 courses; 4 have graded work."),
        (
            replace(LOSING, people_losing=1, only_students=False, courses_lost=1, graded=1),
            "1 person loses access to 1 course; 1 has graded work.",
        ),
        (
            replace(LOSING, graded=0, grades_unknown=12),
            "12 students lose access to 3 courses; nobody looked whether there is graded work.",
        ),
        (
            replace(LOSING, graded=1, grades_unknown=2, accounts_suspended=1, courses_hidden=2, memberships_ended=1),
            "12 students lose access to 3 courses, 1 account is suspended, 2 courses are hidden and 1 place in a "
            "group, cohort or role ends; 1 has graded work; nobody looked whether 2 of them have graded work.",
        ),
        (
            replace(NOTHING, accounts_new=1421, courses_new=1, changes=2000),
            "Nobody loses access; 1,421 new accounts and 1 new course.",
        ),
        (replace(NOTHING, changes=3), "Nobody loses access; 3 changes."),
    ],
)
def test_consequences_are_one_sentence(of: Consequences, words: str) -> None:
    assert sentence(of) == words


def test_what_is_new_beside_what_ends_is_told_after_it() -> None:
    assert additions(replace(LOSING, accounts_new=2, enrolments_new=1)) == (
        "Besides, there are 2 new accounts and 1 new enrolment."
    )
    assert additions(LOSING) == additions(replace(NOTHING, accounts_new=2, changes=2)) == ""


def test_a_guard_says_how_many_of_how_many() -> None:
    guard = {"entity": "user", "subject": "", "count": 1200, "of": 4000, "limit": 400}
    assert guard_sentence(guard) == "People: 1,200 of 4,000; up to 400 are changed without asking."
    one = {"entity": "class", "subject": "c-1", "count": 9, "of": 10, "limit": 1}
    assert guard_sentence(one) == "Classes (c-1): 9 of 10; up to 1 is changed without asking."
