"""A dashboard in the test's process, with a district, and what the workers would say about it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import aiohttp

from common.bus import Bus
from common.db import Pool
from common.delivery import Routes
from common.envelope import Envelope, encode
from common.events import Event, FoundError, RosterFetched, SchoolsListed, SyncCompleted
from common.registry import school_id
from common.uow import UnitOfWork
from dashboard_api.__main__ import ROUTES
from dashboard_api.auth import passwords
from dashboard_api.auth.principal import SCOPES
from dashboard_api.auth.tokens import hash_token, new_key
from dashboard_api.context import Context
from dashboard_api.declare.model import SOURCE_ID, Declaration
from dashboard_api.declare.write import declare
from dashboard_api.queries import api_keys, operators
from dashboard_api.queries.api_keys import NewKey
from dashboard_api.queries.operators import NewOperator

SECRET_KEY = base64.urlsafe_b64encode(bytes(32)).decode()
PASSWORD = "correct horse battery"
NORTH: dict[str, Any] = {
    "district": {"id": "north", "name": "North district", "timezone": "Europe/Amsterdam"},
    "source": {
        "kind": "oneroster",
        "version": "1.2",
        "base_url": "https://sis.example/ims/oneroster/rostering/v1p2",
        "token_url": "https://sis.example/oauth/token",
        "client_id": "rosterbus",
        "client_secret": "sis-secret-value",
    },
    "target": {
        "name": "North Moodle",
        "base_url": "https://moodle.example",
        "token": "moodle-token-value",
        "roles": {"student": 5, "teacher": 3},
    },
    "schools": "all",
}
CLEVER: dict[str, Any] = {"kind": "clever", "district_id": "d1", "token": "clever-token-value"}
TWO_SOURCES: dict[str, Any] = {"sources": {"sis": NORTH["source"], "clever": CLEVER}, "source": None}
"""In place of the district's one source."""
MOMENTS = count()
BEGINNING = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def north(**changes: Any) -> dict[str, Any]:
    """The district's declaration, with other parts in place of its own."""
    return {**NORTH, **changes}


def school(key: str, district_id: str = "north", source_id: str = SOURCE_ID) -> UUID:
    """The id of a school by its id at the source."""
    return school_id(district_id, source_id, key)


@dataclass
class Dashboard:
    """`http` is a browser or program at the dashboard's address."""

    context: Context
    pool: Pool
    fetcher: Pool
    http: aiohttp.ClientSession
    url: str

    async def key(
        self,
        *,
        districts: list[str] | None = None,
        scopes: Sequence[str] = SCOPES,
        schools: list[UUID] | None = None,
        lasts: timedelta | None = None,
        name: str = "",
        made_by: UUID | None = None,
    ) -> str:
        """A new API key; made at the server, unless by a person."""
        token = new_key()
        async with self.pool.acquire() as conn:
            name = name or f"key {uuid4()}"
            await api_keys.replace(
                conn, NewKey(name, hash_token(token), list(scopes), districts, lasts, schools, made_by)
            )
        return token

    async def bearer(self, **wanted: Any) -> dict[str, str]:
        """Headers with a new API key."""
        return {"Authorization": f"Bearer {await self.key(**wanted)}"}

    async def somebody(self, **wanted: Any) -> dict[str, str]:
        """The same of a key that a person of its own made."""
        return await self.bearer(**wanted, made_by=await self.operator(f"{uuid4()}@north.example"))

    async def operator(
        self,
        email: str,
        role: str = "operator",
        districts: list[str] | None = None,
        schools: list[UUID] | None = None,
    ) -> UUID:
        """Somebody who may sign in with `PASSWORD`."""
        async with self.pool.acquire() as conn:
            new = NewOperator(email, email.partition("@")[0].title(), role, districts, hash_of_password(), schools)
            id_ = await operators.add(conn, new)
        assert id_ is not None
        return id_

    async def sign_in(self, email: str) -> None:
        """Sign in with the form; the cookie stays in `http`."""
        async with self.http.post(
            "/sign-in", data={"email": email, "password": PASSWORD}, allow_redirects=False
        ) as answer:
            assert answer.status == 303, await answer.text()

    async def declare(self, body: Mapping[str, Any] = NORTH) -> None:
        """Declare a district without going through the API."""
        async with UnitOfWork(self.pool, "dashboard-api") as uow:
            await declare(uow, self.context.box, Declaration.model_validate(body), "test")

    async def list_schools(
        self, names: Mapping[str, str], district_id: str = "north", source_id: str = SOURCE_ID
    ) -> None:
        """The fetcher has been told these schools (id at the source: name), and says so."""
        await self.write_listing(names, district_id, source_id)
        await self.handle(SchoolsListed(district_id=district_id, source_id=source_id, schools=len(names), listing=1))

    async def write_listing(
        self, names: Mapping[str, str], district_id: str = "north", source_id: str = SOURCE_ID
    ) -> None:
        """Only the fetcher's part of it."""
        async with self.fetcher.acquire() as conn, conn.transaction():
            await conn.execute(
                "DELETE FROM listed_school WHERE district_id = $1 AND source_id = $2", district_id, source_id
            )
            await conn.executemany(
                "INSERT INTO listed_school (district_id, source_id, source_school_id, name, listing) "
                "VALUES ($1, $2, $3, $4, 1)",
                [(district_id, source_id, key, name) for key, name in names.items()],
            )

    async def handle(self, event: Event, *, at: datetime | None = None, routes: Routes = ROUTES) -> None:
        """Hand an event to its handler, as a delivery of its own; without `at`, a second after the one before."""
        time = at or BEGINNING + timedelta(seconds=next(MOMENTS))
        cause = Envelope(event, "test", time=time)
        await routes[type(event)](event, UnitOfWork(self.pool, "dashboard-api", cause=cause))

    async def row(self, sql: str, *values: object) -> dict[str, Any]:
        """The one row of a query."""
        found = await self.pool.fetchrow(sql, *values)
        assert found is not None, sql
        return dict(found)


async def publish(bus: Bus, event: Event) -> None:
    """Send an event through the broker, as a worker's relay does."""
    envelope = Envelope(event, "test")
    await bus.publish(event.versioned_type(), event.pool, encode(envelope), str(envelope.id))


@cache
def hash_of_password() -> str:
    """Made once: hashing is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def fetched(run_id: UUID, key: str = "1", snapshot: int = 1, **more: Any) -> RosterFetched:
    """A roster of 402 students was read."""
    values: dict[str, Any] = {
        "district_id": "north", "run_id": run_id, "school_id": school(key), "mode": "full", "snapshot": snapshot,
        "complete": True, "counts": {"class": 38, "student": 402, "teacher": 19, "enrolment": 3100},
        "changes": {"user": {"added": 421}}, "bytes_up": 4_000, "bytes_down": 812_000,
    }  # fmt: skip
    return RosterFetched.model_validate({**values, **more})


def completed(run_id: UUID, key: str = "1", **more: Any) -> SyncCompleted:
    """A full sync ended well."""
    values: dict[str, Any] = {
        "district_id": "north", "run_id": run_id, "school_id": school(key), "mode": "full", "outcome": "clean",
        "actions": {"user": {"create": 421}, "enrolment": {"create": 3100}}, "courses": 38, "calls": 61,
        "bytes_up": 314_000, "bytes_down": 864_000, "duration_ms": 41_000,
    }  # fmt: skip
    return SyncCompleted.model_validate({**values, **more})


def found_error(code: str = "MISSING_NAME", source_id: str = "u-17") -> FoundError:
    """A person without a name."""
    return FoundError(code=code, severity="error", entity="user", source_id=source_id, field="familyName")
