"""From when on changes are asked for."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from roster_fetcher.sources.oneroster.changes import Since, changed_since, cursor_of, read_cursor, server_time

BEGAN = datetime(2026, 11, 20, 2, 30, 15, 900_000, tzinfo=UTC)


def test_the_next_reading_goes_back_an_hour_behind_the_start_of_this_one() -> None:
    cursor = cursor_of(BEGAN, by_guardians=False, undated=False)
    assert cursor == ("2026-11-20T01:30:15.000Z", "")
    tokyo = BEGAN.astimezone(timezone(timedelta(hours=9)))
    assert cursor_of(tokyo, by_guardians=False, undated=False) == cursor


def test_undated_rows_make_it_doubtful() -> None:
    assert "without dateLastModified" in cursor_of(BEGAN, by_guardians=False, undated=True).doubt


@pytest.mark.parametrize("by_guardians", [True, False])
def test_a_cursor_is_read_as_it_was_written(by_guardians: bool) -> None:
    value = cursor_of(BEGAN, by_guardians=by_guardians, undated=False).value
    assert read_cursor(value) == Since("2026-11-20T01:30:15.000Z", by_guardians)


def test_the_filter_is_that_of_the_standard() -> None:
    assert changed_since(Since("2026-11-20T01:30:15.000Z", False)) == "dateLastModified>='2026-11-20T01:30:15.000Z'"


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("Fri, 20 Nov 2026 02:30:15 GMT", datetime(2026, 11, 20, 2, 30, 15, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_servers_own_clock_is_read_from_its_answers(header: str, moment: datetime | None) -> None:
    assert server_time({"Date": header}) == moment
    assert server_time({}) is None
