"""The table `idempotency_key`: acts of the last day and what was answered, for those that come again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from common.db import Connection, Pool, Row

KEPT = timedelta(hours=24)
LOCK = "hashtextextended(json_build_array('act', $1::text, $2::text)::text, 0)"


async def claim(conn: Connection, caller: str, key: str) -> bool:
    """Hold the key until the transaction ends; False if another request holds it."""
    return bool(await conn.fetchval(f"SELECT pg_try_advisory_xact_lock({LOCK})", caller, key))


@asynccontextmanager
async def held(conn: Connection, caller: str, key: str) -> AsyncIterator[bool]:
    """Hold the key without a transaction; gives False if another request holds it."""
    mine = bool(await conn.fetchval(f"SELECT pg_try_advisory_lock({LOCK})", caller, key))
    try:
        yield mine
    finally:
        if mine:
            await conn.execute(f"SELECT pg_advisory_unlock({LOCK})", caller, key)


async def find(conn: Connection, caller: str, key: str) -> Row | None:
    """`fingerprint, answer` of the caller's act with this key, if it is still kept."""
    return await conn.fetchrow(
        "SELECT fingerprint, answer FROM idempotency_key "
        "WHERE caller = $1 AND key = $2 AND made_at > now() - $3::interval",
        caller,
        key,
        KEPT,
    )


async def keep(conn: Connection, caller: str, key: str, fingerprint: bytes, answer: bytes) -> None:
    """Keep an act that is done with its answer, in the transaction of the act."""
    await conn.execute(
        """
        INSERT INTO idempotency_key (caller, key, fingerprint, answer) VALUES ($1, $2, $3, $4)
        ON CONFLICT (caller, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, answer = excluded.answer, made_at = now()
        """,
        caller,
        key,
        fingerprint,
        answer,
    )


async def forget_old(pool: Pool) -> None:
    """Forget acts that are not repeated any more."""
    await pool.execute("DELETE FROM idempotency_key WHERE made_at < now() - $1::interval", KEPT)
