"""The table `target`: the Moodle sites of a district."""

from uuid import UUID

from common.db import Connection, Pool
from dashboard_api.declare.model import Target


async def upsert(conn: Connection, district_id: str, id_: str, target: Target, secrets: bytes) -> None:
    """Write a target as declared; `secrets` are sealed."""
    await conn.execute(
        """
        INSERT INTO target (district_id, id, name, base_url, user_auth, roles, max_parallel, secrets)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (district_id, id) DO UPDATE
        SET name = excluded.name, base_url = excluded.base_url, user_auth = excluded.user_auth, roles = excluded.roles,
            max_parallel = excluded.max_parallel, secrets = excluded.secrets
        """,
        district_id,
        id_,
        target.name,
        target.base_url,
        target.user_auth,
        dict(target.roles),
        target.max_parallel,
        secrets,
    )


async def roles_of_run(pool: Pool, district_id: str, run_id: UUID) -> dict[str, int]:
    """The ids of roles in the Moodle that a run was planned for, by role."""
    roles: dict[str, int] | None = await pool.fetchval(
        """
        SELECT t.roles FROM plan.run r JOIN target t ON t.district_id = r.district_id AND t.id = r.target_id
        WHERE r.district_id = $1 AND r.run_id = $2
        """,
        district_id,
        run_id,
    )
    return roles or {}
