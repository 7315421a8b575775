"""The table `operator`: people who may sign in."""

from dataclasses import dataclass
from uuid import UUID

from common.db import Connection, Pool, Row


@dataclass(frozen=True, slots=True)
class NewOperator:
    """A person to be let in. `districts` None: all."""

    email: str
    name: str
    role: str
    districts: list[str] | None
    password_hash: str


async def find(pool: Pool, email: str) -> Row | None:
    """`id, password_hash` of the operator with this address, in lower case."""
    return await pool.fetchrow("SELECT id, password_hash FROM operator WHERE email = lower($1)", email)


async def add(conn: Connection, new: NewOperator) -> UUID | None:
    """Let a person in; None if the address is known."""
    id_: UUID | None = await conn.fetchval(
        """
        INSERT INTO operator (email, name, role, districts, password_hash) VALUES (lower($1), $2, $3, $4, $5)
        ON CONFLICT (email) DO NOTHING RETURNING id
        """,
        new.email,
        new.name,
        new.role,
        new.districts,
        new.password_hash,
    )
    return id_


async def reset(conn: Connection, new: NewOperator) -> UUID:
    """Give a known operator these values, and end the sessions begun under the old ones."""
    id_: UUID = await conn.fetchval(
        """
        UPDATE operator SET name = $2, role = $3, districts = $4, password_hash = $5 WHERE email = lower($1)
        RETURNING id
        """,
        new.email,
        new.name,
        new.role,
        new.districts,
        new.password_hash,
    )
    await conn.execute("DELETE FROM session WHERE operator_id = $1", id_)
    return id_


async def renew_hash(pool: Pool, id_: UUID, password_hash: str) -> None:
    """Keep the password under newer hashing parameters."""
    await pool.execute("UPDATE operator SET password_hash = $2 WHERE id = $1", id_, password_hash)
