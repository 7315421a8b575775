"""Columns `totp_…` of `operator`, and the table `recovery_code`: the second factor of who has one."""

from collections.abc import Sequence
from uuid import UUID

from common.db import Connection, Pool, Row


async def find(conn: Connection | Pool, operator_id: UUID) -> Row | None:
    """`email, totp_secret, totp_step, confirmed` of a person."""
    return await conn.fetchrow(
        """
        SELECT email, totp_secret, totp_step, totp_confirmed_at IS NOT NULL AS confirmed, (
                   SELECT count(*) FROM recovery_code c WHERE c.operator_id = o.id) AS recovery_codes
        FROM operator o WHERE id = $1
        """,
        operator_id,
    )


async def begin(conn: Connection, operator_id: UUID, sealed: bytes) -> bool:
    """Keep a secret that is not asked for until it is confirmed; False if there is a confirmed one."""
    return bool(
        await conn.fetchval(
            """
            UPDATE operator SET totp_secret = $2, totp_step = 0 WHERE id = $1 AND totp_confirmed_at IS NULL
            RETURNING true
            """,
            operator_id,
            sealed,
        )
    )


async def confirm(conn: Connection, operator_id: UUID, codes: Sequence[bytes]) -> None:
    """From now on the second factor is asked for; these are the hashes of its recovery codes."""
    await conn.execute("UPDATE operator SET totp_confirmed_at = now() WHERE id = $1", operator_id)
    await conn.execute("DELETE FROM recovery_code WHERE operator_id = $1", operator_id)
    await conn.executemany(
        "INSERT INTO recovery_code (operator_id, code_hash) VALUES ($1, $2)", [(operator_id, code) for code in codes]
    )


async def remove(conn: Connection, operator_id: UUID) -> bool:
    """The second factor is asked for no more; False if there was none."""
    removed = await conn.fetchval(
        """
        WITH was AS (SELECT totp_confirmed_at IS NOT NULL AS confirmed FROM operator WHERE id = $1)
        UPDATE operator SET totp_secret = NULL, totp_confirmed_at = NULL, totp_step = 0 WHERE id = $1
        RETURNING (SELECT confirmed FROM was)
        """,
        operator_id,
    )
    await conn.execute("DELETE FROM recovery_code WHERE operator_id = $1", operator_id)
    return bool(removed)


async def take_step(conn: Connection, operator_id: UUID, step: int) -> bool:
    """Use the code of a time step; False if it, or a later one, was used before."""
    return bool(
        await conn.fetchval(
            "UPDATE operator SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING true", operator_id, step
        )
    )


async def take_recovery_code(conn: Connection, operator_id: UUID, code_hash: bytes) -> bool:
    """Use up a recovery code; False if it is none, or was used."""
    return bool(
        await conn.fetchval(
            "DELETE FROM recovery_code WHERE operator_id = $1 AND code_hash = $2 RETURNING true",
            operator_id,
            code_hash,
        )
    )
