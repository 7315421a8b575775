"""Tables as CSV (RFC 4180) that spreadsheets open without harm: no cell of ours is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

BOM = "\ufeff"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How texts begin that spreadsheets take for formulas, also in full width (OWASP, CSV Injection)."""

Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """`bom`: Excel takes the file for UTF-8 only with it. `separator`: Excel's own where commas are decimal signs."""

    bom: bool = False
    separator: Literal[",", ";"] = ","

    def beginning(self, header: Sequence[str]) -> str:
        """What stands before the rows."""
        return (BOM if self.bom else "") + self.lines([header])

    def lines(self, rows: Iterable[Sequence[Cell]]) -> str:
        """The rows, a line each."""
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator).writerows([_plain(cell) for cell in row] for row in rows)
        return text.getvalue()


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return str(cell)
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
