"""Pages of a list: the slice, and what `meta` says of how it goes on."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from yarl import URL

from simulators.wonde.query import Query

Row = TypeVar("Row")


def take_page(rows: Sequence[Row], key: Callable[[Row], str], query: Query, shift: int) -> tuple[Sequence[Row], str]:
    """Cut out the page that is asked for, and say which comes next: a number or a cursor, blank at the end.

    Rows are sorted by their key. Pages by number slide by `shift` rows after the first; those by cursor never do.
    """
    if query.by_cursor:
        left = [row for row in rows if key(row) > query.after]
        first = left[: query.per_page]
        return first, key(first[-1]) if len(left) > len(first) else ""
    start = (query.page - 1) * query.per_page
    if start:
        start = max(0, start + shift)
    return rows[start : start + query.per_page], str(query.page + 1) if start + query.per_page < len(rows) else ""


def pagination(url: URL, query: Query, next_page: str) -> dict[str, Any] | None:
    """Make `meta.pagination`; none if everything is on one page and no size was asked for."""
    if not next_page and not query.paged and query.page == 1 and not query.after:
        return None
    name = "cursor" if query.by_cursor else "page"
    shown = {
        "next": str(url.update_query({name: next_page})) if next_page else None,
        "previous": None,
        "more": bool(next_page),
        "per_page": query.per_page,
    }
    if query.by_cursor:
        return shown
    before = {"previous": str(url.update_query(page=query.page - 1))} if query.page > 1 else {}
    return shown | before | {"current_page": query.page}
