"""A service writes its own schema only, and reads the two that are published."""

import asyncpg
import pytest

from common.db import Connection, create_pool
from common.event_model import ALL_SERVICES
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf

FORBIDDEN = (
    "INSERT INTO dashboard_api.district (id, name, timezone) VALUES ('north', 'North', 'Europe/Amsterdam')",
    "SELECT * FROM dashboard_api.source",
    "UPDATE registry.district SET name = 'taken over'",
    "DELETE FROM roster.record",
    "TRUNCATE notifier.inbox",
    "CREATE TABLE scheduler.mine (id int)",
    "CREATE SCHEMA mine",
)


async def test_each_service_works_in_its_own_schema_with_its_own_role(pool_of: PoolOf) -> None:
    for service in ALL_SERVICES:
        pool = await pool_of(service)
        row = await pool.fetchrow("SELECT current_schema() AS schema, current_user AS role")
        assert row is not None
        assert row["schema"] == service.replace("-", "_")
        assert row["role"] == f"rosterbus_{row['schema']}"
        await pool.execute("DELETE FROM outbox")


async def test_a_service_may_not_touch_what_is_not_its_own(pool_of: PoolOf) -> None:
    pool = await pool_of("scheduler")
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def test_every_service_reads_the_registry_and_the_rosters(pool_of: PoolOf) -> None:
    for service in ALL_SERVICES:
        pool = await pool_of(service)
        views = await pool.fetch("SELECT schemaname, viewname FROM pg_views WHERE schemaname IN ('registry', 'roster')")
        assert len(views) >= 8
        for view in views:
            await pool.fetch(f"SELECT * FROM {view['schemaname']}.{view['viewname']} LIMIT 1")


async def test_a_connection_that_was_used_keeps_its_role_and_reads_json_as_it_was_written(pool_of: PoolOf) -> None:
    pool = await pool_of("scheduler")
    for _ in range(3):
        assert await pool.fetchval("SELECT current_user") == "rosterbus_scheduler"
        assert await pool.fetchval("SELECT $1::jsonb", {"names": ["Zoë"]}) == {"names": ["Zoë"]}


async def test_without_its_role_a_service_works_as_the_login(settings: CommonSettings, owner: Connection) -> None:
    await owner.execute("CREATE SCHEMA homeless")
    async with await create_pool(settings, "homeless") as pool:
        assert await pool.fetchval("SELECT current_user") == await owner.fetchval("SELECT current_user")
