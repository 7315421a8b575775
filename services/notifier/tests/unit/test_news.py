"""What a run's end says of its school."""

from uuid import uuid4

import pytest

from common.events import SyncCompleted, SyncFailed
from notifier.news import News, news_of


@pytest.mark.parametrize(
    ("event", "news"),
    [
        ({"outcome": "clean"}, News(with_errors=False)),
        ({"outcome": "clean", "lifts_hold": True}, News(on_hold=False, with_errors=False)),
        ({"outcome": "held"}, News(on_hold=True, with_errors=False)),
        ({"outcome": "with_errors", "errors": 2}, News(with_errors=True)),
        ({"outcome": "cancelled"}, News()),
        ({"outcome": "previewed", "dry_run": True}, News()),
        ({"outcome": "refreshed", "mode": "refresh", "errors": 2}, News()),
    ],
)
def test_what_a_runs_end_says_of_its_school(event: dict[str, object], news: News) -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "mode": "full"}
    assert news_of(SyncCompleted.model_validate(about | event)) == news


def test_a_failed_run_leaves_its_school_with_errors_unless_it_only_counted() -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "phase": "fetching", "code": "INTERNAL"}
    assert news_of(SyncFailed.model_validate(about | {"mode": "full"})) == News(with_errors=True)
    assert news_of(SyncFailed.model_validate(about | {"mode": "refresh"})) == News()


def test_a_devices_failure_leaves_its_school_as_it_was() -> None:
    about = {"district_id": "north", "run_id": uuid4(), "school_id": uuid4(), "mode": "nightly", "phase": "applying"}
    assert news_of(SyncFailed.model_validate(about | {"code": "DEVICE_SYNC_MISSING", "device_id": uuid4()})) == News()
