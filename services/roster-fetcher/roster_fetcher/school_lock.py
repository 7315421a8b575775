"""One reading of a school at a time, whichever worker does it: locks that live as long as a database session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

from common.db import Connection
from common.delivery import NotNow


@asynccontextmanager
async def held(conn: Connection, *names: object) -> AsyncIterator[None]:
    """Hold the lock of these names; a session that is lost lets it go.

    Raises `NotNow` if another session holds it: an earlier delivery of the same job still runs, for instance.
    """
    if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", number(*names)):
        raise NotNow
    try:
        yield
    finally:
        if not conn.is_closed():
            await conn.execute("SELECT pg_advisory_unlock($1)", number(*names))


async def wait_in_transaction(conn: Connection, *names: object) -> None:
    """Wait for the lock and hold it until the transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", number(*names))


def number(*names: object) -> int:
    """The lock's number: 64 bits of a digest of the names."""
    joined = "\0".join(map(str, names))
    return int.from_bytes(blake2b(joined.encode(), digest_size=8).digest(), signed=True)
