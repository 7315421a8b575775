"""What a web-service function is: its code, its parameters, and how it treats a batch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.moodle.parameters import One


@dataclass(frozen=True)
class Function:
    """One entry of the table in `catalogue.py`."""

    run: Callable[..., Any]
    """Called with a Call and the checked parameters by name; its result goes to the client as it is."""
    parameters: One
    writes: bool = False
    records: str | None = None
    """The parameter that holds the list of records, if there is one: it decides what a call costs."""
    per_element: bool = False
    """Whether one bad record leaves the others alone. Otherwise a batch is all or nothing."""
    item: str | None = None
    """What warnings call a record, where they name it."""

    def record_count(self, given: dict[str, Any]) -> int:
        """How many records a request carries, judged by its unchecked parameters; at least one."""
        records = given.get(self.records) if self.records else None
        return max(1, len(records)) if isinstance(records, dict) else 1
