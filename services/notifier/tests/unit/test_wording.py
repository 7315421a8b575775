"""What a notice says."""

from notifier.wording import action_lines, in_words


def test_actions_are_listed_in_the_rosters_order_with_singular_and_plural() -> None:
    actions = {"enrolment": {"create": 1234}, "user": {"suspend": 1}, "category": {"create": 2}}
    assert action_lines(actions) == [
        "2 school categories created",
        "1 account suspended",
        "1,234 enrolments created",
    ]


def test_a_duration_is_said_in_minutes_and_seconds() -> None:
    assert in_words(41_400) == "41 s"
    assert in_words(185_000) == "3 min 5 s"
