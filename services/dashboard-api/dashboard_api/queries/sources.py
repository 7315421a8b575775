"""The table `source`: where a district's rosters come from."""

from typing import Any

from common.db import Connection


async def upsert(
    conn: Connection, district_id: str, id_: str, kind: str, settings: dict[str, Any], secrets: bytes
) -> None:
    """Write a source as declared; `secrets` are sealed."""
    await conn.execute(
        """
        INSERT INTO source (district_id, id, kind, settings, secrets) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district_id, id) DO UPDATE
        SET kind = excluded.kind, settings = excluded.settings, secrets = excluded.secrets
        """,
        district_id,
        id_,
        kind,
        settings,
        secrets,
    )
