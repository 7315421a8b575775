"""The OneRoster service itself: which answer a request for data gets."""

import gzip

from aiohttp import web

from simulators.oneroster.behaviour import Behaviour
from simulators.oneroster.endpoints import PARENTS, Endpoint, Ids
from simulators.oneroster.mishaps import Mishaps
from simulators.oneroster.pages import Printer, json_answer, page_links
from simulators.oneroster.query import Query, read_query
from simulators.oneroster.refusals import Refusal
from simulators.oneroster.roster import Roster, Row
from simulators.oneroster.shape import SINGULAR, Shape
from simulators.oneroster.views import Views

Rows = list[Row]

PRIME = 7919
"""By so many rows an unsteady list starts later with each request."""


class Service:
    """Lists and single records of one roster in one version's shape."""

    def __init__(self, roster: Roster, shape: Shape, behaviour: Behaviour, mishaps: Mishaps) -> None:
        self._mishaps = mishaps
        self._roster = roster
        self._shape = shape
        self._behaviour = behaviour
        self._views = Views(roster, shape, behaviour)
        self._printer = Printer(shape, behaviour.cached_rows)
        self._lists = 0

    def list(self, request: web.Request, endpoint: Endpoint) -> web.Response:
        """Answer with a page of a list."""
        ids: Ids = dict(request.match_info)
        self._must_exist(ids)
        query = read_query(_params(request), endpoint.collection, self._shape, self._behaviour)
        rows = self._steady(self._views.rows(endpoint, ids, query), query)
        start = max(0, query.offset + (self._mishaps.shift if query.offset else 0))
        body = self._printer.page(endpoint.collection, rows[start : start + query.limit], query.fields)
        return self._packed(request, body, self._headers(request, query, len(rows)))

    def single(self, request: web.Request, endpoint: Endpoint) -> web.Response:
        """Answer with one record of a list."""
        row = self._roster.find(endpoint.collection, request.match_info["id"])
        if row is None or not self._views.visible(row) or not self._lists_it(endpoint, row):
            raise Refusal(404, "unknownobject", f"There is no such record in {endpoint.path}.")
        name = SINGULAR[endpoint.collection].encode()
        return json_answer(b'{"%b":%b}' % (name, self._printer.row(endpoint.collection, row)))

    def _lists_it(self, endpoint: Endpoint, row: Row) -> bool:
        whole = endpoint.path == endpoint.collection
        return whole or any(row is one for one in endpoint.rows(self._roster, {}))

    def _must_exist(self, ids: Ids) -> None:
        for name, record_id in ids.items():
            if self._roster.find(PARENTS[name], record_id) is None:
                raise Refusal(404, "unknownobject", f"There is no such {name}.")

    def _steady(self, rows: Rows, query: Query) -> Rows:
        if query.sort or not self._mishaps.unsteady_order or not rows:
            return rows
        self._lists += 1
        start = self._lists * PRIME % len(rows)
        return rows[start:] + rows[:start]

    def _headers(self, request: web.Request, query: Query, total: int) -> dict[str, str]:
        headers = {"X-Total-Count": str(total)} if self._behaviour.total_count else {}
        if self._behaviour.links:
            headers["Link"] = page_links(request, query, total)
        return headers

    def _packed(self, request: web.Request, body: bytes, headers: dict[str, str]) -> web.Response:
        if self._behaviour.gzip and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return json_answer(body, headers)


def _params(request: web.Request) -> dict[str, str]:
    """Take the query's parameters; the case of their names does not matter, as at many servers."""
    spelling = {name.casefold(): name for name in ("limit", "offset", "sort", "orderBy", "filter", "fields")}
    return {spelling.get(name.casefold(), name): text for name, text in request.query.items()}
