"""The OneRoster service itself: which answer a request for data gets."""

from aiohttp import web

from simulators.oneroster.behaviour import Behaviour
from simulators.oneroster.endpoints import PARENTS, Endpoint, Ids
from simulators.oneroster.mishaps import Mishaps
from simulators.oneroster.pages import Printer, page_links
from simulators.oneroster.query import Query, read_query
from simulators.oneroster.refusals import Refusal
from simulators.oneroster.roster import Roster, Row
from simulators.oneroster.shape import SINGULAR, Shape
from simulators.oneroster.views import Views
from simulators.shared.answers import json_answer, packed_answer

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
        ids = {name: value for name, value in request.match_info.items() if name in PARENTS}
        self._must_be_ascii(request)
        self._must_exist(ids)
        query = read_query(self._params(request), endpoint.collection, self._shape, self._behaviour)
        rows = self._steady(self._views.rows(endpoint, ids, query), query)
        start = max(0, query.offset + (self._mishaps.shift if query.offset else 0))
        body = self._printer.page(endpoint.collection, rows[start : start + query.limit], query.fields)
        headers = self._headers(request, query, len(rows))
        return packed_answer(request, body, headers) if self._behaviour.gzip else json_answer(body, headers)

    def single(self, request: web.Request, endpoint: Endpoint) -> web.Response:
        """Answer with one record of a list."""
        self._must_be_ascii(request)
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
                raise Refusal(404, "unknownobject", f"There is no such {name}.", careless=True)

    def _must_be_ascii(self, request: web.Request) -> None:
        if self._behaviour.ascii_urls and not request.raw_path.isascii():
            raise Refusal(400, "invaliddata", "The address is not percent-encoded.")

    def _params(self, request: web.Request) -> dict[str, str]:
        """Take the query's parameters; the case of their names matters where this server minds it."""
        spelling = {name.casefold(): name for name in ("limit", "offset", "sort", "orderBy", "filter", "fields")}
        params = {spelling.get(name.casefold(), name): text for name, text in request.query.items()}
        if self._behaviour.order_parameter and self._behaviour.order_parameter not in request.query:
            params.pop("orderBy", None)
        return params

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
