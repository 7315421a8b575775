"""How long we wait for a source before a run gives up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits for one request, in seconds but for `attempts`.

    `budget` bounds all attempts together, waits that the source asks for (Retry-After) included; `answer` is the
    longest silence within one attempt. Waits double from `first_wait` to `longest_wait`, with jitter.
    """

    attempts: int = 6
    budget: float = 60
    answer: float = 30
    first_wait: float = 0.5
    longest_wait: float = 10
