"""Migrations: plain numbered SQL files, applied once each, under an advisory lock.

`common/sql` holds what every service's schema has (inbox, outbox); a service keeps its own files in `<package>/sql`.
"""

from importlib.resources import files

import asyncpg
import structlog
from pydantic import SecretStr

from common.db import WEB_ROLE, Connection, role_of, schema_of

LOCK = 0x726F73746572  # "roster"

log = structlog.get_logger()


async def migrate(url: SecretStr, service: str) -> None:
    """Bring a service's schema to its newest version; other starting services wait their turn.

    Raises `asyncpg.PostgresError` with the statement's own message; the failed file is rolled back whole.
    """
    schema = schema_of(service)
    conn = await asyncpg.connect(url.get_secret_value())
    try:
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK)
        await conn.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        await conn.execute(f"SET search_path = {schema}")
        await conn.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
        )
        may_make_roles = await _make_roles(conn, role_of(service), WEB_ROLE)
        await _apply_new(conn, "common")
        await _apply_new(conn, schema)
        if may_make_roles:
            await _grant(conn, service)
    finally:
        await conn.close()


async def _apply_new(conn: Connection, package: str) -> None:
    applied = {row["name"] for row in await conn.fetch("SELECT name FROM migration")}
    folder = files(package).joinpath("sql")
    for file in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda f: f.name):
        name = f"{package}/{file.name}"
        if not file.name.endswith(".sql") or name in applied:
            continue
        async with conn.transaction():
            await conn.execute(file.read_text())
            await conn.execute("INSERT INTO migration (name) VALUES ($1)", name)
        log.info("migration applied", migration=name)


async def _make_roles(conn: Connection, *roles: str) -> bool:
    """Make the roles that are not there yet; False where the login may not."""
    try:
        async with conn.transaction():
            for role in roles:
                if not await conn.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    await conn.execute(f"CREATE ROLE {role} NOLOGIN")
                if not await conn.fetchval("SELECT pg_has_role(current_user, $1, 'USAGE')", role):
                    await conn.execute(f"GRANT {role} TO CURRENT_USER")
    except asyncpg.InsufficientPrivilegeError:
        log.warning(
            "the database login may not create roles; services work as the login itself, "
            "and requests are kept to their districts by their queries alone, without row-level security",
            roles=roles,
        )
        return False
    return True


async def _grant(conn: Connection, service: str) -> None:
    """Let the service's role work in its own schema, and requests see only their rows of it."""
    schema, role = schema_of(service), role_of(service)
    await conn.execute(
        f"""
        GRANT USAGE ON SCHEMA {schema} TO {role};
        GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA {schema} TO {role};
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
        """
    )
    await conn.execute("SELECT access_protect()")
