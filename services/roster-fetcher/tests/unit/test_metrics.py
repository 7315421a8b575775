"""What the service measures of a reading."""

from prometheus_client import REGISTRY

from roster_fetcher.ledger import Entry
from roster_fetcher.metrics import ROWS_UNACCOUNTED, measure


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def test_rows_are_counted_by_what_became_of_them() -> None:
    before = value("rosterbus_rows_read_total", entity="term", outcome="kept")
    measure([Entry("terms", "term", received=3, kept=2, skipped=1)], {"terms": 3})
    assert value("rosterbus_rows_read_total", entity="term", outcome="kept") == before + 2
    assert value("rosterbus_rows_unaccounted_total", entity="term") == 0


def test_a_row_that_ended_in_no_outcome_is_counted_as_such() -> None:
    measure([Entry("courses", "course", received=3, kept=3)], {"courses": 5})
    assert value("rosterbus_rows_unaccounted_total", entity="course") == 2
    ROWS_UNACCOUNTED.clear()
