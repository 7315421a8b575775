"""`python -m dashboard_api.admin`: operators and keys on the database itself."""

import asyncio
import sys
from pathlib import Path

import pytest

from dashboard_api.auth.tokens import hash_token

from .surroundings import PASSWORD, SECRET_KEY, Dashboard

EMAIL = "admin@demo.example"


async def admin(dashboard: Dashboard, *arguments: str) -> tuple[int | None, str]:
    """Run the command; its code and what it printed."""
    settings = dashboard.context.settings
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard_api.admin", *arguments,
        env={
            "ROSTERBUS_DATABASE_URL": settings.database_url.get_secret_value(),
            "ROSTERBUS_AMQP_URL": settings.amqp_url.get_secret_value(),
            "ROSTERBUS_SECRET_KEY": SECRET_KEY,
            "COLUMNS": "200",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def signs_in(dashboard: Dashboard, password: str) -> bool:
    form = {"email": EMAIL, "password": password}
    async with dashboard.http.post("/sign-in", data=form, allow_redirects=False) as answer:
        return answer.status == 303


async def test_an_operator_signs_in_with_the_password_of_the_file(dashboard: Dashboard, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    code, out = await admin(
        dashboard, "create-operator", "--email", EMAIL, "--password-file", str(tmp_path / "password")
    )
    assert (code, PASSWORD in out) == (0, False)
    assert await signs_in(dashboard, PASSWORD)


async def test_without_a_file_a_password_is_made_and_shown_once(dashboard: Dashboard) -> None:
    _, out = await admin(dashboard, "create-operator", "--email", EMAIL)
    assert await signs_in(dashboard, out.split()[-1])


async def test_an_operator_who_exists_changes_only_with_reset(dashboard: Dashboard, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("another long password")
    _, out = await admin(dashboard, "create-operator", "--email", EMAIL)
    password = out.split()[-1]
    code, again = await admin(dashboard, "create-operator", "--email", EMAIL, "--password-file", str(other))
    assert (code, "nothing was changed" in again) == (0, True)
    assert await signs_in(dashboard, password)
    await dashboard.pool.execute("INSERT INTO invitation SELECT id, ''::bytea, now() + interval '1 day' FROM operator")
    await admin(dashboard, "create-operator", "--email", EMAIL, "--password-file", str(other), "--reset")
    assert await dashboard.pool.fetchval("SELECT count(*) FROM session") == 0
    assert await dashboard.pool.fetchval("SELECT count(*) FROM invitation") == 0
    assert await signs_in(dashboard, "another long password")
    assert not await signs_in(dashboard, password)


@pytest.mark.parametrize("arguments", [("--role", "viewer"), ("--district", "north")])
async def test_a_role_and_its_districts_must_fit(dashboard: Dashboard, arguments: tuple[str, ...]) -> None:
    code, out = await admin(dashboard, "create-operator", "--email", EMAIL, *arguments)
    assert (code, "An operator has all districts" in out) == (2, True)


async def test_a_key_is_written_for_its_owner_only_and_kept_while_it_is_valid(
    dashboard: Dashboard, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    arguments = ("create-key", "--name", "demo", "--out", str(file), "--district", "north", "--expires-days", "2")
    assert (await admin(dashboard, *arguments))[0] == 0
    key = file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600
    row = await dashboard.row("SELECT token_hash, districts, scopes, expires_at > now() AS valid FROM api_key")
    assert (row["token_hash"], row["districts"], row["valid"]) == (hash_token(key), ["north"], True)
    await admin(dashboard, *arguments)
    assert file.read_text().strip() == key
    await dashboard.pool.execute("UPDATE api_key SET expires_at = now()")
    await admin(dashboard, *arguments)
    assert file.read_text().strip() != key


async def test_missing_settings_are_named(dashboard: Dashboard) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard_api.admin", "create-operator", "--email", EMAIL,
        env={}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 2
    assert b"ROSTERBUS_DATABASE_URL, ROSTERBUS_AMQP_URL, ROSTERBUS_SECRET_KEY" in out
