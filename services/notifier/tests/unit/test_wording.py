"""What a notice says."""

from uuid import uuid4

from common.events import SyncFailed
from notifier.wording import About, action_lines, in_words, write_notice


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


def test_a_duration_is_said_in_minutes_and_seconds() -> None:
    assert in_words(41_400) == "41 s"
    assert in_words(185_000) == "3 min 5 s"
