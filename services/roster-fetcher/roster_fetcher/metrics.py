"""What this service measures, beside what all services do."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

import structlog
from prometheus_client import Counter

from roster_fetcher.ledger import Entry

log = structlog.get_logger()

ROWS_READ = Counter("rosterbus_rows_read_total", "Source rows by what became of them", ["entity", "outcome"])
ROWS_UNACCOUNTED = Counter(
    "rosterbus_rows_unaccounted_total", "Source rows that came and ended in no outcome; must stay 0", ["entity"]
)
BYTES = Counter("rosterbus_source_bytes_total", "Bytes on the wire between us and sources", ["direction"])
REQUESTS = Counter("rosterbus_source_requests_total", "Requests to sources by how they were answered", ["outcome"])
PACE_SECONDS = Counter(
    "rosterbus_source_pace_seconds_total", "Seconds that requests waited for their turn within a source's limit"
)
BREAKER = Counter(
    "rosterbus_source_breaker_total", "Sources left alone (open), tried (half_open), asked as usual (closed)", ["state"]
)
ANSWERS = {2: "answered", 5: "failed"}
"""Outcomes of requests by the first digit of the answer's status; others are refused."""


def measure(ledger: Iterable[Entry], came: Mapping[str, int]) -> None:
    """Count what a run has read; `came` are each endpoint's rows as they arrived, before anything became of them."""
    for entry in ledger:
        lost = came[entry.endpoint] - entry.received
        if lost:
            log.error("rows ended in no outcome", endpoint=entry.endpoint, rows=lost)
            ROWS_UNACCOUNTED.labels(entry.entity).inc(abs(lost))
        for outcome, rows in entry.outcomes().items():
            ROWS_READ.labels(entry.entity, outcome).inc(rows)
        BYTES.labels("up").inc(entry.bytes_up)
        BYTES.labels("down").inc(entry.bytes_down)


def count_request(status: int | None) -> None:
    """Count a request by its answer's HTTP status; None: there was no answer."""
    if status is None:
        outcome = "no_answer"
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        outcome = "too_many"
    else:
        outcome = ANSWERS.get(status // 100, "refused")
    REQUESTS.labels(outcome).inc()
