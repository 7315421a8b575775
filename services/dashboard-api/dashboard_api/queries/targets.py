"""The table `target`: the Moodle sites of a district."""

from uuid import UUID

from common.db import Connection, Pool, Row
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


async def addresses(conn: Connection | Pool, district_id: str) -> dict[str, str]:
    """The address of each of the district's sites, by id."""
    rows = await conn.fetch("SELECT id, base_url FROM target WHERE district_id = $1", district_id)
    return {row["id"]: row["base_url"] for row in rows}


async def used(conn: Connection, district_id: str, id_: str) -> Row:
    """How many shared `schools` are set up for a site, and how many `devices` are to sync with it."""
    row = await conn.fetchrow(
        """
        SELECT (SELECT count(*) FROM school WHERE district_id = $1 AND target_id = $2 AND shared) AS schools,
               (SELECT count(*) FROM device
                WHERE district_id = $1 AND target_id = $2 AND removed_at IS NULL) AS devices
        """,
        district_id,
        id_,
    )
    assert row is not None
    return row


async def of_new_schools(conn: Connection, district_id: str) -> str | None:
    """The site that schools are set up for by themselves as soon as they are shared; None: they are not."""
    id_: str | None = await conn.fetchval("SELECT all_schools FROM district WHERE id = $1", district_id)
    return id_


async def remove(conn: Connection, district_id: str, id_: str) -> None:
    """Forget a site. Schools that are no longer shared and devices that were removed forget it too."""
    for statement in (
        "UPDATE district SET all_schools = NULL WHERE id = $1 AND all_schools = $2",
        "UPDATE school SET target_id = NULL WHERE district_id = $1 AND target_id = $2",
        "UPDATE device SET target_id = NULL WHERE district_id = $1 AND target_id = $2",
        "DELETE FROM target WHERE district_id = $1 AND id = $2",
    ):
        await conn.execute(statement, district_id, id_)


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
