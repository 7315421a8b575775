"""PostgreSQL pools: each service works in its own schema, with its own role where the server lets us make one."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import asyncpg

if TYPE_CHECKING:  # asyncpg's classes are generic only for the type checker
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
    Row = asyncpg.Record
else:
    Connection = Pool = Row = object

from common.settings import CommonSettings

DATABASE_AWAY = (
    ConnectionError,
    asyncpg.InterfaceError,  # the connection was lost or is closing
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # the server shuts down or starts
    asyncpg.InsufficientResourcesError,  # such as too many connections
    asyncpg.TransactionRollbackError,  # a deadlock or a conflict: the same transaction works when repeated
)
"""Errors that say nothing against the work itself: it is worth trying again when the database is back."""


WEB_ROLE = "rosterbus_web"
"""The role of requests: shown what the connection's settings name, and nothing without them (`sql/0003_shown.sql`)."""


def schema_of(service: str) -> str:
    """The schema that a service owns, such as `roster_fetcher`."""
    return service.replace("-", "_")


def role_of(service: str) -> str:
    """The role that a service works as, such as `rosterbus_roster_fetcher`."""
    return f"rosterbus_{schema_of(service)}"


class Session(asyncpg.Connection):
    """A connection whose reset, when it goes back to its pool, can be spared."""

    _spared = False

    def spare_reset(self) -> None:
        """See `spare_reset`."""
        self._spared = True

    def get_reset_query(self) -> str:
        """What the pool runs before others get the connection: one round trip, or none."""
        spared, self._spared = self._spared, False
        return "" if spared else str(super().get_reset_query())


def spare_reset(conn: Connection) -> None:
    """Say that this use of a pool's connection leaves nothing behind: no session lock, no setting, no listener."""
    cast(Session, conn).spare_reset()


class _OnlyConnection:
    """What a pool does, with the one connection that there is."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._conn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def only(conn: Connection) -> Pool:
    """The connection for what takes a pool: all of it happens in the transaction that the connection is in.

    One statement at a time: nothing that is handed it may ask for two things at once.
    """
    return cast(Pool, _OnlyConnection(conn))


class Shown(NamedTuple):
    """What a request is shown: ids with commas between them, or `*` for all; by default nothing."""

    districts: str = ""
    schools: str = ""


class WebSession(Session):
    """A connection of requests: it shows what its user may see. Nothing else is left in it, so no reset is needed."""

    _shown: Shown | None = None

    def get_reset_query(self) -> str:
        """None: each use begins with `show`."""
        return ""

    async def show(self, shown: Shown) -> None:
        """Show this from now on; a round trip only if it showed something else."""
        if shown != self._shown:
            self._shown = None
            await self.execute(SHOW, *shown)
            self._shown = shown


SHOW = "SELECT set_config('rosterbus.districts', $1, false), set_config('rosterbus.schools', $2, false)"


async def create_pool(settings: CommonSettings, service: str) -> Pool:
    """A pool whose connections see only their service's schema, and dicts where PostgreSQL has jsonb.

    The role is left out where it does not exist, because the login may not create roles (`migrate` logs it).
    """
    return await _create(settings, service, role_of(service), connection_class=Session)


async def create_web_pool(settings: CommonSettings, service: str, shown: Callable[[], Shown]) -> Pool:
    """A pool for requests: whoever takes a connection sees in it what `shown` says at that moment, and nothing else."""

    async def show(conn: Connection) -> None:
        await cast(WebSession, conn).show(shown())

    return await _create(settings, service, WEB_ROLE, connection_class=WebSession, setup=show)


async def _create(settings: CommonSettings, service: str, role: str, **how: Any) -> Pool:
    url = settings.database_url.get_secret_value()
    session = {"search_path": schema_of(service), "application_name": service}
    if await _has_role(url, role):
        session["role"] = role
    pool: Pool = await asyncpg.create_pool(
        url, min_size=1, max_size=settings.database_connections, init=_use_json, server_settings=session, **how
    )
    return pool


async def _has_role(url: str, role: str) -> bool:
    conn = await asyncpg.connect(url)
    try:
        return bool(
            await conn.fetchval("SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = $1", role)
        )
    finally:
        await conn.close()


async def _use_json(conn: Connection) -> None:
    """In PostgreSQL's binary format (a version byte, then text), because COPY takes no other."""
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=_dump, decoder=_load, format="binary")


def _dump(value: object) -> bytes:
    """Text and bytes are JSON already; anything else is made so."""
    if isinstance(value, bytes):
        return b"\x01" + value
    return b"\x01" + (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()


def _load(data: bytes) -> object:
    return json.loads(data[1:])
