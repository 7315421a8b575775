"""What a page of a list is: its rows as JSON, made by PostgreSQL, and where the next page begins."""

import json
from dataclasses import dataclass
from typing import Any

from common.db import Row


@dataclass(frozen=True, slots=True)
class Page:
    """`items` is a JSON array; `next` the sort key of the last row where more follow."""

    items: str
    next: list[str] | None

    @classmethod
    def of(cls, row: Row) -> "Page":
        """From a row with `items` and `next`, both JSON text."""
        return cls(row["items"], json.loads(row["next"]) if row["next"] else None)

    def rows(self) -> list[dict[str, Any]]:
        """The rows for a template."""
        rows: list[dict[str, Any]] = json.loads(self.items)
        return rows
