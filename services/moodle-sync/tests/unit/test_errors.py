"""What Moodle's statuses mean, and what is worth asking again."""

import pytest

from common.errors import Permanent
from moodle_sync.moodle.errors import LONGEST_WAIT, NoAnswer, Refused, from_status, is_worth_repeating


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_or_broken_site_is_asked_again(status: int) -> None:
    assert is_worth_repeating(from_status("core_user_create_users", status))


@pytest.mark.parametrize("status", [301, 401, 403, 404])
def test_a_status_that_no_web_service_gives_is_not_asked_again(status: int) -> None:
    error = from_status("core_user_create_users", status)
    assert isinstance(error, Permanent)
    assert not is_worth_repeating(error)


def test_a_refusal_is_not_asked_again() -> None:
    assert not is_worth_repeating(Refused("core_user_create_users", "invalidparameter", "Invalid parameter"))


def test_quiet_is_kept_as_long_as_a_run_can_wait_and_no_longer() -> None:
    assert is_worth_repeating(from_status("core_user_create_users", 429, LONGEST_WAIT))
    too_long = from_status("core_user_create_users", 429, 3600)
    assert isinstance(too_long, NoAnswer)
    assert not is_worth_repeating(too_long)
    assert str(too_long) == "Moodle answered core_user_create_users with HTTP 429 and asks for 3600 seconds of quiet."
