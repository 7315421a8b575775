"""How long we wait for a source before a run gives up."""

from dataclasses import dataclass
from random import uniform


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits for one request, in seconds but for `attempts` and `failures`.

    `budget` bounds all attempts together, waits that the source asks for (Retry-After) included. Before each of them,
    a request waits for its turn within the source's limit: at the most `attempts` times, should others be faster, and
    each time no longer than `budget`. `answer` is the longest silence within one attempt. Waits double from
    `first_wait` to `longest_wait`, with jitter. After so many `failures`, run after run, the source is left alone for a
    while.
    """

    attempts: int = 6
    budget: float = 90
    answer: float = 30
    first_wait: float = 0.5
    longest_wait: float = 10
    failures: int = 5

    def jittered(self, wait: float) -> float:
        """The wait and up to a twentieth more: those who were all told the same shall not all start at once."""
        return wait + uniform(0, self.first_wait + wait / 20)  # noqa: S311 - spreading, not secrecy
