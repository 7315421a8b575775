"""One page of a collection: what is in it, whether it is the one of last time, what it shows of the server."""

from collections.abc import Sequence

from roster_fetcher.sources.http import Answer, digest, json_of, not_as_expected, unpack
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.traits import Trait, traits_of
from roster_fetcher.sources.protocol import KnownPage, Page
from roster_fetcher.values import text


class Part(Page):
    """A page of a collection. `overlap` counts the rows at its beginning that the page before had brought already.

    They are in `content`, but not in `rows`, and do not count as `received`.
    """

    overlap: int = 0


def page_of(name: str, answer: Answer, offset: int, expected: KnownPage | None) -> Part:
    """The page in an answer, decoded unless it is the one of last time. Raises `PassingTrouble` for what is none.

    The last byte of its digest holds its traits, so that they are known of a page that is not decoded.
    """
    body = digest(answer.body, packed=answer.packed)
    page = Part(answer.body, body, offset + 1, 0, packed=answer.packed)
    if expected and expected.digest[:-1] == body:
        page.digest, page.received = expected.digest, expected.rows
        return page
    try:
        decoded = wire.decode_page(name, json_of(answer, name))
    except wire.WrongShapeError as error:
        raise not_as_expected(answer, name, error) from None
    page.rows, page.received = decoded.rows, len(decoded.rows)
    page.digest = body + bytes([traits_of(name, decoded)])
    return page


def traits_in(page: Page) -> Trait:
    """What the page shows of the server."""
    return Trait(page.digest[-1])


def decode(name: str, page: Page) -> list[wire.Row]:
    """The rows of a page."""
    if page.rows is None:
        page.rows = _rows_in(name, page)
    return page.rows


def join(name: str, page: Part, before: Part, overlap: int) -> bool:
    """Take what the page before had out of a page that was to begin `overlap` rows earlier; whether it did.

    Pages that both are those of last time fitted together then. The page before is not marked as decoded.
    """
    fits = True
    if overlap:
        fits = page.rows is before.rows is None or _begins_with_last(name, page, before)
        if fits:
            _overlap(page, overlap)
    if page.rows:
        drop_repeats(page, _rows_in(name, before))
    return fits


def drop_repeats(page: Page, before: Sequence[wire.Row]) -> None:
    """Take out rows that the page before had as well, in the same words: they slid while we were reading."""
    assert page.rows is not None
    earlier = {row.sourced_id: row for row in before if isinstance(row, wire.Known)}
    fresh = [row for row in page.rows if not isinstance(row, wire.Known) or earlier.get(row.sourced_id) != row]
    page.repeated = len(page.rows) - len(fresh)
    page.rows = fresh


def _begins_with_last(name: str, page: Part, before: Part) -> bool:
    if page.rows is None:
        page.rows = wire.decode(name, unpack(page.content, packed=page.packed))
        page.received = len(page.rows)
    return bool(page.rows) and _same(page.rows[0], _rows_in(name, before)[-1])


def _same(row: wire.Row, other: wire.Row) -> bool:
    if isinstance(row, wire.Known) and isinstance(other, wire.Known) and text(row.sourced_id):
        return text(row.sourced_id) == text(other.sourced_id)
    return row == other


def _overlap(page: Part, overlap: int) -> None:
    page.overlap, page.first = overlap, page.first + overlap
    if page.rows is not None:
        page.rows = page.rows[overlap:]
        page.received = len(page.rows)


def _rows_in(name: str, page: Page) -> list[wire.Row]:
    """The rows without an overlap, decoded for this once if need be."""
    if page.rows is not None:
        return page.rows
    rows = wire.decode(name, unpack(page.content, packed=page.packed))
    return rows[page.overlap :] if isinstance(page, Part) else rows
