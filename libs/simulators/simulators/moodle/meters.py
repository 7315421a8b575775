"""What the simulator counts about its clients."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SeenRequest:
    """A request as it arrived: for assertions about what was sent, and in which order."""

    function: str
    fields: int
    parameters: dict[str, Any] = field(repr=False)


@dataclass
class Meters:
    """Counts since the start or the last reset."""

    calls: Counter[str] = field(default_factory=Counter)
    """Requests by function; those that name none count under the empty name."""
    requests: deque[SeenRequest] = field(default_factory=deque)
    """The last requests, oldest first, as many as the deque holds."""
    peak_in_flight: int = 0
    peak_in_flight_by_function: Counter[str] = field(default_factory=Counter)
    most_fields: int = 0
    """The largest number of form fields in one request, before any were cut."""
    _in_flight: Counter[str] = field(default_factory=Counter)

    def reset(self) -> None:
        """Count from zero; requests in flight stay in flight."""
        self.calls.clear()
        self.requests.clear()
        self.peak_in_flight_by_function.clear()
        self.peak_in_flight = self.most_fields = 0

    @contextmanager
    def request(self, seen: SeenRequest) -> Iterator[None]:
        """Count one request, and count it as in flight for as long as the block runs."""
        self.calls[seen.function] += 1
        self.requests.append(seen)
        self.most_fields = max(self.most_fields, seen.fields)
        self._in_flight[seen.function] += 1
        self._note_peaks(seen.function)
        try:
            yield
        finally:
            self._in_flight[seen.function] -= 1

    def _note_peaks(self, function: str) -> None:
        self.peak_in_flight = max(self.peak_in_flight, self._in_flight.total())
        highest = max(self.peak_in_flight_by_function[function], self._in_flight[function])
        self.peak_in_flight_by_function[function] = highest
