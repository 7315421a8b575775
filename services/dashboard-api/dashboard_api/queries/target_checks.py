"""The table `target_check`: Moodle sites that were tried out within the last day. What both have: `checks.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from common.db import Connection
from dashboard_api.declare.model import Role


@dataclass(frozen=True, slots=True)
class NewTargetCheck:
    """A check to be made. `target_id` blank: of a site that is not declared; `secrets` are sealed."""

    district_id: str
    pool: str
    target_id: str
    base_url: str
    roles: Mapping[Role, int]
    secrets: bytes


async def add(conn: Connection, check: NewTargetCheck, asked_by: str) -> UUID:
    """Let a check wait for a worker; its id."""
    id_: UUID = await conn.fetchval(
        """
        INSERT INTO target_check (district_id, pool, target_id, base_url, roles, secrets, asked_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
        """,
        check.district_id,
        check.pool,
        check.target_id,
        check.base_url,
        dict(check.roles),
        check.secrets,
        asked_by,
    )
    return id_
