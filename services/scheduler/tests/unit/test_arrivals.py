"""A package is waited for with, but not for ever."""

from datetime import UTC, datetime, timedelta

from common.envelope import Envelope
from scheduler.arrivals import is_fresh

from ..support.north import an_arrival

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_package_is_fresh_for_six_hours() -> None:
    assert is_fresh(Envelope(an_arrival(), "test", time=NOW - timedelta(hours=5)), NOW)
    assert not is_fresh(Envelope(an_arrival(), "test", time=NOW - timedelta(hours=7)), NOW)
