"""How far the reading of one collection has come: pure decisions on limit and offset paging.

Servers cut `limit` without a word, so the offset advances by the rows that came, and a short page means nothing. A
collection ends with a page that brings nothing new, or when as many rows have come as X-Total-Count says there are.

Without that number a row that is removed meanwhile goes unseen: the rows behind it slide up, and the next page begins
after one that never came. So each following page then begins one row earlier, with the last row that came (`overlap`).
"""


class Paging:
    """Counts the rows of one collection. `announced` is the largest X-Total-Count seen, None if there was none.

    `position` is the offset of the first row that was not asked for yet; `moved`, that an overlap did not fit.
    """

    def __init__(self) -> None:
        self.announced: int | None = None
        self.pages = 0
        self.received = 0
        self.repeated = 0
        self.position = 0
        self.moved = False
        self.ended = False
        self._length = 0
        self._regular = True

    def took(self, rows: int, repeated: int, announced: int | None, *, moved: bool = False) -> None:
        """A page came; `repeated` of its rows the page before had had too.

        `rows` are without the one of an overlap, unless that was another one than expected: then they `moved`.
        """
        nothing_new = rows == repeated
        self._step(rows, nothing_new=nothing_new, moved=moved)
        self._length = self._length or rows
        known = self.pages == 0 or announced == self.announced
        self._regular = self._regular and known and not repeated and rows == self._length
        self.pages += 1
        self.received += rows
        self.repeated += repeated
        if announced is not None:
            self.announced = max(announced, self.announced or 0)
        # Where one row earlier brings the page before once more, the server may know whole pages only.
        again = moved and rows > 0
        self.ended = (nothing_new and not again) or (self.announced is not None and self.distinct >= self.announced)

    @property
    def overlap(self) -> int:
        """Rows by which the next page begins earlier; none where all of a server's pages may be of one row."""
        return int(self.announced is None and self._length > 1 and not self.moved)

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
        offsets = range(self.position, self.announced, self._length)[:most]
        return {offset: self.pages + place for place, offset in enumerate(offsets)}

    def missing(self) -> str:
        """Why rows may be missing, as a sentence; blank if none are.

        A row that comes twice shows that rows moved while they were read, so another may have slipped through; only
        the announced number can prove that none did.
        """
        if self.announced is not None and self.distinct < self.announced:
            return f"The source announced {self.announced} rows and gave {self.distinct}."
        if self.moved or (self.announced is None and self.repeated):
            return "Rows moved while they were read, and the source does not say how many there are."
        return ""

    def _step(self, rows: int, *, nothing_new: bool, moved: bool) -> None:
        self.moved = self.moved or moved
        if not moved:
            self.position += rows
        elif not nothing_new:
            self.position += rows - 1


def announced_rows(header: str | None) -> int | None:
    """The number in an X-Total-Count header; None if it is missing or no number."""
    return int(header) if header and header.isascii() and header.isdecimal() else None
