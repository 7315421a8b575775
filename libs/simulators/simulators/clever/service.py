"""The Data API itself: which answer a request for data gets."""

from collections.abc import Iterable

from aiohttp import web

from simulators.clever.behaviour import ROOT, Behaviour
from simulators.clever.feed import Feed, Happening
from simulators.clever.lists import Listing
from simulators.clever.paging import Slice, cut_page, page_links, uri_of
from simulators.clever.refusals import Refusal
from simulators.clever.store import Store
from simulators.shared.answers import json_answer, packed_answer

Ids = list[str]


class Service:
    """Lists, single records and events of one district."""

    def __init__(self, store: Store, feed: Feed, behaviour: Behaviour) -> None:
        self._store = store
        self._feed = feed
        self._behaviour = behaviour

    def list(self, request: web.Request, listing: Listing) -> web.Response:
        """Answer with a page of a list."""
        params = {**request.query, **request.match_info}
        if listing.parent and params["id"] not in self._store[listing.parent]:
            raise Refusal(404, "Resource not found.")
        ids = listing.ids(self._store, params)
        part = cut_page(ids, params, self._behaviour)
        collection = self._store[listing.collection]
        rows = ((key, collection.json(key) or b"") for key in ids[part.start : part.end])
        counted = not listing.parent and params.get("count") == "true"
        return self._page(request, listing.collection, rows, ids, part, counted=counted)

    def single(self, request: web.Request, listing: Listing) -> web.Response:
        """Answer with one record."""
        record_id = request.match_info["id"]
        found = self._store[listing.collection].json(record_id)
        if found is None:
            raise Refusal(404, "Resource not found.")
        return _one(listing.collection, record_id, found)

    def events(self, request: web.Request) -> web.Response:
        """Answer with a page of events, oldest first; `ending_before=last` gives the newest."""
        self._check_events()
        chosen = self._feed.chosen(request.query.getall("record_type", []), request.query.get("school", ""))
        ids = [event.id for event in chosen]
        part = cut_page(ids, request.query, self._behaviour)
        rows = ((event.id, event.body) for event in chosen[part.start : part.end])
        return self._page(request, "events", rows, ids, part)

    def event(self, request: web.Request) -> web.Response:
        """Answer with one event, as long as it is kept."""
        self._check_events()
        event_id = request.match_info["id"]
        found: Happening | None = next((event for event in self._feed.all() if event.id == event_id), None)
        if found is None:
            raise Refusal(404, "Resource not found.")
        return _one("events", event_id, found.body)

    def _check_events(self) -> None:
        if not self._feed.on and self._behaviour.events_off == "forbidden":
            raise Refusal(403, "Events are not enabled for this application.")

    def _page(
        self,
        request: web.Request,
        collection: str,
        rows: Iterable[tuple[str, bytes]],
        ids: Ids,
        part: Slice,
        *,
        counted: bool = False,
    ) -> web.Response:
        data = b",".join(b'{"data":%b,"uri":"%b"}' % (row, uri_of(ROOT, collection, key)) for key, row in rows)
        links = page_links(request.rel_url.raw_path, [*request.query.items()], ids, part)
        count = b',"count":%d' % len(ids) if counted else b""
        body = b'{"data":[%b],"links":%b%b}' % (data, links, count)
        return packed_answer(request, body) if self._behaviour.gzip else json_answer(body)


def _one(collection: str, record_id: str, record: bytes) -> web.Response:
    uri = uri_of(ROOT, collection, record_id)
    return json_answer(b'{"data":%b,"links":[{"rel":"self","uri":"%b"}]}' % (record, uri))
