"""What the service has measured so far."""

from roster_fetcher.metrics import ROWS_UNACCOUNTED


def unaccounted() -> float:
    """Rows that came and ended in no outcome."""
    samples = (sample for metric in ROWS_UNACCOUNTED.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))
