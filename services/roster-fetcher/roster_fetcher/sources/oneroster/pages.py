"""One page of a collection: what is in it, whether it is the one of last time, what it shows of the server."""

from collections.abc import Sequence

from roster_fetcher.sources.http import Answer, digest, json_of, not_as_expected, unpack
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.traits import Trait, traits_of
from roster_fetcher.sources.protocol import KnownPage, Page


def page_of(name: str, answer: Answer, offset: int, expected: KnownPage | None) -> Page:
    """The page in an answer, decoded unless it is the one of last time. Raises `PassingTrouble` for what is none.

    The last byte of its digest holds its traits, so that they are known of a page that is not decoded.
    """
    body = digest(answer.body, packed=answer.packed)
    page = Page(answer.body, body, offset + 1, 0, packed=answer.packed)
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
        page.rows = wire.decode(name, unpack(page.content, packed=page.packed))
    return page.rows


def drop_repeats(page: Page, before: Sequence[wire.Row]) -> None:
    """Take out rows that the page before had as well, in the same words: they slid while we were reading."""
    assert page.rows is not None
    earlier = {row.sourced_id: row for row in before if isinstance(row, wire.Known)}
    fresh = [row for row in page.rows if not isinstance(row, wire.Known) or earlier.get(row.sourced_id) != row]
    page.repeated = len(page.rows) - len(fresh)
    page.rows = fresh
