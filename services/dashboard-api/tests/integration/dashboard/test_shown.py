"""What the database itself shows to requests: nothing without being told to whom, then their districts and schools."""

from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from common.db import Pool, Shown, create_web_pool, schema_of
from common.event_model import ALL_SERVICES
from common.settings import CommonSettings

from .asking import south_too
from .surroundings import Dashboard, completed, fetched, school
from .workers import Workers, person

RELATIONS = """
    SELECT n.nspname || '.' || quote_ident(c.relname) AS name,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'district_id') AS of_a_district
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v') AND n.nspname !~ '^(pg_|information_schema)'
      AND has_schema_privilege('rosterbus_web', n.oid, 'USAGE')
      AND has_table_privilege('rosterbus_web', c.oid, 'SELECT')
    ORDER BY 1
"""
WITHOUT_SCHOOL = """
    SELECT n.nspname || '.' || quote_ident(c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_id' AND NOT a.attnotnull
    WHERE c.relkind = 'r' AND has_schema_privilege('rosterbus_web', n.oid, 'USAGE')
"""
OF_NO_DISTRICT = {
    "dashboard_api.district", "dashboard_api.district_overview", "registry.district",  # their key is called id
    "dashboard_api.idempotency_key",  # by caller, answers sealed
    "dashboard_api.outbox", "schedule.pool",
    "dashboard_api.worker", *(f"fleet_{schema_of(service)}.worker" for service in ALL_SERVICES),
}  # fmt: skip
"""What requests may see whoever asks."""
KEPT = ("operator", "session", "api_key", "sign_in_attempt", "recovery_code", "invitation", "inbox", "migration")


OF_A_SCHOOL = ("run", "run_overview", "school_state", "hint", "plan.run", "roster.user", "roster.snapshot")


async def web(settings: CommonSettings, districts: str = "", schools: str = "") -> Pool:
    return await create_web_pool(settings, "dashboard-api", lambda: Shown(districts, schools))


async def relations(dashboard: Dashboard) -> list[str]:
    rows = await dashboard.pool.fetch(RELATIONS)
    return [row["name"] for row in rows if row["of_a_district"]]


@pytest.fixture
async def both(north: Dashboard, workers: Workers) -> Dashboard:
    """Two districts, with a run, a roster and a plan for each school."""
    await south_too(north)
    for district_id, key in (("north", "1"), ("north", "2"), ("south", "1")):
        about: dict[str, Any] = {"district_id": district_id, "school_id": school(key, district_id)}
        _, run_id = await workers.snapshot({("user", "u-1"): person("Marlow")}, key, district_id=district_id)
        await workers.plan(run_id, key, district_id=district_id)
        await workers.operation(run_id, "user", "create", "u-1", district_id=district_id)
        await north.handle(fetched(run_id, **about))
        await north.handle(completed(run_id, **about))
    return north


async def test_every_relation_is_known_to_be_of_a_district_or_of_none(north: Dashboard) -> None:
    rows = await north.pool.fetch(RELATIONS)
    assert {row["name"] for row in rows if not row["of_a_district"]} == OF_NO_DISTRICT


async def test_who_is_not_said_to_ask_is_shown_nothing(both: Dashboard, settings: CommonSettings) -> None:
    async with await web(settings) as nobody:
        assert await nobody.fetchval("SELECT current_user") == "rosterbus_web"
        for name in [*await relations(both), "district", "district_overview", "registry.district"]:
            assert await nobody.fetch(f"SELECT * FROM {name}") == [], name


async def test_who_has_one_district_is_shown_that(both: Dashboard, settings: CommonSettings) -> None:
    seen = set()
    async with await web(settings, "south", "*") as south:
        for name in await relations(both):
            found = {row["district_id"] for row in await south.fetch(f"SELECT district_id FROM {name}")}
            assert found <= {"south"}, name
            seen |= {name} if found else set()
        assert [row["id"] for row in await south.fetch("SELECT id FROM district")] == ["south"]
    assert seen >= {
        "dashboard_api.run",
        "dashboard_api.school_overview",
        "plan.operation",
        'roster."user"',
        "registry.school",
    }


async def test_who_has_one_school_is_shown_that_and_its_district(both: Dashboard, settings: CommonSettings) -> None:
    own = school("1")
    async with await web(settings, "north", str(own)) as one:
        for name in (*OF_A_SCHOOL, "registry.school", "school_overview"):
            column = "id" if name.endswith(("school", "school_overview")) else "school_id"
            found: set[UUID] = {row[column] for row in await one.fetch(f"SELECT {column} FROM {name}")}
            assert found - {None} == {own}, name
        assert await one.fetchval("SELECT count(*) FROM plan.operation") == 1
        assert await one.fetchval("SELECT schools FROM district_overview") == 1
        assert await one.fetchval("SELECT count(*) FROM source") == 1


OF_A_WHOLE_DISTRICT = {
    "dashboard_api.blackout": True,  # a day without a nightly sync is theirs as well
    "dashboard_api.hint": True,  # something is new: no more than that
    "dashboard_api.recipient": False,  # addresses of other people
}  # fmt: skip
"""Where a row may be without a school: whether who has only some schools is shown it."""


async def test_what_is_of_a_whole_district_is_shown_to_who_has_one_school_only_where_that_was_decided(
    both: Dashboard, settings: CommonSettings
) -> None:
    await both.pool.execute(
        "INSERT INTO blackout (district_id, first, last) VALUES ('north', '2027-01-01', '2027-01-02')"
    )
    await both.pool.execute("INSERT INTO recipient (district_id, email) VALUES ('north', 'office@north.example')")
    await both.pool.execute(
        "INSERT INTO recipient (district_id, email, school_id) VALUES ('north', 'own@north.example', $1)", school("1")
    )
    await both.pool.execute("INSERT INTO hint (district_id, type) VALUES ('north', 'settings.changed')")
    assert {row["name"] for row in await both.pool.fetch(WITHOUT_SCHOOL)} == {*OF_A_WHOLE_DISTRICT}
    async with await web(settings, "north", str(school("1"))) as one:
        for name, shown in OF_A_WHOLE_DISTRICT.items():
            found = await one.fetch(f"SELECT school_id FROM {name}")
            assert (None in {row["school_id"] for row in found}) is shown, name
        assert [row["email"] for row in await one.fetch("SELECT email FROM recipient")] == ["own@north.example"]
        for statement in (
            "INSERT INTO blackout (district_id, first, last) VALUES ('north', '2027-02-01', '2027-02-02')",
            "UPDATE recipient SET school_id = NULL",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await one.execute(statement)


async def test_tables_that_were_protected_before_are_protected_anew(both: Dashboard, settings: CommonSettings) -> None:
    await both.pool.execute("INSERT INTO recipient (district_id, email) VALUES ('north', 'office@north.example')")
    url = settings.database_url.get_secret_value()
    owner = await asyncpg.connect(url, server_settings={"search_path": "dashboard_api"})
    async with await web(settings, "north", str(school("1"))) as one:
        await owner.execute("SELECT access_show('recipient', 'school_id IS NULL')")
        assert await one.fetchval("SELECT count(*) FROM recipient") == 1
        for package, name in (("common", "0004_whole_districts"), ("dashboard_api", "0092_whole_districts")):
            await owner.execute(files(package).joinpath(f"sql/{name}.sql").read_text())
        assert await one.fetchval("SELECT count(*) FROM recipient") == 0
        assert await one.fetchval("SELECT count(*) FROM run") == 1
    await owner.close()


async def test_who_has_all_is_shown_all(both: Dashboard, settings: CommonSettings) -> None:
    async with await web(settings, "*", "*") as everything:
        for name in await relations(both):
            whole = await both.pool.fetchval("SELECT has_table_privilege($1, 'SELECT')", name)
            if whole:
                count = f"SELECT count(*) FROM {name}"
                assert await everything.fetchval(count) == await both.pool.fetchval(count), name


@pytest.mark.parametrize("statement", [
    "INSERT INTO hint (district_id, type) VALUES ('north', 'test')",
    "UPDATE district SET id = 'north'",
    "INSERT INTO audit (district_id, actor, action, subject) VALUES ('north', 'x', 'x', 'x')",
])  # fmt: skip
async def test_nothing_is_written_into_another_district(
    both: Dashboard, settings: CommonSettings, statement: str
) -> None:
    async with await web(settings, "south", "*") as south:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await south.execute(statement)


@pytest.mark.parametrize("table", KEPT)
async def test_requests_cannot_read_passwords_cookies_or_keys(
    dashboard: Dashboard, settings: CommonSettings, table: str
) -> None:
    async with await web(settings, "*", "*") as everything:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await everything.fetch(f"SELECT * FROM {table}")


async def test_a_connection_shows_what_its_next_user_may_see(dashboard: Dashboard, settings: CommonSettings) -> None:
    await dashboard.declare()
    shown = [Shown("*", "*"), Shown("south", "*"), Shown(), Shown("north", "*")]
    one = settings.model_copy(update={"database_connections": 1})
    async with await create_web_pool(one, "dashboard-api", lambda: shown[0]) as pool:
        for count in (1, 0, 0, 1):
            assert await pool.fetchval("SELECT count(*) FROM district") == count
            shown.pop(0)
