"""Metrics that all services have, in base units, with bounded labels."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_HANDLED = Counter(
    "rosterbus_events_handled_total", "Events by what became of them", ["service", "event", "outcome"]
)
EVENT_SECONDS = Histogram(
    "rosterbus_event_handle_seconds",
    "Time that a handler took",
    ["service", "event"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1500),
)
EVENTS_PUBLISHED = Counter("rosterbus_events_published_total", "Events the broker confirmed", ["service"])
PUBLISH_FAILURES = Counter(
    "rosterbus_publish_failures_total", "Attempts to publish that failed and will be repeated", ["service"]
)
OUTBOX_PENDING = Gauge("rosterbus_outbox_pending", "Events waiting to be published", ["service"])
OUTBOX_OLDEST = Gauge("rosterbus_outbox_oldest_seconds", "Age of the oldest event waiting", ["service"])
