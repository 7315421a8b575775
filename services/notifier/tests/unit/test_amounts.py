"""Numbers, durations and times."""

from datetime import UTC, datetime

import pytest

from common.language import speaking
from notifier.amounts import duration, exact, number


def test_a_duration_is_said_in_units_that_fit_it() -> None:
    assert duration(41_400) == "41 s"
    assert duration(180_000) == "3 min"
    assert duration(185_000) == "3 min 5 s"
    assert duration(4_320_000) == "1 h 12 min"


@pytest.mark.parametrize(
    ("locale", "amount", "time", "long"),
    [
        ("en", "1,470", "Sun 22 Nov 2026, 20:03 CET", "1 h 12 min"),
        ("nl-BE", "1.470", "zo 22 nov 2026, 20:03 CET", "1 u 12 min"),
        ("fr_CA", "1\u202f470", "dim. 22 nov. 2026, 20:03 CET", "1 h 12 min"),
        ("de", "1,470", "Sun 22 Nov 2026, 20:03 CET", "1 h 12 min"),
    ],
)
def test_each_language_writes_them_its_own_way(locale: str, amount: str, time: str, long: str) -> None:
    with speaking(locale):
        assert number(1470) == amount
        assert exact(datetime(2026, 11, 22, 19, 3, tzinfo=UTC), "Europe/Brussels") == time
        assert duration(4_320_000) == long
