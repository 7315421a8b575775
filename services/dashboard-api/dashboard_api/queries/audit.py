"""The table `audit`: what people and keys did."""

from typing import Any

from common.db import Connection


async def add(
    conn: Connection, district_id: str, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """Note an act, in the transaction that does it. Never a secret, never a person's data."""
    await conn.execute(
        "INSERT INTO audit (district_id, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)",
        district_id,
        actor,
        action,
        subject,
        detail or {},
    )
