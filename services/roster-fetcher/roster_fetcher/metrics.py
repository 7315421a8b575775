"""What this service measures, beside what all services do."""

from collections.abc import Iterable

from prometheus_client import Counter

from roster_fetcher.ledger import Entry

ROWS_READ = Counter("rosterbus_rows_read_total", "Source rows by what became of them", ["entity", "outcome"])
BYTES = Counter("rosterbus_source_bytes_total", "Bytes on the wire between us and sources", ["direction"])


def measure(ledger: Iterable[Entry]) -> None:
    """Count what a run has read."""
    for entry in ledger:
        for outcome, rows in entry.outcomes().items():
            ROWS_READ.labels(entry.entity, outcome).inc(rows)
        BYTES.labels("up").inc(entry.bytes_up)
        BYTES.labels("down").inc(entry.bytes_down)
