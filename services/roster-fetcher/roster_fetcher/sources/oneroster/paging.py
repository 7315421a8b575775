"""How far the reading of one collection has come: pure decisions on limit and offset paging.

Servers cut `limit` without a word, so the offset advances by the rows that came, and a short page means nothing. A
collection ends with a page that brings nothing new, or when as many rows have come as X-Total-Count says there are.
"""


class Paging:
    """Counts the rows of one collection. `announced` is the largest X-Total-Count seen, None if there was none."""

    def __init__(self) -> None:
        self.announced: int | None = None
        self.received = 0
        self.repeated = 0
        self.ended = False

    def took(self, rows: int, repeated: int, announced: int | None) -> None:
        """A page came; `repeated` of its rows the page before had had too."""
        self.received += rows
        self.repeated += repeated
        if announced is not None:
            self.announced = max(announced, self.announced or 0)
        nothing_new = rows == repeated
        self.ended = nothing_new or (self.announced is not None and self.distinct >= self.announced)

    @property
    def distinct(self) -> int:
        """Rows that came for the first time."""
        return self.received - self.repeated

    def missing(self) -> str:
        """Why rows may be missing, as a sentence; blank if none are.

        A row that comes twice shows that rows moved while they were read, so another may have slipped through; only
        the announced number can prove that none did.
        """
        if self.announced is not None and self.distinct < self.announced:
            return f"The source announced {self.announced} rows and gave {self.distinct}."
        if self.announced is None and self.repeated:
            return "Rows moved while they were read, and the source does not say how many there are."
        return ""


def announced_rows(header: str | None) -> int | None:
    """The number in an X-Total-Count header; None if it is missing or no number."""
    return int(header) if header and header.isascii() and header.isdecimal() else None
