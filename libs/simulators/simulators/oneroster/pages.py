"""Pages of a list: the slice, its JSON, and the headers that tell how it goes on."""

from collections.abc import Sequence

from aiohttp import web

from simulators.oneroster.query import Query
from simulators.oneroster.roster import Row
from simulators.oneroster.shape import Shape


class Printer:
    """Makes the JSON of rows, and keeps that of the first so many."""

    def __init__(self, shape: Shape, kept: int) -> None:
        self._shape = shape
        self._left = kept

    def page(self, collection: str, rows: Sequence[Row], fields: Sequence[str] | None) -> bytes:
        """Make the body of a page."""
        if fields is None:
            objects = [row.json or self.row(collection, row) for row in rows]
        else:
            objects = [self._shape.encode(collection, row.record, fields) for row in rows]
        return b'{"%b":[%b]}' % (collection.encode(), b",".join(objects))

    def row(self, collection: str, row: Row) -> bytes:
        """Make one record's object."""
        made = row.json or self._shape.encode(collection, row.record)
        if row.json is None and self._left > 0:
            row.json = made
            self._left -= 1
        return made


def page_links(request: web.Request, query: Query, total: int) -> str:
    """Make the Link header: first and last always, prev and next where there is one."""
    last = (total - 1) // query.limit * query.limit if total else 0
    offsets = {"first": 0, "last": last}
    if query.offset + query.limit < total:
        offsets["next"] = query.offset + query.limit
    if query.offset > 0:
        offsets["prev"] = max(0, query.offset - query.limit)
    return ", ".join(
        f'<{request.url.update_query(limit=query.limit, offset=offset)}>; rel="{name}"'
        for name, offset in offsets.items()
    )
