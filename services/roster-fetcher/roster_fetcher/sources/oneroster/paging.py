"""How far the reading of one collection has come: pure decisions on limit and offset paging.

Servers cut `limit` without a word, so the offset advances by the rows that came, and a short page means nothing. A
collection ends with a page that brings nothing new, or when as many rows have come as X-Total-Count says there are.
"""


class Paging:
    """Counts the rows of one collection. `announced` is the largest X-Total-Count seen, None if there was none."""

    def __init__(self) -> None:
        self.announced: int | None = None
        self.pages = 0
        self.received = 0
        self.repeated = 0
        self.ended = False
        self._length = 0
        self._regular = True

    def took(self, rows: int, repeated: int, announced: int | None) -> None:
        """A page came; `repeated` of its rows the page before had had too."""
        self._length = self._length or rows
        known = self.pages == 0 or announced == self.announced
        self._regular = self._regular and known and not repeated and rows == self._length
        self.pages += 1
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

    def ahead(self, most: int) -> dict[int, int]:
        """The pages, at most so many, that can be asked for at once now: offsets and how manieth they are (from 0).

        That takes a known end, and pages of one length as far as they came; none where they must come in turn.
        """
        if most < 2 or self.ended or not self._regular or not self.announced:
            return {}
        offsets = range(self.received, self.announced, self._length)[:most]
        return {offset: self.pages + place for place, offset in enumerate(offsets)}

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
