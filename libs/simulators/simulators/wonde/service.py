"""Wonde itself: which answer a request for data gets."""

from collections.abc import Callable, Collection
from operator import attrgetter
from typing import Any

import msgspec
from aiohttp import web
from yarl import URL

from simulators.shared.answers import json_answer
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.includes import check_includes, names
from simulators.wonde.keys import Keys
from simulators.wonde.mishaps import Mishaps
from simulators.wonde.pages import pagination, take_page
from simulators.wonde.query import Query, read_query
from simulators.wonde.records import KINDS, Access, Deletion, School
from simulators.wonde.refusals import Refusal, not_found
from simulators.wonde.roster import Roster, present
from simulators.wonde.schools import is_listed, show_permissions, show_school
from simulators.wonde.shape import Shape, Shown

BY_ID = attrgetter("id")


class Service:
    """Lists and single records. `address` gives the public address of this server."""

    def __init__(
        self, roster: Roster, behaviour: Behaviour, mishaps: Mishaps, keys: Keys, address: Callable[[], str]
    ) -> None:
        self._roster = roster
        self._behaviour = behaviour
        self._mishaps = mishaps
        self._keys = keys
        self._address = address

    def schools(self, request: web.Request, name: str) -> web.Response:
        """Answer with the schools of one list."""
        opened = self._keys.check(request.headers.get("Authorization", ""))
        found = [s for s in self._roster.schools.values() if is_listed(s, name) and (opened is None or s.id in opened)]
        query = read_query(request.query, "schools", self._behaviour)
        return self._page(request, sorted(found, key=BY_ID), query, lambda school: show_school(school, self._here))

    def school(self, request: web.Request) -> web.Response:
        """Answer with one school, whatever its state."""
        return _answer({"data": show_school(self._school(request), self._here), "meta": {}})

    def permissions(self, request: web.Request) -> web.Response:
        """Answer with what the school grants."""
        self._school(request)
        return _answer({"data": show_permissions(self._mishaps.revoked), "meta": {}})

    def request_access(self, request: web.Request, access: Access) -> web.Response:
        """Ask a school for access, or give it back."""
        self._school(request).access = access
        self._roster.changes += 1
        return _answer({"success": True, "state": access})

    def records(self, request: web.Request, kind: str) -> web.Response:
        """Answer with a page of a school's collection."""
        school, query = self._shared(request, kind), read_query(request.query, kind, self._behaviour)
        mishaps, status = self._mishaps, self._behaviour.include_status
        check_includes(query.includes, kind, revoked=mishaps.revoked, refused=mishaps.refused_includes, status=status)
        rows = [row for row in self._held(school, kind) if query.keeps(row.updated_at)]
        shape = Shape(school)
        return self._page(request, rows, query, lambda row: shape.show(kind, row, query.includes))

    def record(self, request: web.Request, kind: str) -> web.Response:
        """Answer with one record of a school's collection."""
        school, query = self._shared(request, kind), read_query(request.query, kind, self._behaviour)
        found = [row for row in self._held(school, kind) if row.id == request.match_info["id"]]
        if not found:
            raise not_found("The record")
        return _answer({"data": Shape(school).show(kind, found[0], query.includes), "meta": {}})

    def deletions(self, request: web.Request) -> web.Response:
        """Answer with what was deleted; an entry counts as changed when its record was restored."""
        school, query = self._shared(request, "deletions"), read_query(request.query, "deletions", self._behaviour)
        rows: list[Deletion] = [] if self._is_elsewhere(school) else sorted(school.deletions, key=BY_ID)
        wanted = [
            row for row in rows if query.type in ("", row.kind) and query.keeps(row.restored_at or row.deleted_at)
        ]
        return self._page(request, wanted, query, Shape(school).deletion)

    def counts(self, request: web.Request) -> web.Response:
        """Answer with how many records there are of each collection that is included."""
        school = self._shared(request, "counts")
        wanted = read_query(request.query, "counts", self._behaviour).includes
        if unknown := wanted.keys() - set(KINDS) or wanted.keys() & set(self._mishaps.revoked):
            status = self._behaviour.include_status
            raise Refusal(status, "invalid_include", f"The include {min(unknown)} is not valid or not permitted.")
        numbers = {name: {"data": {"count": len(self._held(school, name))}} for name in wanted}
        return _answer({"data": numbers, "meta": {"includes": list(wanted)}})

    @property
    def _here(self) -> str:
        return URL(self._address()).authority

    def _school(self, request: web.Request) -> School:
        opened: Collection[str] | None = self._keys.check(request.headers.get("Authorization", ""))
        school = self._roster.schools.get(request.match_info["school"])
        if school is None or (opened is not None and school.id not in opened):
            raise not_found("The school")
        return school

    def _shared(self, request: web.Request, scope: str) -> School:
        """Find the school of a request for its data. Refuses with 403 if it does not share these."""
        school = self._school(request)
        if school.access not in ("approved", "audited"):
            raise Refusal(403, "forbidden", f"The school has not approved access: {school.access}.")
        if scope in self._mishaps.revoked:
            raise Refusal(403, "forbidden", f"The permission for {scope} is missing.")
        return school

    def _is_elsewhere(self, school: School) -> bool:
        return school.domain not in ("", self._here)

    def _held(self, school: School, kind: str) -> list[Any]:
        """A school's rows by id; none at all if another region's server holds them."""
        return [] if self._is_elsewhere(school) else present(school, kind)

    def _page(self, request: web.Request, rows: list[Any], query: Query, show: Callable[[Any], Shown]) -> web.Response:
        page, following = take_page(rows, BY_ID, query, self._mishaps.shift)
        address = URL(self._address())
        url = request.url.with_scheme(address.scheme).with_host(address.host or "").with_port(address.port)
        if self._mishaps.foreign_next:
            url = url.with_host(self._mishaps.foreign_next)
        links = pagination(url, query, following)
        meta = ({} if links is None else {"pagination": links}) | {"includes": list(names(query.includes))}
        return _answer({"data": [show(row) for row in page], "meta": meta})


def _answer(shown: Shown) -> web.Response:
    return json_answer(msgspec.json.encode(shown))
