"""Moments in sentences, and waits as servers ask for them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from common.moments import in_words, retry_after


def test_sentences_say_moments_in_utc() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=1)))
    assert in_words(noon) == "2026-11-23 11:00:00 UTC"


def test_retry_after_is_a_number_or_a_date() -> None:
    assert retry_after({"Retry-After": "60"}) == 60
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)}) == (
        pytest.approx(90, abs=2)
    )
    assert retry_after({}) is None


def test_nobody_is_kept_waiting_for_longer_than_a_day() -> None:
    assert retry_after({"Retry-After": "9" * 400}) == 86_400
