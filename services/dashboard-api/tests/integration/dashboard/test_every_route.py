"""Every route, visited by everybody: nobody sees or does what is another's, and nothing breaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from dashboard_api.app import create_app

from .asking import south_too
from .routes import ROUTES, Line, all_routes, filled, filled_body
from .surroundings import PASSWORD, Dashboard, completed, fetched, school
from .visiting import nested
from .workers import Workers, person

Ids = dict[str, str | UUID]
SECRETS = ("Ashgrove", "Marlow", "box-of-ashgrove", "robin@north", "key of north")
"""Of the north's first school, or of its people and keys: whoever has nothing to do with them sees none of this."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser, or with a key."""

    http: aiohttp.ClientSession
    csrf: str | None = None
    key: str | None = None

    async def visit(self, route: str, ids: Ids) -> tuple[int, str]:
        """Status and text of a request that makes sense there; of a stream the status alone."""
        method, _, path = route.partition(" ")
        line = ROUTES[route]
        body, headers = filled_body(line.body, ids), {}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        elif self.csrf is not None:
            headers["X-CSRF-Token"] = self.csrf
        how: dict[str, Any] = {"headers": headers, "allow_redirects": False}
        if method != "GET":
            api = path.startswith("/api/")
            how |= {"json": body} if api else {"data": body | ({"csrf": self.csrf} if self.csrf else {})}
        async with self.http.request(method, f"{filled(path, ids)}?{filled(line.query, ids)}", **how) as answer:
            streams = answer.content_type == "text/event-stream"
            return answer.status, f"{answer.headers.get('Location', '')} {'' if streams else await answer.text()}"


@pytest.fixture
async def ids(north: Dashboard, workers: Workers) -> Ids:
    """Of the north's first school: a run with a plan and a hold, a device, a check; a person and a key of the north."""
    await south_too(north)
    ashgrove = school("1")
    _, run_id = await workers.snapshot({("user", "u-1"): person("Marlow")})
    await workers.plan(run_id)
    await workers.operation(run_id, "user", "create", "u-1", after={"firstname": "Marlow"})
    await north.handle(fetched(run_id))
    hold = await workers.hold(run_id)
    await north.handle(hold)
    await north.handle(completed(run_id))
    device, check = uuid4(), uuid4()
    await north.pool.execute(
        "INSERT INTO device (district_id, id, school_id, name) VALUES ('north', $1, $2, 'box-of-ashgrove')",
        device, ashgrove,
    )  # fmt: skip
    await north.pool.execute(
        "INSERT INTO source_check (district_id, id, pool, kind, settings, secrets, asked_by) "
        "VALUES ('north', $1, 'shared', 'clever', '{}', '', 'test')",
        check,
    )
    user = await north.operator("robin@north.example", "viewer", ["north"])
    await north.key(districts=["north"], scopes=["read"], name="key of north")
    key = await north.pool.fetchval("SELECT id FROM api_key WHERE name = 'key of north'")
    return {
        "district_id": "north", "school_id": ashgrove, "run_id": run_id, "other_id": run_id, "hold_id": hold.hold_id,
        "device_id": device, "check_id": check, "user_id": user, "key_id": key, "session_id": uuid4(),
        "entity": "user", "key": "u-1", "token": "x", "consent_id": uuid4(), "source_id": "main", "target_id": "main",
        "what": "source",
        "code": "MISSING_NAME",
        "order_id": uuid4(),
    }  # fmt: skip


@asynccontextmanager
async def somebody(north: Dashboard, role: str, district: str = "north", *schools: UUID) -> AsyncIterator[Visitor]:
    """A person who is signed in."""
    email = f"{uuid4()}@example.org"
    id_ = await north.operator(email, role, [district], list(schools) or None)
    async with aiohttp.ClientSession(north.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post("/sign-in", data={"email": email, "password": PASSWORD}, allow_redirects=False) as answer:
            assert answer.status == 303
        csrf = await north.pool.fetchval("SELECT csrf FROM session WHERE operator_id = $1", id_)
        yield Visitor(http, csrf)


@asynccontextmanager
async def program(north: Dashboard, **key: Any) -> AsyncIterator[Visitor]:
    """Somebody with an API key."""
    async with aiohttp.ClientSession(north.url) as http:
        yield Visitor(http, key=await north.key(**key))


def guarded(*, api: bool | None = None) -> list[tuple[str, Line]]:
    """The routes that are not for everybody; `api`: only those, or only pages."""
    return [
        (route, line)
        for route, line in ROUTES.items()
        if line.access != "open" and route != "POST /sign-out" and api in (None, "/api/" in route)
    ]


def test_every_route_has_its_line() -> None:
    served = set(all_routes(create_app()))
    assert served == set(ROUTES), "give each route its line in routes.py"


async def test_nobody_is_let_in(north: Dashboard, ids: Ids) -> None:
    async with aiohttp.ClientSession(north.url) as http:
        for route, _ in guarded():
            status, text = await Visitor(http).visit(route, ids)
            assert (status, "/sign-in" in text) == (303, True) or status == 401, (route, status)


async def test_what_is_open_breaks_for_nobody_and_shows_nothing(north: Dashboard, ids: Ids) -> None:
    async with aiohttp.ClientSession(north.url) as http:
        for route in [route for route, line in ROUTES.items() if line.access == "open"]:
            status, text = await Visitor(http).visit(route, ids)
            assert status < 500, route
            if route != "GET /api/v1/openapi.json":  # its examples are of an Ashgrove too
                assert not [word for word in SECRETS if word in text], route


async def test_a_key_that_has_expired_opens_nothing(north: Dashboard, ids: Ids) -> None:
    async with program(north, lasts=timedelta(seconds=-1)) as late:
        for route, _ in guarded(api=True):
            assert (await late.visit(route, ids))[0] == 401, route


@pytest.mark.parametrize("scope", ["read", "contact"])
async def test_a_key_does_what_its_scope_says_and_no_more(north: Dashboard, ids: Ids, scope: str) -> None:
    async with program(north, scopes=[scope]) as narrow:
        for route, line in guarded(api=True):
            status, _ = await narrow.visit(route, ids)
            assert status < 500 or (line.access, status) == ("platform", 503), route  # there is no broker
            if line.access not in (scope, "own", "platform") and not line.absent:
                assert status == 403, (route, status)


async def test_a_viewer_changes_nothing(north: Dashboard, ids: Ids) -> None:
    before = await north.pool.fetchval("SELECT count(*) FROM audit WHERE action NOT IN ('sign_in')")
    async with somebody(north, "viewer") as viewer:
        for route, line in guarded():
            if line.access == "own" or line.absent:
                continue
            status, _ = await viewer.visit(route, ids)
            assert status == 403 if line.access != "read" else status in (200, 409), (route, status)
    assert await north.pool.fetchval("SELECT count(*) FROM audit WHERE action NOT IN ('sign_in')") == before


async def test_the_administrator_of_another_district_finds_nothing_of_this_one(north: Dashboard, ids: Ids) -> None:
    async with somebody(north, "district_admin", "south") as stranger:
        for route, line in guarded():
            status, text = await stranger.visit(route, ids)
            assert status < 500, route
            assert not [word for word in SECRETS if word in text], (route, text)
            if line.place:
                assert status in (403, 404), (route, status)


async def test_the_administrator_of_another_school_finds_nothing_of_this_one(north: Dashboard, ids: Ids) -> None:
    async with somebody(north, "school_admin", "north", school("2")) as neighbour:
        for route, line in guarded():
            status, text = await neighbour.visit(route, ids)
            assert status < 500, route
            assert not [word for word in SECRETS if word in text], (route, text)
            if line.place == "school":
                assert status in (403, 404), (route, status)


async def test_the_administrator_of_the_school_comes_in(north: Dashboard, ids: Ids) -> None:
    async with somebody(north, "school_admin", "north", school("1")) as own:
        for route, line in guarded():
            status, _ = await own.visit(route, ids)
            allowed = line.access in ("read", "order", "decide", "contact", "own")
            assert status < 500, route
            if line.access != "own" and not line.absent:
                assert (status != 403) if allowed else (status == 403), (route, status)


async def test_the_administrator_of_the_district_comes_in_everywhere(north: Dashboard, ids: Ids) -> None:
    async with somebody(north, "district_admin") as own:
        for route, line in guarded():
            status, _ = await own.visit(route, ids)
            assert status < 500, route
            if line.access == "platform":
                assert status == 403, (route, status)
            elif line.access != "own" and not line.absent:
                assert status not in (401, 403, 404), (route, status)


async def test_no_part_of_a_page_that_follows_the_server_stands_in_another(north: Dashboard, ids: Ids) -> None:
    """It would be morphed twice, the second time from what the first had left of it."""
    async with somebody(north, "district_admin") as own:
        for route, _ in guarded(api=False):
            if route.startswith("GET "):
                assert not nested((await own.visit(route, ids))[1], "data-live"), route


async def test_a_form_or_call_of_another_site_changes_nothing(north: Dashboard, ids: Ids) -> None:
    async with somebody(north, "district_admin") as own:
        forged = Visitor(own.http, csrf=None)
        for route, _ in guarded():
            if not route.startswith("GET "):
                assert (await forged.visit(route, ids))[0] == 403, route
